"""The real model beside sentence-transformers on the same files. Nothing is downloaded here."""

import warnings

import numpy as np
import pytest

from pincite.config import load_config
from pincite.encode import hub
from pincite.encode.catalog import find
from pincite.encode.onnx_text import OnnxTextEncoder

TEXTS = [
    "How far is the pumping station from the river?",
    "",
    "Ünïcode, 12.5 % punctuation — and 泵站 in the middle!",
    "word " * 400,
]


@pytest.fixture(scope="module")
def peer():
    if not hub.is_pulled(load_config(), find("minilm")):
        pytest.skip("the model is not on this machine; pincite models pull text")
    pytest.importorskip("sentence_transformers", reason="the extra torch is not installed")
    from benchmarks.peer import sentence_transformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the peer are not ours
        return sentence_transformer().encode(TEXTS)


def test_full_precision_equals_sentence_transformers(peer):
    ours = OnnxTextEncoder(load_config({"precision": "fp32"})).encode(TEXTS)
    np.testing.assert_allclose(ours, peer, atol=1e-4)
    assert np.abs(ours - peer).max() < 1e-5, "the contract is 1e-4; rounding alone gives 1e-6"


def test_eight_bits_stay_near(peer):
    ours = OnnxTextEncoder(load_config({"precision": "int8"})).encode(TEXTS)
    assert (ours * peer).sum(axis=1).min() > 0.99
