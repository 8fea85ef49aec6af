"""The desktop client: a window on Tk. docs/desktop.md says what it does.

Models (`login`, `conversation`, `timeline`, `rows`, `sidebar`, `composer`, `notifications`, ...) know no Tk and are
tested without a screen; what is named `*_view` draws them and decides nothing. `bridge` is the only way to the network.
"""
