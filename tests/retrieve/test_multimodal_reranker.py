"""A language model that sees, as a reranker of words and pictures: a real tiny one."""

import io
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sentence_transformers", minversion="6.2")

import torch
from PIL import Image
from sentence_transformers import CrossEncoder
from sentence_transformers.base.modules import Transformer
from sentence_transformers.cross_encoder.modules import LogitScore

from pincite.config import load_config
from pincite.content import Picture
from pincite.encode.torch_model import quietly
from pincite.errors import UsageError
from pincite.retrieve.rerank import create
from pincite.retrieve.search import Options, Searcher
from pincite.store.tables import Store
from pincite.testing import RerankerContract
from pincite.testing.rerankers import candidate
from pincite.testing.samples import SAMPLES, hiss
from pincite.types import Media, Query
from tests.encode.test_multimodal import llava
from tests.retrieve.joint import Joint, ingested, number_of, picture

YES, NO = 10, 11
PICTURES = SAMPLES["image"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Saved as published rerankers of this kind are: log odds of one token over another."""
    place = tmp_path_factory.mktemp("seeing")
    with quietly():
        llava(place / "plain")
        read = Transformer(str(place / "plain"), transformer_task="any-to-any")
        model = CrossEncoder(modules=[read, LogitScore(YES, NO)], device="cpu")
        model.save(str(place / "saved"))
    return place / "saved"


def made(folder):
    config = load_config({"device": "cpu"}, environ={}, folder=folder)
    return create(f"cross-encoder:{folder}", config)


def expected(folder, query, contents):
    """The scores of the library, one pair at a time."""
    with quietly():
        model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    pairs = [(_plain(query), _plain(content)) for content in contents]
    activation = torch.nn.Identity()
    return [float(model.predict([pair], activation_fn=activation)[0]) for pair in pairs]


def _plain(content):
    return Image.fromarray(content.pixels) if isinstance(content, Picture) else content


class TestOnPictures(RerankerContract):
    """Pictures are judged by the words of a query."""

    @pytest.fixture(autouse=True)
    def of_directory(self, folder):
        self.folder = folder

    def reranker(self):
        return made(self.folder)

    def query(self):
        return Query("a red disc")

    def candidates(self):
        return [candidate(picture) for picture in PICTURES]


def test_pictures_and_passages_are_judged_side_by_side(folder):
    reranker, contents = made(folder), [PICTURES[0], "a red disc", PICTURES[1]]
    assert reranker.modalities == {"text", "image"}
    scores = reranker.rerank(Query("a red disc"), [candidate(content) for content in contents])
    np.testing.assert_allclose(scores, expected(folder, "a red disc", contents), atol=1e-4)
    assert len(set(np.round(scores, 3))) == 3


def test_the_picture_is_read_and_not_the_words_on_it(folder):
    worded = candidate(PICTURES[0], text="words on it")
    [score] = made(folder).rerank(Query("disc"), [worded])
    assert score == pytest.approx(expected(folder, "disc", [PICTURES[0]])[0], abs=1e-4)


def test_a_picture_is_a_query_too(folder):
    query = Query(image=PICTURES[2])
    scores = made(folder).rerank(query, [candidate(PICTURES[0]), candidate("a disc")])
    wanted = expected(folder, PICTURES[2], [PICTURES[0], "a disc"])
    np.testing.assert_allclose(scores, wanted, atol=1e-4)


def test_words_and_a_picture_are_asked_together(folder):
    """As the library takes them: both in one message."""
    query, contents = Query("red", image=PICTURES[2]), [PICTURES[0], "a disc"]
    both = {"text": "red", "image": _plain(PICTURES[2])}
    scores = made(folder).rerank(query, [candidate(content) for content in contents])
    np.testing.assert_allclose(scores, expected(folder, both, contents), atol=1e-4)
    assert np.abs(np.subtract(scores, expected(folder, "red", contents))).min() > 1e-3


def test_what_pushes_away_is_not_asked_for(folder):
    query = Query("red", image=PICTURES[2], weights={"image": -1.0})
    [score] = made(folder).rerank(query, [candidate(PICTURES[0])])
    assert score == pytest.approx(expected(folder, "red", [PICTURES[0]])[0], abs=1e-4)


def test_a_sound_is_no_query_for_it(folder):
    with pytest.raises(UsageError, match="reads image, text"):
        made(folder).rerank(Query(audio=hiss(0.2)), [candidate(PICTURES[0])])


def test_a_search_gives_it_the_pictures_that_are_stored(folder, tmp_path):
    """What is kept of a picture is decoded for it; the ranking is the one of its scores."""
    store, looks = Store.open(str(tmp_path / "kb"), create=True), Joint(("image",))
    things = ("pump", "bird", "storm")
    store.commit([kept(n, picture(thing), looks) for n, thing in enumerate(things)])
    query = Query("red", image=picture("bird"))
    both = {"text": "red", "image": _plain(picture("bird"))}
    found = Searcher(store, [looks], Options(reranker=made(folder))).search(query, k=5)
    scores = expected(folder, both, [picture(things[number_of(e)]) for e in found.evidence])
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def kept(number, seen, looks):
    """A picture of a thing with what is kept of it."""
    made = ingested(number, seen, [looks])
    [extract] = made.extracts
    file = io.BytesIO()
    Image.fromarray(seen.pixels).save(file, "PNG")
    return replace(made, extracts=(replace(extract, picture=Media("image/png", file.getvalue())),))
