"""The same numbers and the same answers as Transformers' RAG on the same weights."""

import pytest
import torch
from transformers import (
    DPRConfig,
    DPRQuestionEncoder,
    RagConfig,
    RagSequenceForGeneration,
    RagTokenForGeneration,
)

from pincite.models.rag import RagModel
from tests.models.rag.tiny import bart, documents, padded_to, same_sequences, targets

PAD = 1
PEERS = {"token": RagTokenForGeneration, "sequence": RagSequenceForGeneration}
SEEDS = range(5)


def peer(kind, seed=0, n=5, **given):
    """Return Transformers' RAG over a tiny random BART, and ours over the same weights."""
    generator = bart(seed=seed, **{"end_bias": 3.0, **given})
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    question = DPRQuestionEncoder(DPRConfig(vocab_size=40, intermediate_size=8, **size))
    config = RagConfig.from_question_encoder_generator_configs(
        question.config, generator.config, n_docs=n
    )
    theirs = PEERS[kind](config=config, question_encoder=question, generator=generator)
    theirs = theirs.double().eval()
    return theirs, RagModel.from_transformers(theirs)


def read(ids, mask, scores):
    """Return documents as Transformers wants them."""
    b, n, s = ids.shape
    return {
        "context_input_ids": ids.view(b * n, s),
        "context_attention_mask": mask.view(b * n, s).long(),
        "doc_scores": scores,
        "n_docs": n,
    }


def gradients(loss, model, scores):
    model.zero_grad()
    scores.grad = None
    loss.sum().backward()
    named = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    return {**named, "doc_scores": scores.grad.clone()}


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("kind", PEERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_logits_losses_and_every_gradient_are_those_of_transformers(kind, seed, n):
    theirs, ours = peer(kind, seed, n)
    ids, mask, scores = documents(3, n, seed=seed)
    labels = targets(3, 6, seed=seed)
    scores.requires_grad_()
    for smoothing in (0.0, 0.1):
        theirs.config.label_smoothing = smoothing
        out = theirs(**read(ids, mask, scores), labels=labels)
        wanted = gradients(out.loss, theirs.rag.generator, scores)
        loss = ours.nll(ids, mask, scores, labels, label_smoothing=smoothing, hf_compat=True)
        found = gradients(loss, ours.generator, scores)
        torch.testing.assert_close(loss, out.loss, rtol=0, atol=1e-9)
        assert found.keys() == wanted.keys()
        assert len(found) > 50
        for name, gradient in wanted.items():
            torch.testing.assert_close(found[name], gradient, rtol=0, atol=1e-9, msg=name)
    real = labels != PAD
    with torch.no_grad():
        logits = ours.logits(ours.encode(ids, mask), labels)
    wanted = out.logits.view(3, n, *out.logits.shape[1:])
    for row in range(3):
        torch.testing.assert_close(
            logits[row][:, real[row]], wanted[row][:, real[row]], rtol=0, atol=1e-9
        )


@pytest.mark.parametrize("kind", PEERS)
def test_losses_in_single_precision_are_those_of_transformers(kind):
    for seed in SEEDS:
        theirs, ours = peer(kind, seed)
        theirs.float()
        ids, mask, scores = documents(3, 5, seed=seed)
        labels, scores = targets(3, 6, seed=seed), scores.float()
        with torch.no_grad():
            wanted = theirs(**read(ids, mask, scores), labels=labels).loss
            found = ours.nll(ids, mask, scores, labels, hf_compat=True)
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=0)


def test_a_common_beginning_of_sentence_can_be_left_out_of_the_sequence_loss():
    theirs, ours = peer("sequence")
    ids, mask, scores = documents(3, 5)
    labels = targets(3, 6)
    labels[:, 1] = 0
    with torch.no_grad():
        wanted = theirs(**read(ids, mask, scores), labels=labels, exclude_bos_score=True).loss
        with_bos = theirs(**read(ids, mask, scores), labels=labels).loss
        found = ours.nll(ids, mask, scores, labels, hf_compat=True, exclude_bos_score=True)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-9)
    assert (with_bos - wanted).abs().min() > 1e-3


