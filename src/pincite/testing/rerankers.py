"""What it means to be a reranker."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import ClassVar

from pincite.content import Content, Modality
from pincite.errors import UsageError
from pincite.retrieve.rerank import Candidate, Reranker
from pincite.testing.checks import require, short
from pincite.testing.evidence import english, evidence
from pincite.types import Query

_ODD = (
    "?",
    "…",
    "42",
    "\x00",
    "🔧",
    "the",
    "车站",
    "e\u0301",
    "a\r\nb\t",
    "—" * 300,
)
_LONG = "The pump was mended on Monday. " * 2_000


class RerankerContract:
    """The rules of a reranker; a subclass says which: `def reranker(self)`.

    Query and candidates are the contract's own: short passages in English. A reranker of another
    language, or of pictures, gives its own.

    Attributes:
        tolerance: How far a score may drift by the order of additions.
    """

    tolerance: ClassVar[float] = 1e-3

    def reranker(self) -> Reranker:
        """Return the reranker under test."""
        raise NotImplementedError("say which reranker is tested: def reranker(self): return ...")

    def query(self) -> Query:
        """Return a query that it can read."""
        return Query("How far is the station from the pass?")

    def candidates(self) -> Sequence[Candidate]:
        """Return at least two candidates that it can read, no two alike."""
        return [candidate(item.segment.text) for item in english() if item.segment.text]

    def test_every_candidate_has_one_finite_score(self) -> None:
        """Belief is dealt out by the scores, in the order of the candidates."""
        given = self.candidates()
        self._require_scores(self.reranker().rerank(self.query(), given), len(given), "candidates")

    def test_a_score_goes_with_its_candidate(self) -> None:
        """Candidates come in the order of the channels, which says nothing of their worth."""
        given = self.candidates()
        scores = self.reranker().rerank(self.query(), given)
        turned = self.reranker().rerank(self.query(), given[::-1])
        self._require_same(turned[::-1], scores, "the same candidates from last to first")

    def test_other_candidates_change_no_score(self) -> None:
        """Each is read together with the query, not with the others, however they are batched."""
        given, made = self.candidates(), self.reranker()
        scores = made.rerank(self.query(), given)
        alone = [score for one in given for score in made.rerank(self.query(), [one])]
        self._require_same(alone, scores, "each candidate alone")
        many = made.rerank(self.query(), [one for one in given for _ in range(17)])
        self._require_same(many[::17], scores, "each candidate 17 times")

    def test_the_score_is_the_same_at_any_time(self) -> None:
        """A search that is repeated gives the same ranking, whatever was asked in between."""
        given, made = self.candidates(), self.reranker()
        scores = made.rerank(self.query(), given)
        made.rerank(Query("Who mended the pump?"), given[:1])
        self._require_same(made.rerank(self.query(), given), scores, "the same, asked later")
        self._require_same(
            self.reranker().rerank(self.query(), given), scores, "a reranker made anew"
        )

    def test_nothing_in_nothing_out(self) -> None:
        """A search that finds nothing asks it all the same."""
        found = self.reranker().rerank(self.query(), [])
        require(list(found) == [], f"no candidates have no scores, got {short(found)}")

    def test_what_it_cannot_read_is_no_better_than_what_it_can(self) -> None:
        """A picture without words may be among the best; nothing is known of it."""
        given, made = self.candidates(), self.reranker()
        scores = made.rerank(self.query(), [unreadable(), *given, unreadable()])
        self._require_scores(scores, len(given) + 2, "candidates, two of them unreadable")
        most = min(scores[1:-1]) + self.tolerance
        require(
            max(scores[0], scores[-1]) <= most,
            f"what cannot be read scores {scores[0]} and {scores[-1]}; the least of the others "
            f"is {min(scores[1:-1])}",
        )
        self._require_same(
            scores[1:-1], made.rerank(self.query(), given), "the others beside the unreadable"
        )

    def test_nothing_readable_is_all_alike(self) -> None:
        """Then the ranking stays as it was."""
        scores = self.reranker().rerank(self.query(), [unreadable()] * 3)
        self._require_scores(scores, 3, "unreadable candidates")
        require(len(set(scores)) == 1, f"unreadable candidates score alike, got {scores}")

    def test_long_texts_have_scores(self) -> None:
        """A model has a window; what is longer is cut, the query included."""
        if not self._reads_words():
            return
        long = [candidate(_LONG), *self.candidates()]
        for query in (self.query(), Query(_LONG)):
            scores = self.reranker().rerank(query, long)
            self._require_scores(scores, len(long), "candidates, the first of 10,000 words")

    def test_odd_texts_have_scores(self) -> None:
        """Files hold any characters, and a query even half of a pair of surrogates."""
        if not self._reads_words():
            return
        given = [candidate(text) for text in _ODD]
        scores = self.reranker().rerank(self.query(), given)
        self._require_scores(scores, len(given), "candidates of odd texts")
        for text in (*_ODD, "pump \ud800"):
            scores = self.reranker().rerank(Query(text), self.candidates())
            self._require_scores(
                scores, len(self.candidates()), f"candidates of the query {text!r}"
            )

    def test_a_query_of_which_it_reads_nothing_is_refused(self) -> None:
        """Scores that rest on nothing would overturn a ranking that rests on something."""
        try:
            found = self.reranker().rerank(Query(), self.candidates())
        except UsageError:
            return
        raise AssertionError(
            f"a query without any content was judged: {short(found)}; raise a UsageError"
        )

    def _reads_words(self) -> bool:
        return bool(self.query().text.strip())

    def _require_scores(self, scores: Sequence[float], count: int, of: str) -> None:
        right = isinstance(scores, list) and len(scores) == count
        require(right, f"{count} {of} have a list of {count} scores, got {short(scores)}")
        finite = all(isinstance(score, float) and math.isfinite(score) for score in scores)
        require(finite, f"each score of {of} is a finite float, got {short(scores)}")

    def _require_same(self, one: Sequence[float], other: Sequence[float], case: str) -> None:
        far = [abs(a - b) for a, b in zip(one, other, strict=True)]
        require(
            max(far, default=0.0) <= self.tolerance,
            f"{case}: got {short(list(one))} instead of {short(list(other))}",
        )


def candidate(content: Content, text: str = "") -> Candidate:
    """Return a candidate that holds a text, or a picture, sound or footage with a text."""
    words = content if isinstance(content, str) else text
    item = evidence(words, 1.0)

    def read(modalities: Collection[Modality]) -> Content | None:
        if not isinstance(content, str) and content.modality in modalities:
            return content
        return words if words and "text" in modalities else None

    return Candidate(item.segment, item.asset, read)


def unreadable() -> Candidate:
    """Return a candidate that holds nothing to read."""
    item = evidence("", 1.0)
    return Candidate(item.segment, item.asset, lambda modalities: None)
