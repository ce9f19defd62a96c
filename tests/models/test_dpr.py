"""Dense retrieval models against Transformers' DPR and against pooling by hand."""

import json

import pytest
import torch

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.dpr import DprModel, load_tokenizers
from tests.models.retrievers import batch, bert, facebook_pair, letter_tokenizer, roberta, t5


@pytest.mark.parametrize("projection_dim", [0, 6])
def test_vectors_are_those_of_the_dpr_of_transformers(projection_dim):
    questions, passages = facebook_pair(projection_dim=projection_dim)
    model = DprModel(questions, passages).double()
    ids, mask = batch(5, 2, 7)
    with torch.no_grad():
        theirs = questions(ids, attention_mask=mask).pooler_output
        ours = model.encode_questions(ids, mask)
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
        theirs = passages(ids, attention_mask=mask).pooler_output
        ours = model.encode_passages(ids, mask)
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
    assert model.width == (projection_dim or 16)


@pytest.mark.parametrize("made", [bert, roberta, t5])
@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_padding_changes_no_vector(made, pooling):
    model = DprModel(made(), made(1), pooling=pooling).double()
    ids, mask = batch(6, 3)
    with torch.no_grad():
        together = model.encode_questions(ids, mask)[1]
        alone = model.encode_questions(ids[1:, :3], mask[1:, :3])[0]
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-12)


def test_mean_pooling_is_the_mean_of_the_real_tokens():
    model = DprModel(t5(), t5(1)).double()
    ids, mask = batch(4, 2)
    with torch.no_grad():
        states = model.passage.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        by_hand = torch.stack([states[0].sum(0) / 4, (states[1, 0] + states[1, 1]) / 2])
        found = model.encode_passages(ids, mask)
    torch.testing.assert_close(found, by_hand, rtol=0, atol=1e-12)


def test_cls_is_the_first_real_token_when_a_tokenizer_pads_on_the_left():
    model = DprModel(bert(), shared=True)
    ids, mask = torch.tensor([[0, 0, 2, 5]]), torch.tensor([[0, 0, 1, 1]])
    with torch.no_grad():
        states = model.question.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        assert torch.equal(model.encode_questions(ids, mask)[0], states[0, 2])


def test_a_text_without_tokens_gives_no_nan():
    model = DprModel(bert(), shared=True, pooling="mean", normalize=True)
    ids, mask = torch.zeros(1, 3, dtype=torch.long), torch.zeros(1, 3, dtype=torch.long)
    vector = model.encode_questions(ids, mask)
    vector.sum().backward()
    assert vector.tolist() == [[0.0] * 16]
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_scores_are_inner_products():
    questions = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
    common = torch.tensor([[3.0, 0.0], [1.0, 1.0], [0.0, -1.0]])
    assert DprModel.score(questions, common).tolist() == [[3, 3, -2], [0, 1, -1]]
    own = torch.stack([common, common * 2])
    assert DprModel.score(questions, own).tolist() == [[3, 3, -2], [0, 2, -2]]


def test_normalised_vectors_have_length_one():
    model = DprModel(bert(), bert(1), normalize=True)
    norms = model.encode_passages(*batch(3, 5)).norm(dim=1)
    assert norms.tolist() == pytest.approx([1.0, 1.0], abs=1e-6)


def test_shared_towers_are_one_in_memory_and_on_disk(tmp_path):
    model = DprModel(bert(), shared=True)
    assert len(list(model.parameters())) == len(list(bert().parameters()))
    model.save_pretrained(tmp_path, letter_tokenizer())
    assert not (tmp_path / "passage").exists()
    again = DprModel.from_pretrained(tmp_path)
    assert again.question.encoder is again.passage.encoder


@pytest.mark.parametrize("normalize", [False, True])
def test_a_saved_model_comes_back_as_it_was(tmp_path, normalize):
    model = DprModel(bert(), bert(1), pooling="mean", normalize=normalize)
    model.save_pretrained(tmp_path, letter_tokenizer())
    again = DprModel.from_pretrained(tmp_path)
    ids, mask = batch(4, 6)
    with torch.no_grad():
        assert torch.equal(again.encode_questions(ids, mask), model.encode_questions(ids, mask))
        assert torch.equal(again.encode_passages(ids, mask), model.encode_passages(ids, mask))
    assert sorted(p.name for p in tmp_path.glob("*/*.safetensors")) == ["model.safetensors"] * 2
    tokens = [t("pump?")["input_ids"] for t in load_tokenizers(tmp_path)]
    assert tokens == [letter_tokenizer()("pump?")["input_ids"]] * 2


def test_facebooks_two_directories_are_loaded_each_as_its_own_class(tmp_path):
    questions, passages = facebook_pair()
    questions.save_pretrained(tmp_path / "q")
    passages.save_pretrained(tmp_path / "p")
    model = DprModel.from_pretrained(tmp_path / "q", tmp_path / "p")
    ids, mask = batch(4, 6)
    with torch.no_grad():
        assert torch.equal(
            model.encode_passages(ids, mask), passages(ids, attention_mask=mask).pooler_output
        )
        assert torch.equal(
            model.encode_questions(ids, mask), questions(ids, attention_mask=mask).pooler_output
        )


def test_both_towers_may_start_from_one_encoder(tmp_path):
    bert().save_pretrained(tmp_path)
    model = DprModel.from_pretrained(tmp_path)
    ids, mask = batch(4)
    with torch.no_grad():
        assert torch.equal(model.encode_questions(ids, mask), model.encode_passages(ids, mask))
    assert not model.shared


def test_the_pooler_that_is_not_used_is_not_trained():
    """Several GPUs would wait for its gradient for ever."""
    model = DprModel(bert(), bert(1), pooling="cls")
    ids, mask = batch(4, 6)
    tokens = {"input_ids": ids, "attention_mask": mask}
    sum(vectors.sum() for vectors in model(tokens, tokens)).backward()
    assert not [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None]


def test_weights_of_another_model_are_not_taken_for_random_ones(tmp_path):
    bert().save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 2}))
    with pytest.raises(ModelMismatch, match=r"weights are not there.*encoder\.layer\.1"):
        DprModel.from_pretrained(tmp_path)


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(NotFound, match=r"there is no directory '.*nowhere'"):
        DprModel.from_pretrained(tmp_path / "nowhere")
    with pytest.raises(NotFound, match=r"no config\.json"):
        DprModel.from_pretrained(tmp_path)
    with pytest.raises(UsageError, match="width 16, passages of 8"):
        DprModel(bert(), bert(hidden_size=8))
    with pytest.raises(UsageError, match="a DPR encoder gives its pooled vector alone"):
        DprModel(*facebook_pair(), pooling="cls")
    with pytest.raises(UsageError, match="shared=False and one encoder"):
        DprModel(bert())
    (tmp_path / "pincite_dpr.json").write_text('{"format": 9}')
    with pytest.raises(ModelMismatch, match="does not describe a model of this version"):
        DprModel.from_pretrained(tmp_path)
