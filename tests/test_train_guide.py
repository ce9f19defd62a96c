"""docs/guides/train.md, run from its first block to its last, on models small enough for it.

Files, commands and Python are taken from the guide. Changed are the starting weights, which are
tiny and random here, and with them how long and how fast is trained (`SMALL`).
"""

import io
import json
import re
import shlex
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from tokenizers import processors
from transformers import BertConfig, BertModel

from pincite.cli import run
from pincite.train.config import load_settings
from tests.models.rag.texts import PAD, bart, byte_tokenizer

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "guides" / "train.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OTHERS = ("pip", "hf", "tensorboard", "torchrun")
"""Programs that the guide shows and that are not run here."""
SMALL = {
    "dpr.toml": {"lr": 3e-3, "epochs": 60, "warmup_steps": 0, "evaluate_every": 60},
    "generator.toml": {"lr": 1e-2, "epochs": 80, "evaluate_every": 80},
    "rag.toml": {"lr": 1e-3, "epochs": 12, "evaluate_every": 12},
    "pictures.toml": {"lr": 1e-3, "epochs": 1, "ablate_seeds": 1},
}


ASKED = '"How far away does the station lie?"'


@dataclass(frozen=True)
class Said:
    """What a command printed."""

    out: str
    err: str


@dataclass
class Walk:
    """What the commands of the guide said, by command, in order."""

    said: dict[str, Said] = field(default_factory=dict)


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guide")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        for name in ("XDG_CONFIG_HOME", "PINCITE_CACHE_DIR", "PINCITE_DATA_DIR"):
            patch.setenv(name, str(folder / name))
        patch.setenv("PINCITE_WORKERS", "1")
        write_notes(folder)
        write_weights(folder / "weights")
        yield walked(Walk())


def write_notes(folder):
    (folder / "folder").mkdir()
    for path, text in re.findall(r"^(folder/\S+): (.*)$", GUIDE, re.MULTILINE):
        (folder / path).write_text(text + "\n")


def write_weights(folder):
    """Tiny models in place of those that the guide brings onto the machine."""
    words = byte_tokenizer([GUIDE[: GUIDE.index("## The retriever")]] * 2, 700, ends=False)
    words.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=128, pad_token_id=PAD,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    models = {"bert": BertModel(config), "bart": bart(len(words), d_model=32)}
    for name, model in models.items():
        model.save_pretrained(folder / name)
        words.save_pretrained(folder / name)


def walked(walk):
    """Go through the blocks of the guide, in order."""
    names = {}
    for found in BLOCK.finditer(GUIDE):
        kind, body = found.groups()
        if kind == "toml":
            place(walk, body)
        elif kind == "json":
            name = re.findall(r"`(\w+\.jsonl)`", GUIDE[: found.start()])[-1]
            Path(name).write_text(body, "utf-8")
        elif kind == "python":
            exec(compile(body, "train.md", "exec"), names)
        elif kind == "console":
            for line in body.splitlines():
                command(walk, line.removeprefix("$ "))
    return walk


def place(walk, body):
    """Write a file of settings, or train for a moment with what is to go into one."""
    into, name = re.match(r"# (into )?(\w+\.toml)\n", body).groups()
    if not into:
        Path(name).write_text(body, "utf-8")
        if name in SMALL:
            load_settings(Path(name))  # as it is printed
        for key, value in SMALL.get(name, {}).items():
            body, count = re.subn(rf"^{key} = .*$", f"{key} = {value}", body, flags=re.MULTILINE)
            assert count == 1, (name, key)
        Path(name).write_text(body, "utf-8")
        return
    content = tomllib.loads(Path(name).read_text("utf-8"))
    for section, values in tomllib.loads(body).items():
        content[section] = content.get(section, {}) | values
    content["optim"]["epochs"] = 1
    content["run"]["out"] = "runs/merged"
    lines = []
    for section, values in content.items():
        lines += [f"[{section}]", *(f"{k} = {json.dumps(v)}" for k, v in values.items())]
    Path("merged.toml").write_text("\n".join(lines), "utf-8")
    command(walk, "pincite train merged.toml")


def command(walk, line):
    program, *arguments = shlex.split(line)
    if program != "pincite":
        assert program in OTHERS, line
        if "-m" in arguments:  # on several GPUs what has run on none
            assert line.partition("-m ")[2] in walk.said, line
        return
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    assert code == 0, (line, err.getvalue())
    walk.said[line] = Said(out.getvalue(), err.getvalue())


def said(walk, start):
    """What the last command that begins so has printed."""
    return [heard for line, heard in walk.said.items() if line.startswith(start)][-1]


def test_the_search_prints_the_ids_that_questions_name(walk):
    heard = walk.said['pincite search "How far is the station?" --kb ./folder --json']
    found = json.loads(heard.out)["hits"]
    ids = set(re.findall(r'"([0-9a-f]{32})"', GUIDE))
    assert ids == {found[0]["segment_id"]}
    assert found[0]["text"] == "The station lies 42 km north of the pass."


def test_the_retriever_finds_what_is_asked_in_other_words(walk):
    assert "; mrr 1.0000 at step" in said(walk, "pincite train dpr.toml").out
    encoded = said(walk, "pincite kb encode")
    assert "4 earlier segments encoded" in encoded.err
    lines = said(walk, f"pincite search {ASKED} --kb ./folder --explain").out.splitlines()
    [first] = [place for place, line in enumerate(lines) if line.startswith(" 1.")]
    assert "station.txt" in lines[first]
    assert "dense" in lines[first + 1]


def test_the_model_answers_a_question_it_was_never_taught_and_code_cites_it(walk):
    trained = [
        json.loads(line)["question"] for line in Path("train.jsonl").read_text().split("\n")[:-1]
    ]
    assert ASKED.strip('"') not in trained
    assert "; exact_match 1.0000 at step" in said(walk, "pincite train rag.toml").out
    told = said(walk, f"pincite ask ./folder {ASKED}").out.splitlines()
    assert told[0] == "It lies 42 km north of the pass. [1]"
    assert "[1] station.txt, characters 0-41" in told
    assert '    "The station lies 42 km north of the pass."' in told


def test_the_weights_that_it_started_from_do_not_answer_it(walk, capsys):
    arguments = ["ask", "./folder", ASKED.strip('"'), "--generator", "rag-token:weights/bart"]
    assert run(arguments) == 4
    assert capsys.readouterr().out.startswith("No answer")


def test_a_run_goes_on_where_it_was(walk):
    again = said(walk, "pincite train rag.toml --resume")
    steps = re.search(r"^(\d+) steps", again.out)[1]
    assert f"going on from the checkpoint of step {steps}" in again.err


def test_settings_that_are_shown_alone_are_in_force(walk):
    settings = json.loads(Path("runs/merged/run.json").read_text())["settings"]
    assert settings["lora"]["targets"] == ["q_proj", "v_proj"]
    assert (settings["run"]["precision"], settings["optim"]["accumulate"]) == ("bf16", 4)


def test_the_ablation_prints_a_row_for_each_fusion(walk):
    lines = said(walk, "pincite train pictures.toml").out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", "sum", "gated"]


def test_what_errors_are_said_to_say_is_what_they_say():
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    table = GUIDE[GUIDE.index("| it says |") :].splitlines()[2:]
    assert len(table) >= 7
    for row in table:
        for words in re.findall(r"`([^`]+)`", row.split("|")[1]):
            assert words in source, words
