"""The ways to merge what channels say. Expected shares were worked out by hand."""

import json
import math

import numpy as np
import pytest

from pincite.errors import NotFound, UsageError
from pincite.retrieve.align import Alignment
from pincite.retrieve.asked import Asked
from pincite.retrieve.channels import Said, Usual
from pincite.retrieve.fuse import WITH_VECTORS, WORDS_ONLY, features, surrounded
from pincite.retrieve.learned import RIDGE, fit, loss, newton, write
from pincite.retrieve.merge import (
    PUSH,
    SEPARATION,
    Calibrated,
    Learned,
    ReciprocalRank,
    Weighted,
    create,
)
from pincite.retrieve.pool import Pool
from pincite.types import ImageRegion, Query, Segment, TextSpan

LINED_UP = Alignment(1.0, 1.0, 1.0)
APART = Alignment(0.0, 0.0, 0.0)


def segment(id, modality="text"):
    locator = TextSpan(0, 4) if modality == "text" else ImageRegion()
    return Segment(id, "asset", modality, locator, "text")


def pool(said, *, query=None, aligned=None, unwanted=None, pictures=()):
    """Candidates a, b and c, as channels speak of them."""
    ids = sorted({id for s in said.values() for id in s.scores})
    lexical = said["lexical"].scores if "lexical" in said else {}
    dense = said["dense"].scores if "dense" in said else {}
    alone = features(lexical, dense, aligned or dict.fromkeys(ids, APART))
    words = surrounded(alone, {}, {}, WITH_VECTORS.alone)
    return Pool(
        Asked.of(query or Query("pump")),
        {id: segment(id, "image" if id in pictures else "text") for id in ids},
        {},
        said,
        features=words if lexical or dense else {},
        unwanted=unwanted or {},
    )


def test_calibrated_adds_the_fitted_log_odds_of_the_words():
    found = pool(
        {"lexical": Said({"a": 4.0, "b": 2.0}), "dense": Said({"a": 0.5, "b": 0.7})},
        aligned={"a": LINED_UP, "b": APART},
    )
    fused = Calibrated().fuse(found)
    logits = {id: WITH_VECTORS.full.logit(found.features[id]) for id in "ab"}
    total = sum(math.exp(value) for value in logits.values())
    assert fused.shares == pytest.approx({i: math.exp(v) / total for i, v in logits.items()})
    for id in "ab":
        assert sum(fused.parts[id].values()) == pytest.approx(logits[id])
        assert set(fused.parts[id]) == {"lexical", "dense", "wording", "around"}
    b = found.features["b"]
    weights = WITH_VECTORS.full
    cosine = weights.dense * 0.7 + weights.dense_standing * b.dense_standing
    assert fused.parts["b"]["dense"] == pytest.approx(cosine)
    assert fused.parts["b"]["around"] == pytest.approx(weights.around * b.around)


def test_without_vectors_the_weights_are_those_of_words_alone():
    found = pool({"lexical": Said({"a": 4.0, "b": 2.0})})
    parts = Calibrated().fuse(found).parts["a"]
    assert set(parts) == {"lexical", "wording", "around"}
    assert sum(parts.values()) == pytest.approx(WORDS_ONLY.full.logit(found.features["a"]))


def test_another_channel_adds_what_lies_above_the_usual():
    said = {"clip": Said({"a": 0.3, "b": 0.2}, {"image": Usual(0.2, 0.05)})}
    fused = Calibrated().fuse(pool(said, pictures="ab"))
    odds = math.exp(SEPARATION * (0.3 - 0.2) / 0.05)
    assert fused.shares == pytest.approx({"a": odds / (odds + 1), "b": 1 / (odds + 1)})
    assert fused.parts["a"] == pytest.approx({"clip": SEPARATION * 2.0})


def test_scores_are_told_apart_by_what_is_usual_for_their_modality():
    """A cosine of 0.8 with a text is nothing where texts have 0.8; 0.3 with a picture is much."""
    usual = {"text": Usual(0.8, 0.05), "image": Usual(0.2, 0.05)}
    said = {"clip": Said({"a": 0.8, "b": 0.3}, usual)}
    shares = Calibrated().fuse(pool(said, pictures="b")).shares
    assert shares["b"] > 0.9 > shares["a"]


def test_a_channel_that_says_nothing_of_a_candidate_adds_nothing_to_it():
    said = {
        "clip": Said({"a": 0.3, "b": 0.2}, {"image": Usual(0.2, 0.05)}),
        "clap": Said({"c": 0.3}, {"audio": Usual()}),
    }
    fused = Calibrated().fuse(pool(said, pictures="ab"))
    assert fused.parts["c"] == {"clip": 0.0, "clap": 0.0}


def test_the_weight_of_the_words_scales_their_part():
    said = {"lexical": Said({"a": 4.0, "b": 2.0}), "clip": Said({"a": 0.1}, {"text": Usual()})}
    whole = Calibrated().fuse(pool(said)).parts["a"]
    half = Calibrated().fuse(pool(said, query=Query("pump", weights={"text": 0.5}))).parts["a"]
    assert half["lexical"] == pytest.approx(whole["lexical"] / 2)
    assert half["clip"] == whole["clip"]


@pytest.mark.parametrize("fusion", [Calibrated(), ReciprocalRank(), Weighted(), Learned({})])
def test_what_holds_the_unwanted_words_falls_behind(fusion):
    said = {"lexical": Said({"a": 4.0, "b": 3.9, "c": 1.0})}
    fused = fusion.fuse(pool(said, unwanted={"a": 1.0, "b": 0.0, "c": 0.0}))
    assert fused.shares["b"] > fused.shares["a"]
    assert sum(fused.shares.values()) == pytest.approx(1.0)


