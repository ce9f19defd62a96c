"""RAG over decoder-only models, held against plain loops over whole prompts."""

import itertools

import pytest
import torch
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    OPTConfig,
    OPTForCausalLM,
)

from pincite.errors import UsageError
from pincite.models import fusion
from pincite.models.rag import RagCausalModel

WORDS, END = 6, 5
TOKENS = {"vocab_size": WORDS, "bos_token_id": 0, "eos_token_id": END, "pad_token_id": None}


def gpt2():
    return GPT2LMHeadModel(
        GPT2Config(n_embd=16, n_layer=2, n_head=2, n_positions=32, initializer_range=0.5, **TOKENS)
    )


def llama():
    return LlamaForCausalLM(
        LlamaConfig(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            initializer_range=0.5,
            **TOKENS,
        )
    )


def bloom():
    return BloomForCausalLM(
        BloomConfig(hidden_size=16, n_layer=2, n_head=2, initializer_range=0.5, **TOKENS)
    )


def opt():
    return OPTForCausalLM(
        OPTConfig(
            hidden_size=16,
            word_embed_proj_dim=16,
            ffn_dim=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=32,
            init_std=0.5,
            **{**TOKENS, "pad_token_id": 1},
        )
    )


FAMILIES = {"gpt2": gpt2, "llama": llama, "bloom": bloom, "opt": opt}


def model(name="llama", **options):
    torch.manual_seed(0)
    return RagCausalModel.from_transformers(FAMILIES[name]().double().eval(), **options).eval()


def documents():
    """Ragged prompts, (2, 3, 5)."""
    torch.manual_seed(1)
    ids = torch.randint(2, WORDS - 1, (2, 3, 5))
    mask = torch.ones_like(ids)
    mask[0, 1, 3:] = 0
    mask[1, 2, 1:] = 0
    return ids, mask, torch.randn(2, 3, dtype=torch.float64)


@torch.no_grad()
def truth(made, ids, mask, scores, answer, marginal):
    """log P(y|x) of one question by the definition: one prompt and one prefix at a time."""
    log_prior = torch.log_softmax(scores, dim=-1)
    each = torch.zeros(len(ids), len(answer), dtype=torch.float64)
    for d in range(len(ids)):
        prompt = ids[d][mask[d].bool()]
        for t, token in enumerate(answer):
            row = torch.cat([prompt, torch.tensor(answer[:t], dtype=torch.long)])[None]
            logits = made.generator(input_ids=row).logits[0, -1]
            each[d, t] = torch.log_softmax(logits, dim=-1)[token]
    if marginal == "sequence":
        return float(torch.logsumexp(log_prior + each.sum(dim=1), dim=0))
    return float(torch.logsumexp(log_prior[:, None] + each, dim=0).sum())


@pytest.mark.parametrize("marginal", ["token", "sequence"])
@pytest.mark.parametrize("name", FAMILIES)
def test_likelihood_is_that_of_the_definition(name, marginal):
    made = model(name)
    ids, mask, scores = documents()
    labels = torch.tensor([[2, 4, 3], [3, 3, 5]])
    everything = torch.ones_like(labels, dtype=torch.bool)
    with torch.no_grad():
        found = made.nll(ids, mask, scores, labels, marginal, labels_mask=everything)
    for q in range(2):
        wanted = truth(made, ids[q], mask[q], scores[q], labels[q].tolist(), marginal)
        assert float(found[q]) == pytest.approx(-wanted, abs=1e-9)


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_all_sequences_sum_to_1(marginal):
    made = model()
    ids, mask, scores = documents()
    answers = torch.tensor(list(itertools.product(range(WORDS), repeat=3)))
    count = len(answers)
    with torch.no_grad():
        found = made.nll(
            ids[:1].expand(count, -1, -1),
            mask[:1].expand(count, -1, -1),
            scores[:1].expand(count, -1),
            answers,
            marginal,
            labels_mask=torch.ones_like(answers, dtype=torch.bool),
        )
    assert float((-found).exp().sum()) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("marginal", ["token", "sequence"])
