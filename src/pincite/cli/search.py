"""`pincite search QUERY`: ranked segments."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
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
    batch: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--batch", metavar="FILE", help="Many queries, one a line; - is stdin."),
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

    asked = _Asked(query, image, audio, video, options.part_weights(weights), without or "", batch)
    asked.check()
    flags: dict[str, object] = {"kb": kb, "k": k, "fusion": fusion, "channels": channels}
    flags |= {"reranker": reranker, "ocr": ocr, "diversity": diversity, "page_hits": page_hits}
    flags |= {"neighbours": neighbours, "adaptive": adaptive}
    config = load_config(flags)
    filters = Filters(
        modalities=_modalities(modality),
        path=path or "",
        modified_after_ns=_day(after, "--after"),
        modified_before_ns=_day(before, "--before"),
        where=where or "",
    )
    base = KnowledgeBase.open(config["kb"] or "default", config=config, create=not config["kb"])
    told = set[str]()
    for found in asked.search(base, filters):
        for warning in found.warnings:
            if warning not in told:  # of many queries, once
                say(f"note: {warning}", quiet=quiet)
        told.update(found.warnings)
        if json:
            emit(search_to_json(found, explain=explain))
            continue
        if batch is not None:
            write(f"# {found.query.text}")
        for line in found_lines(found, explain):
            write(line)
        if not found.evidence:
            say(_nothing(base, found), quiet=quiet)
    return 0


@dataclass(frozen=True)
class _Asked:
    """What the command line looks for."""

    query: str
    image: Path | None
    audio: Path | None
    video: Path | None
    weights: Mapping[Modality, float]
    without: str
    batch: Path | None

    def check(self) -> None:
        """Return if something is asked, in one way.

        Raises:
            UsageError: Nothing is, or queries from a file and another one.
        """
        media = self.image or self.audio or self.video
        if self.batch is not None:
            if self.query or media or self.weights or self.without:
                raise UsageError("--batch reads its queries from a file; no other goes with it")
        elif not self.query.strip() and not media:
            raise UsageError(
                'the query is empty; say what to look for: pincite search "pump pressure", or '
                "give --image, --audio or --video, or --batch with a file of queries"
            )

    def search(self, base: KnowledgeBase, filters: Filters) -> Iterator[Found]:
        """Yield what is found: of one query, or of each in the file."""
        if self.batch is not None:
            yield from base.search_many(_lines(self.batch), filters=filters)
            return
        yield base.search(
            self.query,
            image=self.image,
            audio=self.audio,
            video=self.video,
            weights=self.weights,
            without=self.without,
            filters=filters,
        )


def _lines(path: Path) -> list[str]:
    """Return the queries of a file, one a line; "-" is standard input."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the queries in {path} cannot be read: {error}") from None
    queries = [line.strip() for line in text.splitlines() if line.strip()]
    if not queries:
        raise UsageError(f"{path} holds no queries; write one a line")
    return queries


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
