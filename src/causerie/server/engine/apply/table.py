"""The table: what each kind of change does to the state. Nothing else changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from causerie.server.engine import passing
from causerie.server.engine.apply import channels, messages, people, presence
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports import changes as stored

TABLE: dict[type, Callable[[State, Any, UndoLog], None]] = {
    stored.PutPerson: people.put_person,
    stored.PutInvite: people.put_invite,
    stored.DropTokens: people.drop_tokens,
    stored.PutPreferences: people.put_preferences,
    stored.PutMetadata: people.put_metadata,
    stored.PutSeen: people.put_seen,
    stored.PutSubscription: people.put_subscription,
    stored.DropSubscription: people.drop_subscription,
    passing.PutGuest: people.put_guest,
    passing.PutGuestHost: people.put_guest_host,
    passing.PutAbout: people.put_about,
    passing.NoteDeparture: people.note_departure,
    passing.CountHash: people.count_hash,
    stored.PutChannel: channels.put_channel,
    stored.PutFormerName: channels.put_former_name,
    stored.PutStanding: channels.put_standing,
    stored.PutMask: channels.put_mask,
    stored.PutAddressBan: channels.put_address_ban,
    stored.PutPin: channels.put_pin,
    stored.PutReport: channels.put_report,
    passing.PutLogin: presence.put_login,
    passing.DropLogin: presence.drop_login,
    passing.DropSession: presence.drop_session,
    passing.PutPresence: presence.put_presence,
    passing.EnterChannel: presence.enter_channel,
    passing.ExitChannel: presence.exit_channel,
    passing.PutSessionToken: presence.put_session_token,
    passing.PutElevation: presence.put_elevation,
    passing.PutSpoke: presence.put_spoke,
    passing.PutKnownName: presence.put_known_name,
    passing.PutWatched: presence.put_watched,
    passing.PutMetadataKeys: presence.put_metadata_keys,
    passing.NoteTyping: presence.note_typing,
    stored.Rewrite: messages.rewrite,
    stored.Erase: messages.erase,
    stored.PutReaction: messages.put_reaction,
    stored.PutMarker: messages.put_marker,
    stored.PutDraft: messages.put_draft,
    passing.DropMarker: messages.drop_marker,
    passing.NoteFlushed: messages.note_flushed,
    passing.NoteSlowed: messages.note_slowed,
}

STORED_ONLY = (
    stored.PutToken, stored.DropStaleTokens, stored.PutNetwork, stored.DropNetworks, stored.Audit, stored.PutFollow,
    stored.Append,
)  # fmt: skip
"""What is not in memory. An Append is told, and is then the last of its channel; see delivery/."""

TABLE.update(dict.fromkeys(STORED_ONLY, lambda state, change, undo: None))
