"""Write docs/protocol/native.schema.json from the protocol's types: `python tools/make_native_schema.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from causerie.protocols.native_schema import schema  # noqa: E402

TARGET = ROOT / "docs" / "protocol" / "native.schema.json"


def document() -> str:
    """The whole file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8")
