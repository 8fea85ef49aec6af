"""Web Push: encryption (RFC 8291), the server's key (RFC 8292), the delivery queue, one request over HTTPS."""
