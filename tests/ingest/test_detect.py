"""What a file is comes from its content; every refusal names the way out."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import wave
import zipfile

import numpy as np
import pytest
from PIL import Image

from pincite.errors import IngestError
from pincite.ingest.detect import detect
from pincite.ingest.kinds import EXTENSIONS, NAMES, PARSERS, UNREAD

OOXML = "application/vnd.openxmlformats-officedocument."


def packed(*names: str, mimetype: str = "") -> bytes:
    """A zip file with entries of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>" * 2000)
    return buffer.getvalue()


def office(folder: str) -> bytes:
    return packed("[Content_Types].xml", "_rels/.rels", f"{folder}/main.xml")


def compound(*streams: str) -> bytes:
    """An OLE file whose directory, of two sectors, names these streams."""
    names = ["Root Entry", *streams, *[""] * (7 - len(streams))]
    directory = b"".join(_entry(name) for name in names)
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = struct.pack("<H", 9)
    header[48:52] = struct.pack("<I", 1)
    header[76:80] = struct.pack("<I", 0)
    table = struct.pack("<4I", 0xFFFFFFFD, 3, 0xFFFFFFFE, 0xFFFFFFFE).ljust(512, b"\xff")
    return bytes(header) + table + directory[:512] + bytes(512) + directory[512:]


def _entry(name: str) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0" if name else b""
    return raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + bytes(62)


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def sound() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(100))
    return buffer.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def movie(brand: bytes, *handlers: bytes) -> bytes:
    """An MP4 file whose tables come last, behind a megabyte of data."""
    tracks = b"".join(
        box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + h + bytes(12)))) for h in handlers
    )
    data = box(b"mdat", bytes(1 << 20))
    return box(b"ftyp", brand + bytes(8)) + data + box(b"moov", box(b"mvhd", bytes(100)) + tracks)


