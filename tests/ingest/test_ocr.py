"""Words in pictures: what is read, in which order, and where it stands."""

import subprocess
import sys

import numpy as np
import pytest

from pincite.config import load_config
from pincite.ingest.layout import Piece
from pincite.ingest.ocr import _engine, _parameters, _threads, read_lines
from tests.ingest.drawn import array, page

LINES = [(40, 40, "Pump station north"), (40, 120, "Pressure 3.5 bar"), (40, 200, "Built in 1962")]


def config(**flags):
    return load_config(flags, environ={})


def texts(picture, **flags):
    return [line.text for line in read_lines(array(picture), config(**flags))]


def test_lines_come_in_reading_order_with_their_boxes():
    lines = read_lines(array(page(LINES)), config())
    assert [line.text for line in lines] == [words for _, _, words in LINES]
    for line, (x, y, _) in zip(lines, LINES, strict=True):
        assert line.box[0] * 600 == pytest.approx(x, abs=12)
        assert line.box[1] * 400 == pytest.approx(y, abs=16)
        assert line.box[3] * 400 == pytest.approx(y + 32, abs=16)
        assert line.confidence > 0.8


def test_nothing_is_read_with_ocr_off():
    assert texts(page(LINES), ocr="off") == []


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_picture_is_read_in_its_own_order(turn):
    turned = page(LINES).rotate(turn, expand=True)
    assert [text.replace(" ", "") for text in texts(turned)] == [
        words.replace(" ", "") for *_, words in LINES
    ]


def test_a_very_tall_picture_is_read_without_shrinking_it_to_nothing():
    lines = [(20, 60 + 480 * i, f"Message number {i}") for i in range(20)]
    found = texts(page(lines, (300, 9700), 24))
    assert found == [words for *_, words in lines]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 500)])
def test_slivers_have_no_words(shape):
    assert read_lines(np.zeros((*shape, 3), np.uint8), config()) == []


def test_a_blank_picture_has_no_words():
    assert read_lines(np.full((200, 300, 3), 255, np.uint8), config()) == []


def test_the_engine_is_loaded_once():
    read_lines(array(page(LINES)), config())
    loaded = _engine(_threads(config()))
    read_lines(array(page(LINES)), config())
    assert _engine(_threads(config())) is loaded


def test_reading_processes_share_the_processors(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert _threads(config(workers=2)) == 4
    assert _threads(config(workers=0)) == 1
    assert _threads(config(workers=1, threads=2)) == 2
    assert _threads(config(workers=99)) == 1


def test_models_are_named_by_path_so_that_nothing_is_fetched():
    """A process without any socket reads a picture, and prints nothing."""
    code = (
        "import socket, numpy as np\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from PIL import Image, ImageDraw, ImageFont\n"
        "p = Image.new('RGB', (400, 120), 'white')\n"
        "font = ImageFont.load_default(32)\n"
        "ImageDraw.Draw(p).text((20, 40), 'Valve 7', fill='black', font=font)\n"
        "from pincite.config import load_config\n"
        "from pincite.ingest.ocr import read_lines\n"
        "lines = read_lines(np.asarray(p), load_config({}, environ={}))\n"
        "assert [l.text for l in lines] == ['Valve 7'], lines\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_every_model_the_engine_opens_is_given_by_path(tmp_path):
    with pytest.raises(FileNotFoundError):
        _parameters(tmp_path, 1)


def test_pieces_need_no_size_of_their_own():
    assert Piece("x", (0, 0, 5, 8)).height == 8
