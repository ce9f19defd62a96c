"""A knowledge base encoded in several spaces: each encoder fills its own column, and no other."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pincite.config import load_config
from pincite.content import Picture
from pincite.errors import ModelMismatch, NotFound, StoreError, UsageError
from pincite.ingest.pictures import cut_out
from pincite.store import schema
from pincite.store.check import check
from pincite.store.encode import encode
from pincite.store.late import LateEmbeddings
from pincite.store.notices import RunWarning
from pincite.store.sync import sync
from pincite.store.tables import Store
from pincite.types import (
    Embeddings,
    ImageRegion,
    Media,
    PageRegion,
    TokenVectors,
)
from tests.store.making import ROOT, ids, ingested, numbered
from tests.store.seeing import Looks, Pages, fill, hears
from tests.store.test_encode import STEPS, Words, ignore


@pytest.fixture
def config(tmp_path):
    flags = {"workers": 2, "ocr": "off", "asr": "none"}
    return load_config(flags, environ={}, folder=tmp_path)


@pytest.fixture
def folder(tmp_path):
    return fill(tmp_path / "folder")


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


def of_file(store, name):
    """Segments of a file in their order."""
    [asset] = [a for a, e in store.ledger().items() if e.asset.uri.endswith(name)]
    return store.lacking("none", [asset])


def everything(store):
    return [s.id for s in store.lacking("none", store.ledger())]


def same_vectors(one, other, space):
    """Whether two knowledge bases hold the same vectors of a space, token vectors included."""
    for read in (Store.vectors, Store.tokens):
        found, expected = read(one, space, everything(one)), read(other, space, everything(other))
        assert found.keys() == expected.keys()
        for id_, vector in found.items():
            np.testing.assert_allclose(vector, expected[id_], atol=1e-6)
    return True


# -- what goes where -----------------------------------------------------------------------------


def test_one_run_fills_a_column_for_each_encoder(folder, store, config):
    encoders = [Words(), Looks(), hears(), Pages()]
    sync(folder, store, encoders, config)
    [note], [red], [tone] = (of_file(store, n) for n in ("note.txt", "red.png", "tone.wav"))
    pages = of_file(store, "two.pdf")
    assert len(pages) > 3
    looks, heard = (store.vectors(space, everything(store)) for space in ("looks", "hears"))
    assert set(heard) == {tone.id}, "an encoder of sounds hears sounds only"
    assert set(looks) == {s.id for s in (note, red, tone, *pages)}, (
        "words stand for what it cannot see"
    )
    seen = Picture(np.full((60, 80, 3), (200, 0, 0), np.uint8))
    np.testing.assert_allclose(looks[red.id], Looks().encode([seen])[0], atol=1e-6)
    np.testing.assert_allclose(looks[note.id], Looks().encode(["The pump is red."])[0], atol=1e-6)
    on_pages = store.tokens("sensing-64", [s.id for s in pages])
    assert set(on_pages) == store.carriers(store.ledger()), "others beside it change nothing"
    words = store.vectors("words", everything(store))
    assert {s.id for s in (note, *pages)} <= set(words)
    spaces = {"words", "looks", "hears", "sensing-64"}
    assert all(set(entry.spaces) == spaces for entry in store.ledger().values())
    assert store.encoded().keys() == spaces
    assert check(store).ok, check(store).problems
    assert sync(folder, store, encoders, config).encoded == 0


def test_what_several_encoders_see_is_decoded_once(folder, store, config, monkeypatch):
    from pincite.ingest import content

    decoded, real = [], content.segment_content
    monkeypatch.setattr(
        content, "segment_content", lambda s, *rest: (decoded.append(s.modality), real(s, *rest))[1]
    )
    encoders = [Looks(), Looks("sees", ("image",)), Looks("shots", ("image", "video"))]
    sync(folder, store, encoders, config)
    assert decoded == ["image"]
    assert [len(encoder.read) for encoder in encoders[1:]] == [1, 1]


def test_an_encoder_that_comes_later_reads_the_evidence_and_fills_only_its_column(
    tmp_path, folder, store, config
):
    first = Store.open(str(tmp_path / "first"), create=True)
    sync(folder, first, [Words(), Looks(), hears(), Pages()], config)
    sync(folder, store, [Words()], config)
    for path in folder.iterdir():
        path.unlink()
    before = store.vectors("words", everything(store))
    again = Words()
    done = encode(store, [again, Looks(), hears(), Pages()], ignore)
    assert again.read == []
    assert done.segments == len(everything(store)), "each has something one of them reads"
    after = store.vectors("words", everything(store))
    assert all(np.array_equal(before[i], after[i]) for i in before)
    assert all(same_vectors(store, first, s) for s in ("words", "looks", "hears", "sensing-64"))
    assert store.ledger().keys() == first.ledger().keys()
    assert check(store).ok, check(store).problems
    assert encode(store, [Looks(), hears(), Pages()], ignore).segments == 0


def test_words_alone_make_no_column_for_pictures(tmp_path, store, config):
    (tmp_path / "a.txt").write_text("The pump is red.")
    sees = Looks("sees", ("image",))
    sync(tmp_path / "a.txt", store, [Words(), sees], config)
    assert store.spaces().keys() == {"words"}
    [entry] = store.ledger().values()
    assert entry.spaces == ("sees", "words"), "and it is not looked at again"
    assert sees.read == []


def pictured(data, uri="/broken.png"):
    """A file of one picture segment whose kept picture is `data`."""
    item = ingested(uri, "Its words.", space="", pictures=True)
    [extract] = item.extracts
    segment = replace(extract.segment, modality="image", locator=ImageRegion())
    return replace(item, extracts=(replace(extract, segment=segment, picture=data),))


def test_a_picture_that_cannot_be_decoded_stays_without_a_vector(store):
    store.commit([pictured(Media("image/png", b"no picture"))])
    events = []
    assert encode(store, [Looks(), Words()], events.append).segments == 1
    assert store.encoded() == {"words": 1}
    [warning] = [e for e in events if isinstance(e, RunWarning)]
    assert (warning.uri, "cannot be decoded" in warning.message) == ("/broken.png", True)
    [entry] = store.ledger().values()
    assert entry.spaces == ("looks", "words"), "it is not asked for again"
    events.clear()
    assert encode(store, [Looks(), Words()], events.append).segments == 0
    assert events == []


# -- late interaction ----------------------------------------------------------------------------


def test_the_first_segment_of_a_page_carries_the_vectors_of_the_page_as_drawn(
    folder, store, config
):
    sync(folder, store, [Pages()], config)
    pages = of_file(store, "two.pdf")
    first = {p: next(s for s in pages if s.locator.page == p) for p in (1, 2)}
    tokens = store.tokens("sensing-64", [s.id for s in pages])
    assert set(tokens) == {s.id for s in first.values()} == store.carriers(store.ledger())
    assert set(store.vectors("sensing-64", [s.id for s in pages])) == set(tokens)
    original = Media("application/pdf", (folder / "two.pdf").read_bytes())
    for number, carrier in first.items():
        drawn = Picture(np.array(cut_out(original, PageRegion(number)), np.uint8))
        expected = Pages().encode_tokens([drawn])[0]
        np.testing.assert_allclose(tokens[carrier.id], expected, atol=1e-3)
        mates = [s.id for s in pages if s.locator.page == number and s is not carrier]
        assert store.page_mates([carrier.id]) == {carrier.id: mates}
    [note] = of_file(store, "note.txt")
    assert store.page_mates([note.id]) == {}
    np.testing.assert_allclose(
        store.tokens("sensing-64", [note.id])[note.id],
        Pages().encode_tokens(["The pump is red."])[0],
        atol=1e-3,
    )
    assert store.late_spaces() == {"sensing-64"}


def late(item, *counts, space="late"):
    """The file with as many token vectors a segment as `counts` says."""
    found = np.random.default_rng(1).normal(size=(sum(counts), 8)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    tokens = TokenVectors(found, np.cumsum([0, *counts]))
    own = tuple(extract.segment.id for extract in item.extracts)[: len(counts)]
    vectors = found[tokens.offsets[:-1]]
    return replace(item, embeddings=(LateEmbeddings(own, vectors, space, tokens=tokens),)), tokens


def test_token_vectors_come_back_whatever_their_number(store):
    item, tokens = late(ingested("/a.txt", "one", "two", "three", "four"), 3, 1, 700)
    store.commit([item, *numbered(0, 1)])
    own = [extract.segment.id for extract in item.extracts]
    found = store.tokens("late", own)
    assert list(found) == own[:3]
    for i, id_ in enumerate(own[:3]):
        np.testing.assert_allclose(found[id_], tokens[i], atol=1e-3)
    assert store.tokens("unknown", own) == {}
    store.relocate({item.entry.asset.id: (replace(item.entry.sources[0], uri="/b.txt"),)})
    encode(store, [Words()], ignore)
    store.optimize()
    moved = store.tokens("late", own)
    assert all(np.array_equal(found[i], moved[i]) for i in found)
    assert check(store).ok, check(store).problems


def test_an_encoder_that_lies_about_its_token_vectors_is_refused(store):
    class Short(Pages):
        def encode_tokens(self, items, role="document"):
            right = super().encode_tokens(items, role)
            return TokenVectors(right.vectors, right.offsets[:-1])

    class Long(Pages):
        def encode_tokens(self, items, role="document"):
            right = super().encode_tokens(items, role)
            return TokenVectors(right.vectors * 2, right.offsets)

    store.commit([ingested("/a.txt", "one", "two", space="")])
    for lying in (Short(), Long()):
        with pytest.raises(ModelMismatch, match="sensing-64"):
            encode(store, [lying], ignore)
    assert store.late_spaces() == set()


def test_damaged_token_vectors_are_found_and_taken_out(store):
    item, tokens = late(ingested("/a.txt", "one", "two", "three"), 2, 2, 2)
    store.commit([item, *numbered(0, 1)])
    right = tokens[1].astype("<f2").tobytes()
    data = Path(store.uri) / "segments.lance" / "data"
    [victim] = [path for path in data.iterdir() if right in path.read_bytes()]
    victim.write_bytes(victim.read_bytes().replace(right, right[::-1]))
    damaged = Store.open(store.uri)
    found = {problem.code: problem.count for problem in check(damaged).problems}
    assert found["DAMAGED_ROWS"] == 1
    with pytest.raises(StoreError, match="not what was written"):
        encode(damaged, [Looks()], ignore)
    assert check(damaged, repair=True).ok
    assert damaged.ledger().keys() == set(ids(numbered(0, 1)))


# -- which encoder, and taking a space out -------------------------------------------------------


def test_a_space_knows_its_encoder_and_a_later_name_replaces_it(store):
    store.commit(numbered(0, 1))
    assert store.encoders() == {"words": ""}, "vectors of nobody knows whom"
    encoder = Looks()
    encode(store, [encoder], ignore)
    assert store.encoders() == {"words": "", "looks": "looks"}
    encoder.name = "clip:/elsewhere"
    store.commit([ingested("/new.txt", "New words.", space="")])
    encode(store, [encoder], ignore)
    assert Store.open(store.uri).encoders() == {"words": "", "looks": "clip:/elsewhere"}
    assert check(store).ok, check(store).problems


def test_a_space_is_taken_out_with_its_bytes(store):
    item, tokens = late(ingested("/a.txt", "one", "two"), 2, 2)
    store.commit([item, *numbered(0, 2)])
    encode(store, [Looks()], ignore)
    kept = store.vectors("looks", everything(store))
    pooled = item.embeddings[0].vectors[0].tobytes()
    sign = tokens[0].astype("<f2").tobytes()
    assert held(store, sign)
    assert held(store, pooled)
    store.drop_space("late")
    assert store.spaces().keys() == {"words", "looks"}
    assert store.late_spaces() == set()
    assert all("late" not in entry.spaces for entry in store.ledger().values())
    now = store.vectors("looks", everything(store))
    assert all(np.array_equal(now[i], kept[i]) for i in kept)
    assert check(store).ok, check(store).problems
    store.optimize(purge=True)
    assert not held(store, sign)
    assert not held(store, pooled)
    with pytest.raises(NotFound, match=r"no vector space 'lookz'.*Did you mean 'looks'\?"):
        store.drop_space("lookz")


def held(store, sign):
    return any(sign in p.read_bytes() for p in Path(store.uri).rglob("*") if p.is_file())


def test_what_is_forgotten_leaves_no_token_vectors_on_the_disk(store):
    item, tokens = late(ingested("/a.txt", "one", "two"), 2, 2)
    store.commit([item, *numbered(0, 1)])
    store.forget(ids([item]))
    store.optimize(purge=True)
    assert not held(store, tokens[0].astype("<f2").tobytes())
    assert check(store).ok


def test_vectors_that_do_not_fit_their_tokens_are_refused():
    tokens = TokenVectors(np.eye(4, dtype=np.float32), np.array([0, 4]))
    with pytest.raises(UsageError, match=r"width 3 for 2 ids.*width 4 for 1"):
        LateEmbeddings(("a", "b"), np.ones((2, 3), np.float32), "late", tokens=tokens)


# -- versions ------------------------------------------------------------------------------------


def test_a_release_that_would_overlook_a_column_refuses_the_knowledge_base(store, monkeypatch):
    store.commit(numbered(0, 1))
    plain = store.version
    item, _ = late(ingested("/a.txt", "one"), 2)
    store.commit([item])
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 1)
    with pytest.raises(StoreError, match="has schema 2, and this release knows schemas up to 1"):
        Store.open(store.uri)
    monkeypatch.undo()
    store.rollback(plain)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 1)
    older = Store.open(store.uri)
    assert older.count() == 3
    older.commit(numbered(1, 1))
    assert check(older).ok


def test_a_table_without_the_new_columns_is_read_searched_and_written(store):
    store.commit(numbered(0, 2))
    names = store.view.segments.schema.names
    assert not [n for n in names if n.startswith("tokens_") or n in ("tags", "search_tags")]
    assert store.lexical("pump1", 5)
    assert store.tagged("pump1", 5) == []
    [segment, *_] = store.segments(everything(store)).values()
    assert segment.tags == ()
    assert store.tokens("words", everything(store)) == {}
    assert store.late_spaces() == set()
    assert schema.version_of(store.view.ledger.schema) == 1


# -- how a run may end ---------------------------------------------------------------------------

RUNNER = """
import sys
from pincite.store import embed, encode as encoding
from pincite.store.tables import Store
from tests.store.seeing import Pages
from tests.store.test_encode import Words, ignore
from tests.store.writer import die_at