# -- generation ------------------------------------------------------------------------------------

SEARCHES = {
    "greedy": {},
    "beam 3": {"num_beams": 3},
    "beam 4": {"num_beams": 4},
    "all four beams": {"num_beams": 4, "num_return_sequences": 4},
    "long favoured": {"num_beams": 3, "length_penalty": 2.0, "num_return_sequences": 2},
    "short favoured": {"num_beams": 3, "length_penalty": 0.2},
    "any length": {"num_beams": 3, "length_penalty": 0.0},
    "stop early": {"num_beams": 4, "early_stopping": True, "num_return_sequences": 3},
    "stop never": {
        "num_beams": 4,
        "early_stopping": "never",
        "length_penalty": 1.5,
        "num_return_sequences": 3,
    },
    "no pair twice": {"num_beams": 3, "no_repeat_ngram_size": 2},
    "no pair twice, greedy": {"no_repeat_ngram_size": 2},
    "a given first word": {"num_beams": 3, "forced_bos_token_id": 7},
    "a given last word": {"num_beams": 3, "forced_eos_token_id": 2},
}


def varied(kind, seed):
    """Return a pair whose answers end sooner or later by seed and by question."""
    bias, tied = (4.0, 5.0, 5.0, 6.0, 6.0)[seed], seed % 2 == 0
    theirs, ours = peer(kind, seed, end_bias=bias, init_std=0.6, tie_word_embeddings=tied)
    ours.generator.final_logits_bias[:, PAD] = -50.0
    return theirs, ours


def generated(theirs, ids, mask, scores, search):
    with torch.no_grad():
        return theirs.generate(**read(ids, mask, scores), max_length=11, **search)


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())
def test_token_writes_what_transformers_writes(search):
    lengths = set()
    for seed in SEEDS:
        theirs, ours = varied("token", seed)
        ids, mask, scores = documents(3, 5, seed=seed)
        wanted = generated(theirs, ids, mask, scores, search)
        found = ours.generate(ids, mask, scores, max_new_tokens=10, **search)
        assert same_sequences(found.sequences.flatten(0, 1), wanted, PAD), (seed, wanted)
        lengths |= set(found.lengths.flatten().tolist())
    assert len(lengths) > 1


@pytest.mark.parametrize("beams", [1, 3, 4])
@pytest.mark.parametrize("padded", [True, False])
def test_sequence_writes_what_transformers_writes_when_told_to(beams, padded):
    """Its candidates attend to padding, and one of a single token is ranked without the prior."""
    lengths = set()
    for seed in SEEDS:
        theirs, ours = varied("sequence", seed)
        ids, mask, scores = documents(2, 5, seed=seed, ragged=padded)
        wanted = generated(theirs, ids, mask, scores, {"num_beams": beams})
        found = ours.generate(ids, mask, scores, num_beams=beams, max_new_tokens=10, hf_compat=True)
        assert same_sequences(found.sequences[:, 0], wanted, PAD), (seed, wanted)
        lengths |= set(found.lengths.flatten().tolist())
    assert len(lengths) > 1


@pytest.mark.parametrize("beams", [1, 3, 4])
def test_sequence_writes_what_transformers_writes_where_that_is_right(beams):
    """No row is padded, and no answer is the end alone or holds padding: then it is right."""
    lengths = set()
    for seed in SEEDS:
        theirs, ours = varied("sequence", seed)
        ids, mask, scores = documents(2, 5, seed=seed, ragged=False)
        wanted = generated(theirs, ids, mask, scores, {"num_beams": beams, "min_length": 3})
        found = ours.generate(
            ids, mask, scores, num_beams=beams, max_new_tokens=10, min_new_tokens=2
        )
        assert same_sequences(found.sequences[:, 0], wanted, PAD), (seed, wanted)
        lengths |= set(found.lengths.flatten().tolist())
    assert len(lengths) > 1


