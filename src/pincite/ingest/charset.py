"""Which character encoding some bytes are in, or that they are no text at all.

What is written down is believed first (byte order mark), what proves itself second (UTF-8,
the rhythm of UTF-16 and UTF-32), and only then are old encodings weighed against each other:
an East Asian one must give characters that are frequent in its language.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

import charset_normalizer

SAMPLE_BYTES = 1 << 16
_MARKS = (  # UTF-32 before UTF-16, whose mark its own begins with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ESCAPES = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"))
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SOFT_NULS = re.compile(rb"\x00+")
_LETTER = re.compile(rb"[A-Za-z]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_PLAUSIBLE = re.compile(
    "[\t\n\r\x0c -~\u00a0-\u058f\u05d0-\u06ff\u0900-\u0e7f\u1e00-\u22ff\u2500-\u26ff"
    "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffee\U0001f300-\U0001faff\U00020000-\U0002ebef]"
)
# Hebrew letters are Cyrillic ones elsewhere, but no Russian does without the last five.
_HEBREW_ONLY = re.compile(rb"(?:[\x00-\x7f\xe0-\xfa]|\x96|\x97)+")
_KANA = re.compile("[\u3041-\u30fe]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_EAST_PUNCTUATION = re.compile("[\u3000-\u3011\u2014\u2018-\u201d\u2026\u00b7\uff01-\uff5e]")
_WESTERN = ["cp1252", "cp1250", "iso8859_2", "iso8859_15", "cp1254", "cp1257"]
_OTHER = [
    "cp1251",
    "koi8_r",
    "cp866",
    "iso8859_5",
    "mac_cyrillic",
    "cp1253",
    "iso8859_7",
    "cp1255",
    "cp1256",
    "cp874",
    "cp1258",
    *_WESTERN,
]


@dataclass(frozen=True, slots=True)
class Charset:
    """An encoding; `certain` when stated by a mark or proven by its form, not guessed.

    Attributes:
        name: A name Python's codecs know.
        mark: Length of the byte order mark, which is no part of the text.
        certain: False for a guess that the user should hear of.
    """

    name: str
    mark: int = 0
    certain: bool = True


def charset_of(sample: bytes, *, whole: bool = True) -> Charset | None:
    """Return the encoding of a text that begins with `sample`, or None when it is no text.

    Args:
        sample: Bytes from the start, at most `SAMPLE_BYTES` are looked at.
        whole: False when the text goes on, so that a character cut at the end is no fault.

    Example:
        >>> charset_of("水泵的压力是多少？".encode("gb18030")).name
        'gb18030'
    """
    whole = whole and len(sample) <= SAMPLE_BYTES
    sample = sample[:SAMPLE_BYTES]
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Charset(name, len(mark))
    if b"\x00" in sample and (wide := _wide(sample)):
        return wide
    if _is_binary(sample):
        return None
    for escape, name in _ESCAPES:
        if escape in sample and sample.isascii():
            return Charset(name)
    if _is_utf8(sample, whole):
        return Charset("utf-8")
    return _legacy(sample)


def _wide(sample: bytes) -> Charset | None:
    """Return UTF-16 or UTF-32 without a mark: zero bytes keep to their places."""
    nuls = sample.count(0)
    if nuls < len(sample) * 0.25 and sample.isascii() and not _CONTROL.search(sample):
        return None  # a text with stray zero bytes
    for name in _wide_order(sample):
        text = _decoded(sample, name)
        if text and len(_PLAUSIBLE.findall(text)) >= 0.95 * len(text):
            return Charset(name, certain=False)
    return None


def _wide_order(sample: bytes) -> tuple[str, ...]:
    """Return the wide encodings, first the one whose zero bytes lie where the sample's do.

    Plain English in one order of bytes is plausible Chinese in the other.
    """
    zeros = [sample[place::4].count(0) for place in range(4)]
    quarter = len(sample) // 4
    if quarter and zeros[3] >= quarter and zeros[2] >= 0.9 * quarter:
        return ("utf-32-le",)
    if quarter and zeros[0] >= quarter and zeros[1] >= 0.9 * quarter:
        return ("utf-32-be",)
    big = zeros[0] + zeros[2] > zeros[1] + zeros[3]
    return ("utf-16-be", "utf-16-le") if big else ("utf-16-le", "utf-16-be")


def _is_binary(sample: bytes) -> bool:
    """True when control characters are too many for a text with a few stray ones."""
    once = _SOFT_NULS.sub(b"\x00", sample)
    controls = len(_CONTROL.findall(once))
    nuls = once.count(0)
    if nuls and (controls or not _is_utf8(once, whole=False)):
        return nuls + controls > 0.02 * len(once)
    return controls > 0.05 * len(once) or nuls > 0.3 * len(once) or not once.strip(b"\x00")


def _is_utf8(sample: bytes, whole: bool) -> bool:
    """True for UTF-8, also when it ends early or a few of its characters are broken."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=whole)
    except UnicodeDecodeError as error:
        text = sample.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        sound = sum(1 for c in text if c > "\x7f") - broken
        if "end of data" in error.reason and error.end == len(sample):
            return sound > 0
        return sound >= 8 * broken
    return True


