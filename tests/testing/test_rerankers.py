"""The built-in rerankers, and the one of the plugin guide, by the rules for plugin authors."""

import pytest

from pincite.config import load_config
from pincite.testing import RerankerContract
from tests.testing.guide import from_the_guide

TestSharedWords = from_the_guide("TestSharedWords")


class TestCrossEncoder(RerankerContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def saved(cls, tmp_path_factory):
        pytest.importorskip("sentence_transformers")
        from tests.retrieve.test_cross_encoder import classifier, tokenizer

        cls.folder = tmp_path_factory.mktemp("model")
        classifier().save_pretrained(cls.folder)
        tokenizer().save_pretrained(cls.folder)

    def reranker(self):
        from pincite.retrieve.cross_encoder import CrossEncoderReranker

        settings = {"device": "cpu"}
        config = load_config(settings, environ={}, folder=self.folder)
        return CrossEncoderReranker(self.folder, config=config)


class TestExportedCrossEncoder(RerankerContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def saved(cls, tmp_path_factory):
        pytest.importorskip("torch")
        from tests.retrieve.test_cross_encoder import export

        cls.folder = export(tmp_path_factory.mktemp("onnx"))

    def reranker(self):
        from pincite.retrieve.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(self.folder)
