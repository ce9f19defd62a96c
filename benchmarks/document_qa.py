"""Real PDFs with questions: is the evidence page among the first five hits, is the rest refused?

    python -m benchmarks.document_qa [--encoder none|auto] [--keep DIR] [--ocr auto|off]

All PDFs lie in one knowledge base. Page recall counts an answerable question as found when a
hit lies on one of its evidence pages; "in its document" confines the search to the document the
question is about, as a person asking about an open file would.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.corpora import DATA
from pincite.config import load_config
from pincite.pipeline import KnowledgeBase
from pincite.types import Evidence, Filters, PageRegion

FOLDER = DATA / "document-qa"
DEPTHS = (1, 5, 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="auto")
    parser.add_argument("--keep", help="directory of the knowledge base; kept for another run")
    parser.add_argument("--ocr", default="auto")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    questions = [json.loads(q) for q in (FOLDER / "questions.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as scratch:
        config = load_config({"encoder": arguments.encoder, "ocr": arguments.ocr})
        base = KnowledgeBase.open(arguments.keep or scratch, config=config)
        started = time.perf_counter()
        summary = base.sync(FOLDER / "documents")
        print(f"ingest: {summary.files} files, {time.perf_counter() - started:.0f} s")
        report(base, questions, arguments.verbose)


def report(base: KnowledgeBase, questions: list[dict[str, object]], verbose: bool) -> None:
    answerable = [q for q in questions if q["pages"]]
    for name, confined in (("whole collection", False), ("in its document", True)):
        hits = [base.search(q["question"], k=10, filters=only(q, confined)) for q in answerable]
        ranks = [first_rank(q, found.evidence) for q, found in zip(answerable, hits, strict=True)]
        shares = [sum(rank <= depth for rank in ranks) / len(ranks) for depth in DEPTHS]
        line = "  ".join(f"@{d} {s:.3f}" for d, s in zip(DEPTHS, shares, strict=True))
        print(f"page recall, {name:17} (n={len(ranks)})  {line}")
        if verbose and not confined:
            for q, rank in zip(answerable, ranks, strict=True):
                if rank > 5:
                    print(f"  missed: {q['document'][:20]} p{q['pages']} {q['question']}")
    refused = [base.ask(q["question"]).abstained for q in questions if not q["pages"]]
    answered = [not base.ask(q["question"]).abstained for q in answerable]
    print(f"unanswerable refused: {sum(refused)} of {len(refused)}")
    print(f"answerable answered:  {sum(answered)} of {len(answered)}")


def only(question: dict[str, object], confined: bool) -> Filters:
    return Filters(path=f"*/{question['document']}") if confined else Filters()


def first_rank(question: dict[str, object], evidence: tuple[Evidence, ...]) -> float:
    """Return the rank of the first hit on an evidence page, infinite if there is none."""
    for rank, item in enumerate(evidence, start=1):
        place = item.segment.locator
        same = Path(item.asset.uri).name == question["document"]
        if same and isinstance(place, PageRegion) and place.page in question["pages"]:
            return rank
    return float("inf")


if __name__ == "__main__":
    main()
