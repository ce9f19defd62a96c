"""Every layout is told from what is in a folder, and what is wrong in it is named with its line."""

import json
from dataclasses import replace

import pytest

from pincite.errors import NotFound, UsageError
from pincite.evaluate.datasets import open_dataset
from pincite.evaluate.datasets.model import Document, Item, page_id


def lines(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def beir(tmp_path):
    lines(
        tmp_path / "corpus.jsonl",
        {"_id": "d1", "title": "Pumps", "text": "A pump lifts water."},
        {"_id": "d2", "title": "", "text": "A valve stops it."},
    )
    queries = ({"_id": "q1", "text": "lifting"}, {"_id": "q2", "text": "nothing is judged"})
    lines(tmp_path / "queries.jsonl", *queries)
    (tmp_path / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nunknown\td1\t1\n"
    )
    return tmp_path


def squad(path, *questions, context="The station lies 42 km north."):
    paragraph = {"context": context, "qas": list(questions)}
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": [paragraph]}]}), "utf-8")
    return path


def question(id="1", answer="42 km", **more):
    answers = [{"text": answer, "answer_start": 0}] if answer else []
    return {"id": id, "question": "How far?", "answers": answers, **more}


# -- what each layout becomes ---------------------------------------------------------------


def test_beir_keeps_grades_above_zero_and_queries_that_are_judged(beir):
    dataset = open_dataset(beir)
    [item] = dataset.tasks["retrieval"].items
    assert (item.id, item.text, item.relevant) == ("q1", "lifting", {"d1": 2})
    assert dataset.documents["d1"].text == "Pumps\nA pump lifts water."
    assert dataset.documents["d2"].text == "A valve stops it."


def test_beir_judgements_in_a_folder_are_parts(beir):
    (beir / "qrels").mkdir()
    (beir / "qrels.tsv").rename(beir / "qrels" / "test.tsv")
    (beir / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq2\td2\t1\n")
    assert [i.id for i in open_dataset(f"{beir}:dev").tasks["retrieval"].items] == ["q2"]
    with pytest.raises(UsageError, match=r"several sets \(beir\): dev, test; name one: .*:dev"):
        open_dataset(beir)


def test_squad_measures_answers_and_the_paragraph_they_stand_in(tmp_path):
    path = squad(
        tmp_path / "qa.json", question(), question("2", "", is_impossible=True), question("3", "")
    )
    dataset = open_dataset(path)
    answerable = {i.id: i.answerable for i in dataset.tasks["qa"].items}
    assert answerable == {"1": True, "2": False, "3": False}
    [found] = dataset.tasks["retrieval"].items
    assert found.relevant == {"00000": 1}
    assert dataset.documents["00000"].text.startswith("The station")


def test_captions_are_looked_for_both_ways_and_shared_ones_belong_to_both(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"x")
    lines(
        tmp_path / "metadata.jsonl",
        {"file_name": "a.jpg", "captions": ["a dog", "a black dog"]},
        {"file_name": "b.jpg", "captions": ["a dog", "a cat"]},
    )
    dataset = open_dataset(tmp_path)
    found = {i.text or i.media["image"]: i for i in dataset.tasks["retrieval"].items}
    assert found["a dog"].relevant == {"a.jpg": 1, "b.jpg": 1}
    assert found["a dog"].among == "image"
    texts = {dataset.documents[id].text for id in found["b.jpg"].relevant}
    assert (texts, found["b.jpg"].among) == ({"a dog", "a cat"}, "text")
    captions = [i.answers for i in dataset.tasks["captioning"].items]
    assert captions == [("a dog", "a black dog"), ("a dog", "a cat")]


def test_a_class_is_looked_for_by_its_members_without_the_one_that_asks(tmp_path):
    names = {"1.ogg": "rain", "2.ogg": "rain", "3.ogg": "wind"}
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    rows = [{"file_name": name, "label": label} for name, label in names.items()]
    lines(tmp_path / "metadata.jsonl", *rows)
    dataset = open_dataset(tmp_path)
    found = {i.id: i for i in dataset.tasks["retrieval"].items}
    assert found["1.ogg"].relevant == {"2.ogg": 1}
    assert found["1.ogg"].exclude == ("1.ogg",)
    assert "3.ogg" not in found  # no other is of its class
    assert found["class wind"].relevant == {"3.ogg": 1}
    assert [i.id for i in dataset.tasks["classification"].items] == ["1.ogg", "2.ogg"]


def test_files_are_read_apart_from_the_gold_beside_them(tmp_path):
    (tmp_path / "n01_space_bar.jpg").write_bytes(b"x")
    lines(tmp_path / "metadata.jsonl", {"file_name": "n01_space_bar.jpg", "label": "space bar"})
    assert open_dataset(tmp_path).documents["n01_space_bar.jpg"].apart


def test_text_with_a_picture_and_a_label_is_classified_by_both(tmp_path):
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / name).write_bytes(b"x")
    rows = [{"file_name": f"{n}.jpg", "text": f"so {n}", "label": "good"} for n in (1, 2)]
    lines(tmp_path / "metadata.jsonl", *rows)
    dataset = open_dataset(tmp_path)
    item = dataset.tasks["classification"].items[0]
    assert (item.text, dict(item.media)) == ("so 1", {"image": "1.jpg"})
    assert item.exclude == ("1.jpg", "1.jpg#text")
    assert len(dataset.corpus("classification")) == 4


def test_speech_is_transcribed_and_asks_for_its_text_and_back(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"x")
    words = [{"word": "bin", "start_s": 0.5, "end_s": 0.75}]
    row = {"file_name": "a.wav", "transcription": "bin", "words": words, "language": "en"}
    lines(tmp_path / "metadata.jsonl", row)
    dataset = open_dataset(tmp_path)
    [item] = dataset.tasks["transcription"].items
    assert (item.answers, item.language, item.words[0].end_s) == (("bin",), "en", 0.75)
    assert dataset.tasks["transcription"].measures == ("WER", "CER", "tIoU")
    asked = {i.asks_with: i.among for i in dataset.tasks["retrieval"].items}
    assert asked == {"text": "audio", "audio": "text"}
    assert [d.id for d in dataset.corpus("transcription")] == ["a.wav"]


def test_receipts_are_read_and_asked_for_their_fields_within_the_receipt(tmp_path):
    (tmp_path / "r.jpg").write_bytes(b"x")
    row = {
        "file_name": "r.jpg",
        "lines": [{"box": [1, 2, 3, 4], "text": "NORTH SHOP"}, {"text": "TOTAL 7.00"}],
        "fields": {"total": "7.00"},
    }
    lines(tmp_path / "metadata.jsonl", row)
    dataset = open_dataset(tmp_path)
    [read] = dataset.tasks["ocr"].items
    assert read.answers == ("NORTH SHOP\nTOTAL 7.00",)
    assert [line.box for line in read.lines] == [(1, 2, 3, 4), None]
    [asked] = dataset.tasks["qa"].items
    assert (asked.text, asked.within, asked.answers) == ("What is the total?", "r.jpg", ("7.00",))


def test_blocks_are_read_in_their_order_and_figures_are_no_words(tmp_path):
    (tmp_path / "p.jpg").write_bytes(b"x")
    blocks = [
        {"text": "second", "order": 2},
        {"text": None, "order": 0},
        {"text": "unplaced"},
        {"text": "first", "order": 1},
    ]
    lines(tmp_path / "metadata.jsonl", {"file_name": "p.jpg", "blocks": blocks})
    [item] = open_dataset(tmp_path).tasks["ocr"].items
    assert item.answers == ("first\nsecond\nunplaced",)


def test_document_questions_want_pages_or_an_abstention(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.pdf").write_bytes(b"%PDF")
    lines(
        tmp_path / "questions.jsonl",
        {"document": "a.pdf", "question": "?", "answer": "['x', 'y']", "pages": [4, 7]},
        {"document": "a.pdf", "question": "??", "answer": "Not answerable", "pages": []},
    )
    dataset = open_dataset(tmp_path)
    [found] = dataset.tasks["retrieval"].items
    assert found.relevant == {page_id("a.pdf", 4): 1, page_id("a.pdf", 7): 1}
    assert dataset.tasks["retrieval"].unit == "page"
    first, second = dataset.tasks["qa"].items
    assert (first.answers, second.answers, second.answerable) == (("x, y",), (), False)


def test_parallel_text_needs_a_direction_and_keeps_lines_together(tmp_path):
    (tmp_path / "test.en").write_text("A dog.\nA cat.\n")
    (tmp_path / "test.de").write_text("Ein Hund.\r\nEine Katze.\r\n")
    with pytest.raises(UsageError, match=r"several sets \(parallel\): test.de-en, test.en-de"):
        open_dataset(tmp_path)
    items = open_dataset(f"{tmp_path}:test.en-de").tasks["translation"].items
    assert [(i.text, i.answers) for i in items] == [
        ("A dog.", ("Ein Hund.",)),
        ("A cat.", ("Eine Katze.",)),
    ]


def test_a_line_separator_within_a_text_ends_no_line(tmp_path):
    (tmp_path / "test.en").write_text("one\u2028still one\ntwo\n", "utf-8")
    (tmp_path / "test.de").write_text("eins\nzwei\n")
    assert len(open_dataset(f"{tmp_path}:test.en-de").tasks["translation"].items) == 2


def test_summaries_have_several_references(tmp_path):
    row = {"id": "a", "text": "long", "references": ["s", "t"]}
    lines(tmp_path / "pairs.jsonl", row)
    [item] = open_dataset(tmp_path).tasks["summarisation"].items
    assert (item.text, item.answers) == ("long", ("s", "t"))


def test_a_folder_of_files_without_gold_is_only_read(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("b")
    (tmp_path / "a.pdf").write_bytes(b"")
    dataset = open_dataset(tmp_path)
    assert [i.source for i in dataset.tasks["ingestion"].items] == ["a.pdf", "sub/b.txt"]


# -- what is wrong ---------------------------------------------------------------------------


def test_an_unknown_layout_says_what_was_found_and_what_is_known(tmp_path):
    (tmp_path / "stuff.csv").write_text("a,b\n")
    with pytest.raises(UsageError, match=r"it holds stuff.csv. Known layouts:") as error:
        open_dataset(tmp_path)
    for layout in ("BEIR", "SQuAD", "imagefolder", "parallel", "summarisation", "hf:NAME"):
        assert layout in str(error.value)


def test_an_empty_folder_and_an_unknown_name_are_refused(tmp_path):
    with pytest.raises(UsageError, match="is empty; known layouts"):
        open_dataset(tmp_path)
    with pytest.raises(NotFound, match="there is no dataset 'nowhere'"):
        open_dataset("nowhere")


def test_a_part_that_is_not_there_is_named_with_the_nearest(tmp_path):
    squad(tmp_path / "qa.en.json", question())
    with pytest.raises(NotFound, match=r"no part 'qa.em'; it has: qa.en. Did you mean 'qa.en'"):
        open_dataset(f"{tmp_path}:qa.em")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"_id": "q1", "text": ', "queries.jsonl, line 1 is no JSON"),
        ("[1]", "queries.jsonl, line 1 is no JSON object"),
        ('{"_id": "q1"}', "line 1: 'text' must be text, found nothing"),
        ('{"_id": "q1", "text": "a"}\n{"_id": "q1", "text": "b"}', "two items called 'q1'"),
        ("", "queries.jsonl is empty"),
        ('{"_id": "q9", "text": "a"}', "holds nothing to measure"),
    ],
)
def test_broken_queries_are_named_with_their_line(beir, line, says):
    (beir / "queries.jsonl").write_text(line + "\n" if line else "")
    with pytest.raises(UsageError, match=says):
        open_dataset(beir)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("q1\td1", "qrels.tsv, line 2 has 2 fields, expected 3"),
        ("q1\td1\thigh", "line 2: 'score' must be a whole number, found 'high'"),
        ("q1\td9\t1", "line 2 judges document 'd9', which is not in the corpus"),
    ],
)
def test_broken_judgements_are_named_with_their_line(beir, row, says):
    (beir / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{row}\n")
    with pytest.raises(UsageError, match=says):
        open_dataset(beir)


def test_documents_of_one_id_are_refused(beir):
    row = {"_id": "d1", "text": "x"}
    lines(beir / "corpus.jsonl", row, row)
    with pytest.raises(UsageError, match="two documents called 'd1'"):
        open_dataset(beir)


def test_a_missing_file_of_a_layout_is_named(beir):
    (beir / "qrels.tsv").unlink()
    with pytest.raises(NotFound, match=r"qrels.tsv is missing"):
        open_dataset(beir)


@pytest.mark.parametrize(
    ("name", "says"),
    [("gone.jpg", "line 1 names 'gone.jpg', which is not in"), ("../x.jpg", "leads out of")],
)
def test_a_row_names_a_file_below_its_folder(tmp_path, name, says):
    folder = tmp_path / "set"
    lines(folder / "metadata.jsonl", {"file_name": name, "label": "a"})
    (tmp_path / "x.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match=says):
        open_dataset(folder)


def test_columns_that_mean_nothing_are_refused_by_name(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    lines(tmp_path / "metadata.jsonl", {"file_name": "a.jpg", "colour": "red"})
    with pytest.raises(UsageError, match="columns file_name, colour; known are: captions"):
        open_dataset(tmp_path)


def test_parallel_files_of_unequal_length_are_refused(tmp_path):
    (tmp_path / "test.en").write_text("a\nb\n")
    (tmp_path / "test.de").write_text("a\n")
    with pytest.raises(UsageError, match=r"test.en has 2 lines and .*test.de has 1"):
        open_dataset(f"{tmp_path}:test.en-de")


def test_text_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "pairs.jsonl").write_bytes(b'{"text": "caf\xe9", "references": ["x"]}')
    with pytest.raises(UsageError, match=r"is not UTF-8 \(byte 13\)"):
        open_dataset(tmp_path)


# -- the value -------------------------------------------------------------------------------


def test_a_limit_draws_by_seed_and_keeps_the_order(tmp_path):
    squad(tmp_path / "qa.json", *(question(str(n)) for n in range(20)))
    dataset = open_dataset(tmp_path)

    def drawn(seed):
        return [i.id for i in dataset.limited("qa", 5, seed).tasks["qa"].items]

    assert drawn(1) == drawn(1) != drawn(2)
    assert sorted(drawn(1), key=int) == drawn(1)
    assert len(drawn(1)) == 5
    with pytest.raises(UsageError, match="--limit must be at least 1, got 0"):
        dataset.limited("qa", 0, 0)


def test_the_digest_changes_with_content_with_gold_and_with_nothing_else(beir, tmp_path):
    dataset = open_dataset(beir)
    first = dataset.digest("retrieval")
    assert replace(dataset, name="other").digest("retrieval") == first
    (beir / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    assert open_dataset(beir).digest("retrieval") != first
    documents = {**dataset.documents, "d2": Document("d2", text="A valve.")}
    assert replace(dataset, documents=documents).digest("retrieval") != first


def test_a_task_that_the_set_does_not_serve_is_refused_with_those_it_does(beir):
    with pytest.raises(UsageError, match="has nothing for task 'qa'; it serves: retrieval"):
        open_dataset(beir).task("qa")


@pytest.mark.parametrize(
    ("item", "asks"),
    [
        (Item("1", "words"), "text"),
        (Item("1", media={"audio": "a.wav"}), "audio"),
        (Item("1", "words", media={"image": "a.jpg"}), "image+text"),
    ],
)
def test_a_query_says_what_it_asks_with(item, asks):
    assert item.asks_with == asks
