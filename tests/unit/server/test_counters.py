"""What is counted is named, and there from the start."""

import re
from pathlib import Path

import causerie
from causerie.server.features.admin.operations import COUNTERS


def test_every_counter_is_reported() -> None:
    """One that is counted somewhere and not named would be in no report."""
    sources = "\n".join(path.read_text() for path in Path(causerie.__file__).parent.rglob("*.py"))
    counted = set(re.findall(r'counters\["(\w+)"\] \+= 1', sources))
    assert counted == set(COUNTERS)
    manual = (Path(__file__).parents[3] / "docs/protocol/native.md").read_text()
    assert not [name for name in COUNTERS if f"`{name}`" not in manual]
