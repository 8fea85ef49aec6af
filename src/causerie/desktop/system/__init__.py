"""The desktop session: its bus, keyring, notifications and appearance; the network's thread."""
