"""What a unit of work keeps beside its events: one statement or a few for each kind of change, in the caller's
transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from causerie.server.engine.login_throttle import NETWORKS_MOST
from causerie.server.ports.changes import (
    Audit,
    DropNetworks,
    DropStaleTokens,
    DropSubscription,
    DropTokens,
    Erase,
    PutAddressBan,
    PutChannel,
    PutDraft,
    PutFollow,
    PutFormerName,
    PutInvite,
    PutMarker,
    PutMask,
    PutMetadata,
    PutNetwork,
    PutPerson,
    PutPin,
    PutPreferences,
    PutReaction,
    PutReport,
    PutSeen,
    PutStanding,
    PutSubscription,
    PutToken,
    Rewrite,
)
from causerie.stores.sqlite.log_index import ids_of


def _person(writer: sqlite3.Connection, change: PutPerson) -> None:
    person = change.person
    writer.execute(
        "INSERT INTO people (id, name, skeleton, guest, admin, disabled, made_at, password, scram)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, '')) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " skeleton = excluded.skeleton, guest = excluded.guest, admin = excluded.admin, disabled = excluded.disabled,"
        " password = coalesce(excluded.password, password), scram = coalesce(?, scram)",
        (
            person.id, person.name, change.skeleton, person.guest, person.admin, person.disabled, person.made_at,
            change.password, change.scram, change.scram,
        ),
    )  # fmt: skip


def _channel(writer: sqlite3.Connection, change: PutChannel) -> None:
    channel = change.channel
    writer.execute(
        "INSERT INTO channels (id, name, access, topic, history, read_only, retention_days, made_at, slow_seconds,"
        " tell_reactions, topic_by, topic_at, topic_for, key, people_most, hidden, outsiders)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " name = excluded.name, access = excluded.access, topic = excluded.topic, history = excluded.history,"
        " read_only = excluded.read_only, retention_days = excluded.retention_days,"
        " slow_seconds = excluded.slow_seconds, tell_reactions = excluded.tell_reactions,"
        " topic_by = excluded.topic_by, topic_at = excluded.topic_at, topic_for = excluded.topic_for,"
        " key = excluded.key, people_most = excluded.people_most, hidden = excluded.hidden,"
        " outsiders = excluded.outsiders",
        (
            channel.id, channel.name, channel.access, channel.topic, channel.history, channel.read_only,
            channel.retention_days, channel.made_at, channel.slow_seconds, channel.tell_reactions, channel.topic_by,
            channel.topic_at, channel.topic_for, channel.key, channel.people_most, channel.hidden, channel.outsiders,
        ),
    )  # fmt: skip


def _standing(writer: sqlite3.Connection, change: PutStanding) -> None:
    if change.standing is None:
        writer.execute("DELETE FROM standings WHERE channel = ? AND person = ?", (change.channel, change.person))
        return
    writer.execute(
        "INSERT OR REPLACE INTO standings (channel, person, role, muted_until, voiced, admits)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            change.channel,
            change.person,
            int(change.standing.role),
            change.standing.muted_until,
            change.standing.voiced,
            change.standing.admits,
        ),
    )


def _invite(writer: sqlite3.Connection, change: PutInvite) -> None:
    invite = change.invite
    if not invite.uses_left:
        writer.execute("DELETE FROM invites WHERE id = ?", (invite.id,))
        return
    writer.execute(
        "INSERT OR REPLACE INTO invites (id, token_hash, made_by, made_at, uses_left, until, admin, note,"
        " made_as) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            invite.id, invite.token_hash, invite.made_by, invite.made_at, invite.uses_left, invite.until, invite.admin,
            invite.note, invite.made_as,
        ),
    )  # fmt: skip


def _token(writer: sqlite3.Connection, change: PutToken) -> None:
    token = change.token
    writer.execute(
        "INSERT OR REPLACE INTO tokens (id, hash, person, device, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?)",
        (token.id, token.hash, token.person, token.device, token.made_at, token.used_at),
    )


def _drop_tokens(writer: sqlite3.Connection, change: DropTokens) -> None:
    if change.ids is None:
        writer.execute("DELETE FROM tokens WHERE person = ? AND id != ?", (change.person, change.but))
        return
    writer.executemany("DELETE FROM tokens WHERE person = ? AND id = ?", [(change.person, i) for i in change.ids])


def _drop_stale_tokens(writer: sqlite3.Connection, change: DropStaleTokens) -> None:
    writer.execute("DELETE FROM tokens WHERE used_at < ?", (change.before,))
    writer.execute("DELETE FROM networks WHERE at < ?", (change.before,))


def _network(writer: sqlite3.Connection, change: PutNetwork) -> None:
    writer.execute(
        "INSERT OR REPLACE INTO networks (person, network, at) VALUES (?, ?, ?)",
        (change.person, change.network, change.at),
    )
    writer.execute(
        "DELETE FROM networks WHERE person = ? AND network NOT IN"
        " (SELECT network FROM networks WHERE person = ? ORDER BY at DESC LIMIT ?)",
        (change.person, change.person, NETWORKS_MOST),
    )


def _drop_networks(writer: sqlite3.Connection, change: DropNetworks) -> None:
    writer.execute("DELETE FROM networks WHERE person = ?", (change.person,))


def _subscription(writer: sqlite3.Connection, change: PutSubscription) -> None:
    one = change.subscription
    writer.execute(
        "INSERT OR REPLACE INTO subscriptions (person, endpoint, p256dh, auth, form, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (one.person, one.endpoint, one.p256dh, one.auth, one.form, one.made_at),
    )


def _drop_subscription(writer: sqlite3.Connection, change: DropSubscription) -> None:
    writer.execute("DELETE FROM subscriptions WHERE person = ? AND endpoint = ?", (change.person, change.endpoint))


def _audit(writer: sqlite3.Connection, change: Audit) -> None:
    writer.execute(
        "INSERT INTO audit (at, actor, act, data) VALUES (?, ?, ?, ?)",
        (change.at, change.actor, change.act, change.data),
    )


def _rewrite(writer: sqlite3.Connection, change: Rewrite) -> None:
    for row in ids_of(writer, change.channel, (change.number,)).values():
        writer.execute(
            "INSERT INTO versions (channel, number, at, person, text) SELECT channel, number, ?, ?, text FROM log"
            " WHERE id = ?",
            (change.at, change.person, row),
        )
        writer.execute("UPDATE log SET text = ?, data = ? WHERE id = ?", (change.text, change.data or None, row))


def _erase(writer: sqlite3.Connection, change: Erase) -> None:
    rows = ids_of(writer, change.channel, change.numbers).values()
    writer.executemany("UPDATE log SET text = '', data = '{\"deleted\":true}' WHERE id = ?", [(i,) for i in rows])
    about = [(change.channel, number) for number in change.numbers]
    for table in ("versions", "reactions", "mentions", "pins"):
        writer.executemany(f"DELETE FROM {table} WHERE channel = ? AND number = ?", about)


def _reaction(writer: sqlite3.Connection, change: PutReaction) -> None:
    statement = (
        "INSERT OR IGNORE INTO reactions (channel, number, emoji, person) VALUES (?, ?, ?, ?)"
        if change.on
        else "DELETE FROM reactions WHERE channel = ? AND number = ? AND emoji = ? AND person = ?"
    )
    writer.execute(statement, (change.channel, change.number, change.emoji, change.person))


def _pin(writer: sqlite3.Connection, change: PutPin) -> None:
    writer.execute("DELETE FROM pins WHERE channel = ? AND number = ?", (change.channel, change.number))
    if change.on:
        writer.execute(
            "INSERT INTO pins (channel, number, at) VALUES (?, ?, ?)", (change.channel, change.number, change.at)
        )


def _marker(writer: sqlite3.Connection, change: PutMarker) -> None:
    writer.execute(
        "INSERT OR REPLACE INTO markers (person, channel, thread, upto, said, at) VALUES (?, ?, ?, ?, ?, ?)",
        (change.person, change.channel, change.thread, change.upto, change.said, change.at),
    )


def _follow(writer: sqlite3.Connection, change: PutFollow) -> None:
    statement = (
        "INSERT OR IGNORE INTO follows (person, channel, thread) VALUES (?, ?, ?)"
        if change.on
        else "DELETE FROM follows WHERE person = ? AND channel = ? AND thread = ?"
    )
    writer.execute(statement, (change.person, change.channel, change.thread))


def _preferences(writer: sqlite3.Connection, change: PutPreferences) -> None:
    writer.execute(
        "INSERT OR REPLACE INTO preferences (person, data) VALUES (?, ?)",
        (change.person, msgspec.json.encode(change.preferences).decode()),
    )


def _draft(writer: sqlite3.Connection, change: PutDraft) -> None:
    if not change.text:
        writer.execute("DELETE FROM drafts WHERE person = ? AND channel = ?", (change.person, change.channel))
        return
    writer.execute(
        "INSERT OR REPLACE INTO drafts (person, channel, text, reply, at) VALUES (?, ?, ?, ?, ?)",
        (change.person, change.channel, change.text, change.reply, change.at),
    )


def _seen(writer: sqlite3.Connection, change: PutSeen) -> None:
    writer.execute("INSERT OR REPLACE INTO seen (person, at) VALUES (?, ?)", (change.person, change.at))


def _report(writer: sqlite3.Connection, change: PutReport) -> None:
    report = change.report
    if not change.open:
        writer.execute("DELETE FROM reports WHERE id = ?", (report.id,))
        return
    writer.execute(
        "INSERT OR REPLACE INTO reports (id, channel, at, person, target, whom, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (report.id, report.channel, report.at, report.person, report.target, report.whom, report.reason),
    )


def _address_ban(writer: sqlite3.Connection, change: PutAddressBan) -> None:
    ban = change.ban
    if not ban.until:
        writer.execute("DELETE FROM address_bans WHERE channel = ? AND host = ?", (ban.channel, ban.host))
        return
    writer.execute(
        "INSERT OR REPLACE INTO address_bans (channel, host, person, made_by, until) VALUES (?, ?, ?, ?, ?)",
        (ban.channel, ban.host, ban.person, ban.by, ban.until),
    )


def _mask(writer: sqlite3.Connection, change: PutMask) -> None:
    mask = change.mask
    if not change.on:
        writer.execute(
            "DELETE FROM masks WHERE channel = ? AND list = ? AND mask = ?", (mask.channel, mask.list, mask.mask)
        )
        return
    writer.execute(
        "INSERT OR REPLACE INTO masks (channel, list, mask, made_by, at) VALUES (?, ?, ?, ?, ?)",
        (mask.channel, mask.list, mask.mask, mask.by, mask.at),
    )


def _former_name(writer: sqlite3.Connection, change: PutFormerName) -> None:
    if change.on:
        writer.execute(
            "INSERT OR REPLACE INTO former_names (name, channel) VALUES (?, ?)", (change.name, change.channel)
        )
    else:
        writer.execute("DELETE FROM former_names WHERE name = ?", (change.name,))


def _metadata(writer: sqlite3.Connection, change: PutMetadata) -> None:
    about = (change.channel, change.person, change.key)
    if change.value:
        writer.execute(
            "INSERT OR REPLACE INTO metadata (channel, person, key, value) VALUES (?, ?, ?, ?)", (*about, change.value)
        )
    else:
        writer.execute("DELETE FROM metadata WHERE channel = ? AND person = ? AND key = ?", about)


PUT: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    PutPerson: _person,
    PutChannel: _channel,
    PutStanding: _standing,
    PutInvite: _invite,
    PutSubscription: _subscription,
    DropSubscription: _drop_subscription,
    PutToken: _token,
    DropTokens: _drop_tokens,
    DropStaleTokens: _drop_stale_tokens,
    PutNetwork: _network,
    DropNetworks: _drop_networks,
    Audit: _audit,
    Rewrite: _rewrite,
    Erase: _erase,
    PutReaction: _reaction,
    PutPin: _pin,
    PutMarker: _marker,
    PutFollow: _follow,
    PutPreferences: _preferences,
    PutDraft: _draft,
    PutSeen: _seen,
    PutReport: _report,
    PutAddressBan: _address_ban,
    PutMask: _mask,
    PutFormerName: _former_name,
    PutMetadata: _metadata,
}
