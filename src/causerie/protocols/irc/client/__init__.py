"""One IRC connection: its wire, the table of its commands, the events that it caused itself."""
