"""The fusion and the recipe of the plugin guide: by the rules, and as an installed package."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest

from pincite.models import fusion
from tests.testing.guide import GUIDE, blocks, from_the_guide

TestGentleSum = from_the_guide("TestGentleSum", training=True)


def tables():
    return re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def site(tmp_path):
    """A directory with the package of the guide, its entry points declared."""
    points = tomllib.loads(tables()[0])["project"]["entry-points"]
    lines = [
        line
        for group, named in points.items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in named.items()))
    ]
    about = tmp_path / "site" / "pincite_example-0.1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pincite-example\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
    for name, training in {"pincite_example": False, "pincite_example_training": True}.items():
        text = "\n".join(b for b in blocks(training=training) if "testing" not in b)
        (about.parent / f"{name}.py").write_text(text)
    return about.parent


def test_the_recipe_of_the_guide_trains_from_its_package(site, tmp_path):
    rows = [{"text": f"how far is {i}", "class": 0} for i in range(8)]
    rows += [{"text": f"when does {i} open", "class": 1} for i in range(8)]
    for name, some in {"train": rows[1:-1], "test": [rows[0], rows[-1]]}.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, some)))
    (tmp_path / "words.toml").write_text(tables()[1])
    done = subprocess.run(
        [sys.executable, "-m", "pincite", "train", "words.toml", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["figures"] == {"accuracy": 1.0}
    assert (tmp_path / "runs" / "words" / "model" / "model.safetensors").is_file()


def test_the_fusion_of_the_guide_is_found_and_told_by_name(site, monkeypatch):
    monkeypatch.syspath_prepend(site)
    table = type(fusion.fusions)("fusion", fusion.fusions.builtin, fusion.fusions.group)
    monkeypatch.setattr(fusion, "fusions", table)
    assert fusion.names()[-1] == "gentle-sum"
    made = fusion.create("gentle-sum", text_width=8, region_width=6, heads=2)
    assert (type(made).__name__, made.gate.item()) == ("GentleSum", 0.0)
