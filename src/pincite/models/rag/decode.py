"""Decoding: RAG-Token step by step, RAG-Sequence by candidates, Fusion-in-Decoder all at once.

Lewis et al. 2020, section 2.5. RAG-Token is one distribution a step, so any search runs on it.
RAG-Sequence is not: each document proposes candidates by a search of its own, and
"thorough" decoding scores each of them under every document, "fast" decoding takes
P(y|x, d) = 0 for documents that did not propose y.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import torch

from pincite.errors import UsageError, did_you_mean
from pincite.models.rag.attention import attention_shares
from pincite.models.rag.bound import Bound
from pincite.models.rag.marginal import (
    Marginal,
    document_log_prior,
    document_posterior,
    mean_posterior,
    token_posterior,
)
from pincite.models.rag.memory import Memory
from pincite.models.rag.options import Options, limits_of, processors_of
from pincite.models.rag.predict import marginal_predict
from pincite.models.rag.reader import Reader
from pincite.models.rag.rescore import Candidate, score_candidates
from pincite.models.rag.search import Limits, Searched, beam_search, sample

Tensor = Any


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """The documents of b questions: ids and mask (b, n, s), scores (b, n), features by modality."""

    input_ids: Tensor
    attention_mask: Tensor
    doc_scores: Tensor
    features: Mapping[str, Tensor]
    feature_masks: Mapping[str, Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """Answers of b questions, r each, best first.

    Attributes:
        sequences: Token ids, (b, r, 1 + t): the decoder's start token, the answer, padding. A
            decoder-only model has no start token: (b, r, t).
        lengths: Tokens of each answer, the end token included, (b, r).
        log_probs: log P(y|x), (b, r); by fast decoding its lower bound. -inf where there are
            fewer distinct answers than asked for.
        doc_posterior: P(d|x, y), (b, r, n), rows sum to 1. RAG-Token draws a document a token, so
            there it is the share of the tokens; Fusion-in-Decoder has none, so there it is
            the share of the cross-attention.
        token_posterior: The same for each token, (b, r, t, n); see `token_posterior`.
    """

    sequences: Tensor
    lengths: Tensor
    log_probs: Tensor
    doc_posterior: Tensor
    token_posterior: Tensor


def read_options(given: Mapping[str, Any]) -> Options:
    """Return options from keyword arguments.

    Raises:
        UsageError: One is not known, or its value makes no sense.
    """
    known = [field.name for field in fields(Options)]
    for name in given:
        if name not in known:
            raise UsageError(
                f"generate has no option {name!r}; known: {', '.join(known)}."
                f"{did_you_mean(name, known)}"
            )
    return Options(**given)


@torch.no_grad()
def generate(
    model: Reader,
    request: Request,
    *,
    marginal: Marginal,
    decoding: str,
    hf_compat: bool,
    options: Options,
) -> Generated:
    """Return the answers; see `RagModel.generate`. The model decodes in evaluation mode.

    Raises:
        UsageError: Options do not fit together.
    """
    _check(marginal, decoding, hf_compat, options)
    if not model.prompt and (marginal == "fid" or hf_compat):
        raise UsageError(
            "a decoder-only model has no encoder states to join and no peer to be compatible "
            "with; use marginal token or sequence, and leave hf_compat"
        )
    with evaluating(model):
        if marginal == "sequence":
            found = _sequence(model, request, decoding, hf_compat, options)
        else:
            found = _stepwise(model, request, marginal, options)
    return replace(found, sequences=found.sequences[..., 1 - model.prompt :])


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Turn dropout off in every part of a model, while it lasts."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def _check(marginal: Marginal, decoding: str, hf_compat: bool, options: Options) -> None:
    if decoding not in ("thorough", "fast"):
        raise UsageError(f"decoding must be thorough or fast, got {decoding!r}")
    if hf_compat and decoding == "fast":
        raise UsageError("hf_compat knows thorough decoding only")
    searched = options.num_beams if not options.do_sample else options.num_return_sequences
    if marginal != "sequence" and options.num_return_sequences > searched:
        raise UsageError(
            f"num_return_sequences is {options.num_return_sequences}, but num_beams is "
            f"{options.num_beams}; ask for at least as many beams, or draw with do_sample=True"
        )


def _stepwise(model: Reader, request: Request, marginal: Marginal, options: Options) -> Generated:
    """Return answers of RAG-Token or Fusion-in-Decoder: one distribution a step."""
    whole = _encoded(model, request)
    log_prior = document_log_prior(request.doc_scores, (whole.questions, whole.documents))
    memory, prior = whole, log_prior
    if marginal == "fid":
        whole = whole.only(log_prior > -torch.inf)
        memory, prior = whole.joined(), torch.zeros_like(log_prior[:, :1])
    found = _search(model, memory, prior, options, marginal).best(options.num_return_sequences)
    each = found.evidence.permute(0, 1, 3, 2)  # (b, r, n, t)
    mask, exists = _mask(found), found.scores > -torch.inf
    if marginal == "fid":
        log_probs = each.squeeze(2).sum(dim=-1)
        shares = attention_shares(model.generator, whole, found)
        log_probs = log_probs.masked_fill(~exists, -torch.inf)
        return _generated(found, log_probs, mean_posterior_of(shares, mask), shares)
    mixed = torch.logsumexp(prior[:, None, :, None] + each, dim=2)
    log_probs = mixed.masked_fill(~mask, 0.0).sum(dim=-1).masked_fill(~exists, -torch.inf)
    r = each.shape[1]
    tokens = token_posterior(_repeated(prior, r), each.flatten(0, 1), "token")
    tokens = tokens.unflatten(0, each.shape[:2])
    return _generated(found, log_probs, mean_posterior_of(tokens, mask), tokens)


def mean_posterior_of(tokens: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over real tokens: (b, r, n) of (b, r, t, n) and mask (b, r, t)."""
    return mean_posterior(tokens.flatten(0, 1), mask.flatten(0, 1)).unflatten(0, mask.shape[:2])


