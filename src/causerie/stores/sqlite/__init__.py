"""The store on SQLite: one file for everything, one beside it for search, which can be made anew."""
