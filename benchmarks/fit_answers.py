"""Fits the tables of `pincite/generate/calibrate.py` on practice material, and judges the fit.

    python -m benchmarks.fit_answers [--only TABLE]

Material: the practice folders of `answer_sets` through real reading and retrieval, and the even
articles of the public question sets, where they are at hand. Practice folders are
judged by weights fitted without them; the sample corpus and the odd articles are never fitted on.
Each fit is a conditional logit (Newton steps, ridge towards the hand-set weights).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.answers import Retriever, load, token_f1
from benchmarks.corpora import DATA
from benchmarks.fit_calibration import Group, choice_groups, look, named, shown
from benchmarks.practice import Case, domains, holds_quote, load_cases, says
from pincite.config import load_config
from pincite.encode import default_encoder
from pincite.generate import calibrate, compose
from pincite.generate.calibrate import BELIEF_FEATURES, HAND, Weights
from pincite.generate.score import STATEMENT_FEATURES, Reading
from pincite.generate.similar import Similarity
from pincite.generate.telling import tell

Array = npt.NDArray[np.float64]
DENSE = [STATEMENT_FEATURES.index(n) for n in ("similarity", "passage", "context")]
DENSE_BELIEF = [BELIEF_FEATURES.index(n) for n in ("similarity", "passage", "context")]
WEIGHTS = Path(calibrate.__file__).with_name("weights.json")
PULL = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A practice case as the generator sees it."""

    case: Case
    reading: Reading


def newton(groups: Sequence[Group], start: Array, held: Sequence[int] = ()) -> Array:
    """Return the weights that make right alternatives likely, pulled towards `start`."""
    w, count = start.copy(), len(groups)
    free = np.setdiff1d(np.arange(len(w)), held)

    def loss(v: Array) -> float:
        total = PULL * count * float(((v - start) ** 2).sum())
        for x, right in groups:
            z = x @ v
            total += float(np.logaddexp.reduce(z) - np.logaddexp.reduce(z + np.log(right + 1e-12)))
        return total

    for _ in range(50):
        gradient = 2 * PULL * count * (w - start)
        curvature = 2 * PULL * count * np.eye(len(w))
        for x, right in groups:
            p = calibrate.softmax(x @ w)
            q = p * right / max(1e-12, float((p * right).sum()))
            gradient += x.T @ (p - q)
            curvature += (x.T * p) @ x - np.outer(x.T @ p, x.T @ p)
        step = np.zeros_like(w)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        size, before = 1.0, loss(w)
        while size > 1e-4 and loss(w - size * step) > before:
            size /= 2
        w = w - size * step
        if np.abs(size * step).max() < 1e-4:
            break
    return w


AGAINST = {"gap": 0.0, "missing": 0.0, "lacking": 0.0, "limits": 0.0, "beside": -1.0}
"""What can only speak against an answer, and the least that it does."""
FOR = {
    **dict.fromkeys(("cover", "reached", "names", "type", "similarity", "context"), 0.0),
    **dict.fromkeys(("passage", "sought", "topic"), 0.0),
    "subject": 2.0,
}
"""What can only speak for one, and the least: a subject that is not there must be felt."""


def signed(x: Array, right: Array, start: Array, held: Sequence[int]) -> Array:
    """Return `logistic` weights, none of them beyond the bound of its sign."""
    fixed, start = list(held), start.copy()
    while True:
        w = logistic(x, right, start, fixed)
        wrong = {}
        for i, name in enumerate(BELIEF_FEATURES):
            low, high = FOR.get(name, -np.inf), AGAINST.get(name, np.inf)
            if i not in fixed and not low <= w[i] <= high:
                wrong[i] = low if w[i] < low else high
        if not wrong:
            return w
        for i, bound in wrong.items():
            start[i] = bound
            fixed.append(i)


def with_bias(x: Array, right: Array, weights: Array) -> Array:
    """Return the weights with the bias at which both classes of these rows weigh the same."""
    bias = BELIEF_FEATURES.index("bias")
    others = [i for i in range(len(weights)) if i != bias]
    return logistic(x, right, weights, others)