def test_several_sequences_come_in_the_order_of_transformers():
    for seed in SEEDS:
        theirs, ours = varied("sequence", seed)
        ids, mask, scores = documents(2, 5, seed=seed)
        search = {"num_beams": 3, "num_return_sequences": 3}
        wanted = generated(theirs, ids, mask, scores, search)
        found = ours.generate(ids, mask, scores, max_new_tokens=10, hf_compat=True, **search)
        assert same_sequences(found.sequences.flatten(0, 1), wanted, PAD), (seed, wanted)


def test_compatible_answers_carry_their_textbook_probability():
    """Only what is proposed and how it is ranked follows Transformers."""
    _, ours = peer("sequence")
    ids, mask, scores = documents(2, 5)
    found = ours.generate(ids, mask, scores, num_beams=3, hf_compat=True)
    with torch.no_grad():
        nll = ours.nll(ids, mask, scores, found.sequences[:, 0, 1:])
    torch.testing.assert_close(found.log_probs[:, 0], -nll, rtol=0, atol=1e-9)


# -- where Transformers is wrong -------------------------------------------------------------------


def test_an_answer_of_one_token_keeps_the_prior_of_its_documents():
    """Transformers adds the prior at the second token, so that such an answer goes without."""
    _, ours = peer("sequence", seed=2, end_bias=6.0)
    ids, mask, scores = documents(2, 5, seed=2)
    found = ours.generate(ids, mask, scores, num_beams=4, num_return_sequences=6)
    assert found.lengths.eq(1).any()
    assert found.log_probs.diff(dim=-1).le(0).all()
    with torch.no_grad():
        for r in range(6):
            nll = ours.nll(ids, mask, scores, found.sequences[:, r, 1:])
            torch.testing.assert_close(found.log_probs[:, r], -nll, rtol=0, atol=1e-9)


def test_fewer_documents_than_configured_are_all_that_is_scored():
    """Transformers rescores candidates with `config.n_docs`, whatever was asked for."""
    theirs, ours = peer("sequence", seed=1, n=5)
    ids, mask, scores = documents(2, 3, seed=1, ragged=False)
    found = ours.generate(ids, mask, scores, num_beams=3, max_new_tokens=10)
    theirs.config.n_docs = 3
    wanted = generated(theirs, ids, mask, scores, {"num_beams": 3})
    assert same_sequences(found.sequences[:, 0], wanted, PAD)


@pytest.mark.parametrize("compat", [False, True])
def test_answers_that_do_not_exist_are_impossible(compat):
    """Greedy search proposes at most one candidate a document; Transformers crashes on the rest."""
    _, ours = peer("sequence")
    ids, mask, scores = documents(2, 2)
    found = ours.generate(ids, mask, scores, num_return_sequences=5, hf_compat=compat)
    assert found.log_probs[:, 2:].isneginf().all()
    assert found.lengths[:, 2:].eq(0).all()
    assert found.sequences[:, 2:, 1:].eq(PAD).all()
    assert found.log_probs[:, 0].isfinite().all()
    assert found.doc_posterior.sum(dim=-1).allclose(torch.ones(2, 5, dtype=torch.float64))


@pytest.mark.parametrize("kind", PEERS)
def test_the_longest_answer_has_as_many_tokens_as_asked_for(kind):
    """Transformers' RAG-Token ignores `max_new_tokens`."""
    _, ours = peer(kind, end_bias=-100.0)
    ids, mask, scores = documents(2, 3)
    for beams in (1, 3):
        found = ours.generate(ids, mask, scores, num_beams=beams, max_new_tokens=4)
        assert found.lengths.eq(4).all()
        assert found.sequences.shape == (2, 1, 5)
    assert padded_to(found.sequences, 6, PAD)[..., -1].eq(PAD).all()
