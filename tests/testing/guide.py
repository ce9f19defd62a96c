"""The classes shown in the plugin guide, as a reader would type them."""

import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "plugins.md"


@cache
def _shown() -> dict[str, type]:
    """All classes of the guide by name; its package is a module while its tests are read."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    package = ModuleType("pincite_example")
    shown: dict[str, type] = {}
    sys.modules[package.__name__] = package
    try:
        for block in (block for block in blocks if re.search(r"^class ", block, re.MULTILINE)):
            found: dict[str, type] = {"__name__": __name__}
            exec(compile(block, str(GUIDE), "exec"), found)
            vars(package).update(found)
            shown |= found
    finally:
        del sys.modules[package.__name__]
    return shown


def from_the_guide(name: str) -> type:
    """The class of this name."""
    return _shown()[name]
