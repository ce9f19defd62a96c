"""The text of a page or picture to segments, with an anchor for each line or sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pincite.content import Modality
from pincite.ingest.flow import Flow, Mark
from pincite.ingest.segment import cut, first_sentence, last_sentence
from pincite.language import language_of
from pincite.types import Anchor, Asset, Box, Locator, PageRegion, Segment, segment_id, union_box


def segments_of(
    flow: Flow,
    asset: Asset,
    locate: Callable[[Box], Locator],
    *,
    modality: Modality,
    extractor: str,
    ordinal: int = 0,
    context: str = "",
) -> Iterator[Segment]:
    """Yield the segments of one page or picture in reading order.

    Args:
        flow: The text, its boxes in fractions of the page.
        asset: Where the page is from.
        locate: Makes a locator of a box, such as a `PageRegion` of the page.
        modality: The channel the words came through.
        extractor: Name and version of what read them.
        ordinal: Number of the first segment.
        context: Words that belong to all of them; default: the sentences around each, and
            the number of the page, because people ask what stands on "page 12".
    """
    cuts = cut(flow.text, flow.blocks)
    for i, here in enumerate(cuts):
        before = last_sentence(flow.text, cuts[i - 1].start, cuts[i - 1].end) if i else ""
        after = cuts[i + 1 : i + 2]
        following = first_sentence(flow.text, after[0].start, after[0].end) if after else ""
        text = flow.text[here.start : here.end]
        marks = flow.marks_in(here.start, here.end)
        name = page_name(locate(marks[0].box), text) if marks else ""
        around = context or "\n".join(filter(None, (before, following, name)))
        yield placed_segment(
            text, marks, asset, locate, modality, extractor, here.heading, around, ordinal + i
        )


def page_name(locator: Locator, text: str) -> str:
    """Return what a reader of the text calls its page, or "" for a picture.

    Example:
        >>> page_name(PageRegion(12), "The pump runs."), page_name(PageRegion(12), "水泵在运转。")
        ('page 12', '第12页')
    """
    if not isinstance(locator, PageRegion):
        return ""
    return f"第{locator.page}页" if language_of(text) == "zh" else f"page {locator.page}"


def placed_segment(
    text: str,
    marks: list[Mark],
    asset: Asset,
    locate: Callable[[Box], Locator],
    modality: Modality,
    extractor: str,
    heading: str,
    context: str,
    ordinal: int,
    box: Box | None = None,
) -> Segment:
    """Return a segment located at `box`, else around its marks, each mark an anchor."""
    locator = locate(box or union_box(mark.box for mark in marks))
    anchors = tuple(Anchor(m.start, m.end, locate(m.box)) for m in marks)
    return Segment(
        id=segment_id(asset.id, locator, extractor),
        asset_id=asset.id,
        modality=modality,
        locator=locator,
        text=text,
        heading=heading,
        context=context,
        ordinal=ordinal,
        anchors=anchors,
        language=language_of(text),
    )
