"""Which region of a picture had to do with a token, by the decoder's attention and the gates."""

import pytest
import torch
from transformers import BartConfig, BartForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from pincite.errors import UsageError
from pincite.models.rag import RagModel
from pincite.models.rag.attention import region_relevance


def model(fusion):
    torch.manual_seed(0)
    config = BartConfig(
        vocab_size=12, d_model=8, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=16,
        decoder_ffn_dim=16, encoder_attention_heads=2, decoder_attention_heads=2,
        max_position_embeddings=16, dropout=0.0,
    )  # fmt: skip
    generator = BartForConditionalGeneration(config).double().eval()
    return RagModel(generator, fusion=fusion, features={"image": 5}, heads=2).eval()


def memory_of(made):
    ids = torch.randint(3, 12, (2, 2, 4))
    mask = torch.tensor([[[1, 1, 1, 1], [1, 1, 0, 0]], [[1, 1, 1, 0], [1, 0, 0, 0]]])
    features = {"image": torch.randn(2, 2, 3, 5, dtype=torch.float64)}
    return made.encode(ids, mask, features=features)


@torch.no_grad()
def test_relevance_is_attention_times_what_the_gates_took():
    made = model("gated")
    memory = memory_of(made)
    ids = torch.randint(3, 12, (2, 3))
    found = region_relevance(made.generator, memory, ids)
    assert found.shape == (2, 2, 3, 3)
    made.generator.set_attn_implementation("eager")
    for b in range(2):
        for n in range(2):
            row = 2 * b + n
            attentions = made.generator(
                encoder_outputs=BaseModelOutput(last_hidden_state=memory.states[row : row + 1]),
                attention_mask=memory.mask[row : row + 1].long(),
                decoder_input_ids=ids[b : b + 1],
                output_attentions=True,
            ).cross_attentions
            for t in range(3):
                for j in range(3):
                    value = sum(
                        float(layer[0, head, t, i]) * float(memory.weights["regions"][b, n, i, j])
                        for layer in attentions
                        for head in range(2)
                        for i in range(4)
                        if memory.mask[row, i]
                    ) / (2 * len(attentions))
                    assert float(found[b, n, t, j]) == pytest.approx(value, abs=1e-12)
    assert (found.sum(dim=-1) <= 1).all()


def test_the_way_of_attending_is_as_before():
    made = model("gated")
    before = made.generator.config._attn_implementation
    region_relevance(made.generator, memory_of(made), torch.randint(3, 12, (2, 3)))
    assert made.generator.config._attn_implementation == before


def test_a_fusion_without_shares_says_so():
    made = model("concat")
    with pytest.raises(UsageError, match=r'train with fusion="gated"'):
        region_relevance(made.generator, memory_of(made), torch.randint(3, 12, (2, 3)))
