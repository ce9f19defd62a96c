"""Tiny generators with random weights, their documents, and the likelihood in plain loops."""

import math
from itertools import product

import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    EncoderDecoderConfig,
    EncoderDecoderModel,
    MarianConfig,
    MarianMTModel,
    MBartConfig,
    MBartForConditionalGeneration,
    PegasusConfig,
    PegasusForConditionalGeneration,
    T5Config,
    T5ForConditionalGeneration,
)
from transformers.modeling_outputs import BaseModelOutput

DOUBLE = torch.float64
SMALL = {
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "max_position_embeddings": 40,
    "init_std": 0.5,
}


def of_bart_family(config, model, *, seed=0, vocab=40, end_bias=0.0, pad=1, **given):
    torch.manual_seed(seed)
    ids = {
        "pad_token_id": pad,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "forced_eos_token_id": None,
        "decoder_start_token_id": 2,
    }
    made = model(config(vocab_size=vocab, **{**SMALL, **ids, **given})).double().eval()
    made.final_logits_bias.normal_()
    made.final_logits_bias[:, 2] += end_bias
    return made


def bart(**given):
    return of_bart_family(BartConfig, BartForConditionalGeneration, **given)


def mbart(**given):
    return of_bart_family(MBartConfig, MBartForConditionalGeneration, **given)


def pegasus(**given):
    return of_bart_family(PegasusConfig, PegasusForConditionalGeneration, **given)


def marian(**given):
    return of_bart_family(MarianConfig, MarianMTModel, **given)


def t5(*, seed=0, vocab=40, **given):
    torch.manual_seed(seed)
    size = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
    ids = {"pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 0}
    config = T5Config(vocab_size=vocab, **{**size, **ids, "initializer_factor": 2.0, **given})
    made = T5ForConditionalGeneration(config).double().eval()
    made.lm_head.weight.data *= 4  # T5 scales its states down before this layer
    return made


def bert2bert(*, seed=0, vocab=40):
    torch.manual_seed(seed)
    size = {
        "vocab_size": vocab,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 24,
        "initializer_range": 0.5,
    }
    config = EncoderDecoderConfig.from_encoder_decoder_configs(
        BertConfig(**size), BertConfig(**size)
    )
    config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 0, 1, 2
    made = EncoderDecoderModel(config=config).double().eval()
    made.generation_config.decoder_start_token_id = 0
    made.generation_config.pad_token_id, made.generation_config.eos_token_id = 1, 2
    return made


FAMILIES = {"bart": bart, "t5": t5, "mbart": mbart, "marian": marian, "pegasus": pegasus}


def documents(b, n, *, s=7, vocab=40, seed=0, ragged=True, pad=1):
    """Return ids and mask (b, n, s), and scores (b, n); ragged rows have 2..s tokens."""
    chance = torch.Generator().manual_seed(seed)
    ids = torch.randint(3, vocab, (b, n, s), generator=chance)
    lengths = torch.randint(2, s + 1, (b, n), generator=chance)
    mask = torch.arange(s) < (lengths if ragged else torch.full_like(lengths, s)).unsqueeze(-1)
    scores = torch.randn(b, n, generator=chance, dtype=DOUBLE)
    return ids.masked_fill(~mask, pad), mask, scores


def targets(b, t, *, vocab=40, seed=0, pad=1, end=2):
    """Return labels (b, t) of lengths t, t - 1, …, each with its end."""
    chance = torch.Generator().manual_seed(1000 + seed)
    labels = torch.randint(4, vocab, (b, t), generator=chance)
    for row in range(b):
        last = max(0, t - 1 - row)
        labels[row, last], labels[row, last + 1 :] = end, pad
    return labels


def padded_to(rows, width, pad):
    return torch.nn.functional.pad(rows, (0, width - rows.shape[-1]), value=pad)


def same_sequences(ours, theirs, pad):
    """Whether two (r, t) are equal but for padding at their ends."""
    width = max(ours.shape[-1], theirs.shape[-1])
    return torch.equal(padded_to(ours, width, pad), padded_to(theirs, width, pad))


# -- the likelihood from its definition: one document, one prefix, one float at a time -------------


def log_sum_exp(values):
    top = max(values)
    return top if top == -math.inf else top + math.log(sum(math.exp(v - top) for v in values))


def log_normalised(scores):
    total = log_sum_exp(scores)
    return [s - total for s in scores]


def all_sequences(vocab, length):
    return list(product(range(vocab), repeat=length))


@torch.no_grad()
def next_log_probs(generator, states, prefix, start):
    """Return log P(v | one document, prefix) as floats; states (u, d) hold no padding."""
    logits = generator(
        encoder_outputs=BaseModelOutput(last_hidden_state=states[None]),
        decoder_input_ids=torch.tensor([[start, *prefix]]),
    ).logits[0, -1]
    return log_normalised(logits.tolist())


class Table(dict):
    """log P(v | one document, prefix) by prefix, read from the generator when first asked for.

    `views` are the states of the document, (u, d) each, with their weights: the mixture of them.
    """

    def __init__(self, generator, views, start):
        super().__init__()
        self.generator, self.views, self.start = generator, views, start

    def __missing__(self, prefix):
        each = [
            [math.log(w) + p for p in next_log_probs(self.generator, states, prefix, self.start)]
            for states, w in self.views
            if w > 0
        ]
        self[prefix] = [log_sum_exp(column) for column in zip(*each, strict=True)]
        return self[prefix]

    def sequence(self, y):
        return sum(self[y[:t]][word] for t, word in enumerate(y))


def token_truth(tables, prior, y):
    """log prod_t sum_d P(d) P(y_t | d, y_<t)."""
    total = 0.0
    for t, word in enumerate(y):
        total += log_sum_exp(
            [p + table[y[:t]][word] for p, table in zip(prior, tables, strict=True)]
        )
    return total


def sequence_truth(tables, prior, y):
    """log sum_d P(d) prod_t P(y_t | d, y_<t)."""
    return log_sum_exp([p + table.sequence(y) for p, table in zip(prior, tables, strict=True)])


TRUTHS = {"token": token_truth, "sequence": sequence_truth}


@torch.no_grad()
def text_states(generator, ids, mask):
    """Return the encoder's states of one text without its padding, (u, d)."""
    return generator.get_encoder()(input_ids=ids[mask][None]).last_hidden_state[0]


def text_tables(generator, ids, mask, start):
    """Return the tables of the documents of one question, ids and mask (n, s)."""
    states = [text_states(generator, i, m) for i, m in zip(ids, mask, strict=True)]
    return [Table(generator, [(each, 1.0)], start) for each in states]


def joint_table(generator, ids, mask, start):
    """Return the table of all documents of a question read at once."""
    states = [text_states(generator, i, m) for i, m in zip(ids, mask, strict=True)]
    return Table(generator, [(torch.cat(states), 1.0)], start)
