"""Tiny encoders with random weights and a tokenizer of letters, made here and nowhere fetched."""

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    DPRConfig,
    DPRContextEncoder,
    DPRQuestionEncoder,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5EncoderModel,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789?!."
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def letter_tokenizer():
    """A tokenizer whose tokens are single characters."""
    vocabulary = {t: i for i, t in enumerate([*SPECIAL, *LETTERS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Split("", "isolated")]
    )
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )


SMALL = {
    "vocab_size": len(SPECIAL) + len(LETTERS),
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


def bert(seed=0, **changes):
    torch.manual_seed(seed)
    return BertModel(BertConfig(**{**SMALL, **changes})).eval()


def roberta(seed=0):
    torch.manual_seed(seed)
    return RobertaModel(RobertaConfig(**SMALL)).eval()


def t5(seed=0):
    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=SMALL["vocab_size"], d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2
    )
    return T5EncoderModel(config).eval()


def facebook_pair(seed=0, projection_dim=0):
    torch.manual_seed(seed)
    config = DPRConfig(**SMALL, projection_dim=projection_dim)
    return DPRQuestionEncoder(config).eval(), DPRContextEncoder(config).eval()


def batch(*lengths, seed=0):
    """Random token ids of these lengths, padded to the longest: ids and mask, (b, s)."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(4, SMALL["vocab_size"], (len(lengths), max(lengths)), generator=generator)
    mask = torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]
    return ids * mask, mask.long()
