"""Views on Tk, their controllers, and the keyboard shortcuts."""
