"""Office packages as parts and relations, read one part at a time.

A part that is missing or broken spoils only what needs it. XML is parsed without document type
definitions, entities or network, and the names of strict Office files are read as the usual
ones.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from lxml import etree

from pincite.ingest.package import READ_ERRORS

_OFFICE = "http://schemas.openxmlformats.org"
_SPACES = {
    "a": f"{_OFFICE}/drawingml/2006/main",
    "c": f"{_OFFICE}/drawingml/2006/chart",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dgm": f"{_OFFICE}/drawingml/2006/diagram",
    "m": f"{_OFFICE}/officeDocument/2006/math",
    "mc": f"{_OFFICE}/markup-compatibility/2006",
    "p": f"{_OFFICE}/presentationml/2006/main",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "rel": f"{_OFFICE}/package/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
    "w": f"{_OFFICE}/wordprocessingml/2006/main",
    "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "x": f"{_OFFICE}/spreadsheetml/2006/main",
    "xdr": f"{_OFFICE}/drawingml/2006/spreadsheetDrawing",
}
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_DEFAULT_TITLES = {"word document", "powerpoint presentation", "presentation", "slide 1"}


def q(name: str) -> str:
    """Return the full name of an element or attribute such as `w:p`.

    Example:
        >>> q("dc:title")
        '{http://purl.org/dc/elements/1.1/}title'
    """
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to.

    Attributes:
        kind: Last word of its type, such as `image`.
        target: Name of the part, or an address that is never opened when `external`.
        external: True when it lies outside the package.
    """

    kind: str
    target: str
    external: bool


class Package:
    """An office file; parts are named without a leading slash."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self._infos = {_key(info.filename): info for info in self._zip.infolist()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._infos

    def data(self, name: str) -> bytes:
        """Return the bytes of a part.

        Raises:
            KeyError: There is no such part.
        """
        if name not in self:
            raise KeyError(f"the part {name} is missing")
        return self._zip.read(self._infos[_key(name)])

    def stream(self, name: str) -> IO[bytes]:
        """Return a part to be read piece by piece."""
        if name not in self:
            raise KeyError(f"the part {name} is missing")
        return self._zip.open(self._infos[_key(name)])

    def xml(self, name: str) -> Any:
        """Return the root element of a part.

        Raises:
            ValueError: The part declares a document type, which office files never do.
            lxml.etree.XMLSyntaxError: The part is no XML.
        """
        return parse_xml(self.data(name))

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to, by id; nothing when its list is missing."""
        folder, file = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", f"{file}.rels")
        if listed not in self:
            return {}
        found = {}
        for item in self.xml(listed).iter(q("rel:Relationship")):
            external = item.get("TargetMode") == "External"
            target = item.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = item.get("Type", "").rpartition("/")[2]
            found[item.get("Id", "")] = Relation(kind, target, external)
        return found

    def related(self, name: str, *kinds: str) -> list[str]:
        """Return the parts inside the package that a part refers to as one of `kinds`."""
        relations = self.relations(name).values()
        return [r.target for r in relations if r.kind in kinds and not r.external]

    def main(self, usual: str) -> str:
        """Return the name of the main part: the one that is declared, else the usual one."""
        declared = [name for name in self.related("", "officeDocument") if name in self]
        return declared[0] if declared else usual

    def title(self) -> str:
        """Return the title a person gave the file; one that cannot be read is none."""
        try:
            roots = [self.xml(name) for name in self.related("", "core-properties")]
        except READ_ERRORS:
            return ""
        title = " ".join(root.findtext(q("dc:title"), "") for root in roots)
        title = " ".join(title.split())
        return "" if title.lower() in _DEFAULT_TITLES else title


def parse_xml(data: bytes) -> Any:
    """Return the root element of XML that may come from anybody."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(transitional(data), parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a part declares a document type, which office files never do")
    return root


def transitional(data: bytes) -> bytes:
    """Return XML with the names of strict Office files replaced by the usual ones."""
    return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)


def _key(name: str) -> str:
    return unquote(name).replace("\\", "/").lstrip("/").lower()
