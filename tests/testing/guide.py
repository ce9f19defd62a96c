"""The classes shown in the plugin guide, as a reader would type them."""

import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "plugins.md"


def blocks(*, training: bool) -> list[str]:
    """The blocks that declare a class: those that need torch, or the others."""
    shown = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    declaring = [block for block in shown if re.search(r"^class ", block, re.MULTILINE)]
    return [b for b in declaring if training == bool(re.search("torch|fusions", b))]


@cache
def _shown(training: bool = False) -> dict[str, Any]:
    """All names of the guide; its modules can be imported while its tests are read."""
    names = ["pincite_example", "pincite_example_training"][: 1 + training]
    packages = {name: ModuleType(name) for name in names}
    if training:
        vars(packages["pincite_example"]).update(_shown())
    shown: dict[str, Any] = {}
    sys.modules.update(packages)
    try:
        for block in blocks(training=training):
            found: dict[str, Any] = {"__name__": __name__}
            exec(compile(block, str(GUIDE), "exec"), found)
            vars(packages[names[-1]]).update(found)
            shown |= found
    finally:
        for name in names:
            del sys.modules[name]
    return shown


def from_the_guide(name: str, *, training: bool = False) -> Any:
    """The class or function of this name; `training`: one that needs torch."""
    return _shown(training)[name]
