"""An experiment goes through the real pipeline, and what it saves can be trusted and compared."""

import base64
import json
import re
from dataclasses import replace

import ir_measures
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pincite.errors import NotFound, UsageError
from pincite.evaluate import evaluate, load, open_dataset
from pincite.evaluate.compare import compare
from pincite.evaluate.types import Believed, Cited, Labelled, Ranked, Timed, Written
from pincite.generate import generators
from pincite.registry import Plugin
from tests.evaluate import small

pytestmark = pytest.mark.usefixtures("own_machine")


@pytest.fixture
def own_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PINCITE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PINCITE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def observed(run, kind):
    return [o for outcome in run.outcomes for o in outcome.observed if isinstance(o, kind)]


# -- retrieval -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranked")
    data = small.beir(folder / "notes")
    return evaluate(data, measures=["nDCG@10", "R@1"], out=folder / "one", config=small.config())


def test_the_figures_are_those_of_ir_measures_over_the_saved_rankings(ranked):
    rows = [json.loads(s) for s in (ranked.path / "items.jsonl").read_text().splitlines()]
    judged, run = [], []
    for row in rows:
        [seen] = [o for o in row["observed"] if o["type"] == "Ranked"]
        judged += [ir_measures.Qrel(row["item"], id, g) for id, g in seen["judgements"].items()]
        scores = enumerate(seen["ids"])
        run += [ir_measures.ScoredDoc(row["item"], id, -float(at)) for at, id in scores]
    right = ir_measures.calc_aggregate([ir_measures.nDCG @ 10, ir_measures.R @ 1], judged, run)
    assert ranked.figures["nDCG@10"].value == pytest.approx(right[ir_measures.nDCG @ 10])
    assert ranked.figures["R@1"].value == pytest.approx(right[ir_measures.R @ 1])
    assert ranked.figures["R@1"].value == 1.0


def test_a_document_stands_once_where_its_best_segment_does(tmp_path):
    paragraph = "The pump runs at 3 bar in the shed. "
    notes = {**small.NOTES, "pump": "\n\n".join([paragraph * 12] * 6)}
    run = evaluate(small.beir(tmp_path / "notes", texts=notes), config=small.config())
    for seen in observed(run, Ranked):
        assert len(seen.ids) == len(set(seen.ids))
        assert set(seen.ids) <= set(small.NOTES)


def test_documents_of_one_text_are_all_found(tmp_path):
    """The knowledge base keeps equal content once; the set has it twice."""
    notes = {**small.NOTES, "copy": small.NOTES["pump"]}
    run = evaluate(small.beir(tmp_path / "notes", texts=notes), config=small.config())
    assert set(observed(run, Ranked)[0].ids[:2]) == {"pump", "copy"}


def test_the_same_seed_gives_the_same_files_but_for_timings(tmp_path):
    data = small.beir(tmp_path / "notes")
    for name in ("a", "b"):
        evaluate(data, seed=3, limit=2, out=tmp_path / name / "run", config=small.config())
    first, second = ((tmp_path / n / "run" / "items.jsonl").read_bytes() for n in "ab")
    assert first == second
    runs = [json.loads((tmp_path / n / "run" / "run.json").read_text()) for n in "ab"]
    for run in runs:
        assert run.pop("timings")["items_s"] > 0
    assert runs[0] == runs[1]
    assert runs[0]["options"]["seed"] == 3
    assert runs[0]["versions"]["numpy"] == np.__version__


def test_a_saved_run_reads_back_as_it_was(ranked):
    again = load(ranked.path)
    for name in ("name", "task", "dataset", "settings", "figures", "directions", "remarks"):
        assert getattr(again, name) == getattr(ranked, name), name
    assert observed(again, Ranked) == observed(ranked, Ranked)
    assert again.scores == ranked.scores


def test_a_named_knowledge_base_is_filled_once(tmp_path):
    data = small.beir(tmp_path / "notes")
    first = evaluate(data, kb="bench", config=small.config())
    events = []
    second = evaluate(data, kb="bench", config=small.config(), on_event=events.append)
    assert {e.status for e in events if hasattr(e, "status")} <= {"same"}
    assert second.figures == first.figures


def test_what_is_not_of_the_dataset_counts_as_not_relevant(tmp_path):
    data = small.beir(tmp_path / "notes")
    from pincite.pipeline import KnowledgeBase

    (tmp_path / "other.txt").write_text("At how many bar does the pump run? Nobody knows.")
    base = KnowledgeBase.open("bench", config=small.config())
    base.ingest([tmp_path / "other.txt"])
    run = evaluate(data, kb="bench", config=small.config())
    assert observed(run, Ranked)[0].ids[0] == "other:other.txt"
    assert run.figures["R@1"].value < 1.0


