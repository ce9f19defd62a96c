"""How near a text is to those that people wrote: BLEU and chrF of sacreBLEU, ROUGE.

BLEU and chrF are 0..100, as sacreBLEU prints them; ROUGE is 0..1. An item without references is
left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate.measure import Kind, Measure, Pooled, Scores
from pincite.evaluate.tokens import language, tokens
from pincite.evaluate.types import Written
from pincite.language import sentences

TOKENIZERS = ("13a", "intl", "zh", "ja-mecab", "ko-mecab", "char", "none")
"""Those of sacreBLEU that download nothing."""
_BY_LANGUAGE = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}


@dataclass(frozen=True)
class _Sacre(Pooled[Written]):
    kind: ClassVar[Kind] = "text"
    item: ClassVar[type] = Written
    needs: ClassVar[str] = "sacrebleu"
    bounds: ClassVar[tuple[float, float]] = (0.0, 100.0)


@dataclass(frozen=True)
class BLEU(_Sacre):
    """Geometric mean of the precisions of 1- to 4-grams, times a penalty for brevity.

    Papineni et al. 2002; the value is formed from counts over the corpus. The score of an item
    alone is that of sacreBLEU for a sentence (orders that occur, exponential smoothing).

    Attributes:
        tok: Tokeniser of sacreBLEU, "" for the one of each item's language: zh, ja-mecab,
            ko-mecab, else 13a.
    """

    name: ClassVar[str] = "BLEU"
    tok: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tok and self.tok not in TOKENIZERS:
            raise UsageError(f"BLEU has no tokeniser {self.tok!r}; known: {', '.join(TOKENIZERS)}")

    def counts(self, items: Sequence[Written]) -> Scores:
        """Return both lengths, the matching and the written 1- to 4-grams: (n, 10)."""
        rows = [self._alone(item) for item in items]
        return np.array(
            [
                [np.nan] * 10 if s is None else [s.sys_len, s.ref_len, *s.counts, *s.totals]
                for s in rows
            ]
        )

    def scores(self, items: Sequence[Written]) -> Sequence[float]:
        """Return the BLEU of each sentence: (n,)."""
        rows = [self._alone(item) for item in items]
        return [float("nan") if row is None else float(row.score) for row in rows]

    def of(self, sums: Scores) -> Scores:
        """Return the BLEU of each row of sums: (r,)."""
        from sacrebleu.metrics.bleu import BLEU as SACRE

        def value(row: list[int]) -> float:
            written, right, *grams = row
            formed = SACRE.compute_bleu(grams[:4], grams[4:], written, right, smooth_method="exp")
            return float(formed.score)

        return np.array([value(row) for row in sums.round().astype(np.int64).tolist()])

    def _alone(self, item: Written) -> Any:
        if not item.references:
            return None
        said = language(item.references[0], item.language)
        metric = _bleu(self.tok or _BY_LANGUAGE.get(said, "13a"))
        return metric.sentence_score(item.hypothesis, list(item.references))


@lru_cache(maxsize=len(TOKENIZERS))
def _bleu(tok: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU as SACRE

    try:
        return SACRE(tokenize=tok, effective_order=True)
    except RuntimeError as error:
        raise UsageError(
            f"BLEU with the tokeniser {tok} needs a dictionary that is not installed: "
            f"pip install 'sacrebleu[{tok[:2]}]', or write BLEU(tok=char)"
        ) from error


@dataclass(frozen=True)
class ChrF(_Sacre):
    """F-score, beta 2, of the 1- to 6-grams of characters (Popović 2015).

    Attributes:
        words: Orders of word n-grams that are added; 2 is chrF++ (Popović 2017).
    """

    name: ClassVar[str] = "chrF"
    words: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.words < 0:
            raise UsageError(f"words of measure 'chrF' is an order from 0, got {self.words}")

    def counts(self, items: Sequence[Written]) -> Scores:
        """Return the written, right and matching n-grams of each order: (n, 3 * orders)."""
        metric = self._metric()
        width = 3 * (6 + self.words)
        return np.array(
            [
                metric._extract_corpus_statistics([i.hypothesis], [[r] for r in i.references])[0]
                if i.references
                else [np.nan] * width
                for i in items
            ],
            np.float64,
        )

    def of(self, sums: Scores) -> Scores:
        """Return the chrF of each row of sums: (r,)."""
        metric = self._metric()
        return np.array(
            [float(metric._compute_f_score(row)) for row in sums.round().astype(np.int64).tolist()]
        )

    def _metric(self) -> Any:
        from sacrebleu.metrics.chrf import CHRF

        return CHRF(word_order=self.words)


@dataclass(frozen=True)
class _Rouge(Measure[Written]):
    kind: ClassVar[Kind] = "text"
    item: ClassVar[type] = Written
    needs: ClassVar[str] = "rouge_score"
    sort: ClassVar[str]
    stem: bool = False

    def scores(self, items: Sequence[Written]) -> list[float]:
        """Return the F1 of each text against the best of its references: (n,)."""
        scorer = _scorer(self.sort, self.stem)
        return [
            float(
                scorer.score_multi(self._read(i.references), *self._read((i.hypothesis,)))[
                    self.sort
                ].fmeasure
            )
            if i.references
            else float("nan")
            for i in items
        ]

    def _read(self, texts: Sequence[str]) -> Sequence[str]:
        return texts


@lru_cache(maxsize=8)
def _scorer(sort: str, stem: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([sort], tokenizer=_Tokenizer(stem))


class _Tokenizer:
    """Our tokens for the library, whose own drop everything that is not ASCII."""

    def __init__(self, stem: bool) -> None:
        from nltk.stem.porter import PorterStemmer

        self.stem = PorterStemmer().stem if stem else None

    def tokenize(self, text: str) -> list[str]:
        if self.stem is None:
            return tokens(text)
        return [self.stem(t) if t.isascii() and len(t) > 3 else t for t in tokens(text)]


@dataclass(frozen=True)
class Rouge1(_Rouge):
    """F1 of the words that both texts hold (Lin 2004); `stem` compares English stems."""

    name: ClassVar[str] = "ROUGE1"
    sort: ClassVar[str] = "rouge1"


@dataclass(frozen=True)
class Rouge2(_Rouge):
    """F1 of the pairs of words that both texts hold; `stem` compares English stems."""

    name: ClassVar[str] = "ROUGE2"
    sort: ClassVar[str] = "rouge2"


@dataclass(frozen=True)
class RougeL(_Rouge):
    """F1 of the longest common subsequence of words; `stem` compares English stems."""

    name: ClassVar[str] = "ROUGEL"
    sort: ClassVar[str] = "rougeL"


@dataclass(frozen=True)
class RougeLsum(_Rouge):
    """F1 of the union of longest common subsequences, sentence by sentence (Lin 2004, 3.2).

    Lines are sentences; a text of one line is cut into its sentences first.
    """

    name: ClassVar[str] = "ROUGELsum"
    sort: ClassVar[str] = "rougeLsum"

    def _read(self, texts: Sequence[str]) -> Sequence[str]:
        return [
            text if "\n" in text.strip() else "\n".join(text[a:b] for a, b in sentences(text))
            for text in texts
        ]
