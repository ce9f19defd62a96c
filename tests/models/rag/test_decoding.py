"""Searches find what plain enumeration finds, and what they say of it is the likelihood."""

import math

import pytest
import torch
from transformers import LogitsProcessor
from transformers.modeling_outputs import BaseModelOutput

from pincite.errors import UsageError
from pincite.models.rag import RagModel
from pincite.models.rag.attention import joint_attention
from pincite.models.rag.marginal import mean_posterior
from pincite.models.rag.memory import by_length
from pincite.models.rag.rescore import first_level, next_level, score_candidates
from pincite.models.rag.steps import FoldedSteps, PlainSteps
from tests.models.rag.test_truth import evidence, fused_model
from tests.models.rag.tiny import (
    DOUBLE,
    FAMILIES,
    TRUTHS,
    bart,
    bert2bert,
    documents,
    joint_table,
    log_normalised,
    log_sum_exp,
    t5,
    targets,
    text_states,
    text_tables,
)

VOCAB, END, PAD = 6, 2, 1


def close(found, wanted, tolerance=1e-9):
    wanted = torch.as_tensor(wanted, dtype=DOUBLE)
    torch.testing.assert_close(found, wanted, rtol=0, atol=tolerance)


def answers(found, q=0):
    """Return the answers of one question as tuples, without start and padding."""
    return [
        tuple(ids[1 : 1 + length])
        for ids, length in zip(found.sequences[q].tolist(), found.lengths[q].tolist(), strict=True)
    ]


def outcomes(length, prefix=()):
    """Return all answers of at most so many tokens: those that end, and those that are cut."""
    if len(prefix) == length:
        return [prefix]
    return [
        y
        for word in range(VOCAB)
        for y in ([(*prefix, word)] if word == END else outcomes(length, (*prefix, word)))
    ]


@pytest.fixture(scope="module")
def tiny():
    """A model of six words, one question of three documents, their tables and log prior."""
    generator = bart(vocab=VOCAB, seed=1, tie_word_embeddings=False)
    request = ids, mask, scores = documents(1, 3, vocab=VOCAB)
    tables = text_tables(generator, ids[0], mask[0], 2)
    return RagModel(generator), request, tables, log_normalised(scores[0].tolist())


@pytest.fixture(scope="module")
def model():
    return RagModel(bart(seed=1, end_bias=5.0, init_std=0.6, tie_word_embeddings=False))


# -- the best answer is the best -------------------------------------------------------------------


def test_enough_beams_rank_every_answer_there_is(tiny):
    model, request, tables, prior = tiny
    wanted = {y: TRUTHS["token"](tables, prior, y) for y in outcomes(3)}
    found = model.generate(
        *request,
        "token",
        num_beams=216,
        num_return_sequences=216,
        max_new_tokens=3,
        length_penalty=0.0,
    )
    ranked = sorted(wanted, key=wanted.get, reverse=True)
    assert len(ranked) == 156
    assert answers(found)[:156] == ranked
    close(found.log_probs[0, :156], [wanted[y] for y in ranked])
    assert found.log_probs[0, 156:].isneginf().all()
    assert found.lengths[0, 156:].eq(0).all()


def test_enough_candidates_rank_every_answer_of_sequence(tiny):
    model, request, tables, prior = tiny
    wanted = {y: TRUTHS["sequence"](tables, prior, y) for y in outcomes(3)}
    ranked = sorted(wanted, key=wanted.get, reverse=True)
    for beams, count in ((216, 156), (60, 20)):
        found = model.generate(
            *request,
            "sequence",
            num_beams=beams,
            num_return_sequences=count,
            max_new_tokens=3,
            length_penalty=0.0,
        )
        assert answers(found) == ranked[:count]
        close(found.log_probs[0], [wanted[y] for y in ranked[:count]])


def test_greedy_takes_the_likeliest_word_of_the_mixture(tiny):
    model, request, tables, prior = tiny
    y = ()
    while len(y) < 5 and END not in y:
        mixture = [
            log_sum_exp([p + table[y][v] for p, table in zip(prior, tables, strict=True)])
            for v in range(VOCAB)
        ]
        y = (*y, max(range(VOCAB), key=mixture.__getitem__))
    assert answers(model.generate(*request, "token", max_new_tokens=5)) == [y]


def test_a_length_penalty_divides_by_a_power_of_the_length(tiny):
    model, request, tables, prior = tiny
    for penalty in (0.7, 2.0):
        wanted = {y: TRUTHS["token"](tables, prior, y) / len(y) ** penalty for y in outcomes(3)}
        found = model.generate(
            *request,
            "token",
            num_beams=216,
            num_return_sequences=30,
            max_new_tokens=3,
            length_penalty=penalty,
            early_stopping="never",
        )
        assert answers(found) == sorted(wanted, key=wanted.get, reverse=True)[:30]


