"""The IRC protocol: every IRC client is a causerie client. The specification is docs/protocol/irc.md."""

from causerie.protocols.irc.protocol import PROTOCOL

__all__ = ["PROTOCOL"]
