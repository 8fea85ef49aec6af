"""Refused connections in the log: the first ones by themselves, then a line a minute."""

from __future__ import annotations

import pytest

from causerie.transport.refused_log import FIRST, PERIOD_SECONDS, RefusedLog

LOGGER = "causerie.connection"


def test_three_thousand_are_a_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    """Ten as they come; the others in one line, with the reasons and where most came from."""
    caplog.set_level("INFO", LOGGER)
    refused = RefusedLog()
    for number in range(3000):
        refused.note("192.0.2.1" if number % 3 else f"198.51.100.{number % 100}", "too many", 100.0 + number / 4000)
    assert len(caplog.records) == FIRST
    refused.sweep(100.0 + PERIOD_SECONDS)
    assert len(caplog.records) == FIRST + 1
    said = caplog.records[-1].getMessage()
    assert said.startswith("turned away 2990 more within 60 s: too many (2990); most from 192.0.2.1 (1994), ")
    refused.sweep(300.0)
    assert len(caplog.records) == FIRST + 1
    refused.note("192.0.2.9", "server full", 301.0)
    assert caplog.records[-1].getMessage() == "turned away 192.0.2.9: server full"


def test_a_few_are_not_summed_up(caplog: pytest.LogCaptureFixture) -> None:
    """All of them were told."""
    caplog.set_level("INFO", LOGGER)
    refused = RefusedLog()
    for number in range(FIRST):
        refused.note("2001:db8::1", "too fast", float(number))
    refused.sweep(1000.0)
    assert len(caplog.records) == FIRST