def logistic(x: Array, right: Array, start: Array, held: Sequence[int]) -> Array:
    """Return balanced logistic weights, pulled towards `start`; those in `held` stay."""
    share = right.mean()
    balance = np.where(right > 0.5, 0.5 / share, 0.5 / (1 - share))
    w = start.copy()
    free = np.setdiff1d(np.arange(len(w)), held)

    def loss(v: Array) -> float:
        z = x @ v
        fit_ = np.logaddexp(0.0, z) - right * z
        return float((fit_ * balance).sum() + PULL * len(x) * ((v - start) ** 2).sum())

    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ ((p - right) * balance) + 2 * PULL * len(x) * (w - start)
        curvature = (x.T * (p * (1 - p) * balance)) @ x + 2 * PULL * len(x) * np.eye(len(w))
        step = np.zeros_like(w)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        size, before = 1.0, loss(w)
        while size > 1e-4 and loss(w - size * step) > before:
            size /= 2
        w = w - size * step
        if np.abs(size * step).max() < 1e-5:
            break
    return w


def groups_of(reads: Sequence[Read]) -> tuple[list[Group], list[Group]]:
    """Return the groups of the statement fit and of the value fit of practice cases."""
    statements: list[Group] = []
    values: list[Group] = []
    for read in reads:
        gold, evidence = read.case.gold, read.case.evidence
        if not gold["answerable"] or not read.reading.statements:
            continue
        answers = (gold["answer"], *gold["aliases"])
        right = np.zeros(len(read.reading.statements))
        for i, scored in enumerate(read.reading.statements):
            source, place = evidence[scored.source], scored.statement
            if not holds_quote(read.case, source, place.start, place.end):
                continue
            right[i] = 1.0
            text = source.segment.text
            f1 = np.array([token_f1(text[v.start : v.end], answers) for v in scored.values])
            if len(f1) > 1 and f1.max() >= 0.5:
                values.append((scored.value_features, (f1 >= f1.max() - 1e-9) * f1.max()))
        if right.any():
            statements.append((np.stack([s.features for s in read.reading.statements]), right))
    return statements, values


def chosen(read: Read, weights: Weights) -> tuple[bool, bool, list[float]]:
    """Return whether the best proposal is cited right, answers right, and its belief features."""
    evidence = list(read.case.evidence)
    found = compose.proposals(read.reading, evidence, weights)
    if not found:
        return False, False, []
    asked, gold = read.reading.lens.question, read.case.gold
    given = tell(asked, read.reading, found, evidence, weights).said
    cited, told = False, ""
    for scored in (proposal.best.scored for proposal, _ in given):
        source = evidence[scored.source]
        start, end = scored.statement.start, scored.statement.end
        cited = cited or holds_quote(read.case, source, start, end)
        told += f" {source.segment.text[start:end]}"
    right = says(told, [gold["answer"] or "", *gold["aliases"]])
    row = compose.belief_features(read.reading, found[0], weights)
    return cited, right, [row[name] for name in BELIEF_FEATURES]


def public_groups(language: str, similarity: Similarity | None) -> tuple[list[Group], list[Group]]:
    """Return the groups of the even articles of the public set of a language, if it is here."""
    path = DATA / "qa" / f"qa.{language}.json"
    if not path.exists():
        return [], []
    paragraphs, items = load(path)
    retriever = Retriever(paragraphs)
    cases = []
    for item in items:
        if paragraphs[item.gold].article % 2 == 0:
            evidence = retriever.search(item.question, 5)
            cases.append((item, evidence, look(item.question, evidence, similarity)))
    return choice_groups(cases)


def fit(
    reads: Sequence[Read],
    gone: Sequence[Read],
    public: tuple[list[Group], list[Group]],
    *,
    dense: bool,
) -> Weights:
    """Return weights fitted on practice cases and on the groups of the public sets.

    What belief is worth also learns from `gone`, the cases without what answers them; its bias
    comes from the cases as they are, since real questions without an answer are harder to tell.
    """
    statements, values = groups_of(reads)
    statement = newton(statements + public[0], np.array(HAND.statement), [] if dense else DENSE)
    value = newton(values + public[1], np.array(HAND.value))
    weights = Weights(tuple(statement), tuple(value), HAND.belief)
    held = [] if dense else DENSE_BELIEF
    rows, truth = _belief_data(reads, weights)
    missed = _belief_of_missing(gone, weights)
    x, right = np.array(rows + missed), np.array(truth + [0.0] * len(missed))
    belief = signed(x, right, np.array(HAND.belief), held)
    belief = with_bias(np.array(rows), np.array(truth), belief)
    return Weights(weights.statement, weights.value, tuple(belief))


