"""The recipes "generator" and "denoise" on tiny models of three families."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.trainer_pt_utils import LabelSmoother

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.generator import SourceHeads, load_generator, read_and_write
from pincite.models.rag import RagCausalModel, RagModel
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store
from pincite.train.framing import Framing
from pincite.train.loop import train
from pincite.train.negatives import kb_passages
from pincite.train.pretrain import DenoiseObjective
from pincite.train.recipes import make_objective
from tests.models import retrievers
from tests.store.making import ingested
from tests.train import tiny_text
from tests.train.tiny_text import IDS, MODELS, SENTINELS, WORDS, saved, settings, write


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def folder(tmp_path):
    """Sixteen rows whose target is their source, 1 to 4 words long."""
    chance = random.Random(0)
    texts = [" ".join(chance.choices(WORDS, k=1 + i % 4)) for i in range(16)]
    write(tmp_path / "rows.jsonl", [{"source": text, "target": text} for text in texts])
    return tmp_path


SHORT = {"max_source_tokens": 12, "max_target_tokens": 8}


def made(folder, kind, **sections):
    saved(folder, kind)
    sections["task"] = {**SHORT, **sections.get("task", {})}
    objective = make_objective(settings(folder, "generator", kind, **sections))
    objective.model.double()
    return objective


# -- learning --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS)
def test_a_tiny_generator_learns_to_copy_and_is_loaded_by_transformers_and_rag(folder, kind):
    saved(folder, kind)
    asked = settings(
        folder,
        "generator",
        kind,
        task={**SHORT, "measure": "exact_match"},
        optim={"lr": 0.01, "max_steps": 110, "batch_size": 16},
        run={"precision": "no", "evaluate_every": 110},
    )
    report = train(make_objective(asked), asked, say=str)
    assert report.figures["exact_match"] == report.figures["f1"] == 1.0
    assert report.figures["nll"] < 0.1
    assert report.scores == (1.0,) * 16
    loader = AutoModelForCausalLM if kind == "gpt" else AutoModelForSeq2SeqLM
    again = loader.from_pretrained(report.model, local_files_only=True).eval()
    words = AutoTokenizer.from_pretrained(report.model, local_files_only=True)
    rag = (RagCausalModel if kind == "gpt" else RagModel).from_transformers(again)
    source = words("w3 w1", return_tensors="pt")
    ids = source["input_ids"][None], source["attention_mask"][None]
    out = rag.generate(*ids, torch.zeros(1, 1), max_new_tokens=6)
    plain = again.generate(**source, max_new_tokens=6, num_beams=1, do_sample=False)
    shown = [words.decode(x, skip_special_tokens=True) for x in (out.sequences[0, 0], plain[0])]
    assert shown[0] == shown[1].removeprefix("w3 w1 " if kind == "gpt" else "")


# -- loss ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS)
def test_the_loss_is_that_of_transformers(folder, kind):
    """Rows 0, 4, 8 have targets of one length; of others each row is compared by itself."""
    objective = made(folder, kind)
    for rows in ([0, 4, 8], [1], [2], [3]):
        batch = objective.batch(rows)
        given = {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}
        ours = objective.loss(objective.model, batch)
        theirs = objective.model(**given).loss.item()
        close = 1e-6 if kind == "gpt" else 1e-12  # theirs is in fp32 there, whatever the model is
        assert ours.value.item() == pytest.approx(theirs, abs=close)
        assert ours.parts["nll"] == pytest.approx(theirs, abs=close)


@pytest.mark.parametrize("kind", MODELS)
def test_padding_does_not_count_and_every_example_weighs_the_same(folder, kind):
    objective = made(folder, kind)
    alone = [objective.loss(objective.model, objective.batch([i])).value for i in range(5)]
    together = objective.loss(objective.model, objective.batch(range(5))).value
    assert together.item() == pytest.approx(sum(alone).item() / 5, abs=1e-12)
    assert objective.batch(range(5))["labels"][:, -1].eq(-100).any()


@pytest.mark.parametrize("kind", ["bart", "gpt"])
def test_smoothing_is_that_of_transformers(folder, kind):
    objective = made(folder, kind, task={"label_smoothing": 0.2})
    batch = objective.batch([2])
    logits, labels, _ = read_and_write(objective.model, batch)
    theirs = LabelSmoother(0.2)({"logits": logits}, labels.clone())  # adds up in fp32
    found = objective.loss(objective.model, batch)
    assert found.value.item() == pytest.approx(theirs.item(), abs=1e-6)
    summed, plain = 0.0, 0.0
    real = [t for t in range(labels.shape[1]) if labels[0, t] != -100]
    for t in real:
        each = (-logits[0, t].log_softmax(dim=0)).tolist()
        plain += each[labels[0, t]]
        summed += 0.8 * each[labels[0, t]] + 0.2 * sum(each) / len(each)
    assert found.value.item() == pytest.approx(summed / len(real), abs=1e-12)
    assert found.parts["nll"] == pytest.approx(plain / len(real), abs=1e-12)


@pytest.mark.parametrize("kind", MODELS)
def test_held_out_nll_is_a_token_and_each_target_ends(folder, kind):
    objective = made(folder, kind)
    objective.model.eval()
    total = tokens = 0.0
    for i in range(16):
        batch = objective.batch([i])
        count = int((batch["labels"] != -100).sum())
        total += objective.loss(objective.model, batch).value.item() * count
        tokens += count
        assert batch["labels"][0, -1] == IDS["</s>"]
    assert objective.evaluate()["nll"] == pytest.approx(total / tokens, abs=1e-12)
    assert np.mean(objective.scores()) < 0


# -- framing ---------------------------------------------------------------------------------


def test_a_question_is_read_after_its_contexts_and_never_cut_for_them(folder):
    write(
        folder / "rows.jsonl",
        [
            {"question": "w1 w2", "answers": ["w9"], "positives": ["w3 w4 w5", "w6"]},
            {"question": "w1 w2", "answer": "w9", "contexts": ["w7"], "positives": ["w8"]},
            {"question": "w1 w2", "answer": "w9"},
            {"source": " ".join(WORDS), "target": " ".join(WORDS)},
        ],
    )
    objective = made(folder, "bart", task={"contexts": 2, "max_source_tokens": 9})
    shown = [
        [tiny_text.VOCABULARY[i] for i in row if i]
        for row in objective.batch(range(4))["input_ids"]
    ]
    assert shown == [
        ["<s>", "w3", "w4", "w5", "//", "//", "w1", "w2", "</s>"],
        ["<s>", "w7", "//", "w1", "w2", "</s>"],
        ["<s>", "w1", "w2", "</s>"],
        ["<s>", *WORDS[:7], "</s>"],
    ]
    labels = objective.batch([3])["labels"][0].tolist()
    assert [tiny_text.VOCABULARY[i] for i in labels] == ["<s>", *WORDS[:6], "</s>"]
    bare = made(folder, "bart", task={"contexts": 0}).batch([0])["input_ids"][0].tolist()
    assert [tiny_text.VOCABULARY[i] for i in bare] == ["<s>", "w1", "w2", "</s>"]


def test_a_decoder_only_model_predicts_the_target_alone(folder):
    write(folder / "rows.jsonl", [{"source": "w1 w2", "target": "w3"}])
    batch = made(folder, "gpt").batch([0])
    assert batch["input_ids"].tolist() == [[IDS["w1"], IDS["w2"], IDS["w3"], IDS["</s>"]]]
    assert batch["labels"].tolist() == [[-100, -100, IDS["w3"], IDS["</s>"]]]
    assert batch["source_mask"].tolist() == [[True, True, False, False]]
    framing = Framing(tiny_text.tokenizer("gpt"), tiny_text.gpt(), 8, 8)
    prompts = framing.prompts([[7], [8, 9]])
    assert prompts["input_ids"].tolist() == [[0, 7], [8, 9]]
    assert prompts["attention_mask"].tolist() == [[0, 1], [1, 1]]


# -- heads -----------------------------------------------------------------------------------


def labelled(folder):
    """The first word says the sentiment; every third row has no label."""
    chance, rows = random.Random(1), []
    for i in range(18):
        text = f"w{i % 3} {chance.choice(WORDS)}"
        label = {"labels": {"mood": f"m{i % 3}"}} if i % 4 else {}
        rows.append({"source": text, "target": text, **label})
    write(folder / "rows.jsonl", rows)


@pytest.mark.parametrize("kind", MODELS)
def test_heads_are_learned_beside_generation_and_saved_beside_it(folder, kind):
    labelled(folder)
    saved(folder, kind)
    asked = settings(
        folder,
        "generator",
        kind,
        task={**SHORT, "heads": {"mood": 3}, "generate": 0},
        optim={"lr": 0.01, "max_steps": 40, "batch_size": 9},
    )
    objective = make_objective(asked)
    report = train(objective, asked, say=str)
    assert report.figures["mood_accuracy"] == report.figures["mood_macro_f1"] == 1.0
    generator = load_generator(report.model).double()
    heads = SourceHeads.from_pretrained(report.model)
    batch = objective.batch(range(6))
    _, _, states = read_and_write(generator, batch, states=True)
    again = heads(states, batch["source_mask"])
    found = objective.model.eval()(batch)[2]
    torch.testing.assert_close(again["mood"], found["mood"], rtol=0, atol=1e-12)
    assert heads.config.classes == {"mood": ("m0", "m1", "m2")}


@pytest.mark.parametrize("kind", ["bart", "gpt"])
def test_the_loss_of_a_head_is_weighed_and_sees_the_source_alone(folder, kind):
    labelled(folder)
    task = {"heads": {"mood": 3}, "head_weights": {"mood": 0.25}}
    objective = made(folder, kind, task=task)
    batch = objective.batch([0, 1, 2])  # the first has no label
    found = objective.loss(objective.model, batch)
    logits = objective.model(batch)[2]["mood"]
    expected = -(logits[1, 1] + logits[2, 2]) / 3
    assert found.parts["mood"] == pytest.approx(expected.item(), abs=1e-12)
    value = found.parts["nll"] + 0.25 * expected.item()
    assert found.value.item() == pytest.approx(value, abs=1e-12)
    before = objective.model(batch)[2]["mood"]
    changed = dict(batch)
    if kind == "gpt":
        changed["input_ids"] = batch["input_ids"].masked_fill(~batch["source_mask"], 5)
    else:
        changed["labels"] = batch["labels"].clone().fill_(5)
    torch.testing.assert_close(objective.model(changed)[2]["mood"], before, rtol=0, atol=1e-12)


# -- denoising -------------------------------------------------------------------------------


def denoising(folder, kind, out="out", **sections):
    saved(folder, kind)
    chance = random.Random(2)
    texts = [
        " ".join(" ".join(chance.choices(WORDS, k=5)) + " ." for _ in range(2)) for _ in range(12)
    ]
    (folder / "texts.txt").write_text("\n\n".join(texts), "utf-8")
    data = {"train": "texts.txt", "held_out": "texts.txt"}
    sections["task"] = {"max_source_tokens": 24, **sections.get("task", {})}
    return settings(folder, "denoise", kind, out, data=data, **sections)


def test_bart_writes_the_whole_text_and_t5_what_was_hidden(folder):
    bart, t5 = (make_objective(denoising(folder, kind)) for kind in ("bart", "t5"))
    assert isinstance(bart, DenoiseObjective)
    assert (bart.noise, t5.noise) == ("infilling", "spans")
    batch = bart.batch([0])
    text = [token for sentence in bart._rows[0] for token in sentence]
    assert batch["labels"][0].tolist() == [IDS["<s>"], *text, IDS["</s>"]]
    assert IDS["<mask>"] in batch["input_ids"][0]
    batch = t5.batch([0])
    source, target = batch["input_ids"][0].tolist(), batch["labels"][0].tolist()
    first = IDS[SENTINELS[0]]
    assert target[0] == first
    assert first in source
    assert target[-1] == source[-1] == IDS["</s>"]


def test_noise_is_another_at_each_step_and_one_in_evaluation(folder):
    objective = make_objective(denoising(folder, "bart"))
    objective.model.eval()
    figures, seen = [], []
    for step in (0, 1, 0):
        objective.before_step(step)
        seen.append(objective.batch([3])["input_ids"].tolist())
        figures.append(objective.evaluate()["nll"])
    assert seen[0] == seen[2] != seen[1]
    assert len(set(figures)) == 1
    assert len(objective.scores()) == 12


@pytest.mark.parametrize("kind", ["bart", "t5"])
def test_an_interrupted_run_sees_the_same_noise_and_ends_in_the_same_weights(folder, kind):
    whole = denoising(folder, kind, "whole", optim={"max_steps": 6})
    train(make_objective(whole), whole, say=str)
    cut = denoising(folder, kind, "cut", optim={"max_steps": 6}, run={"checkpoint_every": 1})

    class Ended(Exception):
        pass

    objective = make_objective(cut)
    before_step = objective.before_step

    def until_four(step):
        before_step(step)
        if step == 4:
            raise Ended

    objective.before_step = until_four
    with pytest.raises(Ended):
        train(objective, cut, say=str)
    train(make_objective(cut), cut, say=str)
    one, other = (load_file(folder / out / "model/model.safetensors") for out in ("whole", "cut"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_denoising_lowers_the_likelihood_lost_on_held_out_texts(folder):
    asked = denoising(
        folder, "t5", optim={"max_steps": 60, "batch_size": 12}, run={"evaluate_every": 30}
    )
    objective = make_objective(asked)
    objective.model.double()
    before = objective.evaluate()["nll"]
    assert train(objective, asked, say=str).best < before - 0.5


# -- adapters, weights, errors ---------------------------------------------------------------


def test_adapters_train_and_the_saved_model_is_an_ordinary_one(folder):
    saved(folder, "bart")
    asked = settings(
        folder, "generator", "bart", task=SHORT, lora={"targets": ["q_proj", "fc1"], "rank": 2}
    )
    report = train(make_objective(asked), asked, say=str)
    again = load_generator(report.model).state_dict()
    before = load_generator(folder / "bart").state_dict()
    assert again.keys() == before.keys()
    changed = {n for n in before if not torch.equal(before[n].double(), again[n].double())}
    assert changed
    assert all(name.split(".")[-2] in ("q_proj", "fc1") for name in changed)


def test_new_weights_are_drawn_from_the_seed_of_the_run(folder):
    saved(folder, "bart")
    asked = settings(folder, "generator", "bart", task=SHORT, model={"new_weights": True})
    one, two = (make_objective(asked).model.model.shared.weight for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, load_generator(folder / "bart").model.shared.weight)


def refused(folder, kind="bart", error=UsageError, match="", **sections):
    saved(folder, kind)
    with pytest.raises(error, match=match):
        make_objective(settings(folder, "generator", kind, **sections))


def test_what_cannot_be_is_refused(folder):
    refused(folder, match="has 48 positions, and max_source_tokens = 256")
    refused(folder, "gpt", match="64 positions.* needs 320", task={"max_target_tokens": 64})
    refused(folder, match="leave no room", task={"max_source_tokens": 2, "max_target_tokens": 9})
    refused(folder, match="needs generate of at least 1", task={"generate": 0, "measure": "f1"})
    refused(folder, match="need heads, such as", task={"head_weights": {"mood": 1.0}})
    labelled(folder)
    task = {**SHORT, "heads": {"mod": 3}}
    refused(folder, match=r"'mod' has 3 classes, .* 0: none.*mean 'mood'", task=task)
    task = {**SHORT, "heads": {"mood": 3}}
    refused(folder, match="leave out one of the two", task=task, lora={"targets": ["fc1"]})
    write(folder / "h.jsonl", [{"source": "w1", "target": "w1", "labels": {"mood": "m9"}}])
    data = {"held_out": "h.jsonl"}
    refused(folder, match=r"h\.jsonl:1: 'm9' is no class of 'mood'", task=task, data=data)
    saved(folder, "t5")
    with pytest.raises(UsageError, match="noise = 'spans' needs tokens that this tokenizer lacks"):
        make_objective(denoising(folder, "bart", task={"noise": "spans"}))


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"source": "a", "question": "b"}, 'expected "source" with "target", or'),
        ({"source": "a"}, 'expected "target", what is to be written, found nothing'),
        ({"question": " ", "answer": "b"}, 'expected "question", a text, found " "'),
        ({"source": "a", "target": "b", "labels": {"m": 1}}, 'expected "labels", such as'),
        ({"source": "a", "target": "b", "contexts": "c"}, 'expected "contexts", a list of texts'),
        ({"source": "a", "traget": "b"}, "unknown key 'traget'.*Did you mean 'target'"),
    ],
)
def test_a_wrong_row_is_named(folder, row, match):
    write(folder / "rows.jsonl", [row])
    refused(folder, match=rf"rows\.jsonl:1: .*{match}", task=SHORT)


def test_a_directory_that_holds_no_generator_is_refused(folder):
    with pytest.raises(NotFound, match=r"there is no model in .*no config\.json"):
        load_generator(folder)
    saved(folder, "bart")
    weights = load_file(folder / "bart/model.safetensors")
    weights.pop("model.decoder.layers.0.fc1.weight")
    save_file(weights, folder / "bart/model.safetensors", {"format": "pt"})
    with pytest.raises(ModelMismatch, match=r"the first is model\.decoder\.layers\.0\.fc1"):
        load_generator(folder / "bart")
    retrievers.t5().save_pretrained(folder / "encoder")
    with pytest.raises(UsageError, match="holds a t5 model, which generates no text"):
        load_generator(folder / "encoder")


def test_segments_of_a_knowledge_base_are_contexts_and_texts(folder):
    kb = KnowledgeBase.open(str(folder / "kb"))
    says = ["w1 w2 w3 .", "w4 w5 w6 .", "w7 w8 w9 ."]
    Store.open(kb.uri, create=True).commit(
        [ingested(f"/{i}.txt", text) for i, text in enumerate(says)]
    )
    segments = kb_passages(kb)
    [named] = [name for name, text in segments.items() if text == says[1]]
    write(folder / "rows.jsonl", [{"question": "w1", "answer": "w5", "positives": [named]}])
    data = {"kb": str(folder / "kb")}
    batch = made(folder, "bart", data=data).batch([0])
    shown = [tiny_text.VOCABULARY[i] for i in batch["input_ids"][0]]
    assert shown == ["<s>", "w4", "w5", "w6", ".", "//", "w1", "</s>"]
    asked = settings(folder, "denoise", "bart", task={"max_source_tokens": 24}, data=data)
    without_files = {k: v for k, v in asked.data.values.items() if k == "kb"}
    asked = replace(asked, data=replace(asked.data, values=without_files))
    objective = make_objective(asked)
    assert objective.size == 2
    assert np.isfinite(objective.evaluate()["nll"])