def test_fast_decoding_sums_over_the_documents_that_proposed(tiny):
    """P(y|x) is taken as the sum over those documents whose own search found y."""
    model, (ids, mask, scores), tables, prior = tiny
    search = {"num_beams": 2, "max_new_tokens": 3, "length_penalty": 1.0}
    proposers = {}
    for d in range(3):
        one = slice(d, d + 1)
        alone = model.generate(
            ids[:, one], mask[:, one], scores[:, one], "token", num_return_sequences=2, **search
        )
        for y in answers(alone):
            proposers.setdefault(y, []).append(d)
    wanted = {
        y: log_sum_exp([prior[d] + tables[d].sequence(y) for d in who])
        for y, who in proposers.items()
    }
    ranked = sorted(wanted, key=wanted.get, reverse=True)
    given = {"num_return_sequences": len(ranked), **search}
    fast = model.generate(ids, mask, scores, "sequence", decoding="fast", **given)
    assert answers(fast) == ranked
    close(fast.log_probs[0], [wanted[y] for y in ranked])
    for r, y in enumerate(ranked):
        share = [
            math.exp(prior[d] + tables[d].sequence(y) - wanted[y]) if d in proposers[y] else 0.0
            for d in range(3)
        ]
        close(fast.doc_posterior[0, r], share)
        close(fast.token_posterior[0, r, len(y) - 1], share)
    thorough = model.generate(ids, mask, scores, "sequence", **given)
    exact = dict(zip(answers(thorough), thorough.log_probs[0].tolist(), strict=True))
    bounds = [exact[y] - p for y, p in zip(ranked, fast.log_probs[0].tolist(), strict=True)]
    assert min(bounds) > -1e-12
    assert max(bounds) > 1e-3


# -- steps -----------------------------------------------------------------------------------------


def padded_memory(made, seed=0, name=None):
    if name is None:
        model = RagModel(made(seed=seed))
        ids, mask, _ = documents(2, 3, seed=seed)
        return model, model.encode(ids, mask)
    model = fused_model(name, generator=made(vocab=VOCAB))
    (ids, mask, _), given = evidence()
    return model, model.encode(ids, mask, **given)


def walk(steps, questions, seed=0):
    """Return the logits of some steps: hypotheses split, change places, stay, and are dropped."""
    chance = torch.Generator().manual_seed(seed)
    found, before = [], 0
    for k, given in ((1, False), (4, True), (4, True), (4, False), (2, True), (3, True)):
        tokens = torch.randint(0, VOCAB, (questions, k), generator=chance)
        parents = torch.randint(0, before, (questions, k), generator=chance) if given else None
        found.append(steps.advance(tokens, parents))
        before = k
    return found


@pytest.mark.parametrize("fusion", [None, "late"])
@pytest.mark.parametrize("made", FAMILIES.values(), ids=FAMILIES.keys())
@torch.no_grad()
def test_folded_hypotheses_are_the_plain_ones(made, fusion):
    model, memory = padded_memory(made, name=fusion)
    steps = model.steps(memory)
    assert isinstance(steps, FoldedSteps)
    folded = walk(steps, memory.questions)
    plain = walk(PlainSteps(model.generator, memory), memory.questions)
    contexts = memory.documents * memory.views
    for one, other in zip(folded, plain, strict=True):
        assert one.shape == other.shape == (memory.questions, contexts, *one.shape[2:])
        close(one, other)


@torch.no_grad()
def test_several_ways_on_from_one_beginning_need_no_parents():
    model, memory = padded_memory(bart)
    one, other = model.steps(memory), PlainSteps(model.generator, memory)
    for tokens in (torch.tensor([[2], [2]]), torch.tensor([[3, 4, 5], [6, 7, 8]])):
        close(one.advance(tokens, None), other.advance(tokens, None))


@torch.no_grad()
def test_only_the_cache_of_self_attention_is_reordered():
    """Cross keys and values stay where they are, a row a document however many hypotheses."""
    model, memory = padded_memory(bart)
    steps = FoldedSteps(model.generator, memory)
    steps.advance(torch.tensor([[2], [2]]), None)
    cross = steps.keys_and_values.cross_attention_cache.layers
    places = [(layer.keys.data_ptr(), layer.values.data_ptr()) for layer in cross]
    for _ in range(3):
        steps.advance(torch.tensor([[3, 4], [5, 6]]), torch.tensor([[1, 0], [1, 1]]))
    cross = steps.keys_and_values.cross_attention_cache.layers
    assert [(layer.keys.data_ptr(), layer.values.data_ptr()) for layer in cross] == places
    assert {len(layer.keys) for layer in cross} == {2 * 3}
    layers = steps.keys_and_values.self_attention_cache.layers
    assert {len(layer.keys) for layer in layers} == {2 * 3 * 2}


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_a_document_is_encoded_once_and_so_are_its_cross_keys_and_values(model, marginal):
    ids, mask, scores = documents(2, 3)
    encoded, made = [], []
    encoder = model.generator.get_encoder()
    hooks = [
        encoder.register_forward_hook(
            lambda m, args, kwargs, out: encoded.append(len(out.last_hidden_state)),
            with_kwargs=True,
        )
    ]
    for layer in model.generator.get_decoder().layers:
        for linear in (layer.encoder_attn.k_proj, layer.encoder_attn.v_proj):
            hooks.append(linear.register_forward_hook(lambda m, args, out: made.append(len(out))))
    model.generate(ids, mask, scores, marginal, num_beams=4, num_return_sequences=4)
    for hook in hooks:
        hook.remove()
    assert sum(encoded) == 2 * 3
    assert made == [2 * 3] * (2 * 2)  # keys and values in each of two layers


