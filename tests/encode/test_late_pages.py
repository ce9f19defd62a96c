"""Tiny ColQwen2, ColModernVBert and ColPali against plain calls of Transformers, one by one."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from PIL import Image

from pincite.encode import LateEncoder, encoders
from pincite.encode.late_pages import ColModernVBertEncoder, ColQwen2Encoder
from pincite.encode.maxsim import maxsim
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import LateEncoderContract
from pincite.testing.samples import SAMPLES
from tests.encode.tiny_pages import PAGES, WIDTH


@pytest.fixture(scope="module", params=PAGES)
def saved(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, *PAGES[request.param](folder)


class TestPages(LateEncoderContract):
    @pytest.fixture(autouse=True)
    def of_directory(self, saved):
        self.name, self.folder = saved[:2]

    def encoder(self):
        return encoders.create(self.name, directory=self.folder)


def plain(model, inputs):
    inputs.pop("labels", None)
    with torch.no_grad():
        [vectors] = model(**inputs).embeddings.numpy()
    assert inputs["attention_mask"].all()
    return vectors


def test_questions_are_those_of_transformers(saved):
    """In a batch of several lengths, which is padded, each has the vectors it has alone."""
    name, folder, model, processor = saved
    texts = ["how far", "The pump runs at three bar.", "a"]
    found = encoders.create(name, directory=folder).encode_tokens(texts, role="query")
    for i, text in enumerate(texts):
        alone = plain(model, processor.process_queries(text=[text]))
        np.testing.assert_allclose(found[i], alone, atol=1e-5)


def test_pages_are_those_of_transformers(saved):
    name, folder, model, processor = saved
    pages = SAMPLES["image"]
    found = encoders.create(name, directory=folder).encode_tokens(pages)
    for i, page in enumerate(pages):
        alone = plain(model, processor.process_images(images=[Image.fromarray(page.pixels)]))
        assert alone.shape[1] == WIDTH
        np.testing.assert_allclose(found[i], alone, atol=1e-5)


def test_scores_are_those_of_the_processor(saved):
    """MaxSim of ours and `score_retrieval` of Transformers, over the same vectors."""
    name, folder, _, processor = saved
    made = encoders.create(name, directory=folder)
    assert isinstance(made, LateEncoder)
    questions = made.encode_tokens(["how far", "a pump"], role="query")
    pages = made.encode_tokens(SAMPLES["image"])
    theirs = processor.score_retrieval(
        [torch.tensor(questions[i]) for i in range(2)], [torch.tensor(pages[i]) for i in range(3)]
    )
    ours = np.stack([maxsim(questions[i], pages) for i in range(2)])
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)


def test_a_text_that_names_the_picture_token_asks_for_no_picture(saved):
    name, folder, _, processor = saved
    made = encoders.create(name, directory=folder)
    found = made.encode([f"a {processor.image_token} b", "a   b"])
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_a_model_that_cannot_be_had_says_why(tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        ColQwen2Encoder(tmp_path)
    PAGES["colqwen2"](tmp_path)
    with pytest.raises(UsageError, match="loads models of type colmodernvbert"):
        ColModernVBertEncoder(tmp_path)
    (tmp_path / "tokenizer.json").rename(tmp_path / "elsewhere")
    with pytest.raises(NotFound, match="no tokenizer"):
        ColQwen2Encoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("[")
    with pytest.raises(ModelMismatch, match=r"processor in .* cannot be read"):
        ColQwen2Encoder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        ColQwen2Encoder(tmp_path)
