"""A task whose answers are split across a text and a picture, made from a seed.

Each of a few hundred things has a note and a picture. The note "a3 b7 is t5 look m2" names the
thing by two words, a property, and a mark; the picture has four regions in any order, each with a
mark and a value, as feature vectors: regions = P_mark + P_value + noise with P fixed and random.
"what of a3 b7" is answered by the property and the value of the region with the note's mark, "t5
v6". Nothing else gives it away: names, properties, marks, values and places are drawn
independently, and the facts of things in training are drawn anew at every step, so that they can be
read but not learned by heart. Things asked about in evaluation are never asked about in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertModel,
    PreTrainedTokenizerFast,
)

from pincite.models.dpr import DprModel
from pincite.models.rag import RagModel
from pincite.models.rag.text import RagTokenizer, SourceTemplate
from pincite.train.data import QuestionRow
from pincite.train.documents import Document

NAMES, PROPERTIES, MARKS, VALUES = 12, 8, 4, 8
FEATURE_WIDTH = 16
NOISE = 0.05
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
CHANCE = 1 / (PROPERTIES * VALUES)
"""Of an answer guessed: property and value."""


@dataclass(frozen=True)
class World:
    """Things with their facts of now.

    Attributes:
        documents: A note with its picture for each thing.
        questions: One for each thing, in the same order.
        gold_regions: Which region of the picture holds the value.
    """

    documents: tuple[Document, ...]
    questions: tuple[QuestionRow, ...]
    gold_regions: tuple[int, ...]


def things() -> list[tuple[int, int]]:
    """Return all things in a fixed random order; the last fifth is held out."""
    named = [(a, b) for a in range(NAMES) for b in range(NAMES)]
    order = np.random.default_rng(0).permutation(len(named))
    return [named[i] for i in order]


def held_out() -> int:
    """Return how many things are held out."""
    return len(things()) // 5


def world(seed: int) -> World:
    """Return all things with facts drawn from a seed."""
    looks = np.random.default_rng(0).normal(size=(MARKS + VALUES, FEATURE_WIDTH))
    draw = np.random.default_rng(seed + 1)
    documents, questions, gold = [], [], []
    for a, b in things():
        name, prop, mark = f"a{a} b{b}", draw.integers(PROPERTIES), int(draw.integers(MARKS))
        places, values = draw.permutation(MARKS), draw.integers(VALUES, size=MARKS)
        regions = np.stack([looks[m] + looks[MARKS + values[m]] for m in places])
        regions = regions + draw.normal(size=regions.shape) * NOISE
        documents.append(
            Document(
                name,
                text=f"{name} is t{prop} look m{mark}",
                features={"image": regions.astype(np.float32)},
            )
        )
        answer = f"t{prop} v{values[mark]}"
        questions.append(QuestionRow(name, f"what of {name}", (answer,), (name,)))
        gold.append(int(np.flatnonzero(places == mark)[0]))
    return World(tuple(documents), tuple(questions), tuple(gold))


def vocabulary() -> list[str]:
    """Return every word there is, special tokens first."""
    groups = (("a", NAMES), ("b", NAMES), ("t", PROPERTIES), ("m", MARKS), ("v", VALUES))
    words = [f"{letter}{i}" for letter, count in groups for i in range(count)]
    return [*SPECIAL, "what", "of", "is", "look", *words]


def tokenizer() -> Any:
    """Return a tokenizer that knows each word as one token."""
    ids = {word: i for i, word in enumerate(vocabulary())}
    made = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        cls_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        sep_token="</s>",
        unk_token="<unk>",
    )


def rag_tokenizer() -> RagTokenizer:
    """Return the tokenizer of reader and retriever, which is one."""
    return RagTokenizer(tokenizer(), tokenizer(), template=SourceTemplate("{text} {question}"))


def reader(fusion: str | None, seed: int, width: int = 64) -> RagModel:
    """Return a small untrained reader; without a fusion it sees no pictures."""
    torch.manual_seed(seed)
    config = BartConfig(
        vocab_size=len(vocabulary()),
        d_model=width,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=2 * width,
        decoder_ffn_dim=2 * width,
        max_position_embeddings=64,
        dropout=0.0,
        init_std=0.05,
        forced_eos_token_id=None,
    )
    features = {"image": FEATURE_WIDTH} if fusion else None
    return RagModel(BartForConditionalGeneration(config), fusion=fusion, features=features)


def retriever(seed: int, width: int = 64) -> DprModel:
    """Return two small untrained encoders, which have nothing in common."""
    torch.manual_seed(seed + 1000)

    def encoder() -> BertModel:
        config = BertConfig(
            vocab_size=len(vocabulary()),
            hidden_size=width,
            num_hidden_layers=1,
            num_attention_heads=4,
            intermediate_size=2 * width,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            max_position_embeddings=64,
            pad_token_id=1,
        )
        return BertModel(config, add_pooling_layer=False)

    return DprModel(encoder(), encoder(), pooling="mean")


def split(questions: Sequence[QuestionRow]) -> tuple[tuple[QuestionRow, ...], ...]:
    """Return the questions of training and those held out."""
    cut = len(questions) - held_out()
    return tuple(questions[:cut]), tuple(questions[cut:])
