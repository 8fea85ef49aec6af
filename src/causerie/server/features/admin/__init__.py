"""Running the server: status, backup, announcements, the list of slash commands."""
