"""Late interaction in a real knowledge base: pooled vectors find, MaxSim ranks, pages share."""

import numpy as np
import pytest

from pincite.retrieve.asked import Asked
from pincite.retrieve.route import Router
from pincite.retrieve.search import Searcher
from pincite.store.late import LateEmbeddings, mean_of
from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.store.tables import Store
from pincite.types import Asset, Extracted, Filters, PageRegion, Query, Segment, TokenVectors

WORDS = ("pump", "valve", "bird", "boat", "storm")


class WordVectors:
    """One axis a word: a text has a vector for each word it holds, so MaxSim counts words."""

    name = "words-late"
    space = "words-late"
    width = len(WORDS)
    modalities = frozenset({"text"})
    languages = frozenset()

    def encode_tokens(self, items, role="document"):
        rows = [[WORDS.index(w) for w in item.split() if w in WORDS] or [0] for item in items]
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        vectors = np.eye(len(WORDS), dtype=np.float32)[[place for row in rows for place in row]]
        return TokenVectors(vectors, offsets)

    def encode(self, items, role="document"):
        return mean_of(self.encode_tokens(items, role))


def paged(name, *pages):
    """A document of pages, each a list of segments; the first of a page carries its vectors."""
    asset = Asset(f"{name:064}", f"/{name}.pdf", "application/pdf", 9, 0, f"{name}.pdf")
    segments, carried = [], []
    for page, texts in enumerate(pages, start=1):
        for place, text in enumerate(texts):
            number = len(segments)
            box = (0.0, place / 10, 1.0, (place + 1) / 10)
            id = f"{name:016}{number:016}"
            segments.append(
                Segment(id, asset.id, "text", PageRegion(page, box), text, ordinal=number)
            )
            if place == 0:
                carried.append((id, " ".join(texts)))
    encoder = WordVectors()
    tokens = encoder.encode_tokens([text for _, text in carried])
    vectors = LateEmbeddings(
        tuple(id for id, _ in carried), mean_of(tokens), encoder.space, encoder.name, tokens=tokens
    )
    entry = LedgerEntry(asset, (Source(asset.uri, 9, 0),), "complete", segments=len(segments),
                        spaces=(encoder.space,))  # fmt: skip
    return Ingested(entry, tuple(map(Extracted, segments)), (vectors,))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store.open(str(tmp_path_factory.mktemp("kb")), create=True)
    store.commit(
        [
            paged(1, ["pump", "valve bird"], ["boat boat boat", "nothing"]),
            paged(2, ["storm"], ["pump pump pump pump"]),
        ]
    )
    return store


def said(store, text):
    [route] = [r for r in Router(store, [WordVectors()]).routes(Asked.of(Query(text)))
               if r.name not in ("lexical", "tags")]  # fmt: skip
    return route.channel.search(Asked.of(Query(text)), 10, "").scores


def test_a_segment_scores_maxsim_a_query_vector(store):
    """Of "pump valve" page 1 of the first file holds both words, page 2 of the second one."""
    scores = said(store, "pump valve")
    first, other = f"{1:016}{0:016}", f"{2:016}{1:016}"
    assert scores[first] == pytest.approx(1.0, abs=1e-3)
    assert scores[other] == pytest.approx(0.5, abs=1e-3)


def test_pooling_alone_would_rank_otherwise(store):
    """The mean of a page of one word lies nearer to a query of it than that of a full page."""
    encoder = WordVectors()
    pooled = dict(store.nearest("words-late", encoder.encode(["pump valve"], "query")[0], 9))
    first, other = f"{1:016}{0:016}", f"{2:016}{1:016}"
    assert pooled[first] - pooled[other] < 0.2
    scores = said(store, "pump valve")
    assert scores[first] - scores[other] == pytest.approx(0.5, abs=1e-3)


def test_what_is_said_of_a_page_is_said_of_every_segment_on_it(store):
    scores = said(store, "valve")
    carrier, mate = f"{1:016}{0:016}", f"{1:016}{1:016}"
    assert scores[mate] == scores[carrier] == pytest.approx(1.0, abs=1e-3)
    found = Searcher(store, [WordVectors()]).search(Query("valve"), k=1)
    assert found.evidence[0].segment.id == mate, "the words tell segments of a page apart"


def test_a_filter_holds_for_late_interaction_too(store):
    where = Filters(where="title = '2.pdf'")
    found = Searcher(store, [WordVectors()]).search(Query("pump", where), k=10)
    assert {item.asset.title for item in found.evidence} == {"2.pdf"}


def test_a_filter_also_confines_the_segments_that_share_a_page(store):
    where = Filters(where="text LIKE 'pump%'")
    found = Searcher(store, [WordVectors()]).search(Query("valve", where), k=10)
    assert {item.segment.text for item in found.evidence} == {"pump", "pump pump pump pump"}


def test_late_interaction_is_a_channel_of_its_own(store):
    """The fitted weights of the dense channel are for cosines of one vector, not for MaxSim."""
    found = Searcher(store, [WordVectors()]).search(Query("valve"), k=1)
    assert set(found.evidence[0].hit.channels) == {"lexical", "words-late"}
