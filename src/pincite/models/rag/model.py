"""RAG-Token, RAG-Sequence and Fusion-in-Decoder over any encoder–decoder of Transformers.

Lewis et al., NeurIPS 2020 (RAG); Izacard & Grave, EACL 2021 (Fusion-in-Decoder). Documents may be
text, or text with regions of pictures, frames of sound and shots of video: a fusion module
(`pincite.models.fusion`) writes those into the encoder's states, so that documents of all kinds
are marginalised over together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from transformers.modeling_outputs import BaseModelOutput

from pincite.errors import UsageError
from pincite.models.rag import decode, hf_compat
from pincite.models.rag.checkpoint import Checkpointed
from pincite.models.rag.fused import check_features, fused_memory, made_fusion, text_width
from pincite.models.rag.marginal import (
    Marginal,
    checked_marginal,
    chosen_log_probs,
    document_log_prior,
    document_posterior,
    predictive_log_probs,
    sequence_log_likelihood,
    token_log_likelihood,
)
from pincite.models.rag.memory import Memory, anchored, by_length, trimmed
from pincite.models.rag.options import first_set
from pincite.models.rag.parts import rag_options
from pincite.models.rag.retrieval import Retrieval
from pincite.models.rag.steps import FoldedSteps, PlainSteps, Steps, cross_attentions

Tensor = Any


class RagModel(Checkpointed):
    """A generator that reads n documents a question and sums over them.

    Args:
        generator: An encoder–decoder with a language-model head (BART, T5, Marian, Pegasus, …).
        marginal: Which sum is meant where a call does not say: "token", "sequence", or "fid",
            which reads all documents at once and sums over none.
        fusion: How regions are written into text states, a name of `pincite.models.fusion.names()`;
            None reads text alone.
        features: Modality to the width of its features, such as {"image": 768}; with a fusion.
        region_width: Width the features are brought to; default: the generator's own.
        heads: Heads of a fusion with attention.
        fusion_options: Further options of the fusion.
        question_encoder: Encoder of questions for retrieval; kept and trained beside the rest.
        context_encoder: Encoder of documents for retrieval.
        generation_config: Settings of `generate` beside the generator's own (RAG checkpoints of
            Transformers bring one).
        retrieval: How many documents are read, and how the encoders score them.

    Raises:
        UsageError: `fusion` was given without `features` or the reverse, or one is not known.
    """

    def __init__(
        self,
        generator: nn.Module,
        *,
        marginal: str = "token",
        fusion: str | None = None,
        features: Mapping[str, int] | None = None,
        region_width: int | None = None,
        heads: int = 4,
        fusion_options: Mapping[str, Any] | None = None,
        question_encoder: nn.Module | None = None,
        context_encoder: nn.Module | None = None,
        generation_config: Any = None,
        retrieval: Retrieval | None = None,
    ) -> None:
        super().__init__()
        if (fusion is None) != (not features):
            raise UsageError(
                "a fusion needs features to fuse, and features need a fusion; got "
                f"fusion={fusion!r} and features={dict(features or {})!r}"
            )
        self.generator = generator
        self.marginal: Marginal = checked_marginal(marginal)
        self.fusion_settings: dict[str, Any] | None = None
        self.fusion = self.adapter = None
        if fusion is not None and features:
            width = text_width(generator)
            self.fusion_settings = {
                "fusion": fusion,
                "features": dict(features),
                "region_width": region_width or width,
                "heads": heads,
                "fusion_options": dict(fusion_options or {}),
            }
            self.adapter, self.fusion = made_fusion(width, self.fusion_settings, generator)
        self.question_encoder = question_encoder
        self.context_encoder = context_encoder
        self.own_generation_config = generation_config
        self.retrieval = retrieval or Retrieval()
        self.training = generator.training

    @classmethod
    def from_transformers(cls, model: Any, **options: Any) -> RagModel:
        """Return a model over the weights of a Transformers model, which are shared, not copied.

        Args:
            model: A `RagTokenForGeneration`, `RagSequenceForGeneration` or an encoder–decoder.
            options: Further arguments of `RagModel`.

        Raises:
            UsageError: It is neither.
        """
        if hasattr(model, "rag"):
            return cls(model.rag.generator, **{**rag_options(model), **options})
        if not getattr(model.config, "is_encoder_decoder", False):
            raise UsageError(
                f"{type(model).__name__} is no encoder–decoder; for a decoder-only model take "
                "pincite.models.rag.RagCausalModel"
            )
        return cls(model, **options)

    prompt = 1
    """Tokens of a sequence that are given and not predicted: the decoder's start token."""

    # -- what the generator is ---------------------------------------------------------------

    @property
    def pad_token_id(self) -> int | None:
        """What fills labels beside -100; None when the generator has no padding token."""
        pad = first_set(
            self.generator.generation_config, self.generator.config, names=("pad_token_id",)
        )
        return None if pad is None else int(pad)

    def generation_config(self, marginal: Marginal) -> Any:
        """Return the settings a search starts from."""
        if marginal == "token" and self.own_generation_config is not None:
            return self.own_generation_config
        return self.generator.generation_config

    # -- documents ---------------------------------------------------------------------------

    def encode(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        *,
        features: Mapping[str, Tensor] | None = None,
        feature_masks: Mapping[str, Tensor] | None = None,
        trim: bool = True,
    ) -> Memory:
        """Return the encoded documents; each is encoded once, whatever is then asked of it.

        Args:
            input_ids: Question and document as one text, (b, n, s).
            attention_mask: True or 1 where a token is real, (b, n, s).
            features: Modality to features (b, n, m, width); a missing one is simply not given.
            feature_masks: Modality to (b, n, m), True where a feature is real.
            trim: Cut padding that no row of the batch needs.

        Raises:
            UsageError: Shapes do not fit, or features were given to a model without a fusion.
        """
        b, n, _ = _checked_shape(input_ids, attention_mask)
        if trim:
            input_ids, attention_mask = trimmed(input_ids, attention_mask)
        ids, mask = input_ids.flatten(0, 1), attention_mask.flatten(0, 1).bool()
        states = self.text_states(ids, anchored(mask))
        if self.fusion is None or self.adapter is None:
            if features:
                raise UsageError(
                    f"features of {', '.join(features)} were given, but this model has no fusion; "
                    'make it with one, such as fusion="gated"'
                )
            return Memory(states, anchored(mask), b, n)
        regions = real = None
        if features:
            check_features(features, b, n)
            regions, real = (x.flatten(0, 1) for x in self.adapter(features, feature_masks))
        return fused_memory(self.fusion(states, regions, mask, real), b, n)

    def text_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the encoder's states of texts alone, (r, s, d), of ids and mask (r, s)."""
        encoder = self.generator.get_encoder()

        def encoded(ids: Tensor, mask: Tensor) -> Tensor:
            return encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state

        return by_length(encoded, ids, mask)

    def steps(self, memory: Memory, cross: Any = None) -> Steps:
        """Return a decoder over `memory` that has taken no step yet."""
        if cross_attentions(self.generator):
            return FoldedSteps(self.generator, memory, cross)
        return PlainSteps(self.generator, memory)

    # -- likelihood --------------------------------------------------------------------------

    def nll(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        doc_scores: Tensor,
        labels: Tensor,
        marginal: str | None = None,
        *,
        label_smoothing: float = 0.0,
        hf_compat: bool = False,
        exclude_bos_score: bool = False,
        labels_mask: Tensor | None = None,
        features: Mapping[str, Tensor] | None = None,
        feature_masks: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """Return -log P(y|x) of each question, (b,), summed over tokens.

        Smoothing mixes in the mean over the vocabulary of -log P(v|x, y_<t) of the mixture.

        Args:
            input_ids: (b, n, s); see `encode`.
            attention_mask: (b, n, s).
            doc_scores: (b, n), unnormalised log scale; -inf where there is no document.
            labels: (b, t), filled with the padding token or -100.
            marginal: "token", "sequence" or "fid"; None takes the model's own.
            label_smoothing: Share of each target spread over the vocabulary, 0..1.
            hf_compat: Follow Transformers' label and prior conventions (`hf_compat.py`).
            exclude_bos_score: Transformers' option for RAG-Sequence: a first target that is the
                beginning of sentence in all rows is not scored. With `hf_compat` only.
            labels_mask: True where a label counts, (b, t); default: all but padding.
            features: See `encode`.
            feature_masks: See `encode`.
        """
        kind = checked_marginal(marginal or self.marginal)
        memory = self.encode(
            input_ids, attention_mask, features=features, feature_masks=feature_masks
        )
        if not self.prompt and (kind == "fid" or hf_compat):
            raise UsageError("a decoder-only model knows marginal token and sequence only")
        if exclude_bos_score and not hf_compat:
            raise UsageError("exclude_bos_score is a convention of Transformers; set hf_compat too")
        if hf_compat:
            bos = self.generator.config.bos_token_id if exclude_bos_score else None
            return self._hf_nll(memory, doc_scores, labels, kind, label_smoothing, bos)
        return self.nll_of(memory, doc_scores, labels, kind, label_smoothing, labels_mask)

    forward = nll

    def nll_of(
        self,
        memory: Memory,
        doc_scores: Tensor,
        labels: Tensor,
        marginal: Marginal,
        label_smoothing: float = 0.0,
        labels_mask: Tensor | None = None,
    ) -> Tensor:
        """Return `nll` of documents already encoded, (b,)."""
        labels, mask = self.real_labels(labels, labels_mask)
        log_prior = _log_prior(memory, doc_scores, labels, label_smoothing)
        if marginal == "fid":
            memory = memory.only(log_prior > -torch.inf).joined()
            log_prior = torch.zeros_like(log_prior[:, :1])
        logits = self.logits(memory, self.shifted_right(labels))
        if not label_smoothing:
            chosen = _expanded(labels, logits)
            each = memory.document_log_probs(chosen_log_probs(logits, chosen))
            return -_likelihood(log_prior, each, mask, marginal)
        each = memory.document_log_probs(torch.log_softmax(logits, dim=-1))
        past = None
        if marginal == "sequence":
            chosen = each.gather(-1, _expanded(labels, each).unsqueeze(-1)).squeeze(-1)
            chosen = chosen.masked_fill(~mask.unsqueeze(1), 0.0)
            past = chosen.cumsum(dim=-1) - chosen
        mixed = predictive_log_probs(log_prior, each, past)
        hit = mixed.gather(-1, labels.unsqueeze(-1)).squeeze(-1)
        smoothed = (1.0 - label_smoothing) * hit + label_smoothing * mixed.mean(dim=-1)
        return -smoothed.masked_fill(~mask, 0.0).sum(dim=-1)

    def _hf_nll(
        self,
        memory: Memory,
        doc_scores: Tensor,
        labels: Tensor,
        marginal: Marginal,
        smoothing: float,
        bos: int | None,
    ) -> Tensor:
        if marginal == "fid":
            raise UsageError("hf_compat has no Fusion-in-Decoder; use marginal token or sequence")
        pad = self.pad_token_id or 0
        log_prior = _log_prior(memory, doc_scores, labels, smoothing)
        targets = hf_compat.shifted_targets(labels, pad)
        logits = self.logits(memory, labels)
        how: dict[str, Any] = {"pad": pad, "marginal": marginal}
        if not smoothing:
            each = chosen_log_probs(logits, _expanded(targets, logits))
            each = memory.document_log_probs(each)
            return hf_compat.nll(each, log_prior, targets, excluded_bos=bos, **how)
        log_probs = memory.document_log_probs(torch.log_softmax(logits, dim=-1))
        each = log_probs.gather(-1, _expanded(targets, log_probs).unsqueeze(-1)).squeeze(-1)
        exact = hf_compat.nll(each, log_prior, targets, excluded_bos=bos, **how)
        smooth = hf_compat.spread(log_probs, log_prior, targets, **how)
        return (1.0 - smoothing) * exact + smoothing * smooth

    def logits(self, memory: Memory, decoder_ids: Tensor) -> Tensor:
        """Return the generator's logits over every context, (b, n * m, t, v), ids (b, t) given."""
        contexts = memory.documents * memory.views
        found = self.generator(
            encoder_outputs=BaseModelOutput(last_hidden_state=memory.states),
            attention_mask=memory.mask.long(),
            decoder_input_ids=decoder_ids.repeat_interleave(contexts, dim=0),
            use_cache=False,
        ).logits
        return found.unflatten(0, (memory.questions, contexts))

    def document_log_likelihood(
        self, memory: Memory, labels: Tensor, labels_mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return log P(y_t|x, d, y_<t), (b, n, t), 0 at padding, and the mask of y, (b, t)."""
        labels, mask = self.real_labels(labels, labels_mask)
        logits = self.logits(memory, self.shifted_right(labels))
        each = memory.document_log_probs(chosen_log_probs(logits, _expanded(labels, logits)))
        return each.masked_fill(~mask.unsqueeze(1), 0.0), mask

    def posterior(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        doc_scores: Tensor,
        labels: Tensor,
        **features: Any,
    ) -> Tensor:
        """Return P(d|x, y), (b, n), of a given answer: who could have said all of it."""
        memory = self.encode(input_ids, attention_mask, **features)
        log_prior = _log_prior(memory, doc_scores, labels)
        each, _ = self.document_log_likelihood(memory, labels)
        return document_posterior(log_prior, each.sum(dim=-1))

    def real_labels(self, labels: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return labels without -100 and which of them count, both (b, t).

        Where padding and end are one token, the first of a row's last run of them is the end.
        """
        pad = self.pad_token_id
        if mask is None:
            mask = labels != -100
            if pad is not None:
                mask = mask & (labels != pad) if pad not in self._ends() else _with_end(labels, pad)
        return labels.masked_fill(labels == -100, pad or 0), mask.bool()

    def _ends(self) -> tuple[int, ...]:
        ends = first_set(
            self.generator.generation_config, self.generator.config, names=("eos_token_id",)
        )
        return () if ends is None else tuple(ends) if isinstance(ends, list) else (int(ends),)

    def shifted_right(self, labels: Tensor) -> Tensor:
        """Return the decoder's inputs for labels, (b, t): a start token, then all but the last."""
        start = first_set(
            self.generator.generation_config,
            self.generator.config,
            names=("decoder_start_token_id", "bos_token_id"),
        )
        if start is None:
            raise UsageError(
                f"{type(self.generator).__name__} names no decoder_start_token_id and no "
                "bos_token_id; set one in its config"
            )
        return torch.cat([torch.full_like(labels[:, :1], int(start)), labels[:, :-1]], dim=1)

    # -- decoding ----------------------------------------------------------------------------

    def generate(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        doc_scores: Tensor,
        marginal: str | None = None,
        *,
        decoding: str = "thorough",
        hf_compat: bool = False,
        features: Mapping[str, Tensor] | None = None,
        feature_masks: Mapping[str, Tensor] | None = None,
        **options: Any,
    ) -> decode.Generated:
        """Return the best answers of each question and how much each document said of them.

        Args:
            input_ids: (b, n, s); see `encode`.
            attention_mask: (b, n, s).
            doc_scores: (b, n), unnormalised log scale.
            marginal: "token", "sequence" or "fid"; None takes the model's own.
            decoding: For "sequence": "thorough" scores every candidate under every document,
                "fast" only under those that proposed it (Lewis et al. 2020, section 2.5).
            hf_compat: Read padding and score candidates as Transformers' RAG-Sequence does.
            features: See `encode`.
            feature_masks: See `encode`.
            options: Fields of `pincite.models.rag.options.Options`: num_beams, max_new_tokens, …

        Raises:
            UsageError: Options do not fit together, or one is not known.
        """
        return decode.generate(
            self,
            decode.Request(
                input_ids, attention_mask, doc_scores, features or {}, feature_masks or {}
            ),
            marginal=checked_marginal(marginal or self.marginal),
            decoding=decoding,
            hf_compat=hf_compat,
            options=decode.read_options(options),
        )


def _likelihood(log_prior: Tensor, each: Tensor, mask: Tensor, marginal: Marginal) -> Tensor:
    if marginal == "sequence":
        return sequence_log_likelihood(log_prior, each, mask)
    return token_log_likelihood(log_prior, each, mask)


def _log_prior(
    memory: Memory, doc_scores: Tensor, labels: Tensor, label_smoothing: float = 0.0
) -> Tensor:
    """Return log P(d|x), (b, n), once what is to be scored is known to fit the documents."""
    if labels.ndim != 2 or labels.shape[0] != memory.questions:
        raise UsageError(
            f"labels must be (b, t) with b = {memory.questions} questions, got "
            f"{tuple(labels.shape)}"
        )
    if not 0.0 <= label_smoothing <= 1.0:
        raise UsageError(f"label_smoothing must lie in 0..1, got {label_smoothing}")
    return document_log_prior(doc_scores, (memory.questions, memory.documents))


def _expanded(labels: Tensor, over: Tensor) -> Tensor:
    """Return labels (b, t) for every context of logits (b, c, t, v): (b, c, t)."""
    return labels.unsqueeze(1).expand(-1, over.shape[1], -1)


def _with_end(labels: Tensor, end: int) -> Tensor:
    """Return True up to and with the first of the last run of `end` in each row, (b, t)."""
    real = (labels != end) & (labels != -100)
    after = real.long().flip(-1).cumsum(dim=-1).flip(-1) > 0
    before = torch.nn.functional.pad(after, (1, 0), value=True)[:, :-1]
    return (after | before) & (labels != -100)


def _checked_shape(input_ids: Tensor, attention_mask: Tensor) -> tuple[int, int, int]:
    if input_ids.ndim != 3 or input_ids.shape != attention_mask.shape:
        raise UsageError(
            "input_ids and attention_mask must both be (b, n, s): questions, documents, tokens; "
            f"got {tuple(input_ids.shape)} and {tuple(attention_mask.shape)}"
        )
    b, n, s = input_ids.shape
    return b, n, s
