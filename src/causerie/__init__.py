"""Self-hosted group chat: one process, one port, every client."""

__version__ = "0.1.0"
