"""Ablation: what is run, what is not run again, and the intervals of its table."""

import numpy as np
import pytest
import scipy.stats

from pincite.errors import UnknownSetting, UsageError
from pincite.models import fusion
from pincite.train import ablate as ablation
from pincite.train import recipes
from pincite.train.ablate import ablate, bootstrap_interval, row, t_interval
from pincite.train.progress import Report
from tests.train import tiny


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(recipes, "recipes", tiny.TABLE)


def go(out, asked="fusion=sum,mean", start="auto", **sections):
    said = []
    run = {"ablate_seeds": 2, "seed": 5} | sections.pop("run", {})
    settings = tiny.settings(out, run=run, **sections)
    return ablate(asked, settings, start=start, say=said.append), said


def test_each_choice_is_trained_with_each_seed_and_not_again(tmp_path):
    table, _ = go(tmp_path)
    names = {path.name for path in (tmp_path / "ablate").iterdir()}
    assert names == {"sum-5", "sum-6", "mean-5", "mean-6"}
    assert [r.name for r in table.rows] == ["sum", "mean"]
    assert all(len(set(r.values)) == 2 for r in table.rows), "seeds differ"
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("metrics.jsonl")}
    assert go(tmp_path)[0] == table
    assert {path: path.stat().st_mtime_ns for path in written} == written
    with pytest.raises(UsageError, match=r"optim.lr differ"):
        go(tmp_path, optim={"lr": 0.5})
    assert go(tmp_path, start="fresh", optim={"lr": 0.5})[0] != table


def test_scores_of_examples_give_the_mean_and_the_narrower_interval(tmp_path):
    plain, _ = go(tmp_path / "plain", "fusion=sum")
    scored, _ = go(tmp_path / "scored", "fusion=sum", task={"scores": True})
    assert scored.rows[0].values == pytest.approx(plain.rows[0].values, rel=1e-9)
    assert (plain.rows[0].over, scored.rows[0].over) == ("seeds", "examples")
    assert scored.rows[0].low < scored.rows[0].mean < scored.rows[0].high


def test_all_names_are_tried_unless_some_are_given():
    assert ablation._choices("fusion") == ("fusion", fusion.names())
    with pytest.raises(UnknownSetting, match=r"'fusoin' in --ablate. Did you mean 'fusion'"):
        ablation._choices("fusoin")
    with pytest.raises(UsageError, match="names no choice"):
        ablation._choices("fusion=")


@pytest.mark.parametrize("n", [2, 3, 9, 10, 11, 40])
def test_intervals_over_seeds_are_those_of_scipy(n):
    values = np.random.default_rng(n).normal(size=n)
    peer = scipy.stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert t_interval(values.tolist()) == pytest.approx((peer.low, peer.high), rel=2e-4, abs=2e-4)


def test_one_seed_without_scores_has_no_interval():
    assert t_interval([0.5]) == (None, None)
    report = Report("done", 1, 1.0, 0.1, "f1", 0.5, 1, {"f1": 0.5}, (), None)
    assert (row("a", [report]).mean, row("a", [report]).low) == (0.5, None)


def test_the_bootstrap_draws_examples_and_seeds():
    """Of one seed it is the interval of the examples; seeds that differ widen it."""
    scores = np.random.default_rng(1).normal(size=(1, 200))
    low, high = bootstrap_interval(scores)
    half = 1.96 * scores.std() / np.sqrt(200)
    assert (low, high) == pytest.approx((scores.mean() - half, scores.mean() + half), abs=0.02)
    apart = np.concatenate([scores - 1, scores, scores + 1])
    low, high = bootstrap_interval(apart)
    assert high - low > 1.5
