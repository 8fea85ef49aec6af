"""Messages and what is done with them: edits, reactions, pins, threads, history, drafts, reports, notification
preferences.
"""
