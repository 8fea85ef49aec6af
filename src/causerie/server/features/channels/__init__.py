"""Channels: settings, admission, names, moderation, ban masks."""
