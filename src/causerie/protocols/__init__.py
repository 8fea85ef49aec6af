"""Wire languages: bytes into commands, answers and events into bytes. No I/O; nothing is decided here."""
