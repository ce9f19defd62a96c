"""What was looked up a moment ago is not read again, and is never older than the version seen."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from pincite.store.recent import Recent
from pincite.store.sampling import sample
from pincite.store.tables import Store
from tests.store.making import ingested


@pytest.fixture
def reading():
    """Return a reader of squares, and the keys it was asked for."""
    asked = []

    def read(keys):
        asked.append(list(keys))
        return {key: key * key for key in keys if key >= 0}

    return read, asked


def test_only_what_is_not_held_is_read(reading):
    read, asked = reading
    recent = Recent()
    recent.look_up([1, 2], read)
    assert recent.look_up([3, 2, 1, 3], read) == {3: 9, 2: 4, 1: 1}
    assert asked == [[1, 2], [3]]


def test_nothing_is_read_when_all_is_held(reading):
    read, asked = reading
    recent = Recent()
    recent.look_up([5], read)
    recent.look_up([5], read)
    assert recent.look_up([], read) == {}
    assert asked == [[5]]


def test_values_come_in_the_order_asked_for_and_what_is_not_there_is_left_out(reading):
    read, _ = reading
    recent = Recent()
    recent.look_up([4], read)
    assert list(recent.look_up([7, -1, 4, 2], read)) == [7, 4, 2]


def test_the_value_not_used_for_longest_makes_room(reading):
    read, asked = reading
    recent = Recent(capacity=2)
    recent.look_up([1], read)
    recent.look_up([2], read)
    recent.look_up([1], read)  # 2 is now the one not used for longest
    recent.look_up([3], read)
    recent.look_up([1], read)
    recent.look_up([2], read)
    assert asked == [[1], [2], [3], [2]]


def test_more_than_fits_is_returned_whole(reading):
    read, _ = reading
    assert Recent(capacity=2).look_up(range(5), read) == {n: n * n for n in range(5)}


def test_threads_may_share_one():
    recent = Recent(capacity=8)
    wrong = []

    def work(seed):
        numbers = np.random.default_rng(seed)
        for _ in range(300):
            keys = numbers.integers(0, 30, size=6).tolist()
            found = recent.look_up(keys, lambda lacking: {k: k + 1 for k in lacking})
            if found != {k: k + 1 for k in keys}:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# -- in a knowledge base ---------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit([ingested("/a.txt", "The pump failed.")])
    return store


def _only(store):
    [(segment_id, _)] = store.lexical("pump", 1)
    return segment_id


def test_what_another_writer_changed_is_seen_after_a_refresh(store):
    segment_id = _only(store)
    before = store.segments([segment_id])[segment_id]
    other = Store.open(store.uri)
    other.tag({segment_id: ["failure"]}, "labels")
    assert store.segments([segment_id])[segment_id] == before
    store.refresh()
    assert store.segments([segment_id])[segment_id] == replace(before, tags=("failure",))


def test_a_removed_file_is_not_remembered(store):
    segment_id = _only(store)
    asset_id = store.segments([segment_id])[segment_id].asset_id
    assert store.assets([asset_id])
    store.forget([asset_id])
    assert store.segments([segment_id]) == {}
    assert store.assets([asset_id]) == {}


def test_vectors_of_two_spaces_are_kept_apart(tmp_path):
    item = ingested("/a.txt", "The pump failed.")
    [own] = item.embeddings
    turned = replace(own, space="turned", vectors=own.vectors[:, ::-1].copy())
    store = Store.open(str(tmp_path / "two"), create=True)
    store.commit([replace(item, embeddings=(own, turned))])
    [segment_id] = own.ids
    for _ in range(2):
        assert np.array_equal(store.vectors("words", [segment_id])[segment_id], own.vectors[0])
        assert np.array_equal(store.vectors("turned", [segment_id])[segment_id], turned.vectors[0])


def test_what_is_shared_cannot_be_written_to(store):
    segment_id = _only(store)
    bare = ingested("/bare.txt", "A valve broke.", space="")
    store.commit([bare])
    ids = [segment_id, bare.extracts[0].segment.id]
    [vector] = store.vectors("words", ids).values()
    _, sampled = sample(store.view, "words", "text", 8)
    for shared in (vector, sampled):
        with pytest.raises(ValueError, match="read-only"):
            shared += 1.0


def test_what_is_usual_is_sampled_once_a_version(store):
    first = sample(store.view, "words", "text", 8)
    assert sample(store.view, "words", "text", 8)[1] is first[1]
    assert len(sample(store.view, "words", "image", 8)[0]) == 0
    store.commit([ingested("/b.txt", "A valve broke.", "It was replaced.")])
    later = sample(store.view, "words", "text", 8)
    assert len(first[0]) == 1
    assert len(later[0]) == 3
    assert len(sample(store.view, "words", "text", 2)[0]) == 2
