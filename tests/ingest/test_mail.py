"""Mail: what a person reads of it, whatever programs did to it, and what is attached."""

from __future__ import annotations

import base64
import io
from email.message import EmailMessage

import docx
import pytest

from pincite.types import ImageRegion
from tests.ingest.offices import assert_endures, outcome, picture, read


def mail(subject: str = "Pumps", body: str = "It runs at five bar.") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ann <ann@station.example>"
    message["To"] = "Bo <bo@station.example>"
    message["Date"] = "Tue, 17 Jun 2025 08:45:00 +0000"
    message.set_content(body)
    return message


@pytest.fixture
def save(tmp_path):
    def saved(message: EmailMessage | bytes):
        path = tmp_path / "a.eml"
        path.write_bytes(message if isinstance(message, bytes) else message.as_bytes())
        return path

    return saved


HEAD = (
    "Subject: Pumps\nFrom: Ann <ann@station.example>\nTo: Bo <bo@station.example>\n"
    "Date: Tue, 17 Jun 2025 08:45:00 +0000\n\n"
)


def test_headers_and_body_are_one_text_under_the_subject(save):
    [segment] = read(save(mail())).segments
    assert segment.text == HEAD + "It runs at five bar."
    assert segment.heading == "Pumps"
    assert segment.locate(len(HEAD), len(segment.text)).start == len(HEAD)


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5", "iso-2022-jp", "utf-16"])
def test_encodings_that_are_stated_are_followed(save, charset):
    words = "水泵" if charset != "iso-2022-jp" else "ポンプ"
    raw = b"From: a@b.example\nContent-Type: text/plain; charset=" + charset.encode()
    raw += b"\nContent-Transfer-Encoding: base64\n\n"
    raw += base64.encodebytes(words.encode(charset))
    assert words in read(save(raw)).text


@pytest.mark.parametrize("stated", ["iso-8859-1", "us-ascii", "no-such-charset", ""])
def test_utf_8_is_seen_where_something_else_is_stated(save, stated):
    head = f"From: a@b.example\nContent-Type: text/plain; charset={stated}\n\n"
    assert "I’m at café 5" in read(save(head.encode() + "I’m at café 5".encode())).text


def test_western_letters_are_read_where_they_are_stated(save):
    head = b"From: a@b.example\nContent-Type: text/plain; charset=iso-8859-1\n\n"
    assert "Über" in read(save(head + "Über".encode("latin-1"))).text


def test_words_in_headers_are_decoded(save):
    raw = b"Subject: =?utf-8?b?5rC05rO1?= =?utf-8?q?=20neu?=\nFrom: a@b.example\n\nText."
    assert read(save(raw)).segments[0].heading == "水泵 neu"


def test_of_two_forms_the_plain_one_is_read_and_html_when_that_is_empty(save):
    both = mail()
    both.add_alternative("<p>It runs in <b>HTML</b>.</p>", subtype="html")
    assert "HTML" not in read(save(both)).text
    empty = mail(body=" ")
    empty.add_alternative("<p>It runs in <b>HTML</b>.</p>", subtype="html")
    assert read(save(empty)).text.endswith("It runs in HTML.")


def test_scripts_and_distant_pictures_of_html_are_left_out(save):
    page = "<p>It runs.<script>alert(1)</script><img src='http://example.invalid/a.png'></p>"
    message = mail()
    message.set_content(page, subtype="html")
    assert read(save(message)).text.endswith("It runs.")


def test_an_attached_text_is_searched_under_its_own_name(save):
    message = mail()
    message.add_attachment("part,price\nKV-2207,486.00\n", subtype="csv", filename="offer.csv")
    found = read(save(message))
    assert "Attachment: offer.csv" in found.text
    assert found.holding("part: KV-2207; price: 486.00").heading == "Pumps > offer.csv"


def test_an_attached_document_is_searched_with_its_headings_and_pictures(save):
    document = docx.Document()
    document.add_heading("Seals", 1)
    document.add_paragraph("Five weeks.")
    document.add_picture(io.BytesIO(picture()))
    buffer = io.BytesIO()
    document.save(buffer)
    message = mail()
    message.add_attachment(
        buffer.getvalue(), maintype="application", subtype="octet-stream", filename="a.docx"
    )
    found = read(save(message))
    assert found.holding("Five weeks.").heading == "Pumps > a.docx > Seals"
    assert [s.modality for s in found.segments].count("image") == 1


def test_an_attached_picture_is_a_segment_with_its_evidence(save):
    message = mail()
    data = picture("Duty roster")
    message.add_attachment(data, maintype="image", subtype="png", filename="board.png")
    found = read(save(message), ocr="auto")
    [extract] = [e for e in found.extracts if e.segment.modality == "image"]
    assert extract.segment.heading == "Pumps > board.png"
    assert "Duty roster" in extract.segment.text
    assert isinstance(extract.segment.locate(0, 4), ImageRegion)
    assert extract.picture.data == data


def test_marks_that_tell_who_has_read_are_ornaments(save):
    message = mail()
    dot = picture(size=(1, 1))
    message.add_attachment(dot, maintype="image", subtype="png", filename="dot.png")
    found = read(save(message))
    assert [segment.modality for segment in found.segments] == ["text"]
    assert "dot.png" not in found.text


