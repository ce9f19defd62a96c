"""How good the extractive answers are, on question sets with known answers.

    PYTHONPATH=src python -m benchmarks.answers DATA_FOLDER [--encoder minilm]

DATA_FOLDER holds SQuAD-form files `qa.en.json` and `qa.zh.json`. Articles with an even place in
the file may be fitted on (`fit_calibration.py`); all figures here are of the odd ones.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pincite.encode import Encoder, Role, encoders
from pincite.generate.extractive import ExtractiveGenerator
from pincite.generate.similar import Similarity
from pincite.language import fold, terms
from pincite.types import Asset, Evidence, Hit, Segment, TextSpan


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of one article."""

    article: int
    title: str
    text: str


@dataclass(frozen=True)
class Item:
    """A question, its gold answers and the paragraph (by number) that holds them."""

    question: str
    answers: tuple[str, ...]
    gold: int


def load(path: Path) -> tuple[list[Paragraph], list[Item]]:
    """Return the paragraphs and questions of a file in SQuAD form."""
    paragraphs: list[Paragraph] = []
    items: list[Item] = []
    for number, article in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        for paragraph in article["paragraphs"]:
            paragraphs.append(Paragraph(number, article.get("title", ""), paragraph["context"]))
            for asked in paragraph["qas"]:
                answers = tuple(dict.fromkeys(a["text"].strip() for a in asked["answers"]))
                items.append(Item(asked["question"], answers, len(paragraphs) - 1))
    return paragraphs, items


class Retriever:
    """BM25 over paragraphs, nothing more, so that the generator is what is measured."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self.paragraphs = paragraphs
        self.counts = [Counter(terms(p.text)) for p in paragraphs]
        self.lengths = [sum(c.values()) for c in self.counts]
        self.mean = sum(self.lengths) / len(self.lengths)
        self.document_counts = Counter(t for c in self.counts for t in c)

    def search(
        self, question: str, k: int, without: frozenset[int] = frozenset()
    ) -> list[Evidence]:
        """Return the best k paragraphs as evidence, those numbered in `without` left out."""
        size = len(self.paragraphs)
        scores: list[tuple[float, int]] = []
        asked = set(terms(question))
        for i, counts in enumerate(self.counts):
            if i in without:
                continue
            score = 0.0
            for term in asked & counts.keys():
                seen = self.document_counts[term]
                idf = math.log(1 + (size - seen + 0.5) / (seen + 0.5))
                tf = counts[term]
                score += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * self.lengths[i] / self.mean))
            scores.append((score, i))
        best = sorted(scores, key=lambda s: (-s[0], s[1]))[:k]
        top = best[0][0]
        shares = [math.exp((s - top) / 2.0) for s, _ in best]
        return [
            self._evidence(i, score / (top or 1.0), share / sum(shares))
            for (score, i), share in zip(best, shares, strict=True)
        ]

    def _evidence(self, number: int, score: float, prior: float) -> Evidence:
        paragraph = self.paragraphs[number]
        segment = Segment(
            f"{number:032x}",
            f"{number:064x}",
            "text",
            TextSpan(0, len(paragraph.text)),
            paragraph.text,
        )
        asset = Asset(f"{number:064x}", f"/articles/{paragraph.title}.txt", "text/plain")
        return Evidence(Hit(segment.id, score), segment, asset, prior)


def normal(text: str) -> str:
    """Return text as answers are compared: folded, without articles and punctuation."""
    kept = re.sub(r"[^\w\s]", "", fold(text))
    kept = re.sub(r"\b(?:a|an|the)\b", " ", kept)
    return " ".join(kept.split())


def holds(text: str, answers: Sequence[str]) -> bool:
    """True when a gold answer stands in the text."""
    return any(normal(a).replace(" ", "") in normal(text).replace(" ", "") for a in answers)


def units(text: str) -> list[str]:
    """Return the units of token F1: words, and single Chinese characters."""
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", normal(text))


def token_f1(text: str, answers: Sequence[str]) -> float:
    """Return the best F1 over the gold answers."""
    best = 0.0
    mine = Counter(units(text))
    for answer in answers:
        gold = Counter(units(answer))
        shared = sum((mine & gold).values())
        if shared:
            precision, recall = shared / sum(mine.values()), shared / sum(gold.values())
            best = max(best, 2 * precision * recall / (precision + recall))
    return best


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Return the chance that a right case scores above a wrong one."""
    won = sum((a > b) + 0.5 * (a == b) for a in right for b in wrong)
    return won / (len(right) * len(wrong))


