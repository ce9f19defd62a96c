"""What an experiment reads, in a knowledge base, and which document a hit belongs to.

Files are read where they lie. Text that a dataset holds itself is written to a scratch folder
first; files whose name, or whose neighbours, give the gold away are linked or copied there. The
folder is gone when the run ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincite.config import Config
from pincite.content import Modality
from pincite.evaluate.datasets.model import Dataset, Document, Item, Unit, page_id
from pincite.ingest.report import FileReport
from pincite.pipeline import KnowledgeBase
from pincite.retrieve.query import Wanted, read
from pincite.retrieve.search import Found
from pincite.store.notices import RunEvent
from pincite.store.tables import Store
from pincite.types import Evidence, Filters, PageRegion, Query, Segment

if TYPE_CHECKING:
    from pincite.ingest.query_file import QueryFiles


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents of a dataset in a knowledge base.

    Attributes:
        base: The knowledge base.
        dataset: Where the documents come from.
        places: Document id to the file that was read, or is asked with.
        reports: Document id to what became of its file; only of those read in this run.
        config: Settings in force.
        files: Reads what is asked with; its processes serve all queries of the run.
    """

    base: KnowledgeBase
    dataset: Dataset
    places: Mapping[str, Path]
    reports: Mapping[str, FileReport]
    config: Config
    files: QueryFiles

    @cached_property
    def store(self) -> Store:
        """The tables of the knowledge base."""
        return Store.open(self.base.uri)

    @cached_property
    def _assets(self) -> dict[str, str]:
        """Document id to asset id: the SHA-256 of the content."""
        return {id: self.dataset.documents[id].digest() for id in self.places}

    @cached_property
    def _documents(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for id, asset in self._assets.items():
            found[asset].append(id)
        return {asset: tuple(ids) for asset, ids in found.items()}

    def asset_of(self, document: str) -> str:
        """Return the asset id of a document."""
        return self._assets[document]

    def documents_of(self, asset: str) -> tuple[str, ...]:
        """Return the documents with the content of an asset: several where they are alike."""
        return self._documents.get(asset, ())

    def segments(self, document: str) -> list[Segment]:
        """Return what was read of a document, in reading order."""
        return self.store.lacking("", [self._assets[document]])

    def search(self, item: Item, k: int) -> Found:
        """Return what the knowledge base finds for the query of an item."""
        query, notes = self.query(item)
        found = self.base.search_for(query, k=k)
        return replace(found, warnings=notes + found.warnings)

    def query(self, item: Item) -> tuple[Query, tuple[str, ...]]:
        """Return the query of an item, and what is to be known of its files.

        Raises:
            UsageError: A file that is asked with cannot be read.
        """
        media: dict[str, Any] = {name: self.places[id] for name, id in item.media.items()}
        wanted = Wanted(item.text, filters=self.filters(item), **media)
        return read(wanted, self.config, self.files)

    def filters(self, item: Item) -> Filters:
        """Return what the search for an item is confined to."""
        parts = []
        if item.within:
            parts.append(f"asset_id = '{self._assets[item.within]}'")
        if item.exclude:
            ids = ", ".join(sorted({f"'{self._assets[id]}'" for id in item.exclude}))
            parts.append(f"asset_id NOT IN ({ids})")
        among: tuple[Modality, ...] = (item.among,) if item.among else ()
        return Filters(modalities=among, where=" AND ".join(parts))

    def units(self, evidence: Sequence[Evidence], unit: Unit) -> tuple[str, ...]:
        """Return the documents or pages that hits lie in, each once, where it stands first."""
        found: dict[str, None] = {}
        for hit in evidence:
            for name in self.units_of(hit, unit):
                found.setdefault(name)
        return tuple(found)

    def units_of(self, hit: Evidence, unit: Unit) -> tuple[str, ...]:
        """Return what one hit lies in; a file that is not of the dataset counts by its name."""
        documents = self.documents_of(hit.asset.id) or (f"other:{Path(hit.asset.uri).name}",)
        place = hit.segment.locator
        if unit == "page" and isinstance(place, PageRegion):
            return tuple(page_id(document, place.page) for document in documents)
        return documents


@contextmanager
def opened(
    dataset: Dataset,
    documents: Sequence[Document],
    asked: Sequence[Document],
    config: Config,
    *,
    kb: str = "",
    on_event: Callable[[RunEvent], None] = lambda event: None,
) -> Iterator[Corpus]:
    """Yield the documents of a dataset in a knowledge base; a temporary one unless `kb` names one.

    Args:
        dataset: Where they come from.
        documents: What is read.
        asked: What is asked with; not read.
        config: Settings in force.
        kb: Knowledge base to fill, or to use as it is where it holds them already.
        on_event: Hears file reports and progress.
    """
    from pincite.ingest.query_file import QueryFiles  # decoders are slow to import

    with tempfile.TemporaryDirectory(prefix="pincite-eval-") as scratch:
        folder = Path(scratch)
        (folder / "files").mkdir()
        wanted = {document.id: document for document in (*documents, *asked)}
        places = {
            document.id: _placed(document, folder / "files", number)
            for number, document in enumerate(wanted.values())
        }
        base = KnowledgeBase.open(kb or str(folder / "kb"), config=config)
        reports: dict[str, FileReport] = {}
        names = {str(places[document.id]): document.id for document in documents}

        def hear(event: RunEvent) -> None:
            if isinstance(event, FileReport) and event.uri in names:
                reports[names[event.uri]] = event
            on_event(event)

        if documents:
            base.ingest([places[document.id] for document in documents], on_event=hear)
        with QueryFiles(config) as files:
            yield Corpus(base, dataset, places, reports, config, files)


def _placed(document: Document, folder: Path, number: int) -> Path:
    """Return the file of a document, written, linked or copied to `folder` where it has to be."""
    if document.path is not None and not document.apart:
        return document.path.resolve()
    suffix = document.path.suffix if document.path is not None else document.suffix
    place = (folder / f"{number:06}{suffix}").resolve()
    if document.path is None:
        place.write_bytes(document.content())
        return place
    try:
        os.link(document.path.resolve(), place)
    except OSError:  # another disk, or links are not allowed
        shutil.copyfile(document.path, place)
    return place
