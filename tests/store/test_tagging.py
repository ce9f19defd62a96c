"""Tags: what a picture shows in words, from people and from models, and found by words."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pincite.config import load_config
from pincite.content import Picture
from pincite.errors import UsageError
from pincite.store.check import check
from pincite.store.encode import encode
from pincite.store.sync import sync
from pincite.store.tables import Store
from pincite.store.tagging import LEAST, Label, read_labels, tag, tags_of
from tests.store.making import ids, numbered
from tests.store.seeing import Looks
from tests.store.test_encode import Words, ignore

COLOURS = {"red": 0, "green": 1, "blue": 2}


class Colours:
    """Knows three colours, in pictures as in words; anything else is a fourth thing."""

    name = space = "colours"
    width = 4
    modalities = frozenset({"text", "image"})
    languages = frozenset()

    def encode(self, items, role="document"):
        return np.stack([self._one(item) for item in items])

    def _one(self, item):
        if isinstance(item, Picture):
            mean = item.pixels.reshape(-1, 3).mean(axis=0)
            found = np.array([*mean, 1.0], np.float32)
            return found / np.linalg.norm(found)
        named = [at for colour, at in COLOURS.items() if f" {colour}." in item]
        return np.eye(4, dtype=np.float32)[named[0] if named else 3]


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


@pytest.fixture
def config(tmp_path):
    return load_config({"workers": 1, "ocr": "off"}, environ={}, folder=tmp_path)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    for name, colour in {"a": (250, 0, 0), "b": (0, 0, 250), "c": (0, 0, 0)}.items():
        Image.new("RGB", (20, 10), colour).save(tmp_path / "folder" / f"{name}.png")
    (tmp_path / "folder" / "note.txt").write_text("The colour of the pump is blue.")
    return tmp_path / "folder"


def labels(tmp_path, *lines):
    (tmp_path / "labels.txt").write_text("\n".join(lines), "utf-8")
    return read_labels(tmp_path / "labels.txt")


def by_name(store, found):
    segments = store.segments([i for i, _ in found])
    entries = store.ledger()
    return [Path(entries[s.asset_id].asset.uri).name for s in segments.values()]


def test_words_find_pictures_by_what_a_model_sees_in_them(tmp_path, folder, store, config):
    sync(folder, store, [Words()], config)
    known = labels(tmp_path, "red | 红色", "green", "", "blue | 蓝色", "something else")
    done = tag(store, Colours(), known, ignore)
    assert (done.segments, done.tagged) == (3, 3)
    assert by_name(store, store.tagged("red", 9)) == ["a.png"]
    assert by_name(store, store.tagged("蓝色", 9))[0] == "b.png"
    assert by_name(store, store.tagged("else", 9)) == ["c.png"]
    assert by_name(store, store.lexical("blue", 9)) == ["note.txt"], "tags are asked apart"
    assert by_name(store, store.tagged("blue", 9)) == ["b.png"]
    [blue] = store.segments([i for i, _ in store.tagged("blue", 9)]).values()
    assert blue.tags == ("blue", "蓝色")
    assert blue.text == "", "tags are never quoted"
    assert check(store).ok, check(store).problems


def test_tags_made_again_replace_those_of_their_origin_only(store):
    store.commit(numbered(0, 2))
    [first, *_] = [e.segment.id for e in numbered(0, 1)[0].extracts]
    before = store.segments([first])[first]
    store.tag({first: ["sidecar"]}, "")
    store.tag({first: ["wrong", "pump"], "unknown": ["x"]}, "model")
    store.tag({first: ["valve"]}, "model")
    assert store.segments([first])[first].tags == ("sidecar", "valve")
    assert store.tagged("wrong", 5) == []
    assert [i for i, _ in store.tagged("valve", 5)] == [first]
    store.tag({first: []}, "model")
    store.tag({first: []}, "")
    assert store.segments([first])[first] == before
    assert store.count() == 6
    assert check(store).ok, check(store).problems


def test_tags_outlive_what_else_is_written(store):
    store.commit(numbered(0, 1))
    [first, *_] = [e.segment.id for e in numbered(0, 1)[0].extracts]
    store.tag({first: ["zeppelin"]}, "model")
    encode(store, [Looks()], ignore)
    [(asset_id, entry)] = store.ledger().items()
    store.relocate({asset_id: (type(entry.sources[0])("/elsewhere.txt", 1, 1),)})
    store.commit(numbered(1, 1))
    store.drop_space("words")
    store.optimize()
    assert [i for i, _ in store.tagged("zeppelin", 5)] == [first]
    assert check(store).ok, check(store).problems


def test_forgotten_tags_leave_the_disk(store):
    store.commit(numbered(0, 2))
    [first, *_] = [e.segment.id for e in numbered(0, 1)[0].extracts]
    store.tag({first: ["Quaggaherd"]}, "model")
    store.optimize()
    store.forget(ids(numbered(0, 1)))
    store.optimize(purge=True)
    signs = (b"uaggaherd", b"UAGGAHERD")
    files = [p.read_bytes() for p in Path(store.uri).rglob("*") if p.is_file()]
    assert not any(sign in data for data in files for sign in signs)


def test_tags_beside_a_picture_are_taken_in_with_it(tmp_path, folder, store, config):
    (folder / "a.json").write_text(json.dumps({"tags": ["Okapi", "水泵"]}))
    sync(folder, store, (), config)
    assert by_name(store, store.tagged("okapi", 5)) == ["a.png"]
    assert by_name(store, store.tagged("水泵", 5)) == ["a.png"]
    tag(store, Colours(), labels(tmp_path, "red", "blue", "green", "none"), ignore)
    [segment] = store.segments([i for i, _ in store.tagged("okapi", 5)]).values()
    assert segment.tags == ("Okapi", "水泵", "red")


# -- probabilities -------------------------------------------------------------------------------


def test_only_likely_labels_are_tags_and_at_most_five():
    named = [Label((str(n),)) for n in range(20)]
    far = np.eye(20, dtype=np.float32)
    assert tags_of(far[3], far, named) == ("3",)
    assert tags_of(far[3], np.tile(far[4], (20, 1)), named) == (), "a twentieth each is too little"
    few = np.tile(far[4], (9, 1))
    assert LEAST < 1 / 9
    assert tags_of(far[3], few, named[:9]) == ("0", "1", "2", "3", "4")


def test_a_margin_of_two_hundredths_is_odds_of_seven_to_one():
    """exp(100 · 0.02) = 7.39: P = 0.881 and 0.119, both above a tenth; at 0.03, 0.953 and 0.047."""
    named = [Label(("near",)), Label(("far",))]
    picture = np.float32([1, 0])
    assert tags_of(picture, np.float32([[0.30, 0], [0.28, 0]]), named) == ("near", "far")
    assert tags_of(picture, np.float32([[0.30, 0], [0.27, 0]]), named) == ("near",)


def test_a_label_is_asked_for_in_a_language_the_model_reads():
    label, encoder = Label(("pump", "水泵")), Colours()
    assert label.prompt(encoder) == "a photo of a pump."
    assert Label(("水泵",)).prompt(encoder) == "一张水泵的照片。"
    encoder.languages = frozenset({"zh"})
    assert label.prompt(encoder) == "一张水泵的照片。"


def test_the_labels_shipped_are_many_each_in_two_languages():
    shipped = read_labels()
    assert len(shipped) > 300
    assert all(len(label.names) == 2 for label in shipped)
    assert all(label.names[1].strip().isascii() is False for label in shipped)


def test_wrong_use_says_what_to_do(tmp_path, store):
    with pytest.raises(UsageError, match=r"encoder 'words' reads text; choose one for both"):
        tag(store, Words(), labels(tmp_path, "a", "b"), ignore)
    with pytest.raises(UsageError, match="holds 1 labels"):
        labels(tmp_path, "a", "a", " | ")
    with pytest.raises(UsageError, match="cannot be read"):
        read_labels(tmp_path / "absent.txt")
