"""Tiny models that were taught a few answers, and the directories they lie in."""

import atexit
import math
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import torch

from pincite.generate.documents import document_of
from pincite.models.rag import RagCausalModel, RagModel, RagTokenizer
from pincite.testing.evidence import chinese, english
from tests.models.rag.texts import bart, byte_tokenizer, gpt2

FAR = "How far is the station from the pass?"
LESSONS = (
    (FAR, english(), "The station lies 42 km north of the pass."),
    ("车站离山口多远？", chinese(), "车站位于山口以北42公里处。"),
)


def documents(evidence):
    return [document for item in evidence if (document := document_of(item.segment, item.asset))[1]]


def taught(lessons=LESSONS, *, marginal="token", causal=False, steps=70):
    """A model that answers some questions from their evidence, and its tokenizer."""
    texts = [part for q, e, a in lessons for part in (q, a, *(d[1] for d in documents(e)))]
    made = byte_tokenizer(texts, 700)
    tokenizer = RagTokenizer(made, max_source_tokens=200, causal=causal)
    build, kind = (gpt2, RagCausalModel) if causal else (bart, RagModel)
    model = kind(build(len(made)), marginal=marginal).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-2, weight_decay=0.0)
    found = [documents(evidence) for _, evidence, _ in lessons]
    ids, mask = tokenizer.sources([question for question, _, _ in lessons], found)
    n = ids.shape[1]
    scores = torch.full((len(lessons), n), -torch.inf)
    for row, (_, evidence, _) in enumerate(lessons):
        priors = [e.prior for e in evidence if e.segment.text]
        scores[row, : len(priors)] = torch.tensor([math.log(p) for p in priors])
    labels = tokenizer.labels([answer for _, _, answer in lessons])
    for _ in range(steps):
        loss = model.nll(ids, mask, scores, labels).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval(), tokenizer


@cache
def directory(marginal="token", causal=False, answer="") -> Path:
    """Where a taught model was saved; it is removed when the tests end.

    Args:
        marginal: Of the model.
        causal: Whether it is decoder-only.
        answer: What it says to `FAR`, and nothing else; "": it was taught `LESSONS`.
    """
    lessons = ((FAR, english(), answer),) if answer else LESSONS
    model, tokenizer = taught(lessons, marginal=marginal, causal=causal)
    parent = mkdtemp(prefix="pincite-rag-")
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    folder = Path(parent) / "model"
    model.save_pretrained(folder, tokenizer)
    return folder
