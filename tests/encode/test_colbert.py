"""A tiny ColBERT as its authors save it, against the definition worked out with plain BERT."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sentence_transformers", minversion="6.2")

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from pincite.encode import LateEncoder, encoders
from pincite.encode.colbert import ColbertEncoder
from pincite.encode.family import family_of
from pincite.encode.maxsim import maxsim
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import LateEncoderContract
from tests.encode.tiny_models import noisy

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789?!.,"
IDS = {token: i for i, token in enumerate([*SPECIAL, *LETTERS])}
WIDTH, QUERY = 12, 10
"""Questions are filled up to 10 tokens here, to 32 in published models."""
METADATA = {"query_maxlen": QUERY, "doc_maxlen": 40, "mask_punctuation": True, "dim": WIDTH}


def tokenizer():
    """Letters one by one, between [CLS] and [SEP]."""
    made = Tokenizer(models.WordLevel(IDS, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Split("", "isolated")]
    )
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def save_colbert(folder, metadata=METADATA, seed=0):
    """Weights in one file under the names of the authors' class, `bert.*` and `linear.weight`."""
    config = BertConfig(
        vocab_size=len(IDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=64,
        pad_token_id=0,
    )
    bert = noisy(BertModel(config, add_pooling_layer=False), seed)
    linear = torch.randn(WIDTH, 16, generator=torch.Generator().manual_seed(seed))
    folder.mkdir(exist_ok=True)
    weights = {f"bert.{name}": value for name, value in bert.state_dict().items()}
    save_file(weights | {"linear.weight": linear}, folder / "model.safetensors", {"format": "pt"})
    config.architectures = ["HF_ColBERT"]
    config.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    if metadata is not None:
        (folder / "artifact.metadata").write_text(json.dumps(metadata))
    return bert, linear


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colbert")
    return folder, *save_colbert(folder)


class TestColbert(LateEncoderContract):
    @pytest.fixture(autouse=True)
    def of_directory(self, saved):
        self.folder = saved[0]

    def encoder(self):
        return encoders.create("colbert", directory=self.folder)


def projected(bert, linear, ids, attended):
    with torch.no_grad():
        states = bert(torch.tensor([ids]), attention_mask=torch.tensor([attended]))
        vectors = (states.last_hidden_state[0] @ linear.T).numpy()
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def letters(text):
    return [IDS[letter] for letter in text if letter != " "]


@pytest.mark.parametrize("text", ["how?", "a"])
def test_a_question_is_filled_up_with_masks_that_count(text, saved):
    """Real tokens see each other alone; the vectors of the masks are part of the question."""
    folder, bert, linear = saved
    real = [IDS["[CLS]"], IDS["[unused0]"], *letters(text), IDS["[SEP]"]]
    ids = real + [IDS["[MASK]"]] * (QUERY - len(real))
    attended = [1] * len(real) + [0] * (QUERY - len(real))
    meant = projected(bert, linear, ids, attended)
    found = ColbertEncoder(folder).encode_tokens([text, "fox"], role="query")[0]
    assert len(found) == QUERY
    np.testing.assert_allclose(found, meant, atol=1e-5)


def test_a_passage_is_read_without_the_vectors_of_punctuation(saved):
    """Its commas are read all the same: they change the vectors of the words beside them."""
    folder, bert, linear = saved
    ids = [IDS["[CLS]"], IDS["[unused1]"], *letters("a, b."), IDS["[SEP]"]]
    kept = [i for i, token in enumerate(ids) if token not in (IDS[","], IDS["."])]
    meant = projected(bert, linear, ids, [1] * len(ids))[kept]
    made = ColbertEncoder(folder)
    found = made.encode_tokens(["a, b.", "a longer passage"])[0]
    assert len(kept) == 5
    np.testing.assert_allclose(found, meant, atol=1e-5)
    assert float(np.abs(found - made.encode_tokens(["a b"])[0]).max()) > 0.01


def test_a_question_scores_a_passage_by_maxsim(saved):
    made = ColbertEncoder(saved[0])
    assert isinstance(made, LateEncoder)
    [question] = [made.encode_tokens(["how far"], role="query")[0]]
    passages = made.encode_tokens(["so far", "a red fox, far away", "4"])
    by_hand = [sum(max(q @ d for d in passages[i]) for q in question) for i in range(3)]
    np.testing.assert_allclose(maxsim(question, passages), by_hand, atol=1e-5)


def test_what_the_metadata_says_is_another_space(saved, tmp_path):
    save_colbert(tmp_path / "same")
    save_colbert(tmp_path / "longer", {**METADATA, "query_maxlen": 20})
    space = ColbertEncoder(saved[0]).space
    assert ColbertEncoder(tmp_path / "same").space == space
    assert ColbertEncoder(tmp_path / "longer").space != space


def test_a_model_saved_by_sentence_transformers_gives_the_same(saved, tmp_path):
    from sentence_transformers import MultiVectorEncoder

    MultiVectorEncoder(str(saved[0]), device="cpu").save(str(tmp_path))
    made, again = ColbertEncoder(saved[0]), ColbertEncoder(tmp_path)
    for role in ("query", "document"):
        one, other = (m.encode_tokens(["how far, fox?"], role=role) for m in (made, again))
        np.testing.assert_allclose(one.vectors, other.vectors, atol=1e-5)


def test_it_is_known_by_its_files(saved):
    assert family_of(saved[0]) == "colbert"


def test_a_model_that_cannot_be_had_says_why(tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        ColbertEncoder(tmp_path)
    bert, _ = save_colbert(tmp_path)
    settings = json.loads((tmp_path / "config.json").read_text())
    deeper = settings | {"num_hidden_layers": 3}
    (tmp_path / "config.json").write_text(json.dumps(deeper))
    with pytest.raises(ModelMismatch, match="lack "):
        ColbertEncoder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        ColbertEncoder(tmp_path)
    bert.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match=r"is no ColBERT: .* does not name HF_ColBERT"):
        ColbertEncoder(tmp_path)
