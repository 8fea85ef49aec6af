"""A JSON Schema (draft 2020-12) of the native protocol, made from the types that travel on it.

`docs/protocol/native.schema.json` is written from it by `tools/make_native_schema.py`. It says what the
server sends, and what it takes: a client should pass over what it does not know, as the specification says.
"""

from __future__ import annotations

import inspect
from typing import Any, get_args

import msgspec

from causerie.chat import errors
from causerie.chat.commands import AnyCommand
from causerie.chat.events import AnyEvent
from causerie.chat.replies import AnyReply
from causerie.protocols.native import ID_MOST, Refusal

AnyAnswer = AnyReply | Refusal

_MARK = {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": ID_MOST}]}


def error_codes() -> dict[str, type[errors.ChatError]]:
    """Every error by its code, families too."""
    kinds = (kind for _, kind in inspect.getmembers(errors, inspect.isclass))
    return {kind.code: kind for kind in kinds if issubclass(kind, errors.ChatError)}


def schema() -> dict[str, Any]:
    """The whole: an object that travels is a command (from the client), an answer or an event (to it)."""
    kinds = {"command": AnyCommand, "answer": AnyAnswer, "event": AnyEvent}
    parts, shared = msgspec.json.schema_components(kinds.values(), ref_template="#/$defs/{name}")
    for kind in get_args(AnyCommand):
        shared[kind.__name__]["properties"]["id"] = {**_MARK, "description": "Comes back as `re`."}
    for kind in get_args(AnyAnswer):
        shared[kind.__name__]["properties"]["re"] = {**_MARK, "description": "The command's `id`, if any."}
    shared[Refusal.__name__]["properties"]["code"]["examples"] = sorted(error_codes())
    for shape in shared.values():
        if "description" in shape:
            # msgspec gives a docstring as it stands or dedented, as its version goes.
            shape["description"] = inspect.cleandoc(shape["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The causerie native protocol, version 1",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in kinds],
        "$defs": dict(zip(kinds, parts, strict=True)) | dict(sorted(shared.items())),
    }
