"""The server's use cases over the store's port.

`dispatch` is the table of commands, `context` what each use case is given.
"""