def _belief_data(reads: Sequence[Read], weights: Weights) -> tuple[list[list[float]], list[float]]:
    """Return belief features and truth.

    Belief is that the sources answer at all. A wrong answer to a question they do answer says
    nothing of that and is left out.
    """
    rows: list[list[float]] = []
    truth: list[float] = []
    for read in reads:
        cited, right, row = chosen(read, weights)
        answerable = bool(read.case.gold["answerable"])
        if row and (cited or right or not answerable):
            rows.append(row)
            truth.append(float(answerable))
    return rows, truth


def _belief_of_missing(gone: Sequence[Read], weights: Weights) -> list[list[float]]:
    """Return belief features of questions whose evidence was taken away.

    Where something else that is left says the answer all the same, the case is left out.
    """
    found = (chosen(read, weights) for read in gone)
    return [row for _, right, row in found if row and not right]


def without_gold(case: Case) -> Case:
    """Return a case without the passages that answer it: a question with only look-alikes left."""
    left = [e for e in case.evidence if not holds_quote(case, e, 0, len(e.segment.text))]
    return Case(case.domain, case.gold, tuple(left))


def judge(reads: Sequence[Read], weights: Weights) -> list[tuple[bool, bool, bool, bool]]:
    """Return per case: answerable, cited right, answer right, given."""
    made = []
    for read in reads:
        cited, right, row = chosen(read, weights)
        features = dict(zip(BELIEF_FEATURES, row, strict=True)) if row else None
        given = features is not None and calibrate.belief(features, weights) >= 0.5
        made.append((bool(read.case.gold["answerable"]), cited, right, given))
    return made


def report(name: str, made: Sequence[tuple[bool, bool, bool, bool]]) -> None:
    answerable = [m for m in made if m[0]]
    other = [m for m in made if not m[0]]
    cited = np.mean([m[1] for m in answerable])
    both = np.mean([m[1] and m[2] for m in answerable])
    given = np.mean([m[1] and m[2] and m[3] for m in answerable])
    refused = sum(not m[3] for m in other)
    print(
        f"  {name:22} n={len(answerable):3} line {cited:.3f}  line and answer {both:.3f}  "
        f"given {given:.3f}  refused {refused}/{len(other)}",
        flush=True,
    )


def write(title: str, weights: Weights) -> None:
    """Put a table into the file of the package."""
    tables = json.loads(WEIGHTS.read_text("utf-8"))
    tables[title] = named(weights)
    WEIGHTS.write_text(json.dumps(tables, indent=1) + "\n", "utf-8")


def read_all(cases: Sequence[Case], similarity: Similarity | None) -> list[Read]:
    return [
        Read(case, look(case.gold["question"], list(case.evidence), similarity)) for case in cases
    ]


def _similarity() -> Similarity | None:
    encoder = default_encoder(load_config())
    if encoder is None:
        return None

    def cosines(question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        query = encoder.encode([question], role="query")[0]
        return encoder.encode(list(texts), role="document") @ query

    return cosines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="fit one table: en, zh or 'en dense'")
    parser.add_argument("--no-judge", dest="judge", action="store_false", help="only fit")
    parser.add_argument("--write", action="store_true", help="put the fits into weights.json")
    parser.add_argument("--keep", default="", help="directory for the knowledge bases")
    arguments = parser.parse_args()
    by_encoder = {name: load_cases(name, domains(), arguments.keep)[0] for name in ("none", "auto")}
    dense = _similarity()
    for title, language, encoder, similarity in (
        ("en", "en", "none", None),
        ("zh", "zh", "none", None),
        ("en dense", "en", "auto", dense),
    ):
        if arguments.only not in ("", title) or (encoder == "auto" and similarity is None):
            continue
        cases = [c for c in by_encoder[encoder] if c.gold["language"] == language]
        reads = read_all(cases, similarity)
        answerable = [c for c in cases if c.gold["answerable"]]
        gone = read_all([without_gold(c) for c in answerable], similarity)
        public = public_groups(language, similarity)
        print(title, flush=True)
        made = []
        for domain in sorted({c.domain for c in cases}) if arguments.judge else ():
            others = [r for r in reads if r.case.domain != domain]
            missed = [r for r in gone if r.case.domain != domain]
            weights = fit(others, missed, public, dense=similarity is not None)
            part = judge([r for r in reads if r.case.domain == domain], weights)
            report(domain, part)
            made += part
        if made:
            report("left out in turn", made)
        weights = fit(reads, gone, public, dense=similarity is not None)
        if arguments.write:
            write(title, weights)
        else:
            print(shown(weights), flush=True)


if __name__ == "__main__":
    main()
