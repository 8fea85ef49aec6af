"""Web Push: messages for people who are not connected, by way of the push service of their device (RFC 8030)."""
