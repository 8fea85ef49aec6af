"""Decide and commit: state in memory and its changes, the unit of work with its undo, the commit loop, sessions, rate
limits, the login throttle, hashing.
"""
