"""Source code to segments: one a function or class where the language shows them.

No grammar of any language: a definition is a line of a known shape, and it holds as long as
lines are indented deeper than it, which is true of all code that people keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.decode import read_text
from pincite.ingest.segment import Block
from pincite.ingest.text import lines, text_events
from pincite.types import Asset

EXTRACTOR = "code-1"
_MODIFIER = (
    r"(?:export|default|declare|public|private|protected|internal|static|final|abstract|sealed|"
    r"async|override|virtual|inline|extern|unsafe|const|pub(?:\([\w ]+\))?|open|data|suspend|local|"
    r"partial|readonly|template\s*<[^<>]*>|create(?:\s+or\s+replace)?)"
)
_KEYWORD = (
    r"(?:class|struct|interface|enum|trait|impl(?:<[^<>]*>)?|namespace|module|object|record|union|"
    r"def|func|fun|fn|function\*?|sub|macro|protocol|extension|type|table|view|procedure|trigger)"
)
_NAMED = re.compile(
    rf"(?P<indent>\s*)(?:{_MODIFIER}\s+)*{_KEYWORD}\s+(?:\([^()]*\)\s*)?(?:if not exists\s+)?"
    r"(?P<name>[\w.:$\"`~]+)(?=\s*[\[({<:=;,?!]|\s*$|"
    r"\s+(?:extends|implements|struct|interface|enum|for|where|is|as|final|func|map|begin)\b)",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    rf"(?P<indent>\s*)(?:{_MODIFIER}\s+|let\s+|var\s+|my\s+)*(?P<name>[\w.$]+)\s*[:=]\s*"
    r"(?:async\s+)?(?:function\b|\([^()]*\)\s*(?::[^=]*)?=>|\w+\s*=>)"
)
_CALLABLE = re.compile(
    r"(?P<indent>\s*)(?:[\w:<>,*&\[\]?]+\s+)*?[*&]*(?P<name>~?[A-Za-z_][\w:~]*)\s*"
    r"\((?P<arguments>[^;{}]*)(?:\)[^;=]*\{?\s*$|,\s*$|\(\s*$|$)"
)
_NOT_A_NAME = {
    *("if", "for", "while", "switch", "catch", "return", "else", "do", "try", "with", "match"),
    *("when", "foreach", "using", "lock", "sizeof", "throw", "new", "await", "yield", "elif"),
    *("except", "assert", "print", "until", "unless"),
}
_CLOSER = re.compile(r"\s*(?:[)\]}]|end\b|else\b|elif\b|except\b|finally\b|catch\b|#(?:end|else))")
_LEADER = re.compile(r"\s*(?:@|#\[|///?|/\*|\*|#(?!include|define|if|end)|--|\[[A-Z]\w+)")


class CodeParser:
    """Reads source code of any language with the usual shapes of definitions."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the definitions of the file and what stands between them."""
        decoded = read_text(path, config)
        braces = asset.media_type not in ("text/x-python", "text/x-makefile", "text/x-r")
        yield from text_events(asset, decoded, definitions(decoded.text, braces), EXTRACTOR)


def definitions(text: str, braces: bool = True) -> Iterator[Block]:
    """Yield the definitions of a source text, methods apart, and what lies between them.

    The heading of a block is its qualified name, such as `Pump.start`.
    """
    scopes: list[tuple[int, str]] = []
    first, last = 0, 0  # the block so far
    lead: int | None = None  # where comments and decorators above a definition begin
    for start, end in lines(text):
        line = text[start:end]
        if not line:
            continue
        indent = len(line) - len(line.lstrip())
        found = _definition(line, braces)
        closes = scopes and indent <= scopes[-1][0] and not _CLOSER.match(line)
        leads = _LEADER.match(line) is not None
        if found or closes:
            stop = lead if found and lead is not None else None
            yield Block(first, last if stop is None else stop, _path(scopes), "code")
            first = start if stop is None else stop
            while scopes and scopes[-1][0] >= indent:
                scopes.pop()
        if found:
            scopes.append((indent, found))
        lead = (start if lead is None else lead) if leads else None
        last = end
    yield Block(first, last, _path(scopes), "code")


def _path(scopes: list[tuple[int, str]]) -> str:
    return ".".join(name for _, name in scopes)


def _definition(line: str, braces: bool) -> str:
    """Return the name that a line defines, or an empty string."""
    if len(line) > 500:
        return ""
    match = _NAMED.match(line) or _ASSIGNED.match(line)
    if match is None and braces and line.endswith(("{", ")", ",", "(")):
        match = _CALLABLE.match(line)
        opens = line.endswith("{") or not line[0].isspace()
        if match and (not opens or _starts_with_call(line)):
            return ""
    return "" if match is None or match["name"] in _NOT_A_NAME else match["name"].strip('"`:')


def _starts_with_call(line: str) -> bool:
    word = re.match(r"\s*([\w.]+)", line)
    return word is None or word.group(1) in _NOT_A_NAME or "." in word.group(1)
