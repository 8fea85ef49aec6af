"""The rules of the chat: names, model, commands, replies, events, errors, policy and views.

No I/O, no clock, no dice.
"""
