"""Tiny generators with random weights and a tokenizer of words, made here and nowhere fetched."""

import json

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from pincite.train.config import settings_from

WORDS = [f"w{i}" for i in range(16)]
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "<mask>"]
SENTINELS = [f"<extra_id_{i}>" for i in range(8)]
VOCABULARY = [*SPECIAL, *SENTINELS, *WORDS, ".", "//", "a"]
IDS = {token: i for i, token in enumerate(VOCABULARY)}


def tokenizer(kind="bart"):
    """A tokenizer of words; BART frames a text by <s> and </s>, T5 ends it, GPT adds nothing."""
    known = {t if kind == "t5" else t.replace("extra", "unused"): i for t, i in IDS.items()}
    made = Tokenizer(models.WordLevel(known, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    frames = {"bart": "<s> $A </s>", "t5": "$A </s>"}
    if kind in frames:
        made.post_processor = processors.TemplateProcessing(
            single=frames[kind], special_tokens=[("<s>", 1), ("</s>", 2)]
        )
    own = {"bart": {"mask_token": "<mask>"}, "t5": {"extra_special_tokens": SENTINELS}}.get(
        kind, {}
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        **own,
    )


def bart(seed=0):
    torch.manual_seed(seed)
    return BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(VOCABULARY), d_model=32, encoder_layers=1, decoder_layers=1,
            encoder_ffn_dim=64, decoder_ffn_dim=64, encoder_attention_heads=2,
            decoder_attention_heads=2, max_position_embeddings=48, dropout=0.0, pad_token_id=0,
            bos_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=2,
        )
    ).eval()  # fmt: skip


def t5(seed=0):
    torch.manual_seed(seed)
    return T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(VOCABULARY), d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2,
            dropout_rate=0.0, pad_token_id=0, eos_token_id=2, decoder_start_token_id=0,
        )
    ).eval()  # fmt: skip


def gpt(seed=0):
    torch.manual_seed(seed)
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(VOCABULARY), n_embd=32, n_layer=2, n_head=2, n_positions=64,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=1, eos_token_id=2,
        )
    ).eval()  # fmt: skip


MODELS = {"bart": bart, "t5": t5, "gpt": gpt}


def saved(folder, kind):
    """A directory with a model and its tokenizer, named by their kind."""
    MODELS[kind]().save_pretrained(folder / kind)
    tokenizer(kind).save_pretrained(folder / kind)


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def settings(folder, name, kind, out="out", **sections):
    """Settings of a short fp64 run of a recipe; a section given replaces single keys."""
    content = {
        "task": {"name": name},
        "data": {"train": "rows.jsonl", "held_out": "rows.jsonl"},
        "model": {"path": kind},
        "optim": {"lr": 0.01, "max_steps": 5, "batch_size": 8},
        "run": {"out": out, "precision": "fp64", "device": "cpu", "tensorboard": False},
    }
    for section, values in sections.items():
        content[section] = content.get(section, {}) | values
    return settings_from(content, folder=folder)