def test_unwanted_words_cost_log_odds():
    fused = Calibrated().fuse(pool({"lexical": Said({"a": 4.0})}, unwanted={"a": 0.5}))
    assert fused.parts["a"]["without"] == -PUSH / 2


def test_reciprocal_rank_adds_up_over_channels():
    said = {"lexical": Said({"a": 9.0, "b": 8.0}), "dense": Said({"b": 0.9, "c": 0.1})}
    fused = ReciprocalRank(damping=1).fuse(pool(said))
    assert fused.parts["b"] == pytest.approx({"lexical": 1 / 3, "dense": 1 / 2})
    total = 1 / 2 + 5 / 6 + 1 / 3
    assert fused.shares == pytest.approx(
        {"a": 1 / 2 / total, "b": 5 / 6 / total, "c": 1 / 3 / total}
    )


def test_weighted_brings_each_channel_to_its_own_range():
    said = {"lexical": Said({"a": 9.0, "b": 5.0, "c": 1.0}), "dense": Said({"b": 0.9, "c": 0.5})}
    fused = Weighted({"dense": 2.0}).fuse(pool(said))
    assert fused.parts == {
        "a": {"lexical": 1.0},
        "b": {"lexical": 0.5, "dense": 2.0},
        "c": {"lexical": 0.0, "dense": 0.0},
    }
    assert fused.shares == pytest.approx({"a": 1 / 3.5, "b": 2.5 / 3.5, "c": 0.0})


def test_a_learned_fusion_finds_the_channel_that_tells(tmp_path):
    """Words mislead here and pictures tell: the fit must turn the weights accordingly."""
    cases = []
    for number in range(12):
        right, wrong = ("a", "b") if number % 2 else ("b", "a")
        said = {
            "lexical": Said({right: 1.0 + number % 3, wrong: 2.0}),
            "clip": Said({right: 0.3 + 0.01 * number, wrong: 0.2}, {"image": Usual(0.2, 0.05)}),
        }
        cases.append((pool(said, pictures="ab"), {right}))
    weights = fit(cases)
    fused = [Learned(weights).fuse(found).shares for found, _ in cases]
    assert all(max(s, key=s.get) in right for s, (_, right) in zip(fused, cases, strict=True))
    assert weights["clip"] > 0
    path = tmp_path / "fusion.json"
    write(path, weights, "a test")
    assert create(f"learned:{path}") == Learned(weights)


def test_each_of_several_relevant_segments_is_learned_from():
    """The words find the one, pictures the other; to raise the easier alone would be enough."""
    said = {
        "lexical": Said({"a": 2.0, "c": 1.0}),
        "clip": Said({"b": 0.30, "d": 0.29, "c": 0.2}, {"image": Usual(0.2, 0.05)}),
    }
    found = pool(said, pictures="bcd")
    shares = Learned(fit([(found, {"a", "b"})] * 5)).fuse(found).shares
    assert min(shares["a"], shares["b"]) > shares["c"]


def test_a_fit_is_where_the_loss_is_least():
    """Moving any weight of the fit either way makes its own loss larger."""
    x = [([[1.0, 0.2], [0.3, 0.9]], [True, False]), ([[0.1, 0.7], [0.8, 0.1]], [False, True]),
         ([[0.5, 0.9], [0.6, 0.1]], [True, False])]  # fmt: skip
    cases = [(np.array(rows), np.array(relevant)) for rows, relevant in x]
    best = newton(cases, RIDGE)
    for place in range(2):
        for step in (-1e-3, 1e-3):
            moved = best.copy()
            moved[place] += step
            assert loss(cases, moved, RIDGE) > loss(cases, best, RIDGE)


def test_nothing_can_be_learned_from_queries_without_relevant_candidates():
    with pytest.raises(UsageError, match="none of the 1 queries"):
        fit([(pool({"lexical": Said({"a": 1.0})}), {"elsewhere"})])


@pytest.mark.parametrize(
    ("setting", "fusion"),
    [
        ("calibrated", Calibrated()),
        ("rrf", ReciprocalRank(60.0)),
        ("rrf:10", ReciprocalRank(10.0)),
        ("weighted", Weighted({})),
        ("weighted:lexical=1,dense=0.5", Weighted({"lexical": 1.0, "dense": 0.5})),
    ],
)
def test_a_setting_names_a_fusion(setting, fusion):
    assert create(setting) == fusion


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("calibrate", "Did you mean 'calibrated'"),
        ("calibrated:3", "expected a fusion"),
        ("rrf:many", "expected a number"),
        ("weighted:lexical", "NAME=NUMBER"),
        ("weighted:lexical=nan", "expected a number"),
        ("learned", "expected a fusion"),
    ],
)
def test_a_wrong_setting_is_explained(setting, message):
    with pytest.raises(UsageError, match=message):
        create(setting)


def test_a_fusion_file_is_checked(tmp_path):
    with pytest.raises(NotFound, match="learn-fusion"):
        create(f"learned:{tmp_path / 'none.json'}")
    other = tmp_path / "other.json"
    for content in ("[]", json.dumps({"weights": {"a": 1}}), "{"):
        other.write_text(content)
        with pytest.raises(UsageError, match="fusion file"):
            create(f"learned:{other}")
