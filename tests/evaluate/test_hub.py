"""Hugging Face datasets become the same sets as folders do; what is missing is said."""

import io

import pytest
from PIL import Image

from pincite.errors import MissingExtra, NotFound, UsageError
from pincite.evaluate.datasets import hub, open_dataset

datasets = pytest.importorskip("datasets")


def saved(folder, columns, features=None):
    table = datasets.Dataset.from_dict(columns, features=features)
    table.save_to_disk(str(folder))
    return f"hf:{folder}"


def png(color):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(buffer, "PNG")
    return buffer.getvalue()


def test_questions_with_contexts_are_squad_and_a_context_stands_once(tmp_path):
    name = saved(
        tmp_path / "set",
        {
            "id": ["1", "2", "3"],
            "question": ["How far?", "Who?", "What?"],
            "context": ["42 km.", "42 km.", "A pump."],
            "answers": [{"text": ["42 km"]}, {"text": []}, {"text": ["pump", "a pump"]}],
        },
    )
    dataset = open_dataset(name)
    assert [d.text for d in dataset.documents.values()] == ["42 km.", "A pump."]
    assert [i.answerable for i in dataset.tasks["qa"].items] == [True, False, True]
    assert [i.id for i in dataset.tasks["retrieval"].items] == ["1", "3"]
    assert dataset.tasks["qa"].items[2].answers == ("pump", "a pump")


def test_pictures_keep_their_bytes_and_classes_their_names(tmp_path):
    features = datasets.Features(
        {"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])}
    )
    pictures = [{"bytes": png(c), "path": None} for c in ("red", "blue", "green")]
    name = saved(tmp_path / "set", {"image": pictures, "label": [0, 1, 1]}, features)
    dataset = open_dataset(name)
    documents = list(dataset.documents.values())
    assert [d.label for d in documents] == ["cat", "dog", "dog"]
    assert documents[0].content() == png("red")
    assert [i.id for i in dataset.tasks["classification"].items] == ["000002.png", "000003.png"]


def test_text_beside_a_picture_is_its_caption(tmp_path):
    features = datasets.Features({"image": datasets.Image(), "text": datasets.Value("string")})
    picture = {"bytes": png("red"), "path": None}
    dataset = open_dataset(
        saved(tmp_path / "set", {"image": [picture], "text": ["a red square"]}, features)
    )
    assert dataset.tasks["captioning"].items[0].answers == ("a red square",)


def test_summaries_and_translations(tmp_path):
    summed = open_dataset(saved(tmp_path / "a", {"dialogue": ["long talk"], "summary": ["short"]}))
    [item] = summed.tasks["summarisation"].items
    assert (item.text, item.answers) == ("long talk", ("short",))
    translated = open_dataset(
        saved(tmp_path / "b", {"translation": [{"en": "A dog.", "de": "Ein Hund."}]})
    )
    [item] = translated.tasks["translation"].items
    assert (item.text, item.answers, item.language) == ("A dog.", ("Ein Hund.",), "de")


def test_the_split_that_is_for_measuring_is_taken_unless_one_is_named(tmp_path):
    def table(text):
        return datasets.Dataset.from_dict({"text": [text, text], "label": ["x", "y"]})

    both = datasets.DatasetDict({"train": table("seen"), "test": table("kept")})
    both.save_to_disk(str(tmp_path / "set"))
    name = f"hf:{tmp_path / 'set'}"
    assert {d.text for d in open_dataset(name).documents.values()} == {"kept"}
    assert {d.text for d in open_dataset(f"{name}:train").documents.values()} == {"seen"}
    with pytest.raises(NotFound, match="has the splits train, test; name one"):
        open_dataset(f"{name}:dev")


def test_local_files_are_loaded_by_their_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "test.jsonl").write_text('{"text": "fine", "label": "good"}\n')
    dataset = open_dataset(f"hf:{tmp_path / 'set'}")
    assert dataset.tasks["classification"].items[0].label == "good"


def test_columns_that_are_not_known_are_named(tmp_path):
    name = saved(tmp_path / "set", {"colour": ["red"]})
    with pytest.raises(UsageError, match="has the columns colour; known are: question, context"):
        open_dataset(name)


def test_a_set_that_cannot_be_reached_is_said_with_what_can(monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(NotFound, match=r"hf:nobody/nothing could not be loaded: .*save_to_disk"):
        open_dataset("hf:nobody/nothing")


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pincite\[eval\]"):
        open_dataset("hf:squad")
