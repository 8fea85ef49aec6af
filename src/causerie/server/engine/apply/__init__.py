"""What each change does to the state: a function for each kind (people, channels, presence, messages), the table of
them, and loading, which is applying.
"""
