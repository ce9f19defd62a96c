"""Pictures, recordings and videos as queries, on the real command line."""

import io
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pincite.cli import run
from tests.encode.tiny_models import clip
from tests.ingest.recordings import RATE_HZ, shown, silence, spoken, tone, write_sound, write_video

SKY, SEA, LEAF = (140, 190, 240), (30, 60, 160), (40, 110, 40)


def boat(sky=SKY, hull=(150, 40, 30), x=60):
    """A red boat on a blue sea."""
    picture = Image.new("RGB", (320, 240), sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 150, 320, 240), fill=SEA)
    draw.polygon([(x, 150), (x + 120, 150), (x + 100, 185), (x + 20, 185)], fill=hull)
    draw.polygon([(x + 60, 60), (x + 60, 148), (x + 120, 148)], fill="white")
    return picture


def leaves():
    """Light green dots on dark green."""
    picture, draws = Image.new("RGB", (320, 240), LEAF), np.random.default_rng(0)
    for x, y in draws.integers(0, 220, (40, 2)).tolist():
        ImageDraw.Draw(picture).ellipse((x, y, x + 30, y + 18), fill=(70, 190, 60))
    return picture


def bars():
    """Black bars on white."""
    picture = Image.new("RGB", (320, 240), "white")
    for x in range(0, 320, 20):
        ImageDraw.Draw(picture).line((x, 0, x, 240), fill="black", width=6)
    return picture


def hiss(seconds=1.5, seed=0):
    noise = np.random.default_rng(seed).normal(0, 0.2, round(seconds * RATE_HZ))
    return noise.clip(-1, 1).astype(np.float32)