def test_pictures_beside_html_are_found_when_plain_text_is_read(save):
    message = mail()
    message.add_alternative("<p>It runs. <img src='cid:a'></p>", subtype="html")
    html = message.get_payload()[1]
    html.add_related(picture(), maintype="image", subtype="png", cid="<a>", filename="a.png")
    found = read(save(message))
    assert [segment.modality for segment in found.segments] == ["text", "image"]
    assert found.text.count("It runs") == 1


def test_equal_attachments_are_segments_of_their_own(save):
    message = mail()
    for _ in range(2):
        message.add_attachment(picture(), maintype="image", subtype="png", filename="a.png")
    assert [s.modality for s in read(save(message)).segments].count("image") == 2


def test_forwarded_mail_is_read_under_its_own_subject(save):
    message = mail()
    message.add_attachment(mail("Valves", "They are brass."))
    inner = read(save(message)).holding("They are brass.")
    assert inner.heading == "Pumps > Valves"
    assert inner.text.startswith("Subject: Valves\nFrom: Ann")


def test_an_invitation_reads_as_a_person_would_tell_it(save):
    event = (
        "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:Boat drill\\, again\r\n"
        "DTSTART;TZID=Europe/Berlin:20251120T090000\r\nDTEND:20251120T083000Z\r\n"
        'LOCATION:Jet\r\n ty\r\nORGANIZER;CN="Ann B":mailto:ann@station.example\r\n'
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message = mail()
    message.add_alternative(event, subtype="calendar")
    assert read(save(message)).text.endswith(
        "Event: Boat drill, again\nStart: 2025-11-20 09:00 Europe/Berlin\n"
        "End: 2025-11-20 08:30 UTC\nPlace: Jetty\nOrganizer: Ann B <ann@station.example>"
    )


@pytest.mark.parametrize(
    "name",
    ["../../slipped.txt", "..\\..\\slipped.txt", "/slipped.txt", "a\nb:slipped.txt", "x" * 400],
)
def test_the_name_of_an_attachment_leads_nowhere(save, tmp_path, name):
    message = mail()
    message.add_attachment(b"It is red.", maintype="text", subtype="plain", filename="NAME")
    raw = message.as_bytes().replace(b'"NAME"', f'"{name}"'.encode()).replace(b"a\nb", b"a b")
    found = read(save(raw))
    assert "It is red." in found.text
    assert ".." not in found.text
    assert [path.name for path in tmp_path.iterdir()] == ["a.eml"]


def test_what_no_parser_reads_is_told_by_name(save):
    message = mail()
    message.add_attachment(
        b"\x7fELF\x02\x01" + bytes(400), maintype="application", subtype="x", filename="a.bin"
    )
    found = read(save(message))
    assert found.codes == ["PART_UNSUPPORTED"]
    assert "Attachment a.bin" in found.problems[0].message
    assert "five bar" in found.text


def test_a_broken_attachment_costs_only_itself(save):
    message = mail()
    message.add_attachment(
        b"PK\x03\x04[Content_Types].xml word/",
        maintype="application",
        subtype="x",
        filename="a.docx",
    )
    found = read(save(message))
    assert "five bar" in found.text
    assert set(found.codes) <= {"PART_FAILED", "PART_UNSUPPORTED"}
    assert found.codes


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"Content-Type: ;;;=\nFrom: <<>>@,\nDate: never\n\nIt runs.", id="headers"),
        pytest.param(b"Content-Type: text/plain; charset*=''%\nFrom: a\n\nIt runs.", id="charset"),
        pytest.param(b"From: a\nContent-Transfer-Encoding: what\n\nIt runs.", id="encoding"),
        pytest.param(
            b"From: a\nContent-Type: multipart/mixed\n\nIt runs.", id="no boundary is stated"
        ),
        pytest.param(
            b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nIt runs.", id="no end"
        ),
        pytest.param(b"Subject: =?x-nope?q?It runs.?=\nFrom: a\n\nIt runs.", id="encoded word"),
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(save, broken):
    path = save(broken)
    assert "It runs." in outcome(path, "mail").text


def test_parts_within_parts_without_end_are_cut_off(save):
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)
    )
    raw = b"From: a@b.example\n" + opened + b"\nThe end."
    assert {"CORRUPT_FILE", "LIMIT_REACHED"} & set(outcome(save(raw), "mail").codes)


def test_more_parts_than_anyone_sends_are_told(save):
    parts = b"".join(b"--b\n\nPart %d.\n" % number for number in range(600))
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + b"--b--\n"
    found = read(save(raw))
    assert found.codes == ["LIMIT_REACHED"]
    assert "Part 400." in found.text
    assert "Part 550." not in found.text


def test_damage_ends_as_a_sentence(save, tmp_path):
    message = mail()
    message.add_alternative("<p>It runs.</p>", subtype="html")
    message.add_attachment(
        picture(size=(60, 60)), maintype="image", subtype="png", filename="a.png"
    )
    message.add_attachment(mail("Valves", "They are brass."))
    assert assert_endures(tmp_path, message.as_bytes(), ".eml", "mail") > 40
