"""From the port to a wire: listener, detection by the first bytes, TLS, WebSocket, one connection, sending."""
