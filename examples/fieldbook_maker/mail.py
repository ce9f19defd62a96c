"""Three mails: an order with a quotation attached, a late ship (Chinese), a class of children."""

from __future__ import annotations

import csv
import io
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from .places import Made, TextFinder

ORDER = """\
Dear Mr Becker,

thank you for your call over that remarkable radio. We have the bronze impellers for your fresh
water pump in stock, and the seal sets will be made for you; that takes five weeks. The strainer
basket is no longer produced, but the one of the KV-1150 fits if you file off the small lip.

The quotation is attached. It holds until 30 June. If you order before 15 May we will put
everything on board of the Grey Heron ourselves, so that you save the storage.

One question from our workshop: do you really run the pump at 3.2 bar? It was built for 2.8, and
we think that the blades cracked because of it and not because of the grit.

Yours sincerely,
Ingrid Solheim
Alder Pump & Valve, Port Alder
"""
QUOTATION = """\
part,description,quantity,each,total
KV-2207,Impeller bronze,2,486.00,972.00
KV-2231,Shaft seal set,3,118.50,355.50
KV-1150,Strainer basket,1,64.00,64.00
,Packing,1,22.00,22.00
,Sum,,,1413.50
"""
LATE_ZH = """\
考尔德站长、各位同事：

刚刚收到灰鹭号诺兰船长的消息。船在船厂检查时发现右舷螺旋桨轴承磨损，需要更换，因此原定十一月十一日到达拉金岛的航次推迟一周，改为十一月十八日到达。

请注意以下三点：
一、新鲜蔬菜改由奥尔德港冷藏车统一装船，每人可以另外申请两公斤个人物品，名单请在九月三十日前发给我。
二、返程名单已经确定，共四人：考尔德、马什、魏岚和一名暑期学生。
三、氦气二十四瓶照常发运，但是钢琴琴弦要等到明年二月那一班。

另外，岛上寄来的三箱岩石样品仍在仓库，没有标签，请尽快告诉我是谁的。

祝大家一切顺利！

刘敏
拉金岛后勤办公室
奥尔德港
"""
CLASS = """\
Dear people of Larkin Island,

we are class 4b of Harbour School and we have read about your station. These are our questions.

1. Do penguins have knees? (Oskar)
2. What do you do when you have a toothache? (Mina)
3. Is it true that you found a whale's ear? Our teacher says it looks like a shell. (Jonas)
4. Can we name a seal? We would like to call it Potato. (the whole class)

Our school fair collected 212 dollars for a new bird camera. How can we send the money?

Many greetings from 26 children,
and from Ms Farrow, their teacher
"""


def _message(sender: str, to: str, subject: str, date: str, body: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = date
    message["Message-ID"] = f"<{place_sum(subject)}@larkin.example>"
    message.set_content(body, cte="quoted-printable" if body.isascii() else "base64")
    return message


def place_sum(text: str) -> int:
    """Return a number that is the same in every run, unlike `hash`."""
    return sum((place + 1) * ord(letter) for place, letter in enumerate(text))


def _as_read(message: EmailMessage, body: str, attachment: str = "") -> str:
    """Return the text as Pincite takes it out: headers, body, then the rows of the attachment."""
    heads = [f"{name}: {message[name]}" for name in ("Subject", "From", "To", "Date")]
    blocks = ["\n".join(heads), body.strip()]
    if attachment:
        head, *rows = csv.reader(io.StringIO(attachment))
        blocks.append("Attachment: quotation-5518.csv")
        for row in rows:
            cells = zip(head, row, strict=True)
            blocks.append("; ".join(f"{name}: {cell}" for name, cell in cells if cell))
    return "\n\n".join(blocks)


def make(files: Path) -> list[Made]:
    order = _message(
        "Ingrid Solheim <solheim@alderpump.example>",
        "Tom Becker <becker@larkin.example>",
        "Re: Spare parts for the fresh water pump",
        "Mon, 28 Apr 2025 10:12:00 +0000",
        ORDER,
    )
    order.add_attachment(QUOTATION, subtype="csv", filename="quotation-5518.csv", cte="7bit")
    order.set_boundary("=-larkin-quotation-5518")
    late = _message(
        "刘敏 <liumin@larkin.example>",
        "Ruth Calder <calder@larkin.example>",
        "灰鹭号推迟到港通知",
        "Thu, 04 Sep 2025 02:30:00 +0000",
        LATE_ZH,
    )
    school = _message(
        "Ms Farrow <farrow@harbourschool.example>",
        "station@larkin.example",
        "Questions from class 4b",
        "Tue, 17 Jun 2025 08:45:00 +0000",
        CLASS,
    )
    made = []
    for path, message, text in [
        ("mail/spare-parts-quotation.eml", order, _as_read(order, ORDER, QUOTATION)),
        ("mail/灰鹭号推迟.eml", late, _as_read(late, LATE_ZH)),
        ("mail/class-4b.eml", school, _as_read(school, CLASS)),
    ]:
        (files / path).write_bytes(message.as_bytes())
        made.append(Made(path, TextFinder(text)))
    return made
