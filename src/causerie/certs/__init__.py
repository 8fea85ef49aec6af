"""The server's certificate, its addresses and links, and client certificates."""
