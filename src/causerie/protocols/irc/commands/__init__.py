"""IRC's commands, a file a group; each has `COMMANDS`."""
