"""Who is here, in which channel, doing what: presence, its watchers, people's profiles, metadata, read state."""
