"""The models of the window; they know no Tk and need no screen."""
