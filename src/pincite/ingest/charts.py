"""Charts and diagrams of office files to words: what they show is in the file as values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.ingest.opc import Package, q

_MOST_POINTS = 10_000


def chart_lines(package: Package, name: str) -> Iterator[str]:
    """Yield the title of a chart, then a line a series: "Sales: North: 5; South: 7"."""
    root = package.xml(name)
    title = root.find(f"{q('c:chart')}/{q('c:title')}")
    if title is not None and (words := drawn_text(title)):
        yield words
    for series in root.iter(q("c:ser")):
        named = _points(series.find(q("c:tx")))
        labels = _points(_first(series, "c:cat", "c:xVal"))
        values = _points(_first(series, "c:val", "c:yVal"))
        pairs = [
            f"{labels[index]}: {value}" if labels.get(index) else value
            for index, value in values.items()
        ]
        label = " ".join(named.values())
        if pairs:
            yield f"{label}: {'; '.join(pairs)}" if label else "; ".join(pairs)


def diagram_lines(package: Package, name: str) -> Iterator[str]:
    """Yield the words of each point of a diagram (SmartArt)."""
    for point in package.xml(name).iter(q("dgm:pt")):
        if words := drawn_text(point):
            yield words


def drawn_text(element: Any) -> str:
    """Return the text of a drawing, paragraphs as one line."""
    lines = ("".join(t.text or "" for t in p.iter(q("a:t"))) for p in element.iter(q("a:p")))
    return " ".join(" ".join(lines).split())


def _first(series: Any, *names: str) -> Any | None:
    return next((found for name in names if (found := series.find(q(name))) is not None), None)


def _points(source: Any | None) -> dict[str, str]:
    """Return the stored points by index; numbers as a person writes them."""
    found: dict[str, str] = {}
    if source is None:
        return found
    text = source.find(q("c:v"))
    if text is not None:
        return {"0": text.text or ""}
    for point in source.iter(q("c:pt")):
        value = point.find(q("c:v"))
        if value is not None and value.text and len(found) < _MOST_POINTS:
            numeric = point.getparent().tag == q("c:numCache")
            index = point.get("idx", "")
            found[index] = _number(value.text) if numeric else " ".join(value.text.split())
    return found


def _number(text: str) -> str:
    try:
        return f"{float(text):.10g}"
    except ValueError:
        return text.strip()
