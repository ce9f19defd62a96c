"""What a knowledge base promises to whoever writes to it and reads from it."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pincite.errors import NotFound, SpaceMismatch, StoreError, UsageError
from pincite.store.check import check
from pincite.store.ledger import Source
from pincite.store.tables import Store
from pincite.types import (
    Anchor,
    Asset,
    Cells,
    Embeddings,
    Extracted,
    ImageRegion,
    Media,
    PageRegion,
    Problem,
    Segment,
    TimeSpan,
)
from tests.store.making import ids, ingested, numbered, vector


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


def found(store, text, k=10):
    return [i for i, _ in store.lexical(text, k)]


def files(path):
    return [p for p in Path(path).rglob("*") if p.is_file()]


def test_what_was_committed_comes_back_in_a_new_store(store):
    """Every field survives, of every kind of place, in any script."""
    item = ingested("/a/报告.txt", "one")
    asset = item.entry.asset
    places = [
        PageRegion(3, (0.1, 0.2, 0.3, 0.4)),
        ImageRegion((0.0, 0.5, 1.0, 1.0)),
        TimeSpan(1.25, 9.5, (0.1, 0.1, 0.2, 0.2)),
        TimeSpan(0.0, 1.0),
        Cells("Blatt 1", "B2:D7"),
    ]
    extracts = tuple(
        Extracted(
            Segment(
                f"s{n}",
                asset.id,
                "image",
                place,
                "水泵 pump",
                "Top > Part",
                "around",
                n,
                (Anchor(0, 2, place),),
                "zh",
                True,
            ),
            Media("image/png", b"\x89PNG"),
            Media("audio/ogg", b"Ogg"),
        )
        for n, place in enumerate(places)
    )
    problem = Problem("PAGE_FAILED", "Page 2 is empty.", "Look at it.")
    entry = dataclasses.replace(
        item.entry, status="partial", problems=(problem,), extractor="x-1", seconds=1.5
    )
    store.commit([dataclasses.replace(item, entry=entry, extracts=extracts, embeddings=())])
    again = Store.open(store.uri, read_only=True)
    assert again.ledger() == {asset.id: dataclasses.replace(entry, segments=5)}
    assert list(again.segments(["s4", "s0", "none"])) == ["s4", "s0"]
    wanted = {extract.segment.id: extract.segment for extract in extracts}
    assert again.segments(list(wanted)) == wanted
    assert again.media("s1/picture") == Media("image/png", b"\x89PNG")
    assert again.media("s1/clip") == Media("audio/ogg", b"Ogg")
    assert again.media("s1/other") is None
    assert again.assets([asset.id, "none"]) == {asset.id: asset}


def test_committing_the_same_again_changes_nothing(store):
    batch = numbered(0, 5)
    store.commit(batch)
    before = store.ledger(), store.count()
    store.commit(batch)
    assert (store.ledger(), store.count()) == before
    assert check(store).problems[0].code == "UNINDEXED_ROWS"
    assert check(store).ok


def test_rows_are_found_before_and_after_they_are_indexed(store):
    batch = numbered(0, 5)
    store.commit(batch)
    unindexed = found(store, "pump3")
    store.optimize()
    assert set(found(store, "pump3")) == set(unindexed) == {e.segment.id for e in batch[3].extracts}
    assert check(store).problems == ()


def test_a_changed_file_replaces_what_lay_at_its_path(store):
    store.commit([ingested("/a.txt", "old words"), ingested("/b.txt", "old friends")])
    store.commit([ingested("/a.txt", "new words")])
    assert [s.text for s in store.segments(found(store, "old")).values()] == ["old friends"]
    assert [s.text for s in store.segments(found(store, "new")).values()] == ["new words"]
    assert {e.asset.uri for e in store.ledger().values()} == {"/a.txt", "/b.txt"}
    assert store.count() == 2


def test_of_two_copies_the_other_stays_when_one_changes(store):
    copy = ingested("/a.txt", "equal words")
    both = (Source("/a.txt", 10, 1), Source("/b.txt", 10, 1))
    store.commit([dataclasses.replace(copy, entry=dataclasses.replace(copy.entry, sources=both))])
    store.commit([ingested("/a.txt", "other words")])
    entry = store.ledger()[copy.entry.asset.id]
    assert entry.sources == (Source("/b.txt", 10, 1),)
    assert entry.asset.uri == "/b.txt"
    assert len(found(store, "equal")) == 1


def test_two_copies_in_one_batch_are_one_asset_with_two_sources(store):
    store.commit([ingested("/a.txt", "equal words"), ingested("/b.txt", "equal words")])
    [entry] = store.ledger().values()
    assert [s.uri for s in entry.sources] == ["/a.txt", "/b.txt"]
    assert store.count() == 1


def test_a_moved_file_keeps_its_vectors_and_is_found_by_its_new_name(store):
    item = ingested("/old/pump.txt", "words about water")
    store.commit([item])
    [asset_id] = ids([item])
    store.relocate({asset_id: (Source("/new/ventil.txt", 10, 7),)})
    asset = store.assets([asset_id])[asset_id]
    assert (asset.uri, asset.title, asset.modified_ns) == ("/new/ventil.txt", "ventil.txt", 7)
    assert found(store, "ventil")
    assert not found(store, "pump")
    assert store.lexical("water", 5, "uri LIKE '/new/%' AND modified_ns = 7")
    [(_, score)] = store.nearest("words", vector("words about water"), 5)
    assert score == pytest.approx(1.0, abs=1e-5)
    assert check(store).ok


def test_what_is_forgotten_leaves_no_byte_behind_after_a_purge(store):
    kept = ingested("/kept.txt", "kept words")
    gone = ingested(
        "/gone.txt",
        "verraeterisch secret",
        original=Media("text/plain", b"tell-tale bytes"),
        pictures=True,
    )
    store.commit([kept, gone])
    store.optimize()
    store.forget([*ids([gone]), "unknown"])
    assert not found(store, "verraeterisch")
    assert list(store.ledger()) == ids([kept])
    assert store.media(f"{ids([gone])[0]}/original") is None
    store.optimize(purge=True)
    everything = b"".join(p.read_bytes() for p in files(store.uri))
    for sign in (b"verraet", b"tell-tale", b"gone.txt", ids([gone])[0].encode()):
        assert sign not in everything
    assert found(store, "kept")
    assert check(store).problems == ()


def test_without_purge_an_earlier_version_can_still_be_gone_back_to(store):
    store.commit(numbered(0, 3))
    before = store.version
    store.forget(ids(numbered(0, 3)))
    store.optimize()
    store.rollback(before)
    assert set(store.ledger()) == set(ids(numbered(0, 3)))
    assert check(store).ok


def test_vectors_of_two_spaces_are_never_mixed(store):
    store.commit([ingested("/a.txt", "alpha", space="one", width=4)])
    store.commit([ingested("/b.txt", "alpha", "beta", space="two/x", width=6)])
    assert store.spaces() == {"one": 4, "two/x": 6}
    assert len(store.nearest("one", vector("alpha", 4), 10)) == 1
    assert len(store.nearest("two/x", vector("alpha", 6), 10)) == 2
    with pytest.raises(SpaceMismatch, match="'three' but the index holds 'one, two/x'"):
        store.nearest("three", vector("alpha", 4), 10)
    with pytest.raises(SpaceMismatch, match="one of width 6"):
        store.nearest("one", vector("alpha", 6), 10)
    with pytest.raises(SpaceMismatch, match="width 5"):
        store.commit([ingested("/c.txt", "gamma", space="one", width=5)])
    assert store.ledger()[ids([ingested("/b.txt", "alpha", "beta")])[0]].spaces == ("two/x",)


def test_names_of_spaces_that_look_alike_stay_apart(store):
    store.commit([ingested("/a.txt", "alpha", space="m-1", width=4)])
    store.commit([ingested("/b.txt", "beta", space="m_1", width=4)])
    assert set(store.spaces()) == {"m-1", "m_1"}


def test_cosine_equals_the_plain_product(store):
    texts = [f"word{n} common thing{n % 3}" for n in range(30)]
    store.commit([ingested("/a.txt", *texts)])
    query = vector("common thing1")
    exact = sorted((float(vector(t) @ query) for t in texts), reverse=True)[:7]
    got = [score for _, score in store.nearest("words", query, 7)]
    np.testing.assert_allclose(got, exact, atol=1e-5)


def test_a_knowledge_base_without_vectors_has_no_neighbours(store):
    store.commit([ingested("/a.txt", "alpha", space="")])
    assert store.nearest("any", vector("alpha"), 3) == []


def test_vectors_that_are_not_finite_are_refused_and_nothing_is_written(store):
    item = ingested("/a.txt", "alpha")
    [embeddings] = item.embeddings
    broken = Embeddings(embeddings.ids, embeddings.vectors * np.float32("nan"), "words")
    with pytest.raises(UsageError, match="not finite"):
        store.commit([dataclasses.replace(item, embeddings=(broken,))])
    assert store.ledger() == {}


def test_one_id_for_two_texts_is_refused(store):
    item = ingested("/a.txt", "alpha")
    [extract] = item.extracts
    other = Extracted(dataclasses.replace(extract.segment, text="beta"))
    with pytest.raises(UsageError, match="share the id"):
        store.commit([dataclasses.replace(item, extracts=(extract, other))])


def test_neighbours_are_those_of_the_same_file_in_order(store):
    item = ingested("/a.txt", *(f"part {n}" for n in range(6)))
    store.commit([item, ingested("/b.txt", "part 2")])
    middle = item.extracts[3].segment
    assert [s.ordinal for s in store.neighbours(middle)] == [2, 3, 4]
    assert [s.ordinal for s in store.neighbours(middle, reach=9)] == [0, 1, 2, 3, 4, 5]


def test_texts_that_utf8_cannot_hold_keep_their_length_and_file_names_their_letters(store):
    item = ingested("/bad\udcff name.txt", "half \ud800 pump")
    store.commit([item])
    [segment] = store.segments(found(store, "pump")).values()
    assert segment.text == "half \ufffd pump"
    [entry] = store.ledger().values()
    assert entry.asset.uri == "/bad\udcff name.txt"


def test_a_failed_file_is_in_the_ledger_without_segments(store):
    item = ingested("/a.txt")
    entry = dataclasses.replace(item.entry, status="failed")
    store.commit([dataclasses.replace(item, entry=entry, embeddings=())])
    [kept] = store.ledger().values()
    assert (kept.status, kept.segments) == ("failed", 0)
    assert check(store).ok


def test_where_there_is_nothing_nothing_is_made(tmp_path):
    with pytest.raises(NotFound, match="no knowledge base at"):
        Store.open(str(tmp_path / "kb"))
    with pytest.raises(NotFound):
        Store.open(str(tmp_path / "kb"), create=True, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_read_only_refuses_to_write_and_writes_nothing(store):
    store.commit(numbered(0, 1))
    before = {p: p.stat().st_mtime_ns for p in files(store.uri)}
    reader = Store.open(store.uri, read_only=True)
    assert found(reader, "pump0")
    assert reader.ledger()
    with pytest.raises(UsageError, match="read-only"):
        reader.commit(numbered(1, 1))
    assert {p: p.stat().st_mtime_ns for p in files(store.uri)} == before


def test_a_reader_sees_one_state_until_it_refreshes(store):
    store.commit(numbered(0, 2))
    reader = Store.open(store.uri, read_only=True)
    store.forget(ids(numbered(0, 1)))
    assert found(reader, "pump0")
    assert len(reader.ledger()) == 2
    assert reader.refresh()
    assert not found(reader, "pump0")
    assert len(reader.ledger()) == 1
    assert not reader.refresh()


def test_a_reader_goes_on_when_its_version_is_purged_by_another(store):
    store.commit(numbered(0, 2))
    reader = Store.open(store.uri, read_only=True)
    store.commit(numbered(2, 2))
    store.optimize(purge=True)
    assert len(found(reader, "pump3")) == 3
    assert len(reader.segments(found(reader, "pump0"))) == 3


def test_a_newer_schema_is_refused_with_a_way_out(store, monkeypatch):
    monkeypatch.setattr("pincite.store.schema.SCHEMA_VERSION", 0)
    with pytest.raises(StoreError, match=r"schema 1, and this release knows schemas up to 0.*Upgr"):
        Store.open(store.uri)


def test_a_table_of_somebody_else_is_refused(tmp_path):
    import lance
    import pyarrow as pa

    lance.write_dataset(pa.table({"a": [1]}), str(tmp_path / "kb" / "ledger.lance"))
    with pytest.raises(StoreError, match="Pincite did not write"):
        Store.open(str(tmp_path / "kb"), create=True)


def test_upkeep_with_nothing_to_do_makes_no_version(store):
    store.commit(numbered(0, 2))
    store.optimize()
    before = store.versions()
    store.optimize()
    assert store.versions() == before


def test_an_asset_that_would_lie_nowhere_is_refused(store):
    store.commit(numbered(0, 1))
    with pytest.raises(UsageError, match="lie nowhere"):
        store.relocate({ids(numbered(0, 1))[0]: ()})
    with pytest.raises(NotFound, match="no asset"):
        store.relocate({"x": (Source("/a", 1, 1),)})
    assert isinstance(store.assets(ids(numbered(0, 1)))[ids(numbered(0, 1))[0]], Asset)