def test_a_document_does_not_score_again_what_it_proposed(model):
    """With one document all candidates are its own, so the search is all the decoding there is."""
    ids, mask, scores = documents(2, 1)
    calls = []
    handle = model.generator.register_forward_hook(lambda *_: calls.append(1))
    search = {"num_beams": 3, "max_new_tokens": 5, "min_new_tokens": 5}
    out = model.generate(ids, mask, scores, "sequence", num_return_sequences=3, **search)
    alone = len(calls)
    model.generate(ids, mask, scores, "token", num_return_sequences=3, **search)
    handle.remove()
    assert alone == len(calls) - alone
    for r in range(3):
        labels = out.sequences[:, r, 1:]
        with torch.no_grad():
            close(-model.nll(ids, mask, scores, labels, "sequence"), out.log_probs[:, r])


def test_documents_are_padded_no_further_than_their_batch_needs(model):
    ids, mask, scores = documents(2, 3)
    wide = torch.nn.functional.pad(ids, (0, 20), value=PAD), torch.nn.functional.pad(mask, (0, 20))
    memory = model.encode(*wide)
    assert memory.states.shape[1] == int(mask.sum(dim=-1).max())
    padded, exact = model.generate(*wide, scores), model.generate(ids, mask, scores)
    assert torch.equal(padded.sequences, exact.sequences)
    assert torch.equal(padded.log_probs, exact.log_probs)


@torch.no_grad()
def test_texts_encoded_by_length_are_those_of_one_padded_batch(model):
    ids, mask, _ = documents(3, 4, s=12)
    ids, mask = ids.flatten(0, 1), mask.flatten(0, 1)
    groups = []

    def encode(ids, mask):
        groups.append(ids.shape)
        encoder = model.generator.get_encoder()
        return encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state

    together = encode(ids, mask)
    groups.clear()
    grouped = by_length(encode, ids, mask)
    assert len(groups) > 2
    assert sum(rows for rows, _ in groups) == 12
    close(grouped[mask], together[mask])
    assert grouped.shape == together.shape
    for shape in groups:
        assert shape[1] <= 12


# -- candidates ------------------------------------------------------------------------------------

CANDIDATES = [
    [(5, 6, 7, 2), (5, 6, 2), (5, 2), (8, 6, 7), (5, 6, 7, 9), (2,)],
    [(4, 4, 4, 4, 2), (4, 4, 3)],
    [(9,)],
]


PARTING = [
    [(5, 3), (6, 7, 8, 9, 5, 2), (6, 7, 8, 9, 4, 2), (3, 3, 3, 3, 3, 2)],
    [(4,), (9, 8), (9, 8, 7, 6, 5, 2)],
    [(7, 7, 7)],
]
"""Some end while others go on, so that places shift in levels that do not branch."""


@pytest.mark.parametrize("candidates", [CANDIDATES, PARTING], ids=["branching", "parting"])
@pytest.mark.parametrize("made", [bart, t5, bert2bert])
@torch.no_grad()
def test_candidates_of_a_tree_score_as_each_alone(made, candidates):
    model = RagModel(made())
    ids, mask, _ = documents(3, 2)
    memory = model.encode(ids, mask)
    start = int(model.shifted_right(torch.tensor([[5]]))[0, 0])
    found = score_candidates(model.steps(memory), memory, candidates, start)
    longest = max(len(y) for question in candidates for y in question)
    assert found.shape == (3, 2, max(map(len, candidates)), longest)
    for q, question in enumerate(candidates):
        for j, y in enumerate(question):
            for d in range(2):
                one = slice(d, d + 1)
                alone = model.encode(ids[q : q + 1, one], mask[q : q + 1, one])
                labels = torch.tensor([y])
                each, _ = model.document_log_likelihood(alone, labels, torch.ones_like(labels))
                close(found[q, d, j, : len(y)], each[0, 0])
                assert found[q, d, j, len(y) :].eq(0).all()
        assert found[q, :, len(question) :].eq(0).all()


