"""Files of examples: what is read, and what a wrong line is told."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from pincite.errors import NotFound, UsageError
from pincite.train.collate import pad_features, pad_tokens
from pincite.train.data import read_questions, with_texts
from pincite.train.features import Place, load, read_features

SEGMENT = "0123456789abcdef" * 2


def lines(folder, *rows):
    path = folder / "rows.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    return path


def test_a_question_keeps_its_answers_and_passages(tmp_path):
    one = {"id": 7, "question": "q?", "answers": ["a", "b"], "positives": ["p"], "negatives": ["n"]}
    other = {"question": "r?", "answer": "c", "positives": ["p", "p"]}
    first, second = read_questions(lines(tmp_path, one, "", other))
    assert (first.id, first.answers, first.positives, first.negatives) == (
        "7",
        ("a", "b"),
        ("p",),
        ("n",),
    )
    assert (second.id, second.answers, second.positives) == ("3", ("c",), ("p",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", r"rows\.jsonl:2: expected a JSON object, found no JSON"),
        ("[1]", r"rows\.jsonl:2: expected a JSON object, found \[1\]"),
        ('{"positives": ["p"]}', r':2: expected "question", a text, found nothing'),
        ('{"question": "q"}', r':2: expected "positives", a list of at least one passage'),
        ('{"question": "q", "positives": "p"}', r'"positives", a list of texts, found "p"'),
        ('{"question": "q", "positives": [3]}', r'expected texts in "positives", found 3'),
        ('{"question": "q", "positive": ["p"]}', r"unknown key 'positive'.*mean 'positives'\?"),
        ('{"question": "q", "positives": ["p"], "negatives": ["p"]}', "it is one of the two"),
        ('{"question": "q", "answer": "a", "answers": [], "positives": ["p"]}', "keep one"),
        ('{"id": "1", "question": "q", "positives": ["p"]}', r"given at .*rows\.jsonl:1; change"),
    ],
)
def test_a_wrong_line_is_named_with_what_was_expected(tmp_path, line, said):
    path = lines(tmp_path, {"question": "fine", "positives": ["p"]}, line)
    with pytest.raises(UsageError, match=said):
        read_questions(path)


def test_a_file_that_is_not_there_or_empty_is_told(tmp_path):
    with pytest.raises(NotFound, match="there is no training file"):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="holds no line"):
        read_questions(lines(tmp_path, ""))


def test_segments_become_their_texts(tmp_path):
    rows = read_questions(lines(tmp_path, {"question": "q", "positives": [SEGMENT, "told"]}))
    [row] = with_texts(rows, {SEGMENT: "what the segment says"})
    assert row.positives == ("what the segment says", "told")
    with pytest.raises(NotFound, match=rf"rows\.jsonl:1: .* holds no segment {SEGMENT}"):
        with_texts(rows, {})
    with pytest.raises(UsageError, match="no knowledge base is named"):
        with_texts(rows, None)


def test_features_are_read_from_arrays_rows_and_tensors(tmp_path):
    stack = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    np.save(tmp_path / "stack.npy", stack)
    save_file({"x": stack[0, 0]}, tmp_path / "t.safetensors")
    path = lines(
        tmp_path,
        {"text": "words", "features": {"file": "stack.npy", "row": 1}},
        {"features": {"file": "t.safetensors", "key": "x"}, "labels": {"mood": "good"}},
    )
    one, other = read_features(path)
    assert one.text == "words"
    assert load(one.features).tolist() == stack[1].tolist()
    assert load(other.features).tolist() == [stack[0, 0].tolist()]
    assert other.labels == {"mood": "good"}


def test_files_outside_the_folder_of_the_data_are_refused(tmp_path):
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "secret.npy", np.ones(2))
    (tmp_path / "data" / "link.npy").symlink_to(tmp_path / "secret.npy")
    for name in ("../secret.npy", str(tmp_path / "secret.npy"), "link.npy"):
        path = lines(tmp_path / "data", {"features": name})
        with pytest.raises(UsageError, match=r"rows\.jsonl:1: .* lies outside"):
            read_features(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"features": "a.txt"}, r"expected a \.npy or \.safetensors file, found 'a\.txt'"),
        ({"features": "none.npy"}, "there is no file"),
        ({"features": {"file": "a.npy", "key": "x"}}, r'a \.safetensors file needs "key"'),
        ({"features": {"file": "a.npy", "row": -1}}, 'expected "row", a number from 0 on'),
        ({"features": 3}, r'expected "features" to name a \.npy'),
        ({"labels": {}}, 'expected "text" or "features", found neither'),
        ({"text": "x", "labels": ["good"]}, r'expected "labels", such as .* found \["good"\]'),
    ],
)
def test_a_wrong_example_is_named_with_what_was_expected(tmp_path, row, said):
    with pytest.raises((UsageError, NotFound), match=rf"rows\.jsonl:1: .*{said}"):
        read_features(lines(tmp_path, row))


def test_features_that_cannot_be_used_are_refused(tmp_path):
    np.save(tmp_path / "nan.npy", np.array([1.0, np.nan]))
    np.save(tmp_path / "stack.npy", np.ones((2, 3, 4)))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(UsageError, match="not finite"):
        load(Place(tmp_path / "nan.npy"))
    with pytest.raises(UsageError, match=r"shape \(n, e\).*found \(2, 3, 4\)"):
        load(Place(tmp_path / "stack.npy"))
    with pytest.raises(UsageError, match="cannot be read"):
        load(Place(tmp_path / "stack.npy", row=2))
    with pytest.raises(UsageError, match="cannot be read"):
        load(Place(tmp_path / "objects.npy"))


def test_batches_are_padded_to_their_longest_and_no_further():
    tokens = pad_tokens([[5], [6, 7, 8]], pad_id=1)
    assert tokens["input_ids"].tolist() == [[5, 1, 1], [6, 7, 8]]
    assert tokens["attention_mask"].tolist() == [[1, 0, 0], [1, 1, 1]]
    features, mask = pad_features([np.ones((2, 3)), None, np.ones((1, 3))], 3)
    assert features.shape == (3, 2, 3)
    assert mask.tolist() == [[True, True], [False, False], [True, False]]
    assert features[1].abs().sum() == 0
    with pytest.raises(UsageError, match="width 4 are expected, example 0 of the batch has 3"):
        pad_features([np.ones((2, 3))], 4)
