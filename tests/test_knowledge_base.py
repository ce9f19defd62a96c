"""The knowledge base as one object: what a long-lived reader sees, and what it says of vectors."""

import subprocess
import sys
from dataclasses import replace

import pytest

from pincite.config import load_config
from pincite.errors import NotFound, UsageError
from pincite.pipeline import KnowledgeBase, local_knowledge_bases
from pincite.store.tables import Store
from pincite.types import Answer, Filters, PageRegion, Query
from tests.store.making import ROOT, ids, ingested, numbered
from tests.store.test_encode import Words, bare

WRITE = """
import sys
from pincite.store.tables import Store
from tests.store.making import ingested
Store.open(sys.argv[1]).commit([ingested("/new.txt", "The zeppelin flies at 90 km/h.")])
"""


@pytest.fixture
def config(tmp_path):
    values = {"data_dir": str(tmp_path / "data"), "cache_dir": str(tmp_path / "cache")}
    return load_config(values, environ={}, folder=tmp_path)


@pytest.fixture
def base(tmp_path, config):
    base = KnowledgeBase.open(str(tmp_path / "kb"), config=config)
    Store.open(base.uri).commit(bare(0, 3))
    return base


def found_texts(base, query):
    return [evidence.segment.text for evidence in base.search(query).evidence]


def test_a_reader_that_stays_open_sees_what_others_write(base):
    """A server opens a knowledge base once; it must not answer from the past."""
    new = ingested("/new.txt", "The zeppelin flies at 90 km/h.")
    [segment] = [extract.segment for extract in new.extracts]
    assert found_texts(base, "zeppelin") == []
    subprocess.run([sys.executable, "-c", WRITE, base.uri], cwd=ROOT, check=True)
    assert base.show(segment.id).id == segment.id
    assert found_texts(base, "zeppelin") == [segment.text]
    assert base.info()["assets"] == 4
    Store.open(base.uri).forget(ids([new]))
    assert found_texts(base, "zeppelin") == []
    with pytest.raises(NotFound):
        base.show(segment.id)


def test_one_question_sees_one_version_whatever_happens_meanwhile(base):
    store = Store.open(base.uri)
    then = store.now()
    store.forget(ids(numbered(0, 3)))
    assert (len(then.ledger()), then.count()) == (3, 9)
    assert len(then.lexical("paragraph", 20)) == 9
    assert (len(store.ledger()), len(store.now().ledger())) == (0, 0)


def test_a_model_that_came_later_is_not_used_before_its_vectors_are_there(base):
    base.encoder = Words()
    found = base.search("pump2")
    assert "pincite kb encode --kb" in found.warnings[0]
    assert found.evidence
    assert base.encode().encoded == 9
    found = base.search("pump2")
    assert found.warnings == ()
    assert any("dense" in evidence.hit.channels for evidence in found.evidence)


def test_another_model_does_not_stop_the_search(base):
    base.encoder = Words()
    base.encode()
    base.encoder = Words("other")
    found = base.search("pump2")
    assert "vectors of other" in found.warnings[0]
    assert found.evidence


def test_a_whole_query_can_be_given_instead_of_words(base):
    query = Query("pump2", Filters(where="ordinal = 0"))
    assert [e.segment.id for e in base.search(query, k=3).evidence] == [
        e.segment.id for e in base.search("pump2", filters=query.filters, k=3).evidence
    ]
    assert {e.segment.ordinal for e in base.search(query, k=3).evidence} == {0}
    with pytest.raises(UsageError, match="parts beside it"):
        base.search(query, without="valve")


def test_an_empty_knowledge_base_is_not_told_to_encode(tmp_path, config):
    empty = KnowledgeBase.open(str(tmp_path / "empty"), config=config)
    empty.encoder = Words()
    assert empty.search("pump").warnings == ()


def test_encoding_without_an_encoder_is_wrong_use(base):
    base.encoder = None
    with pytest.raises(UsageError, match="pincite models pull"):
        base.encode()


def test_a_purge_says_what_it_freed_and_what_snapshots_keep(base):
    base.snapshot("before")
    Store.open(base.uri).forget(ids(numbered(0, 3)))
    kept = base.optimize(purge=True)
    assert kept["snapshots"] == ["before"]
    base.remove_snapshot("before")
    done = base.optimize(purge=True)
    assert done["snapshots"] == []
    assert done["bytes_after"] < done["bytes_before"]


def test_a_damaged_knowledge_base_hides_no_other(config):
    """Both `kb list` and `show` look through all; one that cannot be read is named."""
    for name in ("a", "b"):
        kept = KnowledgeBase.open(name, config=config)
        Store.open(kept.uri).commit(numbered(0, 1) if name == "b" else numbered(1, 1))
    [segment, *_] = (extract.segment.id for extract in numbered(0, 1)[0].extracts)
    [lost, *_] = (extract.segment.id for extract in numbered(1, 1)[0].extracts)
    for path in (config.data_dir / "kbs" / "a" / "ledger.lance" / "_versions").glob("*.manifest"):
        path.write_bytes(b"")
    assert KnowledgeBase.holding(segment, config=config).uri.endswith("b")
    with pytest.raises(NotFound, match="/a cannot be read"):
        KnowledgeBase.holding(lost, config=config)
    listed = {info["name"]: "damage" in info for info in local_knowledge_bases(config)}
    assert listed == {"a": True, "b": False}


class Listening:
    """A generator that answers nothing and remembers what it was given."""

    def generate(self, question, evidence):
        self.given = [item.segment.text for item in evidence]
        return Answer(question, None, (), (), 0.0, "listening")


def test_an_answer_may_rest_on_all_that_a_page_says(base):
    """A search shows two hits of a page first; what an answer needs may be the third."""
    report = ingested("/report.pdf", *(f"The pump {'seal ' * n}broke." for n in (4, 3, 2)), "pump")
    pages = (1, 1, 1, 2)
    extracts = tuple(
        replace(extract, segment=replace(extract.segment, locator=PageRegion(page)))
        for extract, page in zip(report.extracts, pages, strict=True)
    )
    Store.open(base.uri).commit([replace(report, extracts=extracts, embeddings=())])
    third = extracts[2].segment.text
    assert third not in [e.segment.text for e in base.search("pump seal broke", k=3).evidence]
    listening = Listening()
    base.ask("pump seal broke", k=3, generator=listening)
    assert third in listening.given


@pytest.mark.parametrize("kind", ["flat", "auto"])
def test_vectors_held_in_memory_find_what_the_tables_find_also_what_came_later(base, kind):
    base.encoder = Words()
    base.encode()
    asked = [base.search(words, k=20) for words in ("pump2", "pump 3 valve")]
    base.hold_vectors(kind)

    def told(found):
        return [(e.segment.id, e.hit.channels) for e in found.evidence]

    for before in asked:
        after = base.search(before.query.text, k=20)
        assert [i for i, _ in told(after)] == [i for i, _ in told(before)]
        for (_, one), (_, other) in zip(told(before), told(after), strict=True):
            assert one == pytest.approx(other, abs=1e-5)
    Store.open(base.uri).commit(numbered(7, 1))
    base.encode()
    [late, *_] = (extract.segment.id for extract in numbered(7, 1)[0].extracts)
    found = {e.segment.id: e.hit.channels for e in base.search("pump7", k=50).evidence}
    assert "dense" in found[late]