@torch.no_grad()
def test_levels_without_a_branch_are_taken_at_once():
    model = RagModel(bart())
    ids, mask, _ = documents(3, 2)
    memory = model.encode(ids, mask)
    taken = []
    handle = model.generator.register_forward_hook(
        lambda m, args, kwargs, out: taken.append(kwargs["decoder_input_ids"].shape[1]),
        with_kwargs=True,
    )
    score_candidates(model.steps(memory), memory, PARTING, 2)
    handle.remove()
    assert taken == [1, 4, 1]  # the start; (6, 7, 8, 9) beside others; where (6, 7, 8, 9) parts


def test_a_common_beginning_is_walked_once():
    tree = [first_level(CANDIDATES[0], start=2)]
    for length in (1, 2, 3):
        tree.append(next_level(CANDIDATES[0], tree[-1], length, [True] * len(CANDIDATES[0])))
    assert [level.tokens for level in tree] == [(2,), (5, 8), (6, 6), (7,)]
    assert [level.parents for level in tree] == [(0,), (0, 0), (0, 1), (0,)]
    assert tree[3].places == (0, None, None, None, 0, None)
    assert tree[2].places == (0, 0, None, 1, 0, None)


# -- what is said of an answer ---------------------------------------------------------------------


@pytest.mark.parametrize("search", [{}, {"num_beams": 3, "num_return_sequences": 3}])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
@pytest.mark.parametrize("made", [bart, t5, bert2bert])
def test_log_probs_are_the_likelihood_of_the_answer(made, marginal, search):
    model = RagModel(made())
    ids, mask, scores = documents(2, 3)
    found = model.generate(ids, mask, scores, marginal, max_new_tokens=6, **search)
    for r in range(found.sequences.shape[1]):
        labels = found.sequences[:, r, 1:]
        real = torch.arange(labels.shape[1]) < found.lengths[:, r, None]
        with torch.no_grad():
            nll = model.nll(ids, mask, scores, labels, marginal, labels_mask=real)
        close(found.log_probs[:, r], -nll)
    assert found.lengths.max() > 1


@pytest.mark.parametrize("name", ["concat", "late", "gated"])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_log_probs_are_the_likelihood_with_pictures_too(name, marginal):
    model = fused_model(name)
    asked, given = evidence()
    found = model.generate(
        *asked, marginal, num_beams=3, num_return_sequences=2, max_new_tokens=4, **given
    )
    for r in range(2):
        labels = found.sequences[:, r, 1:]
        real = torch.arange(labels.shape[1]) < found.lengths[:, r, None]
        with torch.no_grad():
            nll = model.nll(*asked, labels, marginal, labels_mask=real, **given)
        close(found.log_probs[:, r], -nll)
    close(found.doc_posterior.sum(dim=-1), torch.ones(1, 2))


def test_the_posterior_of_sequence_is_that_of_its_answer(model):
    ids, mask, scores = documents(2, 3)
    found = model.generate(
        ids, mask, scores, "sequence", num_beams=3, num_return_sequences=3, max_new_tokens=6
    )
    for r in range(3):
        with torch.no_grad():
            wanted = model.posterior(ids, mask, scores, found.sequences[:, r, 1:])
        close(found.doc_posterior[:, r], wanted)
        for q in range(2):
            close(found.token_posterior[q, r, int(found.lengths[q, r]) - 1], wanted[q])


def test_the_posterior_of_token_is_the_share_of_the_tokens(tiny):
    model, request, tables, prior = tiny
    found = model.generate(*request, "token", num_beams=3, num_return_sequences=3, max_new_tokens=4)
    for r, y in enumerate(answers(found)):
        rows = []
        for t, word in enumerate(y):
            joint = [
                math.exp(p + table[y[:t]][word]) for p, table in zip(prior, tables, strict=True)
            ]
            rows.append([p / sum(joint) for p in joint])
        close(found.token_posterior[0, r, : len(y)], rows)
        close(found.doc_posterior[0, r], [sum(c) / len(y) for c in zip(*rows, strict=True)])


def test_the_mean_of_no_token_is_an_even_share():
    posterior = torch.tensor([[[0.9, 0.1], [0.5, 0.5]]] * 2)
    mask = torch.tensor([[True, False], [False, False]])
    close(mean_posterior(posterior.double(), mask), [[0.9, 0.1], [0.5, 0.5]], 1e-7)


def test_where_padding_is_the_end_answers_keep_theirs():
    model = RagModel(bart(pad=END, seed=1, end_bias=6.0, init_std=0.6, tie_word_embeddings=False))
    ids, mask, scores = documents(4, 3, pad=END)
    for marginal in ("token", "sequence"):
        found = model.generate(
            ids, mask, scores, marginal, num_beams=3, num_return_sequences=3, max_new_tokens=8
        )
        assert len(set(found.lengths.flatten().tolist())) > 2
        for r in range(3):
            with torch.no_grad():
                nll = model.nll(ids, mask, scores, found.sequences[:, r, 1:], marginal)
            close(found.log_probs[:, r], -nll)


