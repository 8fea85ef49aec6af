"""The declaration of a setting, and the table of settings derived from the Structs that declare them."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

Form = Literal["", "path", "host", "interface", "network", "lines"]


class Setting(msgspec.Struct, frozen=True):
    """What is known about one setting: the first fields are declared, `sections_of` fills in the others.

    `least` and `most` bound a number's value, a text's length in characters and a list's entries.
    `zero` says what 0 does, and lets 0 pass below `least`. `form` is what a text must look like.
    `reload` is whether SIGHUP applies a change to a running server.
    """

    unit: str
    help: str
    least: float = 0
    most: float = 0
    zero: str = ""
    form: Form = ""
    reload: bool = True

    section: str = ""
    name: str = ""
    type: Any = None
    default: Any = None
    required: bool = False

    @property
    def key(self) -> str:
        """The setting's full name, for example "limits.message_bytes"."""
        return f"{self.section}.{self.name}"


class Section(msgspec.Struct, frozen=True):
    """One section of the file: `[name]`, or `[[name]]` where it may come many times. A section that is part of another
    has a name with dots."""

    name: str
    many: bool
    struct: type[msgspec.Struct]
    settings: tuple[Setting, ...]

    def of(self, whole: Any) -> Any:
        """Its value in these settings: a Struct, or a tuple of them."""
        for name in self.name.split("."):
            whole = getattr(whole, name)
        return whole


def sections_of(whole: type[msgspec.Struct]) -> tuple[Section, ...]:
    """The sections of `whole`: its fields are Structs, or tuples of them for a section that may come often.

    The fields of those are declared as `Annotated[type, Setting(...)]`, or are sections within the section.
    """
    return tuple(_sections(whole, ""))


def _sections(whole: type[msgspec.Struct], above: str) -> Iterator[Section]:
    for field in msgspec.structs.fields(whole):
        if get_origin(field.type) is Annotated:
            continue
        many = get_origin(field.type) is tuple
        struct = get_args(field.type)[0] if many else field.type
        name = above + field.name
        yield Section(name, many, struct, tuple(_settings(name, struct)))
        yield from _sections(struct, f"{name}.")


def _settings(section: str, struct: type[msgspec.Struct]) -> Iterator[Setting]:
    for field in msgspec.structs.fields(struct):
        if get_origin(field.type) is not Annotated:
            continue
        kind, declared = get_args(field.type)
        default = None if field.required else field.default
        yield msgspec.structs.replace(
            declared, section=section, name=field.name, type=kind, default=default, required=field.required
        )
