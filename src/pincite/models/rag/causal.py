"""RAG-Token and RAG-Sequence over any decoder-only model of Transformers.

Each document makes a prompt of its own, question and document as one text; the model reads each
prompt once, and the answer is written after all of them together: the distribution of the next
token is marginalised over prompts exactly as over the documents of an encoder–decoder. Regions of
pictures, sound and video enter through a fusion over the prompt's embeddings.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache

from pincite.errors import UsageError
from pincite.models.rag.memory import Memory
from pincite.models.rag.model import RagModel
from pincite.models.rag.steps import OneByOne, Steps, rows_of_parents

Tensor = Any


class RagCausalModel(RagModel):
    """A decoder-only generator that reads n documents a question and sums over them.

    Arguments are those of `RagModel`; "fid" is not among its marginals, since there is no encoder
    whose states could be joined, and `hf_compat` has nothing to be compatible with. Answers of
    `generate` hold no start token: `sequences` is (b, r, t).
    """

    kind = "causal"
    prompt = 0

    @classmethod
    def from_transformers(cls, model: Any, **options: Any) -> RagCausalModel:
        """Return a model over the weights of a decoder-only model, shared and not copied.

        Raises:
            UsageError: It is an encoder–decoder.
        """
        if getattr(model.config, "is_encoder_decoder", False) or hasattr(model, "rag"):
            raise UsageError(
                f"{type(model).__name__} is an encoder–decoder; take pincite.models.rag.RagModel"
            )
        return cls(model, **options)

    def text_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the embeddings of prompts, (r, s, d), of ids and mask (r, s)."""
        return self.generator.get_input_embeddings()(ids)

    def steps(self, memory: Memory, cross: Any = None) -> Steps:
        """Return a decoder over `memory` that has taken no step yet."""
        return CausalSteps(self.generator, memory, cross)

    def shifted_right(self, labels: Tensor) -> Tensor:
        """Return what stands before each label but the first, (b, t - 1): all but the last."""
        return labels[:, :-1]

    def logits(self, memory: Memory, decoder_ids: Tensor) -> Tensor:
        """Return the logits after each prompt and after each id, (b, n * m, t + 1, v)."""
        contexts = memory.documents * memory.views
        given = self.generator.get_input_embeddings()(decoder_ids)
        given = given.repeat_interleave(contexts, dim=0)
        states = torch.cat([memory.states, given.to(memory.states)], dim=1)
        mask = torch.cat([memory.mask, memory.mask.new_ones(given.shape[:2])], dim=1)
        found = self.generator(
            inputs_embeds=states,
            attention_mask=mask.long(),
            position_ids=positions(mask),
            use_cache=False,
        ).logits
        first = last_real(memory.mask)[:, None, None].expand(-1, 1, found.shape[-1])
        after_prompt = found.gather(1, first)
        after_ids = found[:, memory.states.shape[1] :]
        return torch.cat([after_prompt, after_ids], dim=1).unflatten(0, (memory.questions, -1))


class CausalSteps(OneByOne):
    """Steps of a decoder-only model: prompts are read once, hypotheses copy what was read.

    Args:
        generator: The decoder-only model.
        memory: Embedded prompts, a row each.
        read: What other steps over the same prompts have read already (`keys_and_values`).
    """

    def __init__(self, generator: Any, memory: Memory, read: Any = None):
        self._generator = generator
        self._memory = memory
        self._contexts = memory.documents * memory.views
        self._read = read
        self._cache: Any = None
        self._hypotheses = 1
        self._taken = 0

    @property
    def keys_and_values(self) -> Any:
        """What may be handed to other steps over the same prompts, after the first `advance`."""
        return self._read

    def advance(self, tokens: Tensor, parents: Tensor | None) -> Tensor:
        """Return the logits of the next token, (q, c, k, v); the first tokens are not looked at."""
        q, k = tokens.shape
        if self._cache is None:
            logits = self._begin()
            return logits.view(q, self._contexts, 1, -1).expand(-1, -1, k, -1)
        if parents is None and self._hypotheses != k:
            parents = torch.zeros_like(tokens)
        if parents is not None:
            self._cache.reorder_cache(rows_of_parents(parents, self._contexts, self._hypotheses))
        self._hypotheses = k
        self._taken += 1
        ids = tokens.unsqueeze(1).expand(q, self._contexts, k).reshape(-1, 1)
        mask = self._memory.mask.repeat_interleave(k, dim=0)
        mask = torch.cat([mask, mask.new_ones(mask.shape[0], self._taken)], dim=1)
        logits = self._generator(
            input_ids=ids,
            attention_mask=mask.long(),
            position_ids=mask.sum(dim=-1, keepdim=True) - 1,
            past_key_values=self._cache,
            use_cache=True,
        ).logits
        return logits.reshape(q, self._contexts, k, -1)

    def _begin(self) -> Tensor:
        """Read the prompts, unless others have, and return the logits after them, (r, v)."""
        if self._read is None:
            mask, cache = self._memory.mask, DynamicCache(config=self._generator.config)
            logits = self._generator(
                inputs_embeds=self._memory.states,
                attention_mask=mask.long(),
                position_ids=positions(mask),
                past_key_values=cache,
                use_cache=True,
            ).logits
            rows = torch.arange(len(mask), device=mask.device)
            self._read = (
                logits[rows, last_real(mask)],
                [(layer.keys, layer.values) for layer in cache.layers],
            )
        logits, layers = self._read
        self._cache = DynamicCache(config=self._generator.config)
        for place, (keys, values) in enumerate(layers):
            self._cache.update(keys, values, place)
        return logits


def positions(mask: Tensor) -> Tensor:
    """Return the position of each real token among the real ones, (r, u), from 0."""
    return (mask.long().cumsum(dim=-1) - 1).clamp(min=0)


def last_real(mask: Tensor) -> Tensor:
    """Return the place of the last real token of each row, (r,)."""
    places = torch.arange(mask.shape[-1], device=mask.device)
    return (mask * places).amax(dim=-1)
