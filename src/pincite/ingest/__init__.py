"""Files to segments.

A parser reads one file and yields what it finds as it goes; it runs in a process of its own
with limits on memory and time (`worker.py`), so a hostile file can end only itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

from pincite.config import Config
from pincite.registry import Plugin, Registry
from pincite.types import Asset, Extracted, Problem, Progress

Event: TypeAlias = Extracted | Progress | Problem


class Parser(Protocol):
    """Reads one kind of file."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the segments of the file at `path` in reading order, progress and problems.

        Raises:
            IngestError: Nothing at all can be read; the code says why.
        """
        ...


parsers: Registry[Parser] = Registry(
    kind="parser",
    group="pincite.parsers",
    builtin={
        "text": Plugin("pincite.ingest.text:TextParser"),
        "markdown": Plugin("pincite.ingest.markdown:MarkdownParser"),
        "html": Plugin("pincite.ingest.html:HtmlParser"),
        "csv": Plugin("pincite.ingest.csv:CsvParser"),
        "json": Plugin("pincite.ingest.json:JsonParser"),
        "code": Plugin("pincite.ingest.code:CodeParser"),
        "mail": Plugin("pincite.ingest.mail:MailParser"),
        "docx": Plugin("pincite.ingest.docx:DocxParser"),
        "pptx": Plugin("pincite.ingest.pptx:PptxParser"),
        "xlsx": Plugin("pincite.ingest.xlsx:XlsxParser"),
        "pdf": Plugin("pincite.ingest.pdf:PdfParser"),
        "image": Plugin("pincite.ingest.image:ImageParser"),
        "audio": Plugin("pincite.ingest.audio:AudioParser"),
        "video": Plugin("pincite.ingest.video:VideoParser"),
    },
)
