"""`pincite search QUERY`: ranked segments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from pincite.cli import options
from pincite.cli.output import emit, say, write
from pincite.content import MODALITIES, Modality
from pincite.errors import UsageError
from pincite.types import Filters

if TYPE_CHECKING:
    from pincite.pipeline import KnowledgeBase
    from pincite.retrieve.search import Found


def search(
    query: Annotated[
        str, typer.Argument(metavar="[QUERY]", help="What to look for.", show_default=False)
    ] = "",
    image: options.Image = None,
    audio: options.Audio = None,
    video: options.Video = None,
    weights: options.Weights = None,
    without: options.Without = None,
    modality: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--modality", metavar="M,...", help="Only text, image, audio or video."),
    ] = None,
    path: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--path", metavar="GLOB", help="Only files whose path matches."),
    ] = None,
    after: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--after", metavar="DATE", help="Only files modified at or after this day."),
    ] = None,
    before: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--before", metavar="DATE", help="Only files modified before this day."),
    ] = None,
    where: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--where", metavar="SQL", help="Condition over the segment columns."),
    ] = None,
    fusion: options.Fusion = None,
    channels: options.Channels = None,
    reranker: options.Reranker = None,
    diversity: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option("--diversity", metavar="0..1", help="Pass over hits that say the same."),
    ] = None,
    page_hits: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            "--page-hits", metavar="N", help="N hits of a page before other pages; 0: no limit."
        ),
    ] = None,
    neighbours: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--neighbours", metavar="N", help="Show N segments around each hit, too."),
    ] = None,
    adaptive: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option("--adaptive", help="Fewer hits where belief falls off."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show which channels were asked, and what each one added."),
    ] = False,
    ocr: options.Ocr = None,
    k: options.K = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Print the segments that fit a query best, with their exact places."""
    from pincite.cli.render import found_lines
    from pincite.config import load_config
    from pincite.forms import search_to_json
    from pincite.pipeline import KnowledgeBase

    if not query.strip() and image is None and audio is None and video is None:
        raise UsageError(
            'the query is empty; say what to look for: pincite search "pump pressure", or give '
            "--image, --audio or --video"
        )
    flags: dict[str, object] = {"kb": kb, "k": k, "fusion": fusion, "channels": channels}
    flags |= {"reranker": reranker, "ocr": ocr}
    flags |= {
        "diversity": diversity,
        "page_hits": page_hits,
        "neighbours": neighbours,
        "adaptive": adaptive,
    }
    config = load_config(flags)
    filters = Filters(
        modalities=_modalities(modality),
        path=path or "",
        modified_after_ns=_day(after, "--after"),
        modified_before_ns=_day(before, "--before"),
        where=where or "",
    )
    base = KnowledgeBase.open(config["kb"] or "default", config=config, create=not config["kb"])
    found = base.search(
        query,
        image=image,
        audio=audio,
        video=video,
        weights=options.part_weights(weights),
        without=without or "",
        filters=filters,
    )
    for warning in found.warnings:
        say(f"note: {warning}", quiet=quiet)
    if json:
        emit(search_to_json(found, explain=explain))
        return 0
    for line in found_lines(found, explain):
        write(line)
    if not found.evidence:
        say(_nothing(base, found), quiet=quiet)
    return 0


def _nothing(base: KnowledgeBase, found: Found) -> str:
    """Return why there may be no hits, and what to try."""
    if base.is_empty:
        return "the knowledge base is empty; add files first: pincite ingest PATH"
    if not any(route.asked for route in found.routes):
        return "nothing was asked; --explain says why of each channel"
    return "nothing fits; try fewer or other words"


def _modalities(names: str | None) -> tuple[Modality, ...]:
    wanted = [name.strip() for name in (names or "").split(",") if name.strip()]
    for name in wanted:
        if name not in MODALITIES:
            raise UsageError(f"--modality takes {', '.join(MODALITIES)}, got {name!r}")
    return tuple(name for name in MODALITIES if name in wanted)


def _day(text: str | None, flag: str) -> int | None:
    if text is None:
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1_000_000_000)
    except ValueError:
        raise UsageError(f"{flag} takes a date such as 2026-03-31, got {text!r}") from None