def _generated(found: Searched, log_probs: Tensor, posterior: Tensor, tokens: Tensor) -> Generated:
    return Generated(found.ids, found.lengths, log_probs, posterior, tokens)


def _search(
    model: Reader,
    memory: Memory,
    log_prior: Tensor,
    options: Options,
    marginal: Marginal,
    steps: Any = None,
) -> Searched:
    """Return what a search over `memory` finds, (q, num_beams or num_return_sequences, ...)."""
    config = model.generation_config(marginal)
    limits = limits_of(options, model.generator, config, model.prompt)
    processors = processors_of(options, limits, config)
    predict = marginal_predict(steps or model.steps(memory), memory, log_prior)
    if options.num_beams > 1:
        return beam_search(predict, memory.questions, limits, processors, beams=options.num_beams)
    return sample(
        predict,
        memory.questions,
        limits,
        processors,
        sequences=options.num_return_sequences if options.do_sample else 1,
        generator=options.chance(memory.states.device),
        greedy=not options.do_sample,
    )


# -- RAG-Sequence ---------------------------------------------------------------------------


def _sequence(
    model: Reader, request: Request, decoding: str, compat: bool, options: Options
) -> Generated:
    memory = _encoded(model, request, trim=not compat)
    log_prior = document_log_prior(request.doc_scores, (memory.questions, memory.documents))
    proposing = memory
    if compat:  # Transformers' candidates read the padding of their document
        everything = torch.ones_like(request.attention_mask)
        proposing = _encoded(model, replace(request, attention_mask=everything), trim=False)
    alone = proposing.by_document()
    steps = model.steps(alone)
    flat = torch.zeros_like(log_prior.reshape(-1, 1))
    found = _search(model, alone, flat, options, "sequence", steps)
    limits = limits_of(options, model.generator, model.generation_config("sequence"), model.prompt)
    exists = log_prior > -torch.inf
    candidates, proposed = _distinct(found, exists)
    if compat:
        each = score_candidates(model.steps(memory), memory, candidates, limits.start)
    else:
        each = _own_scores(found, candidates, proposed, memory.documents)
        if decoding == "thorough":
            others = _others(proposed, exists)
            counts = [len(question) for question in candidates]
            own = each.sum(dim=-1)
            bound = Bound(log_prior, own, others, counts, options.num_return_sequences)
            again = model.steps(alone, getattr(steps, "keys_and_values", None))
            _score_others(each, others, candidates, again, alone, limits.start, bound)
    if compat:
        ranks = _hf_scores(each, log_prior, candidates, model, limits)
    else:
        ranks = torch.logsumexp(log_prior.unsqueeze(-1) + each.sum(dim=-1), dim=1)
    return _ranked(each, log_prior, ranks, candidates, limits, options.num_return_sequences)


