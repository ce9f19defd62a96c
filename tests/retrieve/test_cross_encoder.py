"""Cross-encoders as rerankers: real tiny models, in torch and in ONNX Runtime."""

import warnings

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from pincite.config import load_config
from pincite.content import Picture
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.retrieve.cross_encoder import CrossEncoderReranker
from pincite.retrieve.rerank import Candidate, create
from pincite.types import Asset, Query, Segment, TextSpan

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "pump", "bird", "storm", "a", "the", "how"]
PASSAGES = ["the pump", "a bird a bird a bird", "storm", "the how a pump bird storm the"]


def tokenizer():
    made = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]"}
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    return PreTrainedTokenizerFast(
        tokenizer_object=made, sep_token="[SEP]", model_input_names=inputs, **special
    )


def classifier(labels=1):
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=32, num_labels=labels, pad_token_id=0,
    )  # fmt: skip
    return BertForSequenceClassification(config).eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("model")
    classifier().save_pretrained(place)
    tokenizer().save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export(tmp_path_factory.mktemp("onnx"))


def export(place):
    """The same model as an ONNX file with its tokenizer, and no other weights."""
    classifier().config.save_pretrained(place)
    tokenizer().save_pretrained(place)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    read = tokenizer()("how pump", "a bird", return_tensors="pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing tells of branches that do not matter here
        torch.onnx.export(
            classifier(),
            tuple(read[name] for name in names),
            str(place / "model.onnx"),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={name: {0: "b", 1: "t"} for name in names},
            dynamo=False,
        )
    return place


def candidate(text):
    segment = Segment(text, "asset", "text", TextSpan(0, len(text)), text)
    return Candidate(segment, Asset("asset", "/a", "text/plain"), lambda modalities: text or None)


def config(tmp_path, **flags):
    return load_config({"device": "cpu", **flags}, environ={}, folder=tmp_path)


def expected(question, passages):
    """The logits of plain Transformers, one pair at a time."""
    model, read = classifier(), tokenizer()
    with torch.no_grad():
        return [
            float(model(**read(question, text, return_tensors="pt")).logits) for text in passages
        ]


def test_scores_are_the_logits_of_the_model(folder, tmp_path):
    reranker = CrossEncoderReranker(folder, config=config(tmp_path))
    scores = reranker.rerank(Query("how the pump"), [candidate(text) for text in PASSAGES])
    np.testing.assert_allclose(scores, expected("how the pump", PASSAGES), atol=1e-5)


def test_an_onnx_file_gives_the_same_scores(exported, tmp_path):
    reranker = CrossEncoderReranker(exported, config=config(tmp_path))
    passages = PASSAGES * 9  # more than one batch, of several lengths
    scores = reranker.rerank(Query("how the pump"), [candidate(text) for text in passages])
    np.testing.assert_allclose(scores, expected("how the pump", PASSAGES) * 9, atol=1e-4)
    assert reranker.modalities == {"text"}


def test_only_the_passage_is_cut_to_the_window(exported, tmp_path):
    reranker = CrossEncoderReranker(exported, config=config(tmp_path))
    long = candidate("the bird " * 500)
    question = "how a pump a storm"
    [score] = reranker.rerank(Query(question), [long])
    room = 32 - 3 - len(question.split())
    [same] = expected(question, [" ".join(("the bird " * 500).split()[:room])])
    assert score == pytest.approx(same, abs=1e-4)


def test_a_setting_makes_it(folder, tmp_path):
    made = create(f"cross-encoder:{folder}", config(tmp_path))
    assert isinstance(made, CrossEncoderReranker)
    assert made.modalities == {"text"}


def test_a_candidate_without_words_is_no_better_than_any_other(folder, tmp_path):
    reranker = CrossEncoderReranker(folder, config=config(tmp_path))
    scores = reranker.rerank(Query("pump"), [candidate("the pump"), candidate(""), candidate("a")])
    assert scores[1] == min(scores)
    np.testing.assert_allclose(scores[::2], expected("pump", ["the pump", "a"]), atol=1e-5)


def test_nothing_in_nothing_out(folder, tmp_path):
    assert CrossEncoderReranker(folder, config=config(tmp_path)).rerank(Query("pump"), []) == []


def test_a_query_it_cannot_read_is_refused(folder, tmp_path):
    reranker = CrossEncoderReranker(folder, config=config(tmp_path))
    picture = Picture(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(UsageError, match="the reranker reads text"):
        reranker.rerank(Query(image=picture), [candidate("a")])


def test_a_classifier_of_several_classes_is_no_reranker(tmp_path):
    classifier(labels=3).save_pretrained(tmp_path / "m")
    tokenizer().save_pretrained(tmp_path / "m")
    with pytest.raises(ModelMismatch, match="3 numbers a pair"):
        CrossEncoderReranker(tmp_path / "m", config=config(tmp_path))


def test_a_model_that_is_not_here_is_not_fetched(tmp_path):
    with pytest.raises(NotFound):
        CrossEncoderReranker(tmp_path / "none", config=config(tmp_path))
    with pytest.raises(NotFound, match="cache"):
        CrossEncoderReranker("cross-encoder/ms-marco-MiniLM-L6-v2", config=config(tmp_path))


def test_damaged_weights_are_refused(folder, tmp_path):
    place = tmp_path / "damaged"
    place.mkdir()
    for file in folder.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    (place / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        CrossEncoderReranker(place, config=config(tmp_path))