# -- answers ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answered")
    asked = {
        "pump": [("1", "At how many bar does the pump run?", "3 bar")],
        "station": [
            ("2", "How far is the station from the pass?", "42 km"),
            ("3", "What did the president of Peru say about tariffs?", None),
        ],
    }
    data = small.squad(folder / "notes", asked)
    run = evaluate(data, "qa", out=folder / "qa", config=small.config())
    return {o.item: o for o in run.outcomes}, run


def test_the_short_answer_is_what_stands_before_the_quotation(answered):
    outcomes, _ = answered
    assert outcomes["2"].found["short"] == "42 km"
    assert "“" in outcomes["2"].found["answer"]
    [written] = [o for o in outcomes["2"].observed if isinstance(o, Written)]
    assert written.hypothesis == "42 km"


def test_an_answer_cites_the_document_that_holds_it(answered):
    outcomes, run = answered
    [cited] = [o for o in outcomes["2"].observed if isinstance(o, Cited)]
    assert {p.asset_id for p in cited.cited} == {p.asset_id for p in cited.gold}
    assert run.figures["CitationPrecision"].value == 1.0


def test_what_cannot_be_answered_is_abstained_from_and_counts(answered):
    outcomes, run = answered
    assert outcomes["3"].found["answer"] is None
    assert run.figures["Abstention"].value == 1.0
    assert not [o for o in outcomes["3"].observed if isinstance(o, Believed | Cited)]


# -- reading ---------------------------------------------------------------------------------


def test_a_picture_is_read_and_its_lines_stand_where_they_are(tmp_path):
    picture = Image.new("RGB", (520, 200), "white")
    font = ImageFont.load_default(36)
    boxes = []
    for y, text in ((30, "NORTH SHOP"), (110, "TOTAL 7.00")):
        ImageDraw.Draw(picture).text((40, y), text, "black", font=font)
        boxes.append({"text": text, "box": ImageDraw.Draw(picture).textbbox((40, y), text, font)})
    (tmp_path / "set").mkdir()
    picture.save(tmp_path / "set" / "r.png")
    row = {"file_name": "r.png", "lines": boxes}
    small.write_lines(tmp_path / "set" / "metadata.jsonl", [row])
    run = evaluate(tmp_path / "set", config=small.config())
    assert run.task == "ocr"
    assert run.figures["CER"].value < 0.15
    assert run.figures["IoU"].value > 0.5
    assert run.figures["IoU"].count == 1  # the lines of a picture are drawn together


def test_words_are_timed_by_what_they_say():
    from pincite.evaluate.datasets.model import Word
    from pincite.evaluate.runners.transcription import _timed

    right = [Word("Bin", 0, 1), Word("blue", 1, 2), Word("now", 2, 3)]
    found = [Word("bin", 0, 1), Word("glue", 1, 2), Word("NOW.", 2.5, 3)]
    assert _timed(right, found) == [
        Timed((0, 1), ((0, 1),)),
        Timed(None, ((1, 2),)),
        Timed((2.5, 3), ((2, 3),)),
    ]


