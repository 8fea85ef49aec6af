"""One IRC connection: its wire, the table of its commands, events that are its own doing."""
