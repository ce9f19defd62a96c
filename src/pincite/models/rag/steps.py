"""A decoder one token at a time, for many hypotheses over the same documents.

A document's states are encoded once, and its cross-attention keys and values are made once. All
hypotheses over it ask them together: their queries are folded onto the query axis of that one
row, (r * k, 1, d) -> (r, k, d), which is a view. Only the self-attention cache, short and a row a
hypothesis, is reordered when beams change places.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from pincite.models.rag.memory import Memory, additive

Tensor = Any
_CROSS_ATTENTION = ("encoder_attn", "EncDecAttention")
"""What Transformers calls cross-attention in BART, mBART, Marian, Pegasus … and in T5 …"""


class Steps(Protocol):
    """One token after the other for k hypotheses of each question."""

    def advance(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits of the next token, (q, c, k, v), over all c contexts of a question.

        Args:
            tokens: The token each hypothesis took last, (q, k).
            parents: Which hypothesis of the step before each one continues, (q, k); None at the
                first step, or when each continues itself.
        """
        ...

    def run(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the same after each of several tokens taken at once, (q, c, k, l, v).

        Args:
            tokens: The next l tokens of each hypothesis, (q, k, l).
            parents: As in `advance`.
        """
        ...


class OneByOne:
    """Several tokens at once by one step after the other."""

    def advance(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits of the next token; see `Steps`."""
        raise NotImplementedError("say how one step is taken: def advance(self, tokens, parents)")

    def run(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits after each of several tokens, (q, c, k, l, v); see `Steps`."""
        first = self.advance(tokens[..., 0], parents)
        rest = [self.advance(tokens[..., i], None) for i in range(1, tokens.shape[-1])]
        return torch.stack([first, *rest], dim=3)


def cross_attentions(generator: Any) -> list[Any]:
    """Return the cross-attention modules of an encoder–decoder that can be folded, or none."""
    return [m for name, m in generator.named_modules() if name.endswith(_CROSS_ATTENTION)]


class FoldedSteps:
    """Steps of an encoder–decoder with cross-attention folded; see the module.

    Args:
        generator: Any encoder–decoder of Transformers whose cross-attention is known by name.
        memory: The encoded documents; its contexts are its documents times their views.
        cross: Keys and values already made for this memory by `keys_and_values`.
    """

    def __init__(self, generator: Any, memory: Memory, cross: EncoderDecoderCache | None = None):
        self._generator = generator
        self._memory = memory
        self._contexts = memory.documents * memory.views
        self._mask = additive(memory.mask, memory.states.dtype)
        self._cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        if cross is not None:
            self._cache.cross_attention_cache = cross.cross_attention_cache
            self._cache.is_updated = dict(cross.is_updated)
        self._hypotheses = 0

    @property
    def keys_and_values(self) -> EncoderDecoderCache:
        """What may be handed to other steps over the same states, after the first `advance`."""
        return self._cache

    def advance(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits of the next token, (q, c, k, v); see `Steps`."""
        return self.run(tokens.unsqueeze(-1), parents).squeeze(3)

    def run(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits after each of several tokens, (q, c, k, l, v); see `Steps`."""
        q, k, length = tokens.shape
        if parents is None and self._hypotheses not in (0, k):  # one beginning, several ways on
            parents = torch.zeros_like(tokens[..., 0])
        if parents is not None and self._hypotheses:
            rows = rows_of_parents(parents, self._contexts, self._hypotheses)
            for layer in self._cache.self_attention_cache.layers:
                layer.keys, layer.values = layer.keys[rows], layer.values[rows]
        self._hypotheses = k
        ids = tokens.unsqueeze(1).expand(q, self._contexts, k, length).reshape(-1, length)
        with folded(self._generator, self._memory.states.shape[0], self._mask):
            logits = self._generator(
                encoder_outputs=BaseModelOutput(last_hidden_state=self._memory.states),
                decoder_input_ids=ids,
                past_key_values=self._cache,
                use_cache=True,
            ).logits
        return logits.view(q, self._contexts, k, length, -1)


def rows_of_parents(parents: Tensor, contexts: int, hypotheses: int) -> Tensor:
    """Return the row of the cache each new row continues, (q * c * k,); rows are (q, c, k').

    After the first step all hypotheses are still one, so any parent means that one.
    """
    parents = parents.clamp(max=hypotheses - 1)
    q = parents.shape[0]
    blocks = torch.arange(q * contexts, device=parents.device).view(q, contexts, 1) * hypotheses
    return (blocks + parents.unsqueeze(1)).reshape(-1)


@contextmanager
def folded(generator: Any, rows: int, mask: Tensor) -> Iterator[None]:
    """Let cross-attention see hypotheses on the query axis of their document, while it lasts.

    Args:
        generator: The encoder–decoder.
        rows: r, how many rows of states there are; the decoder runs on r * k.
        mask: Added to the scores, (r, 1, 1, u).
    """
    length = 0

    def fold(module: Any, args: Any, kwargs: Any) -> Any:
        nonlocal length
        hidden = args[0] if args else kwargs["hidden_states"]
        length = hidden.shape[1]
        hidden = hidden.reshape(rows, -1, hidden.shape[-1])
        name = "mask" if "mask" in kwargs else "attention_mask"
        kwargs = kwargs | {name: mask}
        if args:
            return (hidden, *args[1:]), kwargs
        return args, kwargs | {"hidden_states": hidden}

    def unfold(module: Any, args: Any, kwargs: Any, output: Any) -> Any:
        return (output[0].reshape(-1, length, output[0].shape[-1]), *output[1:])

    handles = []
    for module in cross_attentions(generator):
        handles.append(module.register_forward_pre_hook(fold, with_kwargs=True))
        handles.append(module.register_forward_hook(unfold, with_kwargs=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class PlainSteps(OneByOne):
    """The slow and obvious way: each hypothesis runs its whole prefix over its own copy.

    For encoder–decoders whose cross-attention has a name not known here, and to hold `FoldedSteps`
    against in the tests.
    """

    def __init__(self, generator: Any, memory: Memory):
        self._generator = generator
        self._memory = memory
        self._contexts = memory.documents * memory.views
        self._prefix: Tensor | None = None

    def advance(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits of the next token, (q, c, k, v); see `Steps`."""
        q, k = tokens.shape
        self._prefix = extended(self._prefix, tokens, parents)
        ids = self._prefix.unsqueeze(1).expand(q, self._contexts, k, -1).flatten(0, 2)
        logits = self._generator(
            encoder_outputs=BaseModelOutput(
                last_hidden_state=self._memory.states.repeat_interleave(k, dim=0)
            ),
            attention_mask=self._memory.mask.long().repeat_interleave(k, dim=0),
            decoder_input_ids=ids,
            use_cache=False,
        ).logits[:, -1]
        return logits.view(q, self._contexts, k, -1)


def extended(prefix: Tensor | None, tokens: Tensor, parents: Tensor | None) -> Tensor:
    """Return the prefixes (q, k, t + 1) after a step; arguments as in `Steps.advance`."""
    if prefix is None:
        return tokens.unsqueeze(-1)
    if prefix.shape[1] == 1:
        prefix = prefix.expand(-1, tokens.shape[1], -1)
    elif parents is not None:
        prefix = prefix.gather(1, parents.unsqueeze(-1).expand(-1, -1, prefix.shape[-1]))
    return torch.cat([prefix, tokens.unsqueeze(-1)], dim=-1)
