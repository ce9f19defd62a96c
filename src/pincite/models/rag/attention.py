"""What the decoder looked at: documents of a joint reading, regions of a picture.

Fusion-in-Decoder sums over no documents, so it has no posterior; what the decoder looked at stands
in for one (Izacard & Grave, ICLR 2021, "Distilling Knowledge from Reader to Retriever").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.modeling_outputs import BaseModelOutput

from pincite.errors import UsageError
from pincite.models.rag.memory import Memory
from pincite.models.rag.search import Searched

Tensor = Any


def attention_shares(generator: Any, memory: Memory, found: Searched) -> Tensor:
    """Return the share of the cross-attention on each document at each token, (b, r, t, n).

    The mean over layers and heads, summed over the tokens of a document; rows sum to 1.

    Args:
        generator: The encoder–decoder; it decodes over `memory.joined()`.
        memory: The documents apart.
        found: Sequences to look at, the start token first.
    """
    r = found.ids.shape[1]
    decoder_ids = found.ids[..., :-1].flatten(0, 1)
    return joint_attention(generator, memory, decoder_ids, r).unflatten(0, (-1, r))


def joint_attention(
    generator: Any, memory: Memory, decoder_ids: Tensor, repeats: int = 1
) -> Tensor:
    """Return the same for decoder inputs (b * repeats, t): (b * repeats, t, n).

    Late fusion decodes its views apart; their shares are added with the weights of the views.
    """
    joined = memory.joined()
    states = joined.states.unflatten(0, (joined.questions, joined.views))
    masks = joined.mask.unflatten(0, (joined.questions, joined.views))
    total: Tensor = 0.0
    for view in range(joined.views):
        with eager(generator):
            output = generator(
                encoder_outputs=BaseModelOutput(
                    last_hidden_state=states[:, view].repeat_interleave(repeats, dim=0)
                ),
                attention_mask=masks[:, view].long().repeat_interleave(repeats, dim=0),
                decoder_input_ids=decoder_ids,
                use_cache=False,
                output_attentions=True,
            )
        mean = torch.stack(list(output.cross_attentions)).mean(dim=(0, 2))  # (b * r, t, n * u)
        shares = mean.unflatten(-1, (memory.documents, -1)).sum(dim=-1)
        if joined.view_log_weights is not None:
            weight = joined.view_log_weights[:, 0, view].exp().repeat_interleave(repeats)
            shares = shares * weight[:, None, None]
        total = total + shares
    return total / total.sum(dim=-1, keepdim=True)


def region_relevance(generator: Any, memory: Memory, decoder_ids: Tensor) -> Tensor:
    """Return how much each region had to do with each token, (b, n, t, r), for heat maps.

    R_tj = sum_i alpha_ti s_ij: the decoder's cross-attention at token t on position i (mean over
    layers and heads) times the share of that position's state that the gates took from region j
    (`weights["regions"]` of gated fusion). Rows sum to at most 1; the rest is text.

    Args:
        generator: The encoder–decoder.
        memory: Documents fused with their regions.
        decoder_ids: Inputs of the decoder, (b, t): the token at t is the one predicted from it.

    Raises:
        UsageError: The fusion has no shares of regions.
    """
    if "regions" not in memory.weights:
        raise UsageError(
            f"regions can be weighed where the fusion says what it took from each; this one gives "
            f'{", ".join(memory.weights) or "no weights"}; train with fusion="gated"'
        )
    with eager(generator):
        output = generator(
            encoder_outputs=BaseModelOutput(last_hidden_state=memory.states),
            attention_mask=memory.mask.long(),
            decoder_input_ids=decoder_ids.repeat_interleave(memory.documents, dim=0),
            use_cache=False,
            output_attentions=True,
        )
    attention = torch.stack(list(output.cross_attentions)).mean(dim=(0, 2))  # (b * n, t, u)
    return (attention @ memory.weights["regions"].flatten(0, 1)).unflatten(
        0, (memory.questions, memory.documents)
    )


@contextmanager
def eager(model: Any) -> Iterator[None]:
    """Let a model's attention return its weights, while it lasts."""
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)