MAIL = b"From: a@b.c\r\nTo: d@e.f\r\nSubject: Pumps\r\n\r\nThe pump runs.\r\n"
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": []}], "nbformat": 4}).encode()
CASES = [
    ("a.pdf", b"%PDF-1.7\n", "application/pdf", "pdf"),
    ("a.pdf", b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4\n1 0 obj\n", "application/pdf", "pdf"),
    ("a.docx", office("word"), OOXML + "wordprocessingml.document", "docx"),
    ("a.pptx", office("ppt"), OOXML + "presentationml.presentation", "pptx"),
    ("a.xlsx", office("xl"), OOXML + "spreadsheetml.sheet", "xlsx"),
    ("a.docx", office("word")[:20_000], OOXML + "wordprocessingml.document", "docx"),
    ("a.png", picture("PNG"), "image/png", "image"),
    ("a.jpg", picture("JPEG"), "image/jpeg", "image"),
    ("a.webp", picture("WEBP"), "image/webp", "image"),
    ("a.tif", picture("TIFF"), "image/tiff", "image"),
    ("a.gif", picture("GIF"), "image/gif", "image"),
    ("a.bmp", picture("BMP"), "image/bmp", "image"),
    ("a.wav", sound(), "audio/wav", "audio"),
    ("a.flac", b"fLaC" + bytes(40), "audio/flac", "audio"),
    ("a.mp3", b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x64", "audio/mpeg", "audio"),
    ("a.mp3", b"\xff\xfb\x90\x64" + bytes(500), "audio/mpeg", "audio"),
    ("a.ogg", b"OggS\0\2" + bytes(22) + b"\x01\x1e\x01vorbis", "audio/ogg", "audio"),
    ("a.ogg", b"OggS\0\2" + bytes(22) + b"\x01\x2a\x80theora", "video/ogg", "video"),
    ("a.m4a", movie(b"M4A ", b"soun"), "audio/mp4", "audio"),
    ("a.mp4", movie(b"isom", b"soun"), "audio/mp4", "audio"),
    ("a.mp4", movie(b"isom", b"soun", b"vide"), "video/mp4", "video"),
    ("a.mov", movie(b"qt  ", b"vide"), "video/quicktime", "video"),
    ("a.mkv", b"\x1a\x45\xdf\xa3matroska", "video/x-matroska", "video"),
    ("a.weba", b"\x1a\x45\xdf\xa3webm\x16\x54\xae\x6b\x83\x81\x02", "audio/webm", "audio"),
    ("a.avi", b"RIFF\0\0\0\0AVI ", "video/x-msvideo", "video"),
    ("a.mpg", b"\x00\x00\x01\xba" + bytes(20), "video/mpeg", "video"),
    ("a.ts", (b"G" + bytes(187)) * 5, "video/mp2t", "video"),
    ("a.ts", b"export const pump: number = 5;\n", "text/x-typescript", "code"),
    ("a.eml", MAIL, "message/rfc822", "mail"),
    ("a.html", b"<!DOCTYPE html><p>x", "text/html", "html"),
    ("a.html", b"\n<div><p>x</p></div>", "text/html", "html"),
    ("a.svg", b"<?xml version='1.0'?><svg xmlns='x'/>", "image/svg+xml", "html"),
    ("a.xml", b"<?xml version='1.0'?><pumps/>", "application/xml", "html"),
    ("a.json", b'{"pump": 5}', "application/json", "json"),
    ("a.json", b"[1, 2, 3]", "application/json", "json"),
    ("a.jsonl", b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson", "json"),
    ("a.ipynb", NOTEBOOK, "application/x-ipynb+json", "json"),
    ("a.csv", b"a,b\n1,2\n", "text/csv", "csv"),
    ("a.md", b"# Pump\n", "text/markdown", "markdown"),
    ("README.md", b"<!DOCTYPE html>\n<h1>Pump</h1>\n", "text/markdown", "markdown"),
    ("a.py", b"import os\n", "text/x-python", "code"),
    ("start", b"#!/usr/bin/env python3\nimport os\n", "text/x-python", "code"),
    ("a.rst", b"Pump\n====\n", "text/x-rst", "text"),
    ("a.log", b"[1] started\n", "text/plain", "text"),
    ("notes", "水泵\n".encode("gb18030"), "text/plain", "text"),
    ("notes.txt", b"[1] Li, Wang: Pumps. 2024.\n", "text/plain", "text"),
    ("notes.txt", "水泵坏了\n".encode("utf-16-le"), "text/plain", "text"),
]


@pytest.mark.parametrize(
    ("name", "data", "media", "parser"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_kind(tmp_path, name, data, media, parser):
    (tmp_path / name).write_bytes(data)
    found = detect(tmp_path / name)
    assert (found.media_type, found.parser, found.notes) == (media, parser, ())


@pytest.mark.parametrize(
    ("data", "media"),
    [
        pytest.param(b"%PDF-1.7\n", "application/pdf", id="PDF"),
        pytest.param(picture("PNG"), "image/png", id="PNG"),
        pytest.param(office("word"), OOXML + "wordprocessingml.document", id="docx"),
        pytest.param(MAIL, "message/rfc822", id="mail"),
        pytest.param(b"<!doctype HTML><p>x", "text/html", id="HTML"),
        pytest.param(b'{"pump": 5}', "application/json", id="JSON"),
    ],
)
def test_content_beats_a_wrong_extension_and_says_so(tmp_path, data, media):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    found = detect(path)
    assert found.media_type == media
    assert [note.code for note in found.notes] == ["EXTENSION_MISMATCH"]
    assert ".txt" in found.notes[0].message


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        pytest.param("a.doc", compound("WordDocument"), "save it as .docx", id="doc"),
        pytest.param("a.xls", compound("A", "B", "C", "Workbook"), "save it as .xlsx", id="xls"),
        pytest.param("a.ppt", compound("PowerPoint Document"), "save it as .pptx", id="ppt"),
        pytest.param("a.msg", compound("__properties_version1.0"), "save it as .eml", id="msg"),
        pytest.param("a.rtf", rb"{\rtf1 x}", "save it as .docx", id="rtf"),
        pytest.param(
            "a.odt",
            packed(mimetype="application/vnd.oasis.opendocument.text"),
            "save it as .docx",
            id="odt",
        ),
        pytest.param("a.epub", packed(mimetype="application/epub+zip"), "Convert it", id="epub"),
        pytest.param("a.zip", packed("word/letter.txt"), "Unpack it", id="zip"),
        pytest.param("a.gz", gzip.compress(b"x"), "Unpack it", id="gzip"),
        pytest.param("a.m3u8", b"#EXTM3U\nhttp://x/y.ts\n", "it lists", id="playlist"),
        pytest.param("a.heic", box(b"ftyp", b"heic" + bytes(8)), "PNG or JPEG", id="heic"),
        pytest.param("a.bin", bytes(range(256)) * 40, "Export it", id="binary"),
        pytest.param("a.txt", bytes(5000), "Export it", id="zero bytes"),
    ],
)
def test_a_kind_that_nobody_reads_is_refused_with_the_way_out(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(IngestError) as caught:
        detect(tmp_path / name)
    assert caught.value.code == "UNSUPPORTED_TYPE"
    assert says in caught.value.next_step


def test_an_encrypted_office_document_asks_for_its_password(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(compound("A", "B", "C", "D", "EncryptedPackage"))
    with pytest.raises(IngestError, match="PASSWORD_REQUIRED"):
        detect(path)


def test_a_directory_chain_that_bites_its_tail_ends(tmp_path):
    data = bytearray(compound("A", "B", "C"))
    data[512 + 4 : 512 + 8] = struct.pack("<I", 1)  # the first directory sector follows itself
    (tmp_path / "a.doc").write_bytes(data)
    with pytest.raises(IngestError, match="compound file"):
        detect(tmp_path / "a.doc")


@pytest.mark.parametrize("extension", ["txt", "pdf", "docx", "png", "mp3", "mp4", "json", "html"])
def test_zero_bytes_are_an_empty_file_whatever_the_name(tmp_path, extension):
    path = tmp_path / f"a.{extension}"
    path.touch()
    with pytest.raises(IngestError, match="EMPTY_FILE"):
        detect(path)


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(IngestError, match="NOT_A_FILE"):
            detect(path)
    with pytest.raises(IngestError, match="VANISHED"):
        detect(tmp_path / "gone.txt")


@pytest.mark.parametrize("seed", range(40))
def test_broken_bytes_end_in_a_kind_or_in_a_refusal(tmp_path, seed):
    rng = np.random.default_rng(seed)
    _, data, *_ = CASES[seed % len(CASES)]
    broken = bytearray(data[: int(rng.integers(1, len(data) + 1))])
    for _ in range(10):
        broken[int(rng.integers(len(broken)))] = int(rng.integers(256))
    path = tmp_path / "a.dat"
    path.write_bytes(broken)
    try:
        parser = detect(path).parser
    except IngestError:
        return
    assert parser in NAMES


def test_every_extension_promises_a_known_kind():
    assert set(EXTENSIONS.values()) <= set(PARSERS) | set(UNREAD)
    assert set(PARSERS.values()) == set(NAMES)


def test_a_kind_without_a_parser_goes_to_the_plugin_named_after_it(tmp_path):
    """Through a real entry point, in a process of its own: the table is read once a process."""
    info = tmp_path / "toy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pincite.parsers]\n.xyz = toy:XyzParser\n")
    (tmp_path / "a.xyz").write_bytes(bytes(range(256)) * 4)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from pincite.ingest.detect import detect\n"
        "print(detect(Path(sys.argv[1]) / 'a.xyz').parser)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    assert done.stdout.strip() == ".xyz", done.stderr
