"""Which paragraphs of a Word file are headings, and of what level."""

from __future__ import annotations

import re
from typing import Any

from pincite.ingest.opc import q

_HEADING = re.compile(r"(?:heading|überschrift|titre|título|标题|標題)\s*(\d)", re.IGNORECASE)
_BODY_LEVEL = 9


class Styles:
    """Levels of paragraph styles: 1 for the title, 2 for `heading 1`, and so on; 0 is no heading.

    A style takes the level of its name, else of its outline, else of the style it rests on.
    """

    def __init__(self, root: Any | None) -> None:
        self._styles: dict[str, Any] = {}
        for style in () if root is None else root.iter(q("w:style")):
            self._styles[style.get(q("w:styleId"), "")] = style
        self._levels: dict[str, int] = {}

    def level(self, paragraph: Any) -> int:
        """Return the level of a paragraph."""
        properties = paragraph.find(q("w:pPr"))
        if properties is None:
            return 0
        outline = _outline(properties)
        return self._level(self.style_of(paragraph)) if outline is None else outline

    def is_caption(self, paragraph: Any) -> bool:
        """True for the words that a program puts below a picture or above a table."""
        return self._name(self.style_of(paragraph)).startswith("caption")

    def style_of(self, paragraph: Any) -> str:
        """Return the id of the style of a paragraph."""
        style = paragraph.find(f"{q('w:pPr')}/{q('w:pStyle')}")
        return "" if style is None else style.get(q("w:val"), "")

    def _level(self, style_id: str) -> int:
        if style_id not in self._levels:
            self._levels[style_id] = 0  # for a style that rests on itself
            self._levels[style_id] = self._found_level(style_id)
        return self._levels[style_id]

    def _found_level(self, style_id: str) -> int:
        name = self._name(style_id)
        if name == "title":
            return 1
        if match := _HEADING.match(name):
            return int(match[1]) + 1
        style = self._styles.get(style_id)
        if style is None:
            return 0
        properties = style.find(q("w:pPr"))
        outline = None if properties is None else _outline(properties)
        if outline is not None:
            return outline
        base = style.find(q("w:basedOn"))
        return 0 if base is None else self._level(base.get(q("w:val"), ""))

    def _name(self, style_id: str) -> str:
        style = self._styles.get(style_id)
        name = None if style is None else style.find(q("w:name"))
        return (style_id if name is None else name.get(q("w:val"), "")).casefold()


def _outline(properties: Any) -> int | None:
    """Return the level that the outline gives, 0 for body text, None when it says nothing."""
    outline = properties.find(q("w:outlineLvl"))
    value = "" if outline is None else outline.get(q("w:val"), "")
    if not value.isdecimal():
        return None
    return int(value) + 2 if int(value) < _BODY_LEVEL else 0
