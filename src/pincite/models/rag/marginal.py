"""The two marginals of retrieval-augmented generation, in log space.

With P(d|x) the document prior and P(y_t|x, d, y_<t) the generator (Lewis et al., NeurIPS 2020,
"Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks", section 2.1):

    RAG-Sequence   P(y|x) = sum_d P(d|x) prod_t P(y_t|x, d, y_<t)
    RAG-Token      P(y|x) = prod_t sum_d P(d|x) P(y_t|x, d, y_<t)

Both sum to 1 over all y. (Article 3, section 4.2, prints p(y|x,r) = p(y|x) p(r|x), which does not:
a product of two distributions is not normalised; the sums above are used instead.)

Shapes: b questions, n documents, t target tokens, v words of the vocabulary.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch

from pincite.errors import UsageError, did_you_mean

Marginal = Literal["token", "sequence", "fid"]
MARGINALS: tuple[Marginal, ...] = get_args(Marginal)
Tensor = Any


def checked_marginal(name: str) -> Marginal:
    """Return `name` if it is one of token, sequence and fid.

    Raises:
        UsageError: It is none of them.
    """
    for known in MARGINALS:
        if name == known:
            return known
    raise UsageError(
        f"marginal must be one of {', '.join(MARGINALS)}, got {name!r}."
        f"{did_you_mean(str(name), MARGINALS)}"
    )


def document_log_prior(doc_scores: Tensor, shape: tuple[int, int] | None = None) -> Tensor:
    """Return log P(d|x), (b, n): rows of `doc_scores` normalised; -inf is "no such document".

    Args:
        doc_scores: (b, n), unnormalised log scale.
        shape: b and n of the documents that are scored, where they are at hand.

    Raises:
        UsageError: The shape is another, a score is NaN or infinity, or a question has no
            document at all.
    """
    if doc_scores.ndim != 2 or shape not in (None, tuple(doc_scores.shape)):
        wanted = "(b, n)" if shape is None else f"(b, n) = {shape}, as the documents are"
        raise UsageError(f"doc_scores must be {wanted}; got {tuple(doc_scores.shape)}")
    finite = torch.isfinite(doc_scores)
    if not finite.any(dim=-1).all() or not (finite | (doc_scores == -torch.inf)).all():
        raise UsageError(
            f"doc_scores must be numbers, with -inf where there is no document and one at least "
            f"in every row, got {int((~finite).sum())} that are not finite in "
            f"{tuple(doc_scores.shape)}; retrieve at least one document for each question"
        )
    return torch.log_softmax(doc_scores, dim=-1)


def chosen_log_probs(logits: Tensor, ids: Tensor) -> Tensor:
    """Return log softmax(logits)[ids] without the whole softmax: logits (..., v), ids (...)."""
    chosen = logits.gather(-1, ids.unsqueeze(-1)).squeeze(-1)
    return chosen - logits.logsumexp(dim=-1)


def sequence_log_likelihood(log_prior: Tensor, log_probs: Tensor, mask: Tensor) -> Tensor:
    """Return log P(y|x) of RAG-Sequence, (b,).

    Args:
        log_prior: log P(d|x), (b, n).
        log_probs: log P(y_t|x, d, y_<t), (b, n, t).
        mask: True where y has a token, (b, t).
    """
    each = log_probs.masked_fill(~mask.unsqueeze(1), 0.0).sum(dim=-1)
    return torch.logsumexp(log_prior + each, dim=-1)


def token_log_likelihood(log_prior: Tensor, log_probs: Tensor, mask: Tensor) -> Tensor:
    """Return log P(y|x) of RAG-Token, (b,); arguments as in `sequence_log_likelihood`."""
    each = torch.logsumexp(log_prior.unsqueeze(-1) + log_probs, dim=1)
    return each.masked_fill(~mask, 0.0).sum(dim=-1)


def document_posterior(doc_log_prior: Tensor, sequence_log_prob: Tensor) -> Tensor:
    """Return P(d|x, y), (b, n), rows sum to 1: softmax over d of log P(d|x) + log P(y|x, d).

    Args:
        doc_log_prior: log P(d|x), (b, n); any constant a row may be added.
        sequence_log_prob: log P(y|x, d), (b, n).
    """
    return torch.softmax(doc_log_prior + sequence_log_prob, dim=-1)


def token_posterior(log_prior: Tensor, log_probs: Tensor, marginal: Marginal) -> Tensor:
    """Return how much each document had to do with each token, (b, t, n), rows sum to 1.

    RAG-Token draws a document anew at each token: P(d_t=d|x, y) from the prior and that token.
    RAG-Sequence draws one for all: P(d|x, y_1..t), the belief once token t has been seen, so the
    row of the last token is the document posterior.

    Args:
        log_prior: log P(d|x), (b, n).
        log_probs: log P(y_t|x, d, y_<t), (b, n, t); 0 at padding.
        marginal: "token" or "sequence".
    """
    seen = log_probs if marginal == "token" else log_probs.cumsum(dim=-1)
    return torch.softmax(log_prior.unsqueeze(-1) + seen, dim=1).transpose(1, 2)


def mean_posterior(posterior: Tensor, mask: Tensor) -> Tensor:
    """Return the share of the tokens each document accounts for, (b, n), rows sum to 1.

    A sequence without a token is shared evenly.

    Args:
        posterior: (b, t, n), rows sum to 1.
        mask: True where y has a token, (b, t).
    """
    count = mask.sum(dim=-1, keepdim=True)
    total = posterior.masked_fill(~mask.unsqueeze(-1), 0.0).sum(dim=1)
    return torch.where(count > 0, total / count.clamp(min=1), 1.0 / posterior.shape[-1])


def predictive_log_probs(log_prior: Tensor, log_probs: Tensor, past: Tensor | None) -> Tensor:
    """Return the distribution of the next token under the mixture, (b, t, v).

    RAG-Token: log sum_d P(d|x) P(v|x, d, y_<t). RAG-Sequence: the same with the belief
    P(d|x, y_<t) in place of the prior, so that the sum over t of the chosen entries is log P(y|x).

    Args:
        log_prior: log P(d|x), (b, n).
        log_probs: log P(v|x, d, y_<t), (b, n, t, v).
        past: log P(y_<t|x, d), (b, n, t), for RAG-Sequence; None for RAG-Token.
    """
    belief = log_prior.unsqueeze(-1)
    if past is not None:
        belief = torch.log_softmax(belief + past, dim=1)
    return torch.logsumexp(belief.unsqueeze(-1) + log_probs, dim=1)
