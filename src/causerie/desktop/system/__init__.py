"""The desktop session: D-Bus, notifications, appearance; the network thread."""
