"""Tokenizers of bytes and tiny models that go with them, all made here."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

PAD, START, END = 0, 1, 2


def byte_tokenizer(texts=("pump station water",), size=300, ends=True):
    """A byte-level BPE over some texts: whatever it reads it writes again, letter for letter."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=["<pad>", "<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    if ends:
        made.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", END)]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


def bart(size, seed=0, **changes):
    torch.manual_seed(seed)
    settings = {
        "vocab_size": size,
        "d_model": 16,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32,
        "max_position_embeddings": 256,
        "pad_token_id": PAD,
        "bos_token_id": START,
        "eos_token_id": END,
        "decoder_start_token_id": END,
        "forced_eos_token_id": None,
        "dropout": 0.0,
        **changes,
    }
    return BartForConditionalGeneration(BartConfig(**settings)).eval()


def t5(size, seed=0):
    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=size, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        pad_token_id=PAD, eos_token_id=END, decoder_start_token_id=PAD, dropout_rate=0.0,
    )  # fmt: skip
    return T5ForConditionalGeneration(config).eval()


def gpt2(size, seed=0):
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=size, n_positions=256, n_embd=16, n_layer=1, n_head=2,
        bos_token_id=START, eos_token_id=END, pad_token_id=PAD,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    )  # fmt: skip
    return GPT2LMHeadModel(config).eval()


def bert(size, seed=0):
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64, pad_token_id=PAD,
    )  # fmt: skip
    return BertModel(config).eval()


def changed(file: Path, old: bytes, new: bytes):
    """Replace bytes of a file."""
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
