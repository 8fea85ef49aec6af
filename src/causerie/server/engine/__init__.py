"""Decide and commit: state in memory, the unit of work with its undo, the commit loop, sessions, rate limits, the login
throttle, hashing.
"""