embed.SLICE, encoding.BATCH_SEGMENTS = 2, 6
die_at(sys.argv[2])
encoding.encode(Store.open(sys.argv[1]), [Words(), Pages()], ignore)
"""


@pytest.mark.parametrize("step", [*STEPS, "schema marked only"])
def test_killed_between_two_encoders_and_taken_up(tmp_path, store, step):
    marked = {"schema marked only": "pincite.store.transaction:upgraded:after:1"}
    bare = [replace(item, embeddings=()) for item in numbered(0, 6)]
    store.commit(bare)
    command = [sys.executable, "-c", RUNNER, store.uri, (STEPS | marked)[step]]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    left = Store.open(store.uri)
    assert check(left).ok, check(left).problems
    assert left.count() == 18
    encode(left, [Words(), Pages()], ignore)
    plain = Store.open(str(tmp_path / "plain"), create=True)
    plain.commit(bare)
    encode(plain, [Words(), Pages()], ignore)
    assert left.ledger() == plain.ledger()
    assert all(same_vectors(left, plain, space) for space in ("words", "sensing-64"))
    assert check(left).ok, check(left).problems


def test_each_space_has_its_own_vectors_in_one_change(store):
    store.commit([ingested("/a.txt", "one", "two", space="")])
    own = everything(store)
    one = Embeddings((own[0],), np.eye(1, 4, dtype=np.float32), "one")
    two = Embeddings((own[1],), np.eye(1, 6, 2, dtype=np.float32), "two")
    store.encode([one, two], {})
    assert {s: set(store.vectors(s, own)) for s in ("one", "two")} == {
        "one": {own[0]},
        "two": {own[1]},
    }
    assert check(store).ok