def _decoded(sample: bytes, name: str) -> str | None:
    """Return the text without a character cut at its end; None when an 8-bit code forbids it."""
    errors = "replace" if name.startswith("utf") else "strict"
    try:
        return codecs.getincrementaldecoder(name)(errors).decode(sample, final=False)
    except UnicodeDecodeError:
        return None


# -- old encodings --------------------------------------------------------------------------


def _legacy(sample: bytes) -> Charset | None:
    """Return the likeliest of the encodings in use before UTF-8."""
    best = max((score(sample), name) for name, score in _EAST_ASIAN.items())
    if best[0] >= 0.8:
        return Charset(best[1], certain=False)
    high, alone = len(_HIGH.findall(sample)), len(_HIGH_ALONE.findall(sample))
    if high >= 15 and _HEBREW_ONLY.fullmatch(sample):
        return Charset("cp1255", certain=False)
    few = high < 15 and high < len(_LETTER.findall(sample))
    western = few or alone > 0.6 * high
    if western and high < 40:
        return Charset("cp1252", certain=False)
    lines = [line for line in sample.splitlines(keepends=True) if not line.isascii()]
    dense = b"".join(lines)[: SAMPLE_BYTES // 4]
    found = charset_normalizer.from_bytes(dense, cp_isolation=_WESTERN if western else _OTHER)
    if match := found.best():
        return Charset(match.encoding, certain=False)
    return Charset("cp1252", certain=False) if western else None


def _share(sample: bytes, codec: str, common: Callable[[str], bool]) -> float:
    """Return the share of common characters among the non-ASCII ones; 0 if it is not `codec`."""
    text = _decoded(sample, codec)
    rare = [c for c in text or "" if c > "\x7f"]
    return sum(map(common, rare)) / len(rare) if rare else 0.0


def _lead(codec: str, low: int, high: int) -> Callable[[str], bool]:
    """Return a test for punctuation and for characters whose first byte lies in the range."""

    def common(character: str) -> bool:
        if _EAST_PUNCTUATION.match(character):
            return True
        code = character.encode(codec, "ignore")
        return len(code) == 2 and low <= code[0] <= high

    return common


def _chinese(sample: bytes) -> float:
    return _share(sample, "gb18030", _lead("gb2312", 0xB0, 0xD7))


def _taiwanese(sample: bytes) -> float:
    return _share(sample, "big5", _lead("big5", 0xA4, 0xC6))


def _korean(sample: bytes) -> float:
    text = _decoded(sample, "cp949") or ""
    hangul = len(_HANGUL.findall(text))
    # Every syllable is also a Chinese character: only a text of nothing else is Korean.
    pure = _share(sample, "cp949", _hangul_or_mark)
    return 2.0 if hangul >= 8 and pure > 0.97 else 0.0


def _hangul_or_mark(character: str) -> bool:
    return bool(_HANGUL.match(character) or _EAST_PUNCTUATION.match(character))


def _japanese(codec: str, low: int, high: int) -> Callable[[bytes], float]:
    frequent = _lead(codec, low, high)

    def score(sample: bytes) -> float:
        text = _decoded(sample, codec) or ""
        rare = sum(1 for c in text if c > "\x7f")
        if len(_KANA.findall(text)) < 0.2 * max(rare, 1):
            return 0.0
        return 1.5 * _share(sample, codec, lambda c: bool(_KANA.match(c)) or frequent(c))

    return score


_EAST_ASIAN: dict[str, Callable[[bytes], float]] = {
    "gb18030": _chinese,
    "big5": _taiwanese,
    "cp932": _japanese("cp932", 0x88, 0x97),
    "euc_jp": _japanese("euc_jp", 0xB0, 0xCF),
    "cp949": _korean,
}
