"""Questions to the sample corpus: are answer and citation right, is the unanswerable refused?

    python -m benchmarks.fieldbook [--encoder none|auto] [--keep DIR] [--set NAME] [--verbose]

The set `questions` is asked as the people of the station ask, who know the names of things;
`questions-paraphrased` in words as far from the material as its author could find.

An answer is right when it holds the gold answer or one of its accepted forms, compared without
case, punctuation and thousands separators. A citation is right when it names a gold asset and
its place overlaps a gold place with an intersection over union of at least 0.3, or lies inside
it or around it for text (a sentence and the phrase in it are one place).
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from pincite.config import load_config
from pincite.language import fold
from pincite.pipeline import KnowledgeBase
from pincite.types import (
    Answer,
    Box,
    Cells,
    Citation,
    ImageRegion,
    Locator,
    PageRegion,
    TextSpan,
    TimeSpan,
    cell_corners,
    locator_from_json,
)

FIELDBOOK = Path(__file__).parents[1] / "examples" / "fieldbook"
ENOUGH = 0.3


def normal(text: str) -> str:
    """Return text as it is compared: folded, without punctuation and thousands separators."""
    flat = re.sub(r"(?<=\d)[,\s](?=\d{3}\b)", "", fold(text))
    return " ".join(re.sub(r"[^\w.%]+|\.(?!\d)", " ", flat).split())


def answer_is_right(answer: Answer, gold: dict[str, Any]) -> bool:
    if answer.text is None:
        return False
    said = f" {normal(answer.text)} "
    forms = [gold["answer"], *gold["aliases"]]
    chinese = re.compile("[\u4e00-\u9fff]")
    return any(
        (normal(form) in said) if chinese.search(form) else (f" {normal(form)} " in said)
        for form in forms
    )


def citation_is_right(citation: Citation, gold: dict[str, Any]) -> bool:
    places = [gold, *gold["also"]]
    return any(
        (FIELDBOOK / place["asset"]).resolve() == Path(citation.asset.uri)
        and overlap(citation.locator, locator_from_json(place["locator"])) >= ENOUGH
        for place in places
    )


def overlap(cited: Locator, gold: Locator) -> float:
    """Return the intersection over union of two places, 0 when they are of different kinds."""
    match cited, gold:
        case TextSpan(), TextSpan():
            inside = max(cited.start, gold.start) < min(cited.end, gold.end)
            return 1.0 if inside and _nested(cited, gold) else _line(cited, gold)
        case PageRegion(), PageRegion():
            return _boxes(cited.box, gold.box) if cited.page == gold.page else 0.0
        case ImageRegion(), ImageRegion():
            return _boxes(cited.box, gold.box)
        case TimeSpan(), TimeSpan():
            return _times(cited, gold)
        case Cells(), Cells():
            return _cells(cited, gold) if cited.sheet == gold.sheet else 0.0
    return 0.0


def _nested(a: TextSpan, b: TextSpan) -> bool:
    return (a.start <= b.start and b.end <= a.end) or (b.start <= a.start and a.end <= b.end)


def _line(a: TextSpan, b: TextSpan) -> float:
    shared = max(0, min(a.end, b.end) - max(a.start, b.start))
    return shared / (max(a.end, b.end) - min(a.start, b.start))


def _times(a: TimeSpan, b: TimeSpan) -> float:
    shared = max(0.0, min(a.end_s, b.end_s) - max(a.start_s, b.start_s))
    time_iou = shared / max(1e-9, max(a.end_s, b.end_s) - min(a.start_s, b.start_s))
    if a.box is not None and b.box is not None:
        return min(time_iou, _boxes(a.box, b.box))
    return time_iou


def _boxes(a: Box, b: Box) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height / max(1e-12, sum(areas) - width * height)


def _cells(a: Cells, b: Cells) -> float:
    """A cell and the row around it are one place, as a phrase and its sentence are."""
    (a0, a1), (b0, b1) = cell_corners(a.range), cell_corners(b.range)
    columns = min(a1[0], b1[0]) - max(a0[0], b0[0]) + 1
    rows = min(a1[1], b1[1]) - max(a0[1], b0[1]) + 1
    if columns <= 0 or rows <= 0:
        return 0.0
    return rows / (max(a1[1], b1[1]) - min(a0[1], b0[1]) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="none", help="none (default) or auto")
    parser.add_argument("--keep", help="directory of the knowledge base; kept for another run")
    parser.add_argument("--verbose", action="store_true", help="print every question")
    parser.add_argument("--set", default="questions", help="name of the question file")
    arguments = parser.parse_args()
    path = FIELDBOOK / f"{arguments.set}.jsonl"
    questions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as scratch:
        config = load_config({"encoder": arguments.encoder})
        base = KnowledgeBase.open(arguments.keep or scratch, config=config)
        started = time.perf_counter()
        summary = base.sync(FIELDBOOK / "files", prune=True)
        print(f"ingest: {summary.files} files, {time.perf_counter() - started:.1f} s")
        judge(base, questions, arguments.verbose)


def judge(base: KnowledgeBase, questions: list[dict[str, Any]], verbose: bool) -> None:
    tally: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    refused = []
    for gold in questions:
        answer = base.ask(gold["question"])
        if not gold["answerable"]:
            refused.append(answer.abstained)
            if verbose and not answer.abstained:
                print(f"NOT REFUSED {gold['id']} {gold['question']}\n   -> {answer.text!r}")
            continue
        right = answer_is_right(answer, gold)
        cited = any(citation_is_right(c, gold) for c in answer.citations)
        key = f"{gold['modality']} {gold['language']}"
        tally[key].append((right, cited, right and cited))
        if verbose and not (right and cited):
            where = [(Path(c.asset.uri).name, c.locator) for c in answer.citations]
            print(f"{'-R'[right]}{'-C'[cited]} {gold['id']} {gold['question']}")
            print(f"   gold {gold['answer']!r} {gold['asset']} {gold['locator']}")
            print(f"   -> {answer.confidence:.2f} {answer.text!r} {where}")
            if answer.abstained:
                best = answer.evidence[0] if answer.evidence else None
                print(f"   best {best.segment.text[:120]!r}" if best else "   nothing found")
    rows = [
        *sorted(tally.items()),
        ("all answerable", [r for results in tally.values() for r in results]),
    ]
    print(f"{'':16} {'n':>4} {'answer':>8} {'citation':>9} {'both':>6}")
    for name, results in rows:
        shares = [sum(column) / len(results) for column in zip(*results, strict=True)]
        print(f"{name:16} {len(results):4} {shares[0]:8.3f} {shares[1]:9.3f} {shares[2]:6.3f}")
    print(f"unanswerable refused: {sum(refused)} of {len(refused)}")


if __name__ == "__main__":
    main()