def swapped(item: Item, others: Sequence[Item]) -> Iterator[str]:
    """Yield the question with one of its names or numbers replaced by another question's."""
    pattern = r"(?<!^)\b[A-Z][\w'-]+(?: [A-Z][\w'-]+)*|\d{2,}"
    here = list(re.finditer(pattern, item.question))
    if not here:
        return
    target = here[-1]
    for other in others:
        for match in re.finditer(pattern, other.question):
            same_kind = match.group()[0].isdigit() == target.group()[0].isdigit()
            if same_kind and match.group() not in item.question:
                start, end = target.span()
                yield item.question[:start] + match.group() + item.question[end:]
                return


@dataclass(frozen=True)
class Tally:
    """What was counted over the questions of one language, all as shares."""

    questions: int
    holds: float
    cited: float
    f1: float
    exact: float
    answered: float
    right_of_answered: float
    abstained_far: float
    abstained_near: float
    auroc_far: float
    auroc_near: float
    milliseconds: float


def short_value(text: str) -> str:
    """Return the short value an answer starts with, or the whole answer."""
    first = text.split("\n")[0]
    return re.split(r" — “|——“", first)[0] if re.search(r"(?: — |——)“", first) else first


def judge(
    paragraphs: Sequence[Paragraph], items: Sequence[Item], similarity: Similarity | None
) -> Tally:
    """Return how the generator does on questions it was not fitted on.

    Each question is asked thrice: with all paragraphs; without the article of its answer ("far");
    and without only the paragraph of its answer ("near"), where no other one holds it.
    """
    retriever = Retriever(paragraphs)
    free = ExtractiveGenerator(similarity, abstain_below=0.0)
    found: list[tuple[float, bool, bool, float, float]] = []
    far: list[float] = []
    near: list[float] = []
    began = time.perf_counter()
    for item in items:
        answer = free.generate(item.question, retriever.search(item.question, 5))
        text = answer.text or ""
        quotes = " ".join(c.quote for c in answer.citations)
        f1 = token_f1(short_value(text).split(" [")[0], item.answers)
        right = holds(quotes, item.answers)
        found.append((answer.confidence, holds(text, item.answers), right, f1, float(f1 == 1.0)))
    spent = time.perf_counter() - began
    for item in items:
        article = paragraphs[item.gold].article
        same = frozenset(i for i, p in enumerate(paragraphs) if p.article == article)
        evidence = retriever.search(item.question, 5, same)
        far.append(free.generate(item.question, evidence).confidence)
        evidence = retriever.search(item.question, 5, frozenset({item.gold}))
        if not any(holds(e.segment.text, item.answers) for e in evidence):
            near.append(free.generate(item.question, evidence).confidence)
    return _tally(found, far, near, 1000 * spent / len(items))


def _tally(
    found: Sequence[tuple[float, bool, bool, float, float]],
    far: Sequence[float],
    near: Sequence[float],
    milliseconds: float,
) -> Tally:
    size = len(found)
    given = [f for f in found if f[0] >= THRESHOLD]
    sure = [f[0] for f in found]
    return Tally(
        questions=size,
        holds=sum(f[1] for f in found) / size,
        cited=sum(f[2] for f in found) / size,
        f1=sum(f[3] for f in found) / size,
        exact=sum(f[4] for f in found) / size,
        answered=len(given) / size,
        right_of_answered=sum(f[2] for f in given) / max(1, len(given)),
        abstained_far=sum(c < THRESHOLD for c in far) / len(far),
        abstained_near=sum(c < THRESHOLD for c in near) / len(near),
        auroc_far=auroc(sure, far),
        auroc_near=auroc(sure, near),
        milliseconds=milliseconds,
    )


THRESHOLD = 0.5
"""The default of the setting `abstain_below`."""


def encoder_similarity(encoder: Encoder) -> Similarity:
    """Return the cosine of a question to texts, each text encoded once."""
    known: dict[tuple[str, Role], npt.NDArray[np.float32]] = {}

    def vectors(texts: Sequence[str], role: Role) -> npt.NDArray[np.float32]:
        fresh = [t for t in dict.fromkeys(texts) if (t, role) not in known]
        if fresh:
            known.update(zip(((t, role) for t in fresh), encoder.encode(fresh, role), strict=True))
        return np.stack([known[t, role] for t in texts])

    def similarity(question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.asarray(vectors(texts, "document") @ vectors([question], "query")[0])

    return similarity


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the extractive answers.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoder", default="", help="add this encoder's cosine")
    given = parser.parse_args()
    similarity = encoder_similarity(encoders.create(given.encoder)) if given.encoder else None
    for language in ("en", "zh"):
        paragraphs, items = load(given.data / f"qa.{language}.json")
        odd = [i for i in items if paragraphs[i.gold].article % 2 == 1]
        tally = judge(paragraphs, odd, similarity)
        print(language, json.dumps({k: round(v, 3) for k, v in asdict(tally).items()}))


if __name__ == "__main__":
    main()