def _distinct(
    found: Searched, exists: Tensor
) -> tuple[list[list[Candidate]], list[list[dict[int, tuple[int, int]]]]]:
    """Return the distinct candidates of each question, and who proposed each.

    The second says for each candidate: document -> (row of `found`, place in that row). Documents
    that are not there, where `exists` (b, n) is False, propose nothing.
    """
    documents = exists.shape[1]
    rows = [
        [tuple(ids[1 : 1 + length]) for ids, length in zip(row, lengths, strict=True)]
        for row, lengths in zip(found.ids.tolist(), found.lengths.tolist(), strict=True)
    ]
    candidates, proposed = [], []
    for first in range(0, len(rows), documents):
        seen: dict[Candidate, dict[int, tuple[int, int]]] = {}
        for d in exists[first // documents].nonzero().flatten().tolist():
            for place, candidate in enumerate(rows[first + d]):
                if candidate:
                    seen.setdefault(candidate, {}).setdefault(d, (first + d, place))
        candidates.append(list(seen))
        proposed.append(list(seen.values()))
    return candidates, proposed


def _own_scores(
    found: Searched,
    candidates: list[list[Candidate]],
    proposed: list[list[dict[int, tuple[int, int]]]],
    documents: int,
) -> Tensor:
    """Return log P(y_t|x, d, y_<t) of candidates under their proposers, -inf under the others."""
    evidence = found.evidence.squeeze(-1)
    most, longest = max(map(len, candidates)), evidence.shape[-1]
    each = evidence.new_full((len(candidates), documents, most, longest), 0.0)
    each[..., 0] = -torch.inf
    for q, sources in enumerate(proposed):
        for j, by_document in enumerate(sources):
            for d, (row, place) in by_document.items():
                each[q, d, j] = evidence[row, place]
    return each


def _others(proposed: list[list[dict[int, tuple[int, int]]]], exists: Tensor) -> list[list[int]]:
    """Return for each document, questions outermost, the candidates that it did not propose.

    Its own it has scored while it proposed them. Documents that are not there score none.
    """
    return [
        [j for j, sources in enumerate(question) if there and d not in sources]
        for question, row in zip(proposed, exists.tolist(), strict=True)
        for d, there in enumerate(row)
    ]


def _score_others(
    each: Tensor,
    others: list[list[int]],
    candidates: list[list[Candidate]],
    steps: Any,
    alone: Memory,
    start: int,
    bound: Bound,
) -> None:
    """Write log P(y_t|x, d, y_<t) of the `others` of each document into `each`, (b, n, j, t).

    A candidate that was left on the way has its upper bound there, which does not win.
    """
    n = each.shape[1]
    wanted = [[candidates[row // n][j] for j in own] for row, own in enumerate(others)]
    if not any(wanted):
        return
    scored = score_candidates(steps, alone, wanted, start, bound.goes_on)
    for row, own in enumerate(others):
        each[row // n, row % n, own, : scored.shape[-1]] = scored[row, 0, : len(own)]


def _hf_scores(
    each: Tensor,
    log_prior: Tensor,
    candidates: list[list[Candidate]],
    model: Reader,
    limits: Limits,
) -> Tensor:
    """Return the score Transformers ranks candidates by, (b, j).

    The prior is lost for a candidate of one token, a padding token is not counted, and a first
    token that is the beginning of sentence in all candidates is left out.
    """
    bos = model.generator.config.bos_token_id
    scores = each.new_full((each.shape[0], each.shape[2]), -torch.inf)
    for q, question in enumerate(candidates):
        skip = int(bos is not None and all(c[0] == bos for c in question))
        for j, candidate in enumerate(question):
            real = torch.tensor([token != limits.pad for token in candidate], device=each.device)
            real[:skip] = False
            total = (each[q, :, j, : len(candidate)] * real).sum(dim=-1)
            if len(candidate) > 1 and candidate[1] != limits.pad:
                total = total + log_prior[q]
            scores[q, j] = total.logsumexp(dim=0)
    return scores


def _ranked(
    each: Tensor,
    log_prior: Tensor,
    ranks: Tensor,
    candidates: list[list[Candidate]],
    limits: Limits,
    count: int,
) -> Generated:
    """Return the `count` best candidates of each question by `ranks`, (b, j)."""
    b, t = each.shape[0], each.shape[-1]
    sequences = torch.full((b, count, 1 + t), limits.pad)
    sequences[..., 0] = limits.start
    lengths = torch.zeros(b, count, dtype=torch.long)
    log_probs = each.new_full((b, count), -torch.inf)
    posterior = torch.softmax(log_prior, dim=-1).unsqueeze(1).repeat(1, count, 1)
    tokens = posterior.unsqueeze(2).repeat(1, 1, t, 1)
    for q, question in enumerate(candidates):
        order = ranks[q, : len(question)].argsort(descending=True, stable=True)[:count]
        for r, j in enumerate(order.tolist()):
            lengths[q, r] = len(question[j])
            sequences[q, r, 1 : 1 + len(question[j])] = torch.tensor(question[j])
            own = each[q, :, j]
            total = own.sum(dim=-1)
            log_probs[q, r] = torch.logsumexp(log_prior[q] + total, dim=0)
            posterior[q, r] = document_posterior(log_prior[q : q + 1], total[None])[0]
            tokens[q, r] = token_posterior(log_prior[q : q + 1], own[None], "sequence")[0]
    longest = int(lengths.max())
    device = each.device
    return Generated(
        sequences[..., : 1 + longest].to(device),
        lengths.to(device),
        log_probs,
        posterior,
        tokens[:, :, :longest],
    )


# -- shared ---------------------------------------------------------------------------------


def _encoded(model: Reader, request: Request, trim: bool = True) -> Memory:
    return model.encode(
        request.input_ids,
        request.attention_mask,
        features=request.features,
        feature_masks=request.feature_masks,
        trim=trim,
    )


def _mask(found: Searched) -> Tensor:
    longest = found.ids.shape[-1] - 1
    return torch.arange(longest, device=found.lengths.device) < found.lengths.unsqueeze(-1)


def _repeated(log_prior: Tensor, count: int) -> Tensor:
    return log_prior.repeat_interleave(count, dim=0)
