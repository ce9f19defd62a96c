"""The recipe "dpr": what a batch holds, what is learned, what is saved."""

import json

import pytest
import torch

from pincite.config import load_config
from pincite.errors import UsageError
from pincite.models.dpr import DprModel
from pincite.models.dpr_text import DprTextEncoder
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store
from pincite.train.config import settings_from
from pincite.train.data import QuestionRow
from pincite.train.dense import DprObjective, DprTask, dpr
from tests.models.retrievers import bert, letter_tokenizer
from tests.store.making import ingested

ROWS = (
    QuestionRow("1", "abc?", ("7",), ("abc 7.",), ("abd 8.",)),
    QuestionRow("2", "xyz?", ("9",), ("xyz 9.", "z 9."), ()),
)


def made(rows=ROWS, task=None, passages=(), negatives=None, seed=0):
    model = DprModel(bert(seed), bert(seed + 1), pooling="mean", normalize=True)
    tokenizers = (letter_tokenizer(), letter_tokenizer())
    return DprObjective(model, tokenizers, rows, rows, passages, task, negatives)


def text(ids):
    return letter_tokenizer().decode(ids, skip_special_tokens=True).replace(" ", "")


def test_an_example_is_a_question_with_one_of_its_positives():
    objective = made()
    assert objective.size == 3
    batch = objective.batch([0, 1, 2])
    assert [text(i) for i in batch["questions"]["input_ids"]] == ["abc?", "xyz?", "xyz?"]
    assert [text(i) for i in batch["passages"]["input_ids"]] == ["abc7.", "xyz9.", "z9.", "abd8."]
    assert batch["positives"].tolist() == [0, 1, 2]


def test_the_other_positive_of_a_question_is_no_negative_of_it():
    """Were it one, the loss of example 1 would change with the vector of passage z 9."""
    objective = made()
    batch = objective.batch([1, 2])
    value = objective.loss(objective.model, batch).value
    assert value.item() == 0.0  # neither question has anything to be told apart from


def test_own_negatives_come_first_and_no_more_than_asked():
    task = DprTask(hard_negatives=2)
    objective = made(task=task, negatives=[("m1.", "m2."), ("m3.",)])
    batch = objective.batch([0, 1])
    found = [text(i) for i in batch["passages"]["input_ids"]]
    assert found == ["abc7.", "xyz9.", "abd8.", "m1.", "m3."]
    none = made(task=DprTask(hard_negatives=0)).batch([0])
    assert len(none["passages"]["input_ids"]) == 1


def test_the_loss_is_divided_by_the_temperature():
    objective = made(task=DprTask(temperature=0.5))
    batch = objective.batch([0])
    loss = objective.loss(objective.model, batch)
    with torch.no_grad():
        questions, passages = objective.model(batch["questions"], batch["passages"])
        logits = (questions @ passages.T)[0] / 0.5
    assert loss.value.item() == pytest.approx(-logits.log_softmax(0)[0].item(), abs=1e-6)


def learn(objective, steps, rate=3e-3):
    optimizer = torch.optim.AdamW(objective.model.parameters(), lr=rate)
    for step in range(steps):
        objective.model.train()
        objective.before_step(step)
        loss = objective.loss(objective.model, objective.batch(range(objective.size)))
        loss.value.backward()
        optimizer.step()
        optimizer.zero_grad()
    objective.model.eval()
    return loss


def test_retrieval_rises_from_chance():
    letters = "abcdefghijklmnop"
    rows = [QuestionRow(c, f"{c}?", (), (f"{c}{c} .",)) for c in letters]
    objective = made(rows)
    objective.model.eval()
    before = objective.evaluate()
    learn(objective, 25)
    after = objective.evaluate()
    assert before["recall@1"] < 0.4
    assert after["recall@1"] == 1.0
    assert after["mrr"] == 1.0
    assert objective.scores() == [1.0] * 16


def test_a_refresh_takes_what_the_model_mistakes_for_an_answer():
    task = DprTask(hard_negatives=1, refresh_negatives_every=2)
    rows = [QuestionRow("1", "abc?", ("7",), ("abc 7.",), ())]
    passages = ("abc? 7.", "q.", "w.")  # the first holds the answer
    objective = made(rows, task, passages)
    objective.before_step(1)
    assert objective.state() == {"negatives": [[]]}
    objective.before_step(2)
    [[found]] = objective.state()["negatives"]
    encoder = DprTextEncoder.of(objective.model, letter_tokenizer())
    question = encoder.encode(["abc?"], role="query")[0]
    best = max(("q.", "w."), key=lambda p: float(encoder.encode([p])[0] @ question))
    assert found == best
    resumed = made(rows, task, passages)
    resumed.restore(objective.state())
    assert len(resumed.batch([0])["passages"]["input_ids"]) == 2


def write(path, *rows):
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return str(path)


@pytest.fixture
def start(tmp_path):
    bert().save_pretrained(tmp_path / "bert")
    letter_tokenizer().save_pretrained(tmp_path / "bert")
    return str(tmp_path / "bert")


def settings(tmp_path, start, data, **task):
    return settings_from(
        {
            "task": {"name": "dpr", **task},
            "data": data,
            "model": {"path": start},
            "optim": {"max_steps": 2, "batch_size": 2},
            "run": {"out": str(tmp_path / "out")},
        }
    )


def test_a_knowledge_base_gives_passages_and_negatives(tmp_path, start, monkeypatch):
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    config = load_config({"data_dir": str(tmp_path / "data"), "encoder": "none"}, environ={})
    kb = KnowledgeBase.open(str(tmp_path / "kb"), config=config)
    texts = ["The pump runs at 3 bar.", "The pump is green.", "A fox jumps."]
    Store.open(kb.uri).commit([ingested(f"/{i}.txt", t) for i, t in enumerate(texts)])
    right = kb.search("pump bar").evidence[0].segment
    assert right.text == texts[0]
    rows = {"question": "pump pressure?", "answer": "3 bar", "positives": [right.id]}
    train, held_out = write(tmp_path / "t.jsonl", rows), write(tmp_path / "h.jsonl", rows)
    data = {"train": train, "held_out": held_out, "kb": str(tmp_path / "kb")}
    objective = dpr(settings(tmp_path, start, data))
    assert set(objective.passages) == set(texts)
    found = [text(i) for i in objective.batch([0])["passages"]["input_ids"]]
    assert len(found) == 2
    assert objective.state() == {"negatives": [["The pump is green."]]}
    assert set(objective.evaluate()) == {"recall@1", "recall@5", "recall@20", "mrr"}


def test_the_trained_model_is_saved_as_it_is_served(tmp_path, start):
    rows = {"question": "abc?", "positives": ["abc 7."], "negatives": ["q."]}
    file = write(tmp_path / "t.jsonl", rows)
    objective = dpr(settings(tmp_path, start, {"train": file, "held_out": file}))
    learn(objective, 2)
    objective.save(tmp_path / "model")
    served = DprTextEncoder(tmp_path / "model")
    ours = DprTextEncoder.of(objective.model, letter_tokenizer())
    assert served.space == ours.space
    assert DprModel.from_pretrained(tmp_path / "model").normalize is True


def test_what_cannot_be_is_refused(tmp_path, start):
    data = {"train": "t", "held_out": "h"}
    for wrong, said in [
        ({"temperature": 0.0}, r"in \[task\].*temperature is a number above 0"),
        ({"hard_negatives": 0, "refresh_negatives_every": 5}, "needs hard_negatives"),
    ]:
        with pytest.raises(UsageError, match=said):
            dpr(settings(tmp_path, start, data, **wrong))
