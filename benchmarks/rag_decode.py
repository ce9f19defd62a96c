"""RAG decoding and loss beside Transformers: same weights, same outputs, one run.

    python -m benchmarks.rag_decode [--rounds 3] [--device cuda] [--size base|tiny]

A model of the size of bart-base with random weights (no download), passages of about 100 words as
in Lewis et al. 2020. Transformers runs twice: "as shipped", every input padded to
`max_combined_length` (300), and "trimmed", padded only to the longest of the batch. Each round runs
all of them one after the other; the figure is the median of the ratios within a round. Both sides
must write the same tokens.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    DPRConfig,
    DPRQuestionEncoder,
    RagConfig,
    RagSequenceForGeneration,
    RagTokenForGeneration,
)

from pincite.models.rag import RagModel

SHIPPED_LENGTH = 300
PAD = 1
SIZES = {
    "base": {"d_model": 768, "layers": 6, "heads": 12, "ffn": 3072, "vocab": 50265},
    "tiny": {"d_model": 64, "layers": 2, "heads": 4, "ffn": 128, "vocab": 500},
}


@dataclass(frozen=True)
class Case:
    """Documents of some questions: ids and mask (b, n, s), scores (b, n), labels (b, t)."""

    ids: Any
    mask: Any
    scores: Any
    labels: Any

    def padded(self, length: int) -> Case:
        """Return the same with sources padded to a length."""
        more = length - self.ids.shape[-1]
        pad = torch.nn.functional.pad
        return Case(
            pad(self.ids, (0, more), value=PAD), pad(self.mask, (0, more)), self.scores, self.labels
        )


def generator(size: str) -> BartForConditionalGeneration:
    shape = SIZES[size]
    torch.manual_seed(0)
    return BartForConditionalGeneration(
        BartConfig(
            vocab_size=shape["vocab"],
            d_model=shape["d_model"],
            encoder_layers=shape["layers"],
            decoder_layers=shape["layers"],
            encoder_attention_heads=shape["heads"],
            decoder_attention_heads=shape["heads"],
            encoder_ffn_dim=shape["ffn"],
            decoder_ffn_dim=shape["ffn"],
            init_std=0.06,
        )
    )


def peers(size: str, device: str) -> dict[str, Any]:
    """Return the two models of Transformers over one generator."""
    seq2seq = generator(size)
    encoder = DPRQuestionEncoder(
        DPRConfig(
            vocab_size=100,
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
        )
    )
    config = RagConfig.from_question_encoder_generator_configs(encoder.config, seq2seq.config)
    kinds = {"token": RagTokenForGeneration, "sequence": RagSequenceForGeneration}
    return {
        name: kind(config=config, question_encoder=encoder, generator=seq2seq).eval().to(device)
        for name, kind in kinds.items()
    }


def case(
    seed: int, questions: int, documents: int, new_tokens: int, vocab: int, device: str
) -> Case:
    """Return passages of 110 to 170 tokens, question included, and answers of up to new_tokens."""
    source = torch.Generator().manual_seed(seed)
    lengths = torch.randint(110, 171, (questions, documents, 1), generator=source)
    longest = int(lengths.max())
    ids = torch.randint(4, vocab, (questions, documents, longest), generator=source)
    mask = (torch.arange(longest) < lengths).long()
    ids = ids.masked_fill(mask == 0, PAD)
    scores = torch.randn(questions, documents, generator=source)
    labels = torch.randint(4, vocab, (questions, new_tokens), generator=source)
    labels[:, -1] = 2
    return Case(*(x.to(device) for x in (ids, mask, scores, labels)))


def hf_generate(model: Any, data: Case, beams: int, new_tokens: int) -> Any:
    b, n, s = data.ids.shape
    return model.generate(
        context_input_ids=data.ids.view(b * n, s),
        context_attention_mask=data.mask.view(b * n, s),
        doc_scores=data.scores,
        num_beams=beams,
        max_length=new_tokens + 1,
        n_docs=n,
    )


def hf_loss(model: Any, data: Case) -> Any:
    b, n, s = data.ids.shape
    out = model(
        context_input_ids=data.ids.view(b * n, s),
        context_attention_mask=data.mask.view(b * n, s),
        doc_scores=data.scores,
        labels=data.labels,
        n_docs=n,
    )
    out.loss.sum().backward()
    return out.loss.detach()


def our_generate(model: RagModel, data: Case, beams: int, new_tokens: int, compat: bool) -> Any:
    found = model.generate(
        data.ids,
        data.mask,
        data.scores,
        num_beams=beams,
        max_new_tokens=new_tokens,
        hf_compat=compat,
    )
    return found.sequences[:, 0]


def our_loss(model: RagModel, data: Case) -> Any:
    loss = model.nll(data.ids, data.mask, data.scores, data.labels, hf_compat=True)
    loss.sum().backward()
    return loss.detach()


def timed(run: Callable[[], Any], model: Any, device: str) -> tuple[float, Any, float]:
    """Return seconds, what came out, and the peak memory of a GPU in MiB."""
    model.zero_grad(set_to_none=True)
    if device == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    result = run()
    if device == "cuda":
        torch.cuda.synchronize()
    seconds = time.perf_counter() - started
    peak = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else 0.0
    return seconds, result, peak


def tasks(
    beams: int, new_tokens: int
) -> dict[str, tuple[str, Callable[..., Any], Callable[..., Any]]]:
    """Return each task: the marginal, how Transformers does it, how we do it."""

    def theirs(model: Any, data: Case) -> Any:
        return hf_generate(model, data, beams, new_tokens)

    def ours(model: RagModel, data: Case) -> Any:
        return our_generate(model, data, beams, new_tokens, compat=False)

    def greedy_theirs(model: Any, data: Case) -> Any:
        return hf_generate(model, data, 1, new_tokens)

    def greedy_ours(model: RagModel, data: Case) -> Any:
        return our_generate(model, data, 1, new_tokens, compat=False)

    return {
        "token greedy": ("token", greedy_theirs, greedy_ours),
        f"token beam {beams}": ("token", theirs, ours),
        f"sequence thorough, beam {beams}": ("sequence", theirs, ours),
        "token loss and gradient": ("token", hf_loss, our_loss),
        "sequence loss and gradient": ("sequence", hf_loss, our_loss),
    }


def same(task: str, theirs: Any, ours: Any) -> bool:
    if "loss" in task:
        return bool(torch.allclose(theirs, ours, rtol=1e-4))
    width = max(theirs.shape[1], ours.shape[1])
    pad = torch.nn.functional.pad
    grown = [pad(x, (0, width - x.shape[1]), value=PAD) for x in (theirs, ours)]
    return bool((grown[0] == grown[1]).all())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--size", choices=sorted(SIZES), default="base")
    parser.add_argument("--questions", type=int, default=2)
    parser.add_argument("--documents", type=int, default=5)
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--new-tokens", type=int, default=20)
    parser.add_argument("--only", default="", help="Tasks whose name holds this.")
    parser.add_argument("--no-shipped", action="store_true", help="Leave out the padded peer.")
    given = parser.parse_args()
    models = peers(given.size, given.device)
    print(f"{'task':30} {'ours s':>8} {'trimmed x':>10} {'shipped x':>10}  same outputs", end="")
    print("  peak MiB ours/trimmed" if given.device == "cuda" else "")
    for task, (kind, theirs, ours) in tasks(given.beams, given.new_tokens).items():
        if given.only not in task:
            continue
        report(task, models[kind], theirs, ours, given)


def report(task: str, hf: Any, theirs: Any, ours: Any, given: Any) -> None:
    """Run the rounds of a task and print its line."""
    model = RagModel.from_transformers(hf)
    vocab = SIZES[given.size]["vocab"]
    trimmed_x, shipped_x, seconds, equal, peaks = [], [], [], [], (0.0, 0.0)
    for round_ in range(given.rounds + 1):
        data = case(round_, given.questions, given.documents, given.new_tokens, vocab, given.device)
        peer_data = data
        if "sequence" in task and "loss" not in task:
            # Transformers' candidates read padding (its bug), so only full rows compare
            full = int(data.mask.sum(-1).min())
            peer_data = data = Case(
                data.ids[..., :full], data.mask[..., :full], data.scores, data.labels
            )
        one = timed(lambda d=data: ours(model, d), hf, given.device)
        two = timed(lambda d=peer_data: theirs(hf, d), hf, given.device)
        if round_ == 0:
            continue  # warming up
        seconds.append(one[0])
        trimmed_x.append(two[0] / one[0])
        equal.append(same(task, two[1], one[1]))
        peaks = (one[2], two[2])
        if not given.no_shipped:
            wide = data.padded(SHIPPED_LENGTH)
            shipped_x.append(timed(lambda d=wide: theirs(hf, d), hf, given.device)[0] / one[0])
    shipped = f"{statistics.median(shipped_x):.2f}" if shipped_x else "-"
    line = f"{task:30} {statistics.median(seconds):8.2f} {statistics.median(trimmed_x):10.2f} "
    line += f"{shipped:>10}  {sum(equal)} of {len(equal)}"
    print(line + (f"  {peaks[0]:.0f}/{peaks[1]:.0f}" if given.device == "cuda" else ""), flush=True)


if __name__ == "__main__":
    main()