def test_files_that_cannot_be_read_are_counted_as_failed(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("fine")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    run = evaluate(folder, config=small.config())
    assert run.figures["Complete"].value == 0.5
    assert run.figures["Failed"].value == 0.5
    statuses = {o.item: o.found["status"] for o in run.outcomes}
    assert statuses == {"a.txt": "complete", "b.pdf": "failed"}


def test_neighbours_vote_without_the_item_itself(tmp_path):
    """With it, each would be found first and every class be right."""
    texts = {"a": ("good pump", "1"), "b": ("good valve", "2"), "c": ("good rain", "2")}
    rows = [{"_id": k, "text": t} for k, (t, _) in texts.items()]
    data = open_dataset(small.beir(tmp_path / "notes"))
    from pincite.evaluate.datasets.model import Dataset, Document, Item, TaskSet

    documents = {k: Document(k, text=t, label=label) for k, (t, label) in texts.items()}
    items = tuple(
        Item(r["_id"], r["text"], label=texts[r["_id"]][1], exclude=(r["_id"],)) for r in rows
    )
    tasks = {"classification": TaskSet(items, tuple(documents), measures=("Accuracy",))}
    run = evaluate(Dataset("x", data.layout, documents, tasks), config=small.config())
    assert observed(run, Labelled)[0] == Labelled("2", "1")
    assert run.remarks[0].startswith("classes are voted for by the 5 nearest")


def photos(folder, column, values):
    """Write plain pictures named by what is said of them, and the table that says it."""
    folder.mkdir()
    rows = []
    for n, value in enumerate(values):
        name = f"{n}_{value.replace(' ', '_')}.png"
        Image.new("RGB", (64, 64), (90 * n, 40, 200)).save(folder / name)
        rows.append({"file_name": name, column: value})
    small.write_lines(folder / "metadata.jsonl", rows)
    return folder


@pytest.mark.parametrize("column", ["label", "caption"])
def test_pictures_are_not_found_by_the_gold_beside_them_or_in_their_names(tmp_path, column):
    """Ingest reads captions, labels and names, which here are the answers."""
    folder = photos(tmp_path / "photos", column, ("soap dispenser", "horned viper"))
    settings = small.config(ocr="off", encoders="none")
    run = evaluate(folder, "retrieval", measures=["R@1"], config=settings)
    asked = [o for o in run.outcomes if o.asked_with == "text"]
    assert len(asked) == 2
    assert all(not o.found["hits"] for o in asked)


def test_a_picture_finds_its_like_and_a_direction_without_an_encoder_is_said(tmp_path):
    folder = photos(tmp_path / "photos", "label", ("sea", "sea", "fire"))
    pixels = np.random.default_rng(0).integers(0, 255, (2, 96, 96, 3), np.uint8)
    names = sorted(folder.glob("*.png"))
    Image.fromarray(pixels[0]).save(names[0])
    Image.fromarray(pixels[0][2:, 2:]).resize((96, 96)).save(names[1])
    Image.fromarray(pixels[1]).save(names[2])
    run = evaluate(folder, "retrieval", measures=["R@1"], config=small.config(ocr="off"))
    assert run.directions["image → image"] == {"count": 2, "R@1": 1.0}
    assert "lexical" not in run.channels["image → image"]
    assert run.directions["text → image"]["R@1"] == 0.0
    assert sum("text → image: no encoder reads both" in said for said in run.remarks) == 1
    assert len(set(run.remarks)) == len(run.remarks) <= 3  # not one for each picture asked with
    assert not any(".png" in said for said in run.remarks)


@pytest.mark.parametrize("task", ["summarisation", "translation"])
def test_without_a_generator_nothing_is_written_and_the_next_step_is_named(tmp_path, task):
    if task == "summarisation":
        small.write_lines(tmp_path / "pairs.jsonl", [{"text": "a", "references": ["b"]}])
        name = tmp_path
    else:
        (tmp_path / "t.en").write_text("a\n")
        (tmp_path / "t.de").write_text("b\n")
        name = f"{tmp_path}:t.en-de"
    with pytest.raises(UsageError, match=f"no default generator for {task}.*--generator"):
        evaluate(name)


def test_a_generator_that_was_named_writes_from_the_text_of_the_item(tmp_path, monkeypatch):
    plugin = Plugin("tests.evaluate.small:FirstSentence")
    monkeypatch.setitem(generators._plugins, "first-sentence", plugin)
    rows = [
        {"text": "The pump broke. It rained.", "references": ["The pump broke."]},
        {"text": "It rained. The pump broke.", "references": ["The pump broke."]},
    ]
    small.write_lines(tmp_path / "pairs.jsonl", rows)
    run = evaluate(
        tmp_path, measures=["EM"], generator="first-sentence", config=small.config(), out="run"
    )
    assert [o.found["short"] for o in run.outcomes] == ["The pump broke.", "It rained."]
    assert run.figures["EM"].value == 0.5


def test_a_generator_that_was_named_writes_from_what_was_read_of_a_picture(tmp_path, monkeypatch):
    plugin = Plugin("tests.evaluate.small:FirstSentence")
    monkeypatch.setitem(generators._plugins, "first-sentence", plugin)
    folder = photos(tmp_path / "photos", "caption", ("a closed bridge",))
    picture = Image.new("RGB", (560, 120), "white")
    font = ImageFont.load_default(40)
    ImageDraw.Draw(picture).text((30, 30), "BRIDGE CLOSED.", "black", font=font)
    picture.save(next(folder.glob("*.png")))
    settings = small.config(encoders="none")
    run = evaluate(folder, "captioning", ["CER"], generator="first-sentence", config=settings)
    assert run.outcomes[0].found["short"].upper().startswith("BRIDGE")


# -- comparing -------------------------------------------------------------------------------


def test_a_run_does_not_differ_from_itself(ranked):
    for difference in compare(ranked, ranked):
        assert (difference.difference, difference.low, difference.high) == (0, 0, 0)
        assert difference.p == 1.0


def test_a_difference_is_that_of_the_values_with_its_sign(ranked):
    worse = replace(
        ranked,
        outcomes=tuple(
            replace(o, observed=(Ranked(("none",), {"pump": 1}),)) for o in ranked.outcomes
        ),
    )
    found = {d.measure: d for d in compare(ranked, worse)}
    assert found["R@1"].before == 1.0
    assert found["R@1"].after == 0.0
    assert found["R@1"].difference == -1.0
    # three pairs that all fall: of the 8 ways to swap them, 2 are as far apart
    assert found["R@1"].p == pytest.approx(2 / 8)
    assert found["R@1"].p_corrected == pytest.approx(4 / 8)


def test_pooled_measures_are_compared_with_the_words_of_an_item_together(ranked):
    def said(texts):
        outcomes = [
            replace(o, observed=(Written(t, ("one two three",)),))
            for o, t in zip(ranked.outcomes, texts, strict=True)
        ]
        return replace(ranked, outcomes=tuple(outcomes), figures={"WER": None})

    right, wrong = ["one two three"] * 3, ["one two four"] * 3
    [found] = compare(said(right), said(wrong))
    assert (found.before, found.after) == (0.0, pytest.approx(1 / 3))
    assert found.difference == pytest.approx(1 / 3)


def test_runs_over_other_data_or_of_another_task_are_refused(ranked, answered, tmp_path):
    other = evaluate(
        small.beir(tmp_path / "other", texts={**small.NOTES, "x": "More."}),
        measures=["R@1"],
        config=small.config(),
    )
    with pytest.raises(UsageError, match="was measured on other data"):
        compare(other, ranked)
    with pytest.raises(UsageError, match="is of task qa, this one of retrieval"):
        compare(answered[1], ranked)


def test_runs_that_are_not_there_or_damaged_are_named(tmp_path, ranked):
    with pytest.raises(NotFound, match="there is no run 'yesterday'"):
        load("yesterday")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text('{"format": 9}')
    with pytest.raises(UsageError, match="is of format 9, this version reads 1"):
        load(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text((ranked.path / "run.json").read_text())
    with pytest.raises(UsageError, match="is damaged"):
        load(tmp_path / "run")


# -- the report ------------------------------------------------------------------------------


def test_the_page_loads_nothing_and_escapes_what_it_shows(tmp_path):
    bad = "<script>alert('x')</script> pump <img src=https://evil.example/x>"
    notes = {**small.NOTES, "bad": bad}
    queries = small.beir(tmp_path / "notes", texts=notes)
    (queries / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tbad\t1\n")
    run = evaluate(queries, measures=["R@1"], out=tmp_path / "run", config=small.config())
    page = (run.path / "report.html").read_text()
    assert "default-src 'none'" in page
    assert "&lt;script&gt;alert(" in page
    assert not re.search(r"<script|<img[^>]+https?:|<link|@import", page)
    markdown = (run.path / "report.md").read_text()
    assert "<script>" not in markdown
    assert "| R@1 | 0.0000 |" in markdown


def test_the_page_shows_plots_and_failures_with_their_evidence(answered):
    _, run = answered
    page = (run.path / "report.html").read_text()
    plots = [base64.b64decode(s) for s in re.findall(r'svg\+xml;base64,([^"]+)"', page)]
    assert any(b"share right" in svg for svg in plots)
    assert "Failures to look at" in page or all(
        v in (1, None) for v in next(iter(run.scores.values()))
    )


def test_without_matplotlib_the_page_has_tables(ranked, monkeypatch):
    from pincite.evaluate import report, report_plots

    monkeypatch.setattr(report_plots, "find_spec", lambda name: None)
    page = report.page(ranked, [])
    assert "No plots: pip install" in page
    assert "image/svg" not in page
    assert "Recall by depth" in page


def test_recall_by_depth_is_that_of_a_plain_count():
    from pincite.evaluate.outcome import Outcome
    from pincite.evaluate.report_tables import recall_curve

    first = Ranked(("a", "b", "c"), {"a": 1, "c": 2})
    second = Ranked(("x",), {"y": 1})
    curve = recall_curve([Outcome("1", observed=(first,)), Outcome("2", observed=(second,))])
    assert curve == [(1, 0.25), (2, 0.25), (3, 0.5)]
