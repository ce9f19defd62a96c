"""A small collection with gold, and the settings that make an experiment on it quick."""

import json
import re
import zlib

import numpy as np

from pincite.config import load_config
from pincite.registry import Plugin
from pincite.types import Answer

NOTES = {
    "pump": "The pump in the north shed runs at 3 bar. It was built by Halvorsen in 1974.",
    "station": "The station lies 42 km north of the pass. Trains stop there twice a day.",
    "bridge": "The old bridge was closed in winter because ice pressed against it.",
    "valve": "The valve closes when the pressure falls below 1 bar.",
}
ASKED = {
    "q1": ("At how many bar does the pump run?", "pump"),
    "q2": ("How far is the station from the pass?", "station"),
    "q3": ("Why was the old bridge closed?", "bridge"),
}


def config(**more):
    return load_config({"encoder": "none", "workers": 1, **more})


def beir(folder, *, texts=NOTES):
    """Write the notes as a BEIR set and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = [{"_id": id, "title": "", "text": text} for id, text in texts.items()]
    queries = [{"_id": id, "text": text} for id, (text, _) in ASKED.items()]
    write_lines(folder / "corpus.jsonl", corpus)
    write_lines(folder / "queries.jsonl", queries)
    judged = [f"{id}\t{right}\t1" for id, (_, right) in ASKED.items()]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]) + "\n")
    return folder


def squad(folder, questions):
    """Write the notes as a SQuAD set: note to (id, question, answer or None)."""
    folder.mkdir(parents=True, exist_ok=True)
    paragraphs = []
    for name, text in NOTES.items():
        asked = [
            {
                "id": id,
                "question": question,
                "answers": [{"text": answer, "answer_start": 0}] if answer else [],
                "is_impossible": answer is None,
            }
            for id, question, answer in questions.get(name, ())
        ]
        paragraphs.append({"context": text, "qas": asked})
    (folder / "qa.json").write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    return folder


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


class FirstSentence:
    """A generator that writes the first sentence of what it is given."""

    def __init__(self, abstain_below=0.5):
        self.abstain_below = abstain_below

    def generate(self, question, evidence):
        said = evidence[0].segment.text.partition(".")[0] + "."
        return Answer(question, said, (), tuple(evidence), 1.0, "first-sentence")


CONTRARY = Plugin("tests.evaluate.small:Contrary")


class Contrary:
    """An encoder that likes least what has most words in common with a query: it misleads."""

    name, space, width = "contrary", "contrary-64", 64
    modalities: frozenset = frozenset({"text"})
    languages: frozenset = frozenset()

    def __init__(self, config=None):
        pass

    def encode(self, items, role="document"):
        rows = np.full((len(items), self.width), 1e-3, np.float32)
        for row, text in zip(rows, items, strict=True):
            for word in re.findall(r"[a-z]{4,}", text.casefold()):
                row[zlib.crc32(word.encode()) % self.width] += 1
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return -rows if role == "query" else rows