def fill(folder):
    """Pictures, one of them in two sizes; sounds; a film of both; two notes."""
    boat().save(folder / "boat.png")
    boat().resize((160, 120)).save(folder / "thumbnail.jpg", quality=60)
    boat(hull=(120, 70, 40), x=120).save(folder / "cutter.png")
    leaves().save(folder / "leaves.png")
    bars().save(folder / "bars.png")
    write_sound(folder / "hum.wav", tone(1.5))
    write_sound(folder / "hiss.wav", hiss())
    frames = shown([(np.asarray(bars()), 1), (np.asarray(leaves()), 1)])
    write_video(folder / "film.mp4", frames, hiss(2.0))
    (folder / "harbour.txt").write_text("Sailing in the harbour is allowed until October.\n")
    (folder / "pump.txt").write_text("The station lies 42 km north of the pass.\n")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A machine of its own whose knowledge base holds the folder."""
    home = tmp_path_factory.mktemp("home")
    (home / "folder").mkdir()
    fill(home / "folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for name in ("HOME", "XDG_CONFIG_HOME", "PINCITE_CACHE_DIR", "PINCITE_DATA_DIR"):
            patch.setenv(name, str(home / name.lower()))
        patch.setenv("PINCITE_WORKERS", "1")
        patch.setenv("PINCITE_OCR", "off")
        patch.setenv("PINCITE_ASR", "none")
        assert run(["ingest", str(home / "folder")]) == 3  # words were not looked for
        yield home


@pytest.fixture
def search(place, capsys):
    def call(*arguments, command="search"):
        """What a search says in JSON, with its routes and parts."""
        assert run([command, *map(str, arguments), "--json", "--explain"]) == 0
        said = json.loads(capsys.readouterr().out)
        names = [hit["asset"]["title"] for hit in said["hits"]]
        return SimpleNamespace(**said, names=names, hit=dict(zip(names, said["hits"], strict=True)))

    return call


def test_a_picture_finds_its_copies_first_and_then_what_looks_like_it(place, search):
    found = search("--image", place / "folder" / "boat.png", "-k", 4)
    assert set(found.names[:2]) == {"boat.png", "thumbnail.jpg"}
    assert found.names[2] == "cutter.png"
    assert found.hit["boat.png"]["channels"]["near-duplicate"] == pytest.approx(1.0)
    assert found.hit["thumbnail.jpg"]["channels"]["near-duplicate"] > 0.6
    assert "near-duplicate" not in found.hit["cutter.png"]["channels"]
    assert found.hit["cutter.png"]["channels"]["visual"] > 0.5
    assert found.query == {"text": "", "filters": {}, "image": [240, 320]}
    assert found.warnings == []


def test_a_sound_finds_the_like_sound(place, search):
    like = write_sound(place / "like.wav", 0.4 * tone(1.0, pitch_hz=445.0))
    found = search("--audio", like)
    assert found.names[0] == "hum.wav"
    assert set(found.hit["hum.wav"]["channels"]) == {"acoustic"}
    like = write_sound(place / "like.wav", hiss(1.0, seed=5))
    assert set(search("--audio", like, "-k", 2).names) <= {"hiss.wav", "film.mp4"}


def test_a_video_finds_itself_and_the_pictures_in_it(place, search):
    found = search("--video", place / "folder" / "film.mp4", "-k", 3)
    assert "film.mp4" in found.names
    assert set(found.names) <= {"film.mp4", "leaves.png", "bars.png", "hiss.wav"}
    assert found.query["video"] == 8


def test_words_and_a_picture_look_for_both(place, search):
    found = search("harbour", "--image", place / "folder" / "leaves.png")
    assert {"leaves.png", "harbour.txt"} <= set(found.names[:3])
    assert found.hit["harbour.txt"]["channels"].keys() == {"lexical"}
    assert found.hit["leaves.png"]["parts"]["visual"] > found.hit["bars.png"]["parts"]["visual"]


def test_a_picture_of_negative_weight_pushes_away_what_is_like_it(place, search):
    """Words name three pictures; the one that looks like the unwanted one goes last."""
    words = "leaves bars cutter"
    plain = search(words, "--modality", "image")
    assert set(plain.names) == {"leaves.png", "bars.png", "cutter.png"}
    for unwanted in plain.names:
        path = place / "folder" / unwanted
        found = search(words, "--image", path, "--weights", "image=-1", "--modality", "image")
        assert found.names[-1] == unwanted
        assert found.hit[unwanted]["parts"]["without"] < -4
        [route] = [r for r in found.routes if r["channel"] == "visual"]
        assert route == {
            "channel": "visual",
            "asked": True,
            "why": "unlikeness to the image of the query, of what other channels bring up",
        }


def test_words_that_are_not_wanted_push_away(search):
    assert search("station harbour", "--without", "pass").names[0] == "harbour.txt"
    assert search("station harbour", "--without", "October").names[0] == "pump.txt"


def test_a_search_is_confined_to_a_modality(place, search):
    found = search("--image", place / "folder" / "leaves.png", "--modality", "video")
    assert set(found.names) == {"film.mp4"}
    assert {hit["modality"] for hit in found.hits} == {"video"}


def test_routes_say_why_and_parts_add_up_to_the_belief(place, search):
    found = search("harbour", "--image", place / "folder" / "boat.png")
    routes = {route["channel"]: (route["asked"], route["why"]) for route in found.routes}
    assert routes["lexical"] == (True, "the query has words")
    assert routes["visual"] == (True, "likeness to the image of the query")
    assert routes["acoustic"] == (False, "it reads audio and video, and the query has none")
    odds = [sum(hit["parts"].values()) for hit in found.hits]
    shares = np.exp(odds) / np.exp(odds).sum()
    assert [hit["score"] for hit in found.hits] == pytest.approx(shares, abs=1e-5)


def test_explained_hits_are_read_by_people_too(place, capsys):
    assert (
        run(["search", "--image", str(place / "folder" / "boat.png"), "--explain", "-k", "1"]) == 0
    )
    lines = capsys.readouterr().out.splitlines()
    assert "near-duplicate: asked, likeness to the image of the query" in lines
    assert any(line.lstrip().startswith("added: ") and "visual +" in line for line in lines)


def test_reciprocal_ranks_add_up(place, search):
    found = search("--image", place / "folder" / "boat.png", "--fusion", "rrf")
    assert set(found.names[:2]) == {"boat.png", "thumbnail.jpg"}
    assert found.hit["boat.png"]["parts"]["visual"] == pytest.approx(1 / 61, abs=1e-6)


def test_a_weight_of_a_channel_moves_what_it_finds(place, search):
    arguments = ("harbour", "--image", place / "folder" / "leaves.png", "--fusion")
    assert search(*arguments, "weighted:lexical=5,visual=1").names[0] == "harbour.txt"
    found = search(*arguments, "weighted:lexical=1,visual=3")
    assert found.names[0] == "leaves.png"
    assert found.hit["leaves.png"]["parts"] == pytest.approx({"visual": 3.0, "near-duplicate": 1.0})


def test_only_the_channels_named_are_asked(place, search):
    arguments = ("harbour", "--image", place / "folder" / "boat.png", "--channels")
    assert search(*arguments, "lexical").names == ["harbour.txt"]
    found = search(*arguments, "visual")
    assert "harbour.txt" not in found.names
    assert [r["channel"] for r in found.routes if r["asked"]] == ["visual"]


def test_diversity_passes_over_a_copy(place, search):
    arguments = ("--image", place / "folder" / "boat.png", "-k", 2)
    assert set(search(*arguments).names) == {"boat.png", "thumbnail.jpg"}
    assert set(search(*arguments, "--diversity", "0.95").names) != {"boat.png", "thumbnail.jpg"}


def test_neighbours_are_the_segments_beside_a_hit(place, search):
    found = search("--video", place / "folder" / "film.mp4", "--modality", "video")
    assert "around" not in found.hits[0]
    found = search("--video", place / "folder" / "film.mp4", "--neighbours", 1)
    ids = {hit["segment_id"] for hit in found.hits if hit["asset"]["title"] == "film.mp4"}
    around = {s["segment_id"] for s in found.hit["film.mp4"]["around"]}
    assert len(around) == 2
    assert ids <= around


def test_adaptive_leaves_out_what_is_believed_far_less(place, search):
    arguments = ("--image", place / "folder" / "boat.png")
    assert len(search(*arguments).names) > 4
    assert set(search(*arguments, "--adaptive").names) <= {"boat.png", "thumbnail.jpg"}


def test_words_in_a_picture_are_read_where_ocr_is_on(place, search):
    sign = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(sign).text((40, 40), "STATION PASS", "black", font=ImageFont.load_default(90))
    sign.save(place / "sign.png")
    found = search("--image", place / "sign.png", "--ocr", "auto")
    assert found.query["heard"].upper() == "STATION PASS"
    assert "lexical" in found.hit["pump.txt"]["channels"]
    assert "heard" not in search("--image", place / "sign.png", "--ocr", "off").query


def test_a_file_of_queries_is_answered_a_line_each(place, search, capsys, monkeypatch):
    asked = ["station harbour", "where is the boat?"]
    alone = [search(query).hits for query in asked]
    queries = place / "queries.txt"
    queries.write_text("\ufeffstation harbour\n\n  where is the boat?\n", "utf-8")
    for source in (str(queries), "-"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(queries.read_text("utf-8-sig")))
        assert run(["search", "--batch", source, "--json", "--explain"]) == 0
        said = capsys.readouterr()
        lines = [json.loads(line) for line in said.out.splitlines()]
        assert [line["query"]["text"] for line in lines] == asked
        assert [line["hits"] for line in lines] == alone
        assert said.err.count("note: searching by words alone") == 1
    assert run(["search", "--batch", str(queries), "-k", "1"]) == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("# ")]
    assert heads == [f"# {query}" for query in asked]


REFUSED = {
    "a file of queries and another": (["boat", "--batch", "q.txt"], "no other goes with it"),
    "a file of queries that is not there": (["--batch", "none.txt"], "cannot be read"),
    "a file without queries": (["--batch", "/dev/null"], "holds no queries"),
    "another kind of file": (["--image", "folder/hum.wav"], "give it as audio"),
    "a document": (["--audio", "folder/pump.txt"], "write what it says"),
    "a missing file": (["--video", "none.mp4"], "there is no such file"),
    "a folder": (["--image", "folder"], "is a folder"),
    "a weight of no modality": (["boat", "--weights", "picture=1"], "got 'picture'"),
    "a weight that is no number": (["boat", "--weights", "text=much"], "got 'much'"),
    "a weight of a part not given": (["boat", "--weights", "image=-1"], "the query has no image"),
    "nothing wanted": (["--image", "folder/boat.png", "--weights", "image=-1"], "pushes away"),
    "an unknown fusion": (["boat", "--fusion", "rff"], "Did you mean 'rrf'?"),
    "a fusion of an unknown channel": (["boat", "--fusion", "weighted:visul=2"], "'visual'?"),
    "an unknown channel": (["boat", "--channels", "lexicl"], "Did you mean 'lexical'?"),
    "an unknown reranker": (["boat", "--reranker", "cross-encode:x"], "Did you mean"),
    "too much diversity": (["boat", "--diversity", "2"], "between 0 and 1"),
    "fewer than no hits of a page": (["boat", "--page-hits", "-1"], "at least 0"),
    "an unknown modality": (["boat", "--modality", "picture"], "got 'picture'"),
    "nothing asked": ([], "--image, --audio or --video"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_use_is_told_in_a_sentence(place, capsys, case):
    arguments, says = REFUSED[case]
    assert run(["search", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert says in said.err
    assert said.err.count("\n") == 1


# -- spoken -----------------------------------------------------------------------------------


@pytest.fixture
def question(place, monkeypatch):
    """A recording of a question, and a recogniser for it."""
    monkeypatch.setenv("PINCITE_ASR", "auto")
    samples = spoken("how far is the station from the pass")
    return write_sound(place / "question.wav", samples)


def test_a_spoken_query_finds_what_was_said(question, search):
    found = search("--audio", question)
    assert "station" in found.query["heard"].casefold()
    assert found.names[0] == "pump.txt"
    assert found.hit["pump.txt"]["score"] > 0.5


def test_a_spoken_question_is_answered_with_a_citation(question, capsys):
    assert run(["ask", "--audio", str(question), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "42 km" in answer["answer"]
    assert answer["citations"][0]["asset"]["title"] == "pump.txt"
    assert "42 km" in answer["citations"][0]["quote"]
    asked = {name for hit in answer["evidence"] for name in hit["channels"]}
    assert "acoustic" not in asked, "how a question sounds is no matter"


def test_a_question_in_which_nothing_is_said_asks_for_words(place, monkeypatch, capsys):
    monkeypatch.setenv("PINCITE_ASR", "auto")
    mute = write_sound(place / "mute.wav", silence(1.0))
    assert run(["ask", "--audio", str(mute)]) == 2
    assert "say it again, or type the question" in capsys.readouterr().err


# -- with a model -----------------------------------------------------------------------------


def test_a_model_added_later_lets_words_find_pictures(place, search, capsys):
    pytest.importorskip("torch")
    model = place / "clip"
    model.mkdir()
    clip(model)
    assert run(["kb", "encode", "--with", f"clip:{model}"]) == 0
    capsys.readouterr()
    found = search("a boat")
    [route] = [r for r in found.routes if r["channel"] == "clip"]
    assert (route["asked"], route["why"]) == (True, "likeness to the text of the query")
    assert any("clip" in hit["channels"] for hit in found.hits if hit["modality"] == "image")
    model.rename(place / "moved")
    try:
        found = search("harbour")
        assert found.names[0] == "harbour.txt"
        assert "clip" not in {r["channel"] for r in found.routes if r["asked"]}
        assert any("clip" in warning for warning in found.warnings)
    finally:
        (place / "moved").rename(model)
        [space] = [s for s in spaces(capsys) if s.startswith("clip")]
        assert run(["kb", "encode", "--drop", space]) == 0


def spaces(capsys):
    capsys.readouterr()
    assert run(["kb", "info", "--json"]) == 0
    return [space["space"] for space in json.loads(capsys.readouterr().out)["spaces"]]