@pytest.mark.parametrize("decoding", ["thorough", "fast"])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_an_answer_does_not_depend_on_the_other_questions(model, marginal, decoding):
    ids, mask, scores = documents(5, 3)
    search = {"num_beams": 3, "num_return_sequences": 2, "max_new_tokens": 8}
    together = model.generate(ids, mask, scores, marginal, decoding=decoding, **search)
    assert len(set(together.lengths.flatten().tolist())) > 2
    for q in range(5):
        one = slice(q, q + 1)
        alone = model.generate(
            ids[one], mask[one], scores[one], marginal, decoding=decoding, **search
        )
        assert answers(alone) == answers(together, q)
        close(alone.log_probs[0], together.log_probs[q])
        close(alone.doc_posterior[0], together.doc_posterior[q])
        for r, length in enumerate(alone.lengths[0].tolist()):
            close(alone.token_posterior[0, r, :length], together.token_posterior[q, r, :length])


@pytest.mark.parametrize("decoding", ["thorough", "fast"])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
@pytest.mark.parametrize("name", [None, "late"])
def test_a_document_that_is_not_there_says_nothing(marginal, decoding, name):
    generator = bart(vocab=VOCAB, seed=1, tie_word_embeddings=False)
    model = fused_model(name, generator=generator) if name else RagModel(generator)
    (ids, mask, scores), given = evidence(rubbish=0.0)
    given = given if name else {}
    there = [0, 3, 4]
    kept = {what: {m: x[:, there] for m, x in by.items()} for what, by in given.items()}
    count = 8 if marginal == "sequence" else 2  # all that is proposed, and more
    search = {"num_beams": 2, "num_return_sequences": count, "max_new_tokens": 4}
    search["decoding"] = decoding
    wanted = model.generate(
        ids[:, there], mask[:, there], scores[:, there], marginal, **kept, **search
    )
    gone = scores.clone()
    gone[:, [1, 2]] = -torch.inf
    found = model.generate(ids, mask, gone, marginal, **given, **search)
    assert answers(found) == answers(wanted)
    close(found.log_probs, wanted.log_probs)
    close(found.doc_posterior[..., there], wanted.doc_posterior)
    close(found.token_posterior[..., there], wanted.token_posterior)
    exists = found.log_probs.isfinite()
    assert torch.equal(exists, wanted.log_probs.isfinite())
    assert found.doc_posterior[exists][:, [1, 2]].eq(0).all()


def test_several_answers_are_several(model):
    ids, mask, scores = documents(3, 3)
    for marginal in ("token", "sequence", "fid"):
        found = model.generate(
            ids, mask, scores, marginal, num_beams=5, num_return_sequences=5, max_new_tokens=6
        )
        for q in range(3):
            assert len(set(answers(found, q))) == 5


# -- drawing ---------------------------------------------------------------------------------------


def first_words(model, request, count=4000, **search):
    """Return the share of each word among the first of many drawn answers."""
    found = model.generate(
        *request,
        "token",
        do_sample=True,
        seed=0,
        num_return_sequences=count,
        max_new_tokens=1,
        **search,
    )
    return torch.bincount(found.sequences[0, :, 1], minlength=VOCAB).double() / count


def mixture_of(tables, prior):
    return torch.tensor(
        [
            math.exp(log_sum_exp([p + t[()][v] for p, t in zip(prior, tables, strict=True)]))
            for v in range(VOCAB)
        ],
        dtype=DOUBLE,
    )


def distance(one, other):
    return float((one - other).abs().sum() / 2)


def test_words_are_drawn_as_often_as_the_mixture_says(tiny):
    model, request, tables, prior = tiny
    mixture = mixture_of(tables, prior)
    assert distance(first_words(model, request), mixture) < 0.02
    sharp = mixture**2 / (mixture**2).sum()
    assert distance(sharp, mixture) > 0.05
    assert distance(first_words(model, request, temperature=0.5), sharp) < 0.02
    order = mixture.argsort(descending=True)
    two = torch.zeros(VOCAB, dtype=DOUBLE)
    two[order[:2]] = mixture[order[:2]] / mixture[order[:2]].sum()
    assert distance(first_words(model, request, top_k=2), two) < 0.02
    three = float(mixture[order[:3]].sum()) - 1e-6
    kept = first_words(model, request, top_p=three) > 0
    assert set(kept.nonzero().flatten().tolist()) == set(order[:3].tolist())


def test_the_second_word_is_drawn_given_the_first(tiny):
    model, request, tables, prior = tiny
    found = model.generate(
        *request, "token", do_sample=True, seed=1, num_return_sequences=6000, max_new_tokens=2
    )
    counted = {}
    for y in answers(found):
        counted[y] = counted.get(y, 0) + 1 / 6000
    wanted = {y: math.exp(TRUTHS["token"](tables, prior, y)) for y in outcomes(2)}
    assert counted.keys() <= wanted.keys()
    assert sum(abs(counted.get(y, 0) - p) for y, p in wanted.items()) / 2 < 0.04


