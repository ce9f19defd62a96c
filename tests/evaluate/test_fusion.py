"""A fusion is learned from judged queries, judged on queries it was not learned from, and used."""

import json
import random
from itertools import pairwise

import pytest

from pincite.encode import encoders
from pincite.errors import NotFound, UsageError
from pincite.evaluate import evaluate, fusion, learn_fusion, significance
from pincite.evaluate.datasets.model import Item
from pincite.evaluate.fusion import Case, halves
from pincite.retrieve.merge import Learned
from tests.evaluate import small

WORDS = "pump valve bridge station harbour ladder engine meadow lantern quarry".split()
THINGS = "pressure distance colour weight height price owner age".split()
COUNT = 32


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("machine")
        patch.chdir(home)
        patch.setenv("HOME", str(home))
        for name in ("XDG_CONFIG_HOME", "PINCITE_CACHE_DIR", "PINCITE_DATA_DIR"):
            patch.setenv(name, str(home / name))
        patch.setitem(vars(encoders), "_plugins", encoders._plugins | {"contrary": small.CONTRARY})
        yield home


def config(**more):
    return small.config(**{"encoder": "contrary", "encoders": "none", **more})


@pytest.fixture(scope="module")
def notes(machine):
    """Notes of the same words in other company, and a question for each."""
    rng, folder = random.Random(7), machine / "notes"
    pairs = rng.sample([(a, b) for a in WORDS for b in THINGS], COUNT)
    corpus = [
        {"_id": f"d{n}", "title": "", "text": f"The {a} has a {b} of {n} in the {c}."}
        for n, ((a, b), c) in enumerate(zip(pairs, rng.choices(WORDS, k=COUNT), strict=True))
    ]
    queries = [{"_id": f"q{n}", "text": f"Of the {a} the {b}?"} for n, (a, b) in enumerate(pairs)]
    folder.mkdir()
    small.write_lines(folder / "corpus.jsonl", corpus)
    small.write_lines(folder / "queries.jsonl", queries)
    judged = [f"q{n}\td{n}\t1" for n in range(COUNT)]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]) + "\n")
    return folder


@pytest.fixture(scope="module")
def learned(notes, machine):
    return learn_fusion(notes, machine / "fusion.json", ["R@1", "RR"], config=config())


def test_a_channel_that_misleads_is_weighed_down_and_queries_not_learned_from_gain(learned):
    assert learned.weights["dense"] < 0
    [first, _] = learned.differences["calibrated"]
    assert (first.measure, first.items) == ("R@1", COUNT)
    assert first.after - first.before == pytest.approx(first.difference)
    assert first.difference > 0.2
    assert first.low > 0
    assert first.p_corrected < 0.05
    assert learned.values["learned"]["R@1"] == first.after
    assert learned.values["rrf"]["R@1"] == learned.differences["rrf"][0].before


def test_no_query_is_judged_by_what_was_learned_from_it(notes, machine, monkeypatch):
    taught, judged = [], []
    fit, fuse = fusion.learned.fit, Learned.fuse

    def fitting(cases):
        taught.append([pool.asked.query.text for pool, _ in cases])
        return fit(cases) | {"lesson": float(len(taught))}

    def fusing(self, pool):
        judged.append((int(self.weights["lesson"]) - 1, pool.asked.query.text))
        return fuse(self, pool)

    monkeypatch.setattr(fusion.learned, "fit", fitting)
    monkeypatch.setattr(Learned, "fuse", fusing)
    learn_fusion(notes, machine / "spied.json", ["R@1"], config=config())
    assert [len(lesson) for lesson in taught] == [COUNT // 2, COUNT // 2, COUNT]
    assert sorted(text for _, text in judged) == sorted(taught[2])
    assert not any(text in taught[lesson] for lesson, text in judged)


def test_what_was_written_is_what_a_search_is_merged_by(learned, notes):
    def right(setting):
        run = evaluate(notes, measures=["R@1"], config=config(fusion=setting))
        return run.figures["R@1"].value

    assert json.loads(learned.path.read_text())["weights"] == dict(learned.weights)
    assert right("calibrated") == pytest.approx(learned.values["calibrated"]["R@1"])
    assert right("rrf") == pytest.approx(learned.values["rrf"]["R@1"])
    assert right(f"learned:{learned.path}") >= learned.values["learned"]["R@1"]


def test_p_values_are_corrected_for_all_that_were_printed(learned):
    found = [one for rival in learned.differences.values() for one in rival]
    assert len(found) == 4
    assert [one.p_corrected for one in found] == significance.holm([one.p for one in found])


def test_the_same_seed_learns_and_finds_the_same(learned, notes, machine):
    again = learn_fusion(notes, machine / "again.json", ["R@1", "RR"], config=config())
    assert again.weights == learned.weights
    assert again.to_json()["differences"] == learned.to_json()["differences"]


# -- halves ----------------------------------------------------------------------------------


def case(*relevant):
    return Case(Item("q", "x", relevant=dict.fromkeys(relevant, 1)), None, frozenset())


@pytest.mark.parametrize("seed", range(5))
def test_queries_of_the_same_documents_are_in_the_same_half(seed):
    cases = [case(name) for name in "aabbccdde"]
    side = halves(cases, seed)
    for one, other in pairwise(range(len(cases))):
        if cases[one].item.relevant == cases[other].item.relevant:
            assert side[one] == side[other]
    assert sorted((side.count(0), side.count(1))) == [4, 5]


def test_the_seed_decides_the_halves():
    cases = [case(str(n)) for n in range(20)]
    assert halves(cases, 0) == halves(cases, 0)
    assert len({tuple(halves(cases, seed)) for seed in range(5)}) == 5


def test_queries_that_cannot_be_split_are_refused():
    with pytest.raises(UsageError, match=r"2 queries with 1 different sets .* judge more queries"):
        halves([case("a"), case("a")], 0)


# -- what cannot be learned from -------------------------------------------------------------


def test_judgements_that_no_search_finds_teach_nothing(notes, machine):
    folder = machine / "far"
    folder.mkdir()
    for name in ("corpus.jsonl", "qrels.tsv"):
        (folder / name).write_text((notes / name).read_text())
    rows = [json.loads(line) for line in (notes / "queries.jsonl").read_text().splitlines()]
    small.write_lines(folder / "queries.jsonl", [row | {"text": "zebra"} for row in rows])
    with pytest.raises(UsageError, match="nothing to learn from"):
        learn_fusion(folder, machine / "no.json", config=config(encoder="none"))
    assert not (machine / "no.json").exists()


@pytest.mark.parametrize(
    ("file", "measures", "says"),
    [
        ("none/x.json", [], "there is no directory"),
        (".", [], "it is a directory"),
        ("x.json", ["WER"], "judged by rankings, and WER is of kind transcript"),
    ],
)
def test_wrong_use_is_told_before_anything_is_read(notes, machine, file, measures, says):
    with pytest.raises(UsageError, match=says):
        learn_fusion(notes, machine / file, measures, config=config())


def test_a_fusion_that_is_not_there_is_told_before_anything_is_read(notes):
    events = []
    with pytest.raises(NotFound, match="there is no fusion file"):
        evaluate(notes, config=config(fusion="learned:none.json"), on_event=events.append)
    assert events == []
