"""Merges a reply to a command into a channel's view (`chat.merge`)."""

from __future__ import annotations

from causerie.chat import merge
from causerie.chat.commands import Command
from causerie.chat.replies import DraftList, OwnPreferences, Page, ReadList, Reply, ThreadList
from causerie.chat.view import Missing, View


def merge_reply(view: View, command: Command, reply: Reply, keep: int) -> View:
    """The view with what this reply says about its channel; the same view where it says nothing."""
    if isinstance(reply, Page):
        try:
            return merge.apply_page(view, reply, keep)
        except Missing:
            return view  # too much has changed since it was read to merge it; the caller shows it as it came
    if isinstance(reply, ReadList):
        for read in reply.channels:
            view = merge.apply_read(view, read)
    elif isinstance(reply, DraftList):
        view = merge.apply_drafts(view, reply.drafts)
    elif isinstance(reply, ThreadList):
        view = merge.apply_threads(view, reply.threads)
    elif isinstance(reply, OwnPreferences):
        view = merge.apply_level(view, reply.levels.get(view.channel))
    else:
        view = merge.apply_done(view, command, reply)
    return view
