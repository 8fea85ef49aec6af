"""The server's certificate, who it is to the world, and how it asks clients for theirs."""
