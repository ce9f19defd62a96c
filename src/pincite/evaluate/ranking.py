"""How good rankings are, as trec_eval counts it (through ir-measures).

A grade of at least `rel` is relevant; an id without a judgement is not. An item without any
judgement is left out (NaN); one that returned nothing scores 0. Ids are ranked as they stand, so
equal scores cannot change an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate.measure import Cut, Kind, Measure, Scores
from pincite.evaluate.types import Ranked

_OPTIONAL = Cut("rank", least=1, whole=True)
_REQUIRED = Cut("rank", least=1, whole=True, required=True)


@dataclass(frozen=True)
class _Ranking(Measure[Ranked]):
    kind: ClassVar[Kind] = "ranking"
    item: ClassVar[type] = Ranked
    needs: ClassVar[str] = "ir_measures"
    cut: ClassVar[Cut | None] = _OPTIONAL

    def scores(self, items: Sequence[Ranked]) -> Scores:
        """Return the score of each ranking: (n,)."""
        import ir_measures
        from ir_measures import providers

        asked = _asked(ir_measures, self.name, self._settings())
        depth = self._depth()
        qrels = {str(at): dict(item.judgements) for at, item in enumerate(items)}
        run = {
            str(at): {name: -float(rank) for rank, name in enumerate(item.ids[:depth])}
            for at, item in enumerate(items)
        }
        judged = {query: grades for query, grades in qrels.items() if grades}
        found = np.full(len(items), np.nan)
        if judged:
            provider = providers.registry["pytrec_eval"]
            for metric in provider.evaluator([asked], judged).iter_calc(run):
                found[int(metric.query_id)] = metric.value
        return found

    def _settings(self) -> dict[str, Any]:
        return {} if self.cutoff is None else {"cutoff": self.cutoff}

    def _depth(self) -> int | None:
        return None


def _asked(library: Any, name: str, settings: dict[str, Any]) -> Any:
    return getattr(library, name)(**settings) if settings else getattr(library, name)


@dataclass(frozen=True)
class _Binary(_Ranking):
    """A measure that knows relevant and not relevant; `rel` is the least grade that is."""

    rel: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rel < 1:
            raise UsageError(f"rel of measure {self.name!r} is a grade from 1, got {self.rel}")

    def _settings(self) -> dict[str, Any]:
        return {**super()._settings(), "rel": self.rel}


@dataclass(frozen=True)
class NDCG(_Ranking):
    """Gain of the grades, discounted by log2(rank + 1), over that of the best order possible.

    Järvelin and Kekäläinen 2002, with the grade itself as gain.
    """

    name: ClassVar[str] = "nDCG"


@dataclass(frozen=True)
class Recall(_Binary):
    """Share of the relevant ids that stand among the first k."""

    name: ClassVar[str] = "R"
    cut: ClassVar[Cut | None] = _REQUIRED


@dataclass(frozen=True)
class Precision(_Binary):
    """Share of the first k places that hold a relevant id; places left empty do not."""

    name: ClassVar[str] = "P"
    cut: ClassVar[Cut | None] = _REQUIRED


@dataclass(frozen=True)
class ReciprocalRank(_Binary):
    """1 / rank of the first relevant id, 0 if there is none among the first k; its mean is MRR."""

    name: ClassVar[str] = "RR"

    def _settings(self) -> dict[str, Any]:
        return {"rel": self.rel}

    def _depth(self) -> int | None:
        return None if self.cutoff is None else int(self.cutoff)


@dataclass(frozen=True)
class AveragePrecision(_Binary):
    """Mean over all relevant ids of the precision at their rank, 0 beyond k; its mean is MAP."""

    name: ClassVar[str] = "AP"


@dataclass(frozen=True)
class Success(_Binary):
    """1 if a relevant id stands among the first k (called hit rate or top-k accuracy too)."""

    name: ClassVar[str] = "Success"
    cut: ClassVar[Cut | None] = _REQUIRED
