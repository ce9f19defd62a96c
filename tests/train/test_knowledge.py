"""A knowledge base as a retriever: which documents, with which scores, and how rows are filled."""

import math

import pytest
import torch

from pincite.config import load_config
from pincite.errors import UsageError
from pincite.models.rag import RagModel, RagTokenizer
from pincite.pipeline import KnowledgeBase
from pincite.train.knowledge import KnowledgeRetriever
from tests.models.rag.texts import bart, byte_tokenizer

NOTES = {
    "station.txt": "The station lies 42 km north of the pass.",
    "pump.txt": "The pump runs at 3 bar. The station has a pump.",
    "rope.txt": "Fourteen ropes hang in the shed.",
}
QUESTION = "How far is the station from the pass?"


@pytest.fixture
def kb(tmp_path):
    (tmp_path / "folder").mkdir()
    for name, text in NOTES.items():
        (tmp_path / "folder" / name).write_text(text)
    settings = {"data_dir": str(tmp_path / "data"), "cache_dir": str(tmp_path / "cache")}
    config = load_config({**settings, "workers": 1, "encoder": "none"}, environ={})
    made = KnowledgeBase.open("notes", config=config)
    made.ingest(tmp_path / "folder")
    return made


def test_documents_are_what_the_search_finds_and_rows_are_filled_with_nothing(kb):
    evidence = kb.search(QUESTION, k=5).evidence
    assert 1 <= len(evidence) < 5
    found = KnowledgeRetriever(kb).retrieve([QUESTION, "zyzzyva"], 5)
    assert found.ids == (tuple(e.segment.id for e in evidence), ())
    assert found.documents[0][0] == ("station.txt", NOTES["station.txt"])
    assert found.documents[1] == (("", ""),)
    count = len(evidence)
    torch.testing.assert_close(
        found.scores[0, :count], torch.tensor([math.log(e.prior) for e in evidence])
    )
    assert found.scores[0, count:].tolist() == [-math.inf] * (5 - count)
    assert found.scores[1].tolist() == [0.0] + [-math.inf] * 4


def test_the_same_call_finds_the_same_and_fewer_are_the_best_of_more(kb):
    retriever = KnowledgeRetriever(kb)
    first, again = (retriever.retrieve([QUESTION], 2) for _ in range(2))
    assert (first.ids, first.documents) == (again.ids, again.documents)
    assert torch.equal(first.scores, again.scores)
    assert retriever.retrieve([QUESTION], 1).ids[0] == first.ids[0][:1]


def test_a_model_is_trained_on_what_was_retrieved(kb):
    found = KnowledgeRetriever(kb).retrieve([QUESTION, "zyzzyva"], 3)
    tokenizer = RagTokenizer(byte_tokenizer(list(NOTES.values())))
    ids, mask = tokenizer.sources([QUESTION, "zyzzyva"], found.documents)
    scores = found.scores[:, : ids.shape[1]]
    nll = RagModel(bart(len(tokenizer.generator))).nll(
        ids, mask, scores, tokenizer.labels(["42 km", "none"])
    )
    assert torch.isfinite(nll).all()


@pytest.mark.parametrize(("questions", "n"), [([QUESTION], 0), ([QUESTION, " "], 2)])
def test_nothing_asked_is_an_error(kb, questions, n):
    with pytest.raises(UsageError):
        KnowledgeRetriever(kb).retrieve(questions, n)
