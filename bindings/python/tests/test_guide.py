"""The Python code in the guide runs as it stands."""

from __future__ import annotations

import re
from typing import Any

from conftest import ROOT


def test_every_block_runs() -> None:
    page = (ROOT / "docs/src/python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) > 5
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/src/python.md", "exec"), names)
    assert names["fixed"].text == names["garbled"].replace("Poutine", "Putin")
