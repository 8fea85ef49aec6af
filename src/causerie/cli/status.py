"""`causerie status`: how the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.cli.operate import place_of, request, socket_path
from causerie.cli.output import moment, print_json, size
from causerie.cli.parser import command
from causerie.cli.place import add_place
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from causerie.chat.replies import ListeningAddress, StatusReport
    from causerie.cli.parser import Commands

NOT_RUNNING = 3
"""Exit status when no server runs, as the Linux Standard Base has it for `status` (LSB Core 5.0, 22.2)."""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = command(commands, "status", _("say how the server is; the exit status is 3 when none runs"), run)
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    place = place_of(arguments)
    if not _runs(place.data):
        if arguments.json:
            print_json(running=False, data=str(place.data))
        else:
            print(_("No server runs on {path}.").format(path=place.data))
        return NOT_RUNNING
    from causerie.chat.commands import Status
    from causerie.chat.replies import StatusReport

    report = request(arguments, Status(), StatusReport)
    if arguments.json:
        print_json(running=True, data=str(place.data), status=report)
        return 0
    _print(report, place.data)
    return 0


def _runs(data: Path) -> bool:
    """Whether somebody listens on the control socket; one left behind by a killed server is nobody's."""
    import socket

    from causerie.socket_path import bindable

    with socket.socket(socket.AF_UNIX) as probe:
        try:
            with bindable(socket_path(data)) as address:
                probe.connect(address)
        except PermissionError:
            return True
        except OSError:
            return False
    return True


def _print(report: StatusReport, data: Path) -> None:
    import shutil

    used = sum(path.stat().st_size for path in data.iterdir() if path.is_file())
    free = shutil.disk_usage(data).free
    hours, seconds = divmod(report.up_seconds, 3600)
    lines = [
        (_("Server"), report.software),
        *((_("Listens on"), _listening(one)) for one in report.listening),
        *_certificate(report.certificate_until),
        (_("Data"), str(data)),
        (_("Up for"), f"{hours} h {seconds // 60} min {seconds % 60} s"),
        (_("Store"), _("ready") if report.store == "ready" else _("does not answer")),
        (_("People here"), str(report.people)),
        (_("Connections"), str(report.connections)),
        (_("Accounts"), str(report.accounts)),
        (_("Channels"), str(report.channels)),
        (_("Memory"), size(report.memory_bytes)),
        (_("On disk"), _("{used}, {free} free").format(used=size(used), free=size(free))),
    ]
    width = max(len(label) for label in (*(label for label, _value in lines), *report.counters))
    for label, value in lines:
        print(f"{label:{width}}  {value}")
    for name, count in sorted(report.counters.items()):
        print(f"{name:{width}}  {count}")


def _listening(one: ListeningAddress) -> str:
    tls = {"auto": _("TLS or in clear"), "always": _("TLS only"), "never": _("in clear only")}[one.tls]
    web = _(", WebSocket only") if one.websocket == "always" else ""
    return f"{one.address}  {', '.join(one.protocols)}; {tls}{web}"


def _certificate(until: int) -> list[tuple[str, str]]:
    import time

    from causerie.certs.validity import warning

    if not until:
        return []
    said = warning(until, time.time_ns() // 1_000_000)
    return [(_("Certificate"), said or _("good until {when}").format(when=moment(until)))]
