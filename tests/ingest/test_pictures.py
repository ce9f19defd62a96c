"""What a citation shows: the cited part of a page or picture, outlined."""

import io

import numpy as np
import pytest
from PIL import Image

from pincite.errors import NotFound, UsageError
from pincite.ingest.pictures import render_region
from pincite.types import ImageRegion, Media, PageRegion, TimeSpan
from tests.ingest.pdfs import Page, pdf

RED = (214, 40, 40)


def pixels(media):
    assert media.media_type == "image/png"
    return np.asarray(Image.open(io.BytesIO(media.data)).convert("RGB"))


def encoded(picture, kind="PNG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return Media(f"image/{kind.lower()}", buffer.getvalue())


def is_red(picture):
    return (np.abs(picture.astype(int) - RED) < 60).all(axis=-1)


def test_the_whole_page_shows_the_box_outlined_in_its_place():
    black_square = "0 0 0 rg 150 400 150 200 re f\n"  # x 0.25..0.5, y 0.25..0.5 from above
    file = Media("application/pdf", pdf([Page(), Page(black_square)]))
    picture = pixels(render_region(file, PageRegion(2, (0.25, 0.25, 0.5, 0.5)), margin=1))
    height, width = picture.shape[:2]
    assert width / height == pytest.approx(600 / 800, abs=0.01)
    assert (picture[int(0.375 * height), int(0.375 * width)] < 30).all()
    rows, columns = np.nonzero(is_red(picture))
    assert rows.min() / height == pytest.approx(0.25, abs=0.01)
    assert columns.max() / width == pytest.approx(0.5, abs=0.01)


def test_a_small_margin_shows_the_box_and_little_else():
    file = encoded(Image.new("RGB", (1000, 1000), "white"))
    picture = pixels(render_region(file, ImageRegion((0.4, 0.4, 0.6, 0.5)), margin=0.05))
    assert picture.shape[:2] == pytest.approx((200, 300), abs=2)


def test_a_turned_page_is_shown_as_it_is_displayed():
    file = Media("application/pdf", pdf([Page(rotate=90)]))
    picture = pixels(render_region(file, PageRegion(1)))
    assert picture.shape[1] > picture.shape[0]
    assert not is_red(picture).any(), "the whole page needs no outline"


def test_a_page_of_a_tiff_is_shown():
    first, second = Image.new("RGB", (80, 60), "white"), Image.new("RGB", (80, 60), "green")
    file = encoded(first, "TIFF", save_all=True, append_images=[second])
    picture = pixels(render_region(file, PageRegion(2)))
    assert tuple(picture[30, 40]) == (0, 128, 0)


@pytest.mark.parametrize("page", [0, 2, 99])
def test_a_page_that_is_not_there_is_told(page):
    file = Media("application/pdf", pdf([Page()]))
    with pytest.raises(NotFound, match=f"asked for page {page}, but the file has 1"):
        render_region(file, PageRegion(page))


@pytest.mark.parametrize(
    ("file", "locator"),
    [
        (Media("application/pdf", b""), TimeSpan(0, 1)),
        (Media("text/plain", b"words"), PageRegion(1)),
    ],
)
def test_what_has_no_page_cannot_be_drawn(file, locator):
    with pytest.raises(UsageError, match="expected"):
        render_region(file, locator)


@pytest.mark.parametrize("box", [(0.5, 0.5, 0.5, 0.5), (1, 1, 1, 1), (0, 0, 1, 0)])
def test_an_empty_box_still_shows_its_place(box):
    file = encoded(Image.new("RGB", (100, 100), "white"))
    assert pixels(render_region(file, ImageRegion(box), margin=0)).size
