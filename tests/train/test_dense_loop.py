"""The recipes of retrieval and classification in the real loop: one process, two, and resumed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from pincite.models.classifier import MultimodalClassifier
from pincite.models.dpr_text import DprTextEncoder
from pincite.models.dual import DualEncoder
from pincite.train.config import settings_from
from pincite.train.loop import train
from pincite.train.recipes import make_objective
from tests.models.retrievers import bert, letter_tokenizer

ROOT = Path(__file__).parents[2]
WORKER = """
import json, sys
from pathlib import Path
import torch
from pincite.train.config import settings_from
from pincite.train.loop import train
from pincite.train.recipes import make_objective
torch.set_num_threads(1)
asked = settings_from(json.loads(sys.argv[1]), folder=Path(sys.argv[2]))
train(make_objective(asked), asked)
"""


@pytest.fixture
def folder(tmp_path):
    chance = np.random.default_rng(0)
    np.save(tmp_path / "texts.npy", chance.normal(size=(10, 8)))
    np.save(tmp_path / "regions.npy", chance.normal(size=(10, 2, 6)))
    bert().save_pretrained(tmp_path / "bert")
    letter_tokenizer().save_pretrained(tmp_path / "bert")
    rows = []
    for i in range(10):
        text, features = ({"file": f"{name}.npy", "row": i} for name in ("texts", "regions"))
        labels = {"even": str(i % 2)} | ({"low": str(i < 5)} if i % 3 else {})
        rows.append({"text": text, "features": features, "labels": labels})
    write(tmp_path / "pairs.jsonl", rows)
    questions = [
        {"question": f"{c}?", "positives": [f"{c}{c} ."], "negatives": [f"{c}a .", f"{c}9 ."]}
        for c in "bcdefghijk"
    ]
    write(tmp_path / "questions.jsonl", questions)
    return tmp_path


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows))


def content(name, out, **run):
    file = "questions.jsonl" if name == "dpr" else "pairs.jsonl"
    sections = {
        "dpr": {"task": {"refresh_negatives_every": 3}, "model": {"path": "bert"}},
        "dual": {"task": {}, "model": {"width": 8}},
        "classify": {"task": {"weighting": "learned"}, "model": {"heads": 2, "dropout": 0.0}},
    }[name]
    return {
        "task": {"name": name, **sections["task"]},
        "data": {"train": file, "held_out": file},
        "model": sections["model"],
        "optim": {"lr": 0.01, "max_steps": 5, "batch_size": 5},
        "run": {"out": out, "precision": "fp64", "device": "cpu", "tensorboard": False, **run},
    }


def files(folder):
    """The saved weights by the path of their file."""
    return {
        str(path.relative_to(folder)): load_file(path)
        for path in sorted(folder.rglob("*.safetensors"))
    }


def same(one, other, atol=0.0):
    assert one.keys() == other.keys()
    for name in one:
        for key in one[name]:
            torch.testing.assert_close(other[name][key], one[name][key], rtol=0, atol=atol)


LOADERS = {
    "dpr": DprTextEncoder,
    "dual": DualEncoder.from_pretrained,
    "classify": MultimodalClassifier.from_pretrained,
}


@pytest.mark.parametrize("name", LOADERS)
def test_a_run_trains_measures_and_saves_what_can_be_loaded(folder, name):
    asked = settings_from(content(name, "out"), folder=folder)
    objective = make_objective(asked)
    report = train(objective, asked, say=str)
    assert report.ended == "done"
    assert report.measure in report.figures
    assert len(report.scores) == 10
    LOADERS[name](folder / "out" / "model")


def test_an_interrupted_run_goes_on_to_the_same_model(folder):
    """Negatives are mined by the model at step 3; the run ends at 4 and is taken up."""
    whole = settings_from(content("dpr", "whole"), folder=folder)
    train(make_objective(whole), whole, say=str)
    cut = settings_from(content("dpr", "cut", checkpoint_every=1), folder=folder)

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
    same(files(folder / "whole" / "model"), files(folder / "cut" / "model"))


@pytest.mark.parametrize("name", LOADERS)
def test_two_processes_end_where_one_does(folder, name):
    """Each compares its questions with the passages of both."""
    alone = settings_from(content(name, "one"), folder=folder)
    train(make_objective(alone), alone, say=str)
    (folder / "worker.py").write_text(WORKER)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    asked = json.dumps(content(name, "two"))
    done = subprocess.run(
        [sys.executable, *launcher, str(folder / "worker.py"), asked, str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "OMP_NUM_THREADS": "1", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    same(files(folder / "one" / "model"), files(folder / "two" / "model"), atol=1e-9)
