"""Web Push: encryption (RFC 8291), who we are (RFC 8292), the queue, one message over HTTPS."""
