"""Bytes to characters: what is stated is believed, what is guessed is said."""

from __future__ import annotations

import pytest

from pincite.config import load_config
from pincite.errors import IngestError
from pincite.ingest import decode as decode_module
from pincite.ingest.charset import charset_of
from pincite.ingest.decode import decode, read_text

CHINESE = "水泵的压力是五巴，温度保持在八十度以下。请在打开阀门之前检查压力表。\n"
TAIWAN = "水泵的壓力是五巴，溫度保持在八十度以下。請在打開閥門之前檢查壓力錶。\n"
JAPANESE = "ポンプの圧力は五バールです。バルブを開ける前に圧力計を確認してください。\n"
KOREAN = "펌프의 압력은 오 바입니다. 밸브를 열기 전에 압력계를 확인하십시오.\n"
RUSSIAN = "Давление насоса составляет пять бар. Перед открытием клапана проверьте манометр.\n"
HEBREW = "הלחץ של המשאבה הוא חמישה בר, בדוק את מד הלחץ\n"
GERMAN = "Der Druck der Pumpe beträgt fünf Bar. Prüfen Sie das Manometer – bevor Sie öffnen.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gb18030"),
        (CHINESE[:4], "gb18030"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (CHINESE, "utf-32-le"),
        (CHINESE, "utf-32-be"),
        (TAIWAN, "big5"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "utf-16-le"),
        (HEBREW, "cp1255"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-16-be"),
        ("Plain words of the pump.\n", "utf-16-be"),
        ("Plain words of the pump.\n", "utf-16-le"),
        ("Plain words of the pump.\n", "utf-32-be"),
        ("## können\n", "cp1252"),
        ("## können\n\nkönnen\n\näöüß\n", "cp1252"),
        ("café", "cp1252"),
    ],
)
def test_an_unmarked_encoding_is_found_and_the_guess_is_said(text, encoding):
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert [problem.code for problem in decoded.problems] == ["ENCODING_GUESSED"]
    assert encoding in decoded.problems[0].message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "iso2022_jp"])
def test_what_is_marked_or_proves_itself_is_no_guess(encoding):
    decoded = decode(JAPANESE.encode(encoding))
    assert (decoded.text, decoded.problems) == (JAPANESE, ())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"<meta charset=big5>" + TAIWAN[:1].encode("big5"), TAIWAN[0], id="meta"),
        pytest.param(b"# -*- coding: koi8-r -*-\n" + "бар".encode("koi8_r"), "бар", id="Python"),
        pytest.param(b'<?xml version="1.0" encoding="cp1253"?>' + b"\xe0\xe1", "ΰα", id="XML"),
        pytest.param(
            b"<meta charset=gb2312>" + "镕".encode("gb18030"), "镕", id="wider than stated"
        ),
        pytest.param(b"<meta charset=gb2312>" + "水泵".encode(), "水泵", id="stale, it is UTF-8"),
        pytest.param(b"<meta charset=rubbish>" + "für".encode("cp1252"), "für", id="no such name"),
    ],
)
def test_a_declared_encoding_is_believed_unless_the_bytes_deny_it(data, text):
    assert decode(data).text.endswith(text)


def test_stray_bytes_do_not_unmake_a_text():
    assert decode(b"pump\x00room\n").text == "pump room\n"
    assert decode("水泵坏了，需要修理。".encode() + b"\xff").text == "水泵坏了，需要修理。\ufffd"
    assert decode(b"\xff\xfe" + b"a\x00" + b"\x00\xd8" + b"b\x00").text == "a\ufffdb"


def test_the_bytes_that_are_not_ascii_decide_however_late_they_come():
    decoded = decode(b"plain words\n" * 20_000 + CHINESE.encode("gb18030") * 3)
    assert decoded.encoding == "gb18030"
    assert decoded.text.endswith(CHINESE)


def test_offsets_count_line_ends_as_they_are_and_no_mark():
    assert decode(b"\xef\xbb\xbfa\r\nb\rc").text == "a\r\nb\rc"


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00" * 100, b"\x01\x02\x03\x04" * 50])
def test_what_is_no_text_is_refused(data):
    assert charset_of(data) is None
    with pytest.raises(IngestError, match="UNSUPPORTED_TYPE"):
        decode(data)


def test_a_text_over_the_limit_is_cut_there_and_the_cut_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(decode_module, "MAX_TEXT_MB", 1)
    path = tmp_path / "long.txt"
    path.write_bytes("水".encode() * 700_000)
    decoded = read_text(path, load_config(environ={}))
    assert decoded.text == "水" * ((1 << 20) // 3)
    assert [problem.code for problem in decoded.problems] == ["LIMIT_REACHED"]
    assert "first 1 MB of this text of 2 MB" in decoded.problems[0].message


def test_a_file_that_is_gone_says_so(tmp_path):
    with pytest.raises(IngestError, match="VANISHED"):
        read_text(tmp_path / "gone", load_config(environ={}))
