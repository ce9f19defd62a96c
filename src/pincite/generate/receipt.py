"""The head of a receipt or invoice: who issued it and where, which no words on it say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pincite.generate.sentences import Field, Statement
from pincite.generate.values import values

_TELLTALE = re.compile(
    r"\b(?:sub-?total|total|cash|change|tax|vat|gst|invoice|receipt|amount due|qty|visa|card)\b"
    r"|合计|小计|找零|现金|实付|应付|发票|收据|税",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d[.,]\d\d\b")
_NAME = re.compile(r"[^\W\d_].*[^\W\d_]{2}")
_SELLER = ("company shop", "公司 商店")
HEAD = 8
"""So many first statements may belong to the head."""


CALLED = "receipt invoice bill 收据 小票 发票 单据"
"""What people call such a paper, whether or not it says so."""


def is_receipt(text: str) -> bool:
    """True for text that reads like a receipt: total, cash, tax, 合计, 找零, … and amounts."""
    words = {match.group().casefold() for match in _TELLTALE.finditer(text)}
    return len(words) >= 2 and len(_AMOUNT.findall(text)) >= 2


def with_head(text: str, found: Sequence[Statement]) -> list[Statement]:
    r"""Return the statements of a receipt with the seller's name and address marked.

    The first line that is a name is the seller; a line of the head that is an address, the
    address.

    Example:
        >>> from pincite.generate.sentences import Statement
        >>> text = "NORTH SHOP\n12 Harbour Street\nTOTAL 7.00\nCASH 10.00"
        >>> lines = [Statement(0, 10, "line"), Statement(11, 28, "line"), Statement(29, 50, "line")]
        >>> [[f.key for f in s.fields] for s in with_head(text, lines)]
        [['company shop'], ['address shop'], []]
    """
    marked = list(found)
    named = False
    for i, statement in enumerate(found[:HEAD]):
        shown = text[statement.start : statement.end]
        if statement.fields or _TELLTALE.search(shown):
            continue
        placed = [
            v for v in values(shown) if v.kind == "place" and any(c.isdigit() for c in v.norm)
        ]
        if not named and not placed and _NAME.search(shown):
            marked[i] = _marked(statement, _SELLER[shown[:1] >= "\u3400"])
            named = True
        elif named and placed:
            marked[i] = _marked(statement, "地址 商店" if shown[:1] >= "\u3400" else "address shop")
    return marked


def seller(text: str, found: Sequence[Statement]) -> str:
    """Return the line of a receipt that `with_head` took for the seller's name, or ""."""
    named = (s for s in found[:HEAD] if s.fields and s.fields[0].key in _SELLER)
    first = next(named, None)
    return text[first.start : first.end] if first else ""


def _marked(statement: Statement, key: str) -> Statement:
    return replace(statement, fields=(Field(key, statement.start, statement.end),))
