"""The native protocol's JSON Schema is the one that its types give."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec
import pytest

from causerie.chat.commands import AnyCommand
from causerie.chat.events import AnyEvent
from causerie.protocols.native_schema import AnyAnswer, error_codes, schema

ROOT = Path(__file__).resolve().parents[2]


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_native_schema", ROOT / "tools" / "make_native_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_types_give() -> None:
    """docs/protocol/native.schema.json differs from the types: run tools/make_native_schema.py."""
    kept = (ROOT / "docs" / "protocol" / "native.schema.json").read_text(encoding="utf-8")
    # Not the whole text: pytest would take minutes to show how two long texts differ.
    assert json.loads(kept) == json.loads(json.dumps(schema()))
    assert bool(kept == tool().document())


@pytest.mark.parametrize(("name", "kinds"), [("command", AnyCommand), ("answer", AnyAnswer), ("event", AnyEvent)])
def test_everything_that_travels_is_in_it(name: str, kinds: object) -> None:
    """Each type is one alternative, and each reference leads somewhere."""
    definitions = schema()["$defs"]
    wanted = [f"#/$defs/{kind.__name__}" for kind in get_args(kinds)]
    assert sorted(one["$ref"] for one in definitions[name]["anyOf"]) == sorted(wanted)
    assert all(one.removeprefix("#/$defs/") in definitions for one in wanted)


def test_descriptions_do_not_depend_on_how_msgspec_gives_a_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions before 0.23 give a docstring as it stands in the source, with its indentation."""
    given = msgspec.json.schema_components

    def indented(*args: Any, **options: Any) -> tuple[Any, Any]:
        parts, shared = given(*args, **options)
        for shape in shared.values():
            if "description" in shape:
                shape["description"] = shape["description"].replace("\n", "\n    ")
        return parts, shared

    expected = schema()
    monkeypatch.setattr(msgspec.json, "schema_components", indented)
    assert schema() == expected


def test_answers_have_the_mark_and_errors_their_codes() -> None:
    """`re` is on every answer, and the codes are told as examples, since new ones may come."""
    definitions = schema()["$defs"]
    assert all("re" in definitions[kind.__name__]["properties"] for kind in get_args(AnyAnswer))
    assert definitions["Refusal"]["properties"]["code"]["examples"] == sorted(error_codes())