@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_a_seed_draws_the_same_again(model, marginal):
    ids, mask, scores = documents(2, 3)
    given = {"do_sample": True, "num_return_sequences": 3, "max_new_tokens": 6}
    one, again, other = (
        model.generate(ids, mask, scores, marginal, seed=seed, **given) for seed in (5, 5, 6)
    )
    assert torch.equal(one.sequences, again.sequences)
    assert [answers(one, q) for q in (0, 1)] != [answers(other, q) for q in (0, 1)]
    for r in range(3):
        labels = one.sequences[:, r, 1:]
        real = torch.arange(labels.shape[1]) < one.lengths[:, r, None]
        with torch.no_grad():
            nll = model.nll(ids, mask, scores, labels, marginal, labels_mask=real)
        found = one.log_probs[:, r]
        close(found[found.isfinite()], -nll[found.isfinite()])


def test_a_drawn_answer_has_its_own_probability_whatever_it_was_drawn_from(tiny):
    model, request, tables, prior = tiny
    found = model.generate(
        *request,
        "token",
        do_sample=True,
        seed=0,
        num_return_sequences=9,
        max_new_tokens=3,
        temperature=0.3,
        top_k=3,
    )
    close(found.log_probs[0], [TRUTHS["token"](tables, prior, y) for y in answers(found)])


# -- rules of the caller ---------------------------------------------------------------------------


@pytest.mark.parametrize("search", [{}, {"num_beams": 3}, {"do_sample": True, "seed": 0}])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_no_end_before_the_shortest_answer(marginal, search):
    model = RagModel(bart(end_bias=30.0))
    ids, mask, scores = documents(2, 3)
    free = model.generate(ids, mask, scores, marginal, max_new_tokens=6, **search)
    assert free.lengths.eq(1).all()
    found = model.generate(
        ids, mask, scores, marginal, max_new_tokens=6, min_new_tokens=3, **search
    )
    assert found.lengths.eq(4).all()
    assert found.sequences[..., 4].eq(END).all()
    assert found.sequences[..., 1:4].ne(END).all()


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_a_repetition_penalty_keeps_words_from_coming_again(model, marginal):
    ids, mask, scores = documents(3, 3)

    def repeated(**given):
        lengths = {"min_new_tokens": 6, "max_new_tokens": 8}
        found = model.generate(ids, mask, scores, marginal, **lengths, **given)
        return sum(len(y) - len(set(y)) for q in range(3) for y in answers(found, q))

    assert repeated() > 5
    assert repeated(repetition_penalty=1e6) == 0


class Only(LogitsProcessor):
    """Allows some words and no others."""

    def __init__(self, *words):
        self.words = list(words)

    def __call__(self, input_ids, scores):
        allowed = torch.full_like(scores, -torch.inf)
        allowed[:, self.words] = scores[:, self.words]
        return allowed


@pytest.mark.parametrize("search", [{}, {"num_beams": 3}, {"do_sample": True, "seed": 0}])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_a_logits_processor_of_ones_own_has_its_way(model, marginal, search):
    ids, mask, scores = documents(2, 3)
    found = model.generate(
        ids, mask, scores, marginal, max_new_tokens=4, logits_processor=[Only(8, 9)], **search
    )
    for q in range(2):
        assert set(answers(found, q)[0]) <= {8, 9}
        assert len(answers(found, q)[0]) == 4
    assert found.log_probs.isfinite().all()


def test_a_first_word_that_is_given_leaves_fewer_answers_than_beams(tiny):
    """One first word is allowed, and with two tokens there are six answers, the end among them."""
    model, request, *_ = tiny
    for marginal in ("token", "sequence"):
        found = model.generate(
            *request,
            marginal,
            num_beams=8,
            num_return_sequences=8,
            max_new_tokens=2,
            forced_bos_token_id=4,
        )
        assert {y[:1] for y in answers(found)[:6]} == {(4,)}
        assert len(set(answers(found)[:6])) == 6
        assert found.log_probs[0, :6].isfinite().all()
        assert found.log_probs[0, 6:].isneginf().all()


@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_nothing_follows_the_end_of_an_answer_when_beams_are_left_over(tiny, marginal):
    """With one word and the end there are four answers of three tokens at most."""
    model, request, *_ = tiny
    found = model.generate(
        *request,
        marginal,
        num_beams=6,
        num_return_sequences=6,
        max_new_tokens=3,
        logits_processor=[Only(END, 4)],
    )
    assert set(answers(found)[:4]) == {(END,), (4, END), (4, 4, END), (4, 4, 4)}
    assert found.log_probs[0, :4].isfinite().all()
    assert found.log_probs[0, 4:].isneginf().all()


