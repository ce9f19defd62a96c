"""Texts to learn from without labels, cut into pieces of whole sentences that a generator holds.

A .txt file holds texts between empty lines, a .jsonl file {"text": "…"} a line; or the texts are
the segments of a knowledge base.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pincite.errors import NotFound, UsageError
from pincite.language import sentences
from pincite.train.data import check_keys, read_lines, shown

Piece = tuple[tuple[int, ...], ...]
"""Token ids of the sentences of a piece, in order."""
_KEYS = ("id", "title", "text", "features", "labels")
_SHORTEST = 2  # of one token nothing can be hidden and something left


def read_texts(path: Path) -> tuple[str, ...]:
    """Return the texts of a file; a row of features alone has none and is left out.

    Raises:
        NotFound: There is no such file.
        UsageError: It is no UTF-8, a line is not what is expected, or there is no text.
    """
    found = _lines(path) if path.suffix == ".jsonl" else _blocks(path)
    if not found:
        raise UsageError(f"{path} holds no text; name a file with some")
    return tuple(found)


def _lines(path: Path) -> list[str]:
    texts = []
    for where, content in read_lines(path):
        check_keys(where, content, _KEYS)
        text = content.get("text", "")
        if not isinstance(text, str):
            raise UsageError(f'{where}: expected "text", a text, found {shown(text)}')
        texts += [text] if text.strip() else []
    return texts


def _blocks(path: Path) -> list[str]:
    try:
        content = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotFound(f"there is no training file {str(path)!r}; check the path") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error}); convert it") from error
    return [block.strip() for block in re.split(r"\n\s*\n", content) if block.strip()]


def split_off(texts: Sequence[str], share: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return texts to train on and texts held out, at least one; equal texts stay together.

    Which are held out follows from their digests alone, so that more texts change little.

    Raises:
        UsageError: There are not two different texts, or nothing would be left to train on.
    """
    ranked = sorted(set(texts), key=lambda text: hashlib.sha256(_bytes(text)).digest())
    count = max(1, round(share * len(ranked)))
    if count >= len(ranked):
        raise UsageError(
            f"of {len(ranked)} different texts {count} would be held out and none be left to "
            "train on; give more texts, or held_out in [data]"
        )
    out = set(ranked[:count])
    return tuple(t for t in texts if t not in out), tuple(t for t in texts if t in out)


def pieces(
    texts: Iterable[str], tokens: Callable[[str], Sequence[int]], room: int
) -> tuple[Piece, ...]:
    """Return the texts in pieces of at most `room` tokens, whole sentences where they fit.

    Nothing is lost or doubled: the pieces of a text, joined, are its sentences' tokens in order.
    A piece of a single token is left out, for nothing of it could be hidden.

    Args:
        texts: What is cut.
        tokens: Text to token ids.
        room: Longest piece.
    """
    found: list[Piece] = []
    for text in texts:
        open_piece: list[tuple[int, ...]] = []
        for sentence in _parts(text):
            ids = tuple(tokens(sentence))
            for part in (ids[at : at + room] for at in range(0, len(ids), room)):
                if sum(map(len, open_piece)) + len(part) > room:
                    found.append(tuple(open_piece))
                    open_piece = []
                open_piece.append(part)
        found.append(tuple(open_piece))
    return tuple(piece for piece in found if sum(map(len, piece)) >= _SHORTEST)


def _parts(text: str) -> list[str]:
    """Return the sentences of a text with the white space before each."""
    ends = [end for _, end in sentences(text)]
    starts = [0, *ends[:-1]]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
