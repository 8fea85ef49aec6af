"""What keeps the server's port of a store."""