def test_the_caller_goes_before_the_settings_of_the_generator():
    generator = bart(end_bias=-100.0)
    generator.generation_config.forced_bos_token_id = 7
    generator.generation_config.forced_eos_token_id = END
    model = RagModel(generator)
    request = documents(1, 2)
    (own,) = answers(model.generate(*request, max_new_tokens=4))
    (asked,) = answers(model.generate(*request, max_new_tokens=4, forced_bos_token_id=9))
    assert (own[0], own[-1], len(own)) == (7, END, 4)
    assert (asked[0], asked[-1]) == (9, END)


# -- Fusion-in-Decoder -----------------------------------------------------------------------------


def test_a_joint_reading_is_the_generator_over_all_states_at_once(tiny):
    model, (ids, mask, scores), *_ = tiny
    table, y = joint_table(model.generator, ids[0], mask[0], 2), ()
    while len(y) < 5 and END not in y:
        y = (*y, max(range(VOCAB), key=table[y].__getitem__))
    found = model.generate(ids, mask, scores, "fid", max_new_tokens=5)
    assert answers(found) == [y]
    close(found.log_probs[0], [table.sequence(y)])


@pytest.mark.parametrize("made", [bart, t5, bert2bert])
def test_shares_of_a_joint_reading_are_those_of_its_attention(made):
    model = RagModel(made())
    ids, mask, scores = documents(2, 3)
    found = model.generate(ids, mask, scores, "fid", max_new_tokens=4, num_beams=2)
    close(found.token_posterior.sum(dim=-1), torch.ones(found.token_posterior.shape[:-1]))
    close(found.doc_posterior.sum(dim=-1), torch.ones(2, 1))
    generator = model.generator
    before = generator.config._attn_implementation
    generator.set_attn_implementation("eager")
    for q in range(2):
        states = [text_states(generator, i, m) for i, m in zip(ids[q], mask[q], strict=True)]
        with torch.no_grad():
            out = generator(
                encoder_outputs=BaseModelOutput(last_hidden_state=torch.cat(states)[None]),
                decoder_input_ids=found.sequences[q, :, :-1],
                output_attentions=True,
            )
        heads = torch.cat([layer[0] for layer in out.cross_attentions])  # (layers * heads, t, u)
        parts = heads.mean(dim=0).split([len(s) for s in states], dim=-1)
        wanted = torch.stack([part.sum(dim=-1) for part in parts], dim=-1)
        length = int(found.lengths[q, 0])
        close(found.token_posterior[q, 0, :length], wanted[:length])
        close(found.doc_posterior[q, 0], wanted[:length].mean(dim=0))
    generator.set_attn_implementation(before)


@torch.no_grad()
def test_shares_of_late_fusion_are_weighed_as_its_views_are():
    """Of text alone, of regions alone, and three to one between the two."""
    model = fused_model("late")
    (ids, mask, _), given = evidence([("text", "image")] * 3)
    torch.nn.init.zeros_(model.fusion.slopes)
    shares = []
    for score in (-900.0, 900.0, -math.log(3)):
        model.fusion.scores.data = torch.tensor([0.0, score], dtype=DOUBLE)
        memory = model.encode(ids, mask, **given)
        shares.append(joint_attention(model.generator, memory, torch.tensor([[2, 4, 5]])))
    text, regions, both = shares
    assert (text - regions).abs().max() > 0.01
    close(both, 0.75 * text + 0.25 * regions)


# -- what decoding leaves behind -------------------------------------------------------------------


def test_decoding_leaves_each_module_in_its_mode():
    model = RagModel(bart(dropout=0.5))
    model.train()
    model.generator.get_encoder().eval()
    modes = [module.training for module in model.modules()]
    request = documents(1, 2)
    one, again = (model.generate(*request, num_beams=2) for _ in range(2))
    assert torch.equal(one.sequences, again.sequences)
    assert torch.equal(one.log_probs, again.log_probs)
    assert [module.training for module in model.modules()] == modes
    assert not one.log_probs.requires_grad
    assert not model.generator.get_decoder().layers[0].encoder_attn._forward_hooks
    with pytest.raises(UsageError):
        model.generate(request[0], request[1], torch.zeros(1, 3))
    assert [module.training for module in model.modules()] == modes


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_a_gpu_writes_the_same(marginal):
    request = documents(2, 3)
    for search in ({}, {"num_beams": 3}, {"do_sample": True, "seed": 0, "top_k": 1}):
        here = RagModel(bart()).generate(*request, marginal, **search)
        there = RagModel(bart()).cuda().generate(*(x.cuda() for x in request), marginal, **search)
        assert torch.equal(there.sequences.cpu(), here.sequences)
        close(there.log_probs.cpu(), here.log_probs)


# -- errors ----------------------------------------------------------------------------------------


