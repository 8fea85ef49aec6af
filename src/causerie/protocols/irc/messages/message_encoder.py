"""What is said, and what is done with it, as lines: all that is not just a text in one line.

Sources: IRCv3 multiline, message-tags (TAGMSG), message-redaction; client tags reply, react, typing; Modern IRC, CTCP.
"""

from __future__ import annotations

from causerie.chat.events import Deleted, Message, Reacted, RestrictedMessage, Signalled, Typing
from causerie.protocols.irc.messages import formatting
from causerie.protocols.irc.messages.line_encoder import LineEncoder, reply_tags
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.line_splitting import CONCAT, LINES_MOST, Piece, composed
from causerie.protocols.irc.syntax.lines import BODY_MOST, cut, escape, one_line, pieces
from causerie.protocols.irc.syntax.names import STATUS_PREFIX
from causerie.protocols.text_fallback import events

TEXT_LEAST = 64
"""Bytes of text on a line, whatever stands before it."""


def message(encoder: LineEncoder, event: Message, target: str) -> bytes:
    """PRIVMSG or NOTICE: one line, a batch of several for those who know them, or several lines for the others."""
    heard, text, cuts = encoder.heard, formatting.sent(event.text, event.tags), event.tags.get(CONCAT, "")
    client = client_tags(encoder, event.tags)
    if event.deleted:
        text, cuts, client = events.text(event), "", []
    elif event.reply and heard & cap.MESSAGE_TAGS:
        client += reply_tags(encoder.id_of(event.channel, event.reply))
    if event.edited_at:
        cuts = ""
    before, behind = ("\x01ACTION ", "\x01") if event.action and not event.deleted else ("", "")
    source = encoder.source(event)
    start = f":{source} {'NOTICE' if event.notice else 'PRIVMSG'} {target} :{before}"
    most = max(TEXT_LEAST, BODY_MOST - len(start.encode()) - len(behind))
    composition = composed(in_lines(text), cuts, most)
    first = encoder.tags(event, extra=client)
    if len(composition) > 1 and heard & cap.MULTILINE and not before:
        return _batch(event, source, target, first, start, composition, encoder)
    later = encoder.tags(event, extra=client, numbered=False)
    lines: list[str] = []
    for piece in composition:
        if piece.text:
            lines.append(f"{later if lines else first}{start}{piece.text}{behind}\r\n")
    return "".join(lines).encode()


def in_lines(text: str) -> str:
    """A text with no more line ends than an IRC client could have sent: behind the last of those, lines are joined.
    Thousands of short lines would be many times their text, for everybody."""
    lines = text.split("\n", LINES_MOST - 1)
    if len(lines) == LINES_MOST and "\n" in lines[-1]:
        lines[-1] = events.one_line(lines[-1])
        return "\n".join(lines)
    return text


def _batch(
    event: Message, source: str, target: str, tags: str, start: str, composition: list[Piece], encoder: LineEncoder
) -> bytes:
    reference = f"m{event.number}"
    lines = [f"{tags}:{source} BATCH +{reference} draft/multiline {target}"]
    for piece in composition:
        lines.append(f"@batch={reference}{f';{CONCAT}' if piece.on else ''} {start}{piece.text}")
    lines.append(f":{encoder.server} BATCH -{reference}")
    return "".join(f"{line}\r\n" for line in lines).encode()


def client_tags(encoder: LineEncoder, tags: dict[str, str]) -> list[str]:
    """What clients tell each other, for those who can read it (IRCv3 message-tags, "Client-only tags")."""
    if not tags or not encoder.heard & cap.MESSAGE_TAGS:
        return []
    return [f"{key}={escape(value)}" if value else key for key, value in tags.items() if key[0] == "+"]


def signalled(encoder: LineEncoder, event: Signalled, target: str) -> bytes:
    """CTCP where there is a text; TAGMSG where there are only tags, for those who can read them."""
    has_tags = encoder.heard & cap.MESSAGE_TAGS
    extra = [f"msgid={event.mark}", *client_tags(encoder, event.tags)] if has_tags else []
    tags, source = encoder.tags(event, extra=extra), encoder.source(event)
    if not event.text:
        return f"{tags}:{source} TAGMSG {target}\r\n".encode() if has_tags else b""
    word = "NOTICE" if event.notice else "PRIVMSG"
    line = cut(f":{source} {word} {target} :\x01{one_line(event.text)}")
    return f"{tags}{line}\x01\r\n".encode()


def confided(encoder: LineEncoder, event: RestrictedMessage, target: str) -> bytes:
    """PRIVMSG, NOTICE or TAGMSG to the prefix and the channel (Modern IRC, "PRIVMSG message", STATUSMSG)."""
    has_tags = encoder.heard & cap.MESSAGE_TAGS
    target = STATUS_PREFIX[event.to] + target
    extra = [f"msgid={event.mark}", *client_tags(encoder, event.tags)] if has_tags else []
    source = encoder.source(event)
    if not event.text:
        return f"{encoder.tags(event, extra=extra)}:{source} TAGMSG {target}\r\n".encode() if has_tags else b""
    before, behind = ("\x01ACTION ", "\x01") if event.action else ("", "")
    start = f":{source} {'NOTICE' if event.notice else 'PRIVMSG'} {target} :{before}"
    most = max(TEXT_LEAST, BODY_MOST - len(start.encode()) - len(behind))
    tags, text = encoder.tags(event, extra=extra), formatting.sent(event.text, event.tags)
    return "".join(f"{tags}{start}{piece}{behind}\r\n" for piece in pieces(in_lines(text), most)).encode()


def typing(encoder: LineEncoder, event: Typing, target: str) -> bytes:
    """TAGMSG with +typing."""
    if not encoder.heard & cap.MESSAGE_TAGS:
        return b""
    return f"{encoder.tags(event, extra=['+typing=active'])}:{encoder.source(event)} TAGMSG {target}\r\n".encode()


def reacted(encoder: LineEncoder, event: Reacted, target: str) -> bytes:
    """TAGMSG with +draft/react or +draft/unreact; the line of readings.md for those who cannot read that."""
    if not encoder.heard & cap.MESSAGE_TAGS:
        return encoder.read(event, target)
    about = reply_tags(encoder.id_of(event.channel, event.target))
    extra = [*about, f"+draft/{'react' if event.on else 'unreact'}={escape(event.emoji)}"]
    return f"{encoder.tags(event, extra=extra)}:{encoder.source(event)} TAGMSG {target}\r\n".encode()


def deleted(encoder: LineEncoder, event: Deleted, target: str) -> bytes:
    """REDACT, one for each message; the line of readings.md for those who do not know it."""
    if not encoder.heard & cap.REDACTION:
        return encoder.read(event, target)
    lines: list[str] = []
    for number in event.targets:
        tags = encoder.tags(event, numbered=not lines)
        reason = f" :{one_line(event.reason)}" if event.reason else ""
        line = cut(f":{encoder.source(event)} REDACT {target} {encoder.id_of(event.channel, number)}{reason}")
        lines.append(f"{tags}{line}\r\n")
    return "".join(lines).encode()