@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_what_is_generated_has_the_probability_that_is_told(name, marginal):
    """Beams copy what was read of the prompts and change places; the likelihood sees none of it."""
    made = model(name)
    ids, mask, scores = documents()
    out = made.generate(
        ids, mask, scores, marginal, num_beams=4, num_return_sequences=3, max_new_tokens=4
    )
    assert out.sequences.shape[:2] == (2, 3)
    for q in range(2):
        for r in range(3):
            answer = out.sequences[q, r, : out.lengths[q, r]].tolist()
            wanted = truth(made, ids[q], mask[q], scores[q], answer, marginal)
            assert float(out.log_probs[q, r]) == pytest.approx(wanted, abs=1e-9)
    torch.testing.assert_close(out.doc_posterior.sum(-1), torch.ones(2, 3, dtype=torch.float64))


def test_enough_beams_find_the_likeliest_answer():
    made = model()
    ids, mask, scores = documents()
    out = made.generate(
        ids, mask, scores, "token", num_beams=36, max_new_tokens=2, length_penalty=0.0
    )
    answers = [[END], *([a, b] for a in range(WORDS) if a != END for b in range(WORDS))]
    for q in range(2):
        each = [truth(made, ids[q], mask[q], scores[q], a, "token") for a in answers]
        best = answers[max(range(len(each)), key=each.__getitem__)]
        assert out.sequences[q, 0, : out.lengths[q, 0]].tolist() == best


def test_prompts_are_read_once_for_search_and_scoring():
    made = model()
    ids, mask, scores = documents()
    lengths = []
    layer = made.generator.model.layers[0]
    handle = layer.register_forward_hook(lambda m, args, out: lengths.append(args[0].shape[1]))
    made.generate(ids, mask, scores, "sequence", num_beams=3, max_new_tokens=4)
    handle.remove()
    assert lengths[0] == 5
    assert set(lengths[1:]) == {1}


def test_the_answer_does_not_depend_on_the_padding_of_its_prompt():
    made = model("gpt2")
    ids, mask, scores = documents()
    alone = made.generate(ids[1:], mask[1:], scores[1:], num_beams=2, max_new_tokens=4)
    wide = torch.nn.functional.pad(ids, (0, 3), value=4), torch.nn.functional.pad(mask, (0, 3))
    together = made.generate(*wide, scores, num_beams=2, max_new_tokens=4)
    length = alone.sequences.shape[-1]
    assert torch.equal(alone.sequences[0], together.sequences[1, :, :length])
    torch.testing.assert_close(alone.log_probs[0], together.log_probs[1])


@pytest.mark.parametrize("name", fusion.names())
def test_pictures_enter_through_the_prompt(name):
    """Every fusion keeps the likelihood a likelihood, and a picture changes it."""
    made = model(fusion=name, features={"image": 3}, heads=2)
    ids, mask, scores = documents()
    features = torch.randn(1, 3, 2, 3, dtype=torch.float64)
    answers = torch.tensor(list(itertools.product(range(WORDS), repeat=2)))

    def likelihoods(shown):
        count = len(answers)
        with torch.no_grad():
            return -made.nll(
                ids[:1].expand(count, -1, -1),
                mask[:1].expand(count, -1, -1),
                scores[:1].expand(count, -1),
                answers,
                "token",
                labels_mask=torch.ones_like(answers, dtype=torch.bool),
                features={"image": shown.expand(count, -1, -1, -1)},
            )

    one, other = likelihoods(features), likelihoods(features + 1)
    assert float(one.exp().sum()) == pytest.approx(1.0, abs=1e-9)
    assert (one - other).abs().max() > 1e-6


def test_what_a_decoder_only_model_cannot_do_is_said():
    made = model()
    ids, mask, scores = documents()
    with pytest.raises(UsageError, match="no encoder states to join"):
        made.generate(ids, mask, scores, "fid")
    with pytest.raises(UsageError, match="token and sequence only"):
        made.nll(ids, mask, scores, ids[:, 0], hf_compat=True)