def ask(model, **given):
    ids, mask, scores = documents(2, 3)
    return model.generate(ids, mask, scores, **given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"marginal": "tokens"},
            r"one of token, sequence, fid, got 'tokens'. Did you mean 'token'",
        ),
        ({"num_beam": 3}, r"no option 'num_beam'; known: num_beams, .*Did you mean 'num_beams'"),
        ({"decoding": "slow"}, "decoding must be thorough or fast, got 'slow'"),
        ({"num_return_sequences": 3, "num_beams": 2}, "is 3, but num_beams is 2; ask for at least"),
        ({"num_return_sequences": 2, "marginal": "fid"}, "is 2, but num_beams is 1"),
        ({"do_sample": True, "num_beams": 2}, "num_beams is 2; use num_beams=1 with"),
        ({"hf_compat": True, "decoding": "fast", "marginal": "sequence"}, "thorough decoding only"),
        ({"num_beams": 0}, "num_beams must be at least 1, got 0"),
        ({"num_return_sequences": 0}, "num_return_sequences must be at least 1, got 0"),
        ({"max_new_tokens": 0}, "max_new_tokens must be at least 1, got 0"),
        ({"min_new_tokens": 30}, r"must lie in 0..max_new_tokens \(20\), got 30"),
        ({"temperature": 0.0}, "temperature must be above 0, got 0.0"),
        ({"top_p": 1.5}, r"top_p must lie in \(0, 1\], got 1.5"),
        ({"top_k": -1}, "top_k must not be negative, got -1"),
        ({"features": {"image": torch.zeros(2, 3, 1, 5)}}, 'features of image .* fusion="gated"'),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_on(model, given, message):
    with pytest.raises(UsageError, match=message):
        ask(model, **given)


def test_documents_of_the_wrong_shape_are_refused(model):
    ids, mask, scores = documents(2, 3)
    labels = targets(2, 4)
    with pytest.raises(UsageError, match=r"must both be \(b, n, s\).*got \(3, 7\) and \(3, 7\)"):
        model.generate(ids[0], mask[0], scores)
    with pytest.raises(UsageError, match=r"got \(2, 3, 7\) and \(2, 3, 6\)"):
        model.nll(ids, mask[..., :6], scores, labels)
    for marginal in ("token", "sequence", "fid"):
        message = r"doc_scores must be \(b, n\) = \(2, 3\), as the documents are; got \(2, 1\)"
        with pytest.raises(UsageError, match=message):
            model.generate(ids, mask, scores[:, :1], marginal)
        with pytest.raises(UsageError, match=message):
            model.nll(ids, mask, scores[:, :1], labels, marginal)
        with pytest.raises(UsageError, match=r"labels must be \(b, t\) with b = 2 .* got \(1, 4\)"):
            model.nll(ids, mask, scores, labels[:1], marginal)
    with pytest.raises(UsageError, match="doc_scores must be"):
        model.posterior(ids, mask, scores[:, :1], labels)
    with pytest.raises(UsageError, match=r"label_smoothing must lie in 0..1, got 1.5"):
        model.nll(ids, mask, scores, labels, label_smoothing=1.5)
    with pytest.raises(UsageError, match="hf_compat has no Fusion-in-Decoder"):
        model.nll(ids, mask, scores, labels, "fid", hf_compat=True)


def test_a_question_without_documents_is_refused(model):
    ids, mask, scores = documents(2, 3)
    scores[1] = -torch.inf
    for marginal in ("token", "sequence", "fid"):
        with pytest.raises(
            UsageError, match=r"3 that are not finite in \(2, 3\); retrieve at least"
        ):
            model.generate(ids, mask, scores, marginal)


def test_features_that_do_not_fit_are_refused():
    model = fused_model("concat")
    (ids, mask, scores), given = evidence()
    image = given["features"]["image"]
    for features, message in (
        ({"video": image}, "reads features of audio, image, got 'video'"),
        ({"image": image[..., :4]}, r"image must be \(b, n, m, 5\), got \(1, 5, 2, 4\)"),
        ({"image": image.transpose(0, 1)}, r"b = 1 questions and n = 5 documents, got \(5, 1"),
    ):
        with pytest.raises(UsageError, match=message):
            model.generate(ids, mask, scores, features=features)
    with pytest.raises(UsageError, match=r"the mask of image must be \(1, 5, 2\).* got \(1, 5\)"):
        model.generate(
            ids, mask, scores, features={"image": image}, feature_masks={"image": mask[..., 0]}
        )
    with pytest.raises(UsageError, match=r"got fusion='gated' and features=\{\}"):
        RagModel(bart(), fusion="gated")
    with pytest.raises(UsageError, match=r"got fusion=None and features=\{'image': 5\}"):
        RagModel(bart(), features={"image": 5})


def test_a_generator_that_names_no_start_is_refused():
    generator = bart()
    for config in (generator.config, generator.generation_config):
        config.decoder_start_token_id = config.bos_token_id = None
    with pytest.raises(UsageError, match="names no decoder_start_token_id and no bos_token_id"):
        ask(RagModel(generator))
