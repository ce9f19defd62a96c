"""Four PDFs: an annual report, a two-column paper, a Chinese report and a scanned letter."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import HexColor

from .canvas import Canvas
from .drawings import scan
from .island import island_map
from .pdfs import BLUE, GREY, HEIGHT, WIDTH, Sheet, use_font
from .places import LineFinder, Made

ENERGY = [
    ["Quarter", "Diesel (litres)", "Wind (kWh)", "Hours of outage"],
    ["Jul - Sep 2024", "27,480", "21,900", "1.5"],
    ["Oct - Dec 2024", "22,310", "18,450", "0.2"],
    ["Jan - Mar 2025", "23,950", "16,720", "3.1"],
    ["Apr - Jun 2025", "28,760", "20,380", "0.9"],
    ["Whole year", "102,500", "77,450", "5.7"],
]
DIESEL = [24.1, 26.8, 28.0, 27.48, 22.31, 23.95, 28.76]
QUARTERS = ["4/23", "1/24", "2/24", "3/24", "4/24", "1/25", "2/25"]


def _heading(sheet: Sheet, text: str, face: str = "lato-bold") -> None:
    sheet.y += 8
    sheet.paragraph(text, face, 14, colour=BLUE, after=2)


def _cover(sheet: Sheet) -> None:
    sheet.pdf.setFillColor(HexColor("#17324f"))
    sheet.pdf.rect(0, HEIGHT - 250, WIDTH, 250, stroke=0, fill=1)
    white = HexColor("#ffffff")
    sheet.line(64, 130, "Larkin Island Research Station", "lato-bold", 27, white)
    sheet.line(64, 168, "Annual report, July 2024 to June 2025", "lato", 17, white)
    sheet.line(64, 212, "Edited by Ruth Calder, station leader", "lato", 11, white)
    sheet.y = 280
    _heading(sheet, "The year in brief")
    for text in [
        "The station was occupied on every day of the year, for the thirty-eighth year running. "
        "Eighteen people worked here in the summer and seven stayed for the winter. Together they "
        "spent 3,412 person-days on the island, 6 per cent more than in the year before.",
        "The supply ship Grey Heron called twice, on 9 November 2024 and on 22 February 2025, and "
        "brought 148 tonnes of cargo. A third call, planned for April, was given up because of ice "
        "in the strait.",
        "Two events will be remembered. On 14 March the fresh water pump failed and the house "
        "lived on the roof tank for a week. Eight days later the strongest storm since 2011 took "
        "the door off the boat shed. Nobody was hurt in either, and the only injury of the year "
        "that needed stitches was caused by a bread knife.",
        "Martin Hale handed over the keys on 10 November 2024 after two winters as leader.",
    ]:
        sheet.paragraph(text, "lato")
    _heading(sheet, "Safety and health")
    for text in [
        "Four fire drills were held; the fastest took three minutes and fifty seconds, the slowest "
        "six minutes and forty. The doctor saw 74 patients, nearly half of them for teeth. The "
        "defibrillator was not needed.",
        "The search party went out once, on 8 January, for two people who had sat down behind a "
        "rock to watch albatrosses and had forgotten the time. They paid for the cocoa.",
    ]:
        sheet.paragraph(text, "lato")
    sheet.footer("Larkin Island annual report 2024/25", "lato")
    sheet.next_page()


def _science(sheet: Sheet) -> None:
    _heading(sheet, "Birds and seals")
    for text in [
        "The rockhopper penguins were counted in the third week of November. The north colony held "
        "421 nests, the west colony 168 and the cairn colony 95. The decline in the north, which "
        "had 437 nests one year earlier, follows a landslip at the edge of the cliff.",
        "Eleven pairs of wandering albatross bred on the plateau, one fewer than last year. Nine "
        "chicks were alive at the end of May.",
        "At Long Beach 1,264 fur seal pups were born; the survey is described in a paper of its "
        "own by Price and Marsh.",
    ]:
        sheet.paragraph(text, "lato")
    _heading(sheet, "Ocean and weather")
    for text in [
        "The tide gauge on the north jetty worked on 361 days. It was levelled again in January "
        "and found to have sunk by 9 millimetres since 2021.",
        "The CTD was lowered 46 times. The warmest water of the year, 7.3 degrees, was measured on "
        "16 February at a depth of 10 metres.",
        "The mean wind speed was 9.6 metres per second. Gusts were above 30 metres per second on "
        "41 days.",
    ]:
        sheet.paragraph(text, "lato")
    sheet.y += 8
    card = island_map()
    sheet.picture(card.image, 97, 400)
    sheet.y += 4
    sheet.paragraph(
        "Figure 1. Larkin Island. The red dots are the places named in this report; the broken "
        "bridge is 300 metres south of Mirror Lake.",
        "lato-italic",
        9.5,
        colour=GREY,
    )
    sheet.footer("Larkin Island annual report 2024/25", "lato")
    sheet.next_page()


def _diesel_chart(sheet: Sheet) -> None:
    sheet.y += 16
    top, left, tall = sheet.y + 24, 100.0, 150.0
    sheet.line(left, sheet.y + 10, "Diesel burned, thousand litres a quarter", "lato-bold", 10)
    for number, (value, name) in enumerate(zip(DIESEL, QUARTERS, strict=True)):
        x, height = left + 12 + number * 56, value / 32 * tall
        sheet.pdf.setFillColor(BLUE if number > 2 else HexColor("#a9bdd3"))
        sheet.pdf.rect(x, HEIGHT - top - tall, 36, height, stroke=0, fill=1)
        sheet.line(x + 18, top + tall - height - 5, f"{value:.2f}", "lato", 9, align="centre")
        sheet.line(x + 18, top + tall + 14, name, "lato", 9, align="centre")
    sheet.pdf.line(left, HEIGHT - top - tall, left + 410, HEIGHT - top - tall)
    sheet.y = top + tall + 26
    sheet.paragraph(
        "Figure 2. Diesel use by quarter. Light bars: the year before this report. The peak of "
        "28.76 belongs to the cold autumn of 2025.",
        "lato-italic",
        9.5,
        colour=GREY,
    )


def _energy(sheet: Sheet) -> None:
    _heading(sheet, "Energy")
    sheet.paragraph(
        "Generators G1 and G2 took turns; G3 ran for 61 hours as a reserve. The wind turbines "
        "covered 22 per cent of the demand. Turbine 2 stood still from 4 to 29 August because of "
        "a cracked blade.",
        "lato",
    )
    sheet.table(ENERGY, [190, 290, 400], "lato", "lato-bold")
    sheet.paragraph(
        "Table 1. Energy by quarter. An outage is any time without mains in the house.",
        "lato-italic",
        9.5,
        colour=GREY,
    )
    _diesel_chart(sheet)
    sheet.footer("Larkin Island annual report 2024/25", "lato")
    sheet.next_page()


PEOPLE = [
    ["Winter 2025", "Task", "Winters here"],
    ["Ruth Calder", "Station leader", "3"],
    ["Tom Becker", "Engineer", "2"],
    ["Anna Price", "Biologist", "4"],
    ["Chen Zhiyuan", "Weather observer", "1"],
    ["Wei Lan", "Oceanographer", "2"],
    ["Helen Marsh", "Doctor", "1"],
    ["Sam Doyle", "Cook and radio", "6"],
]


def _outlook(sheet: Sheet) -> None:
    _heading(sheet, "People")
    sheet.table(PEOPLE, [250, 380], "lato", "lato-bold")
    sheet.paragraph(
        "Two students, Nora Quist and Li Hao, joined for the summer. Nora mapped 212 burrows of "
        "white-chinned petrels with a rubber hose and a microphone; Li Hao rebuilt the tide "
        "logger.",
        "lato",
    )
    _heading(sheet, "Visitors")
    sheet.paragraph(
        "Thirty-one people landed from four private vessels. One party was sent back to clean the "
        "grass seeds from its socks and came ashore two hours later. The post office stamped 1,940 "
        "letters.",
        "lato",
    )
    _heading(sheet, "Money")
    sheet.paragraph(
        "The year cost 1,186,000 dollars, 2.4 per cent below the plan. Freight was the largest "
        "saving, because the ship came twice and not three times. The largest overrun was "
        "repairs, at 31,700 dollars above the plan.",
        "lato",
    )
    _heading(sheet, "What comes next")
    for text in [
        "The jetty gets new piles in January 2026. During the work, which should take nineteen "
        "days, boats will land at South beach.",
        "A second fresh water pump will be installed in parallel with P2, so that the house never "
        "again depends on a single impeller.",
        "The institutes have agreed to replace generator G1 in 2027. Until then it gets one more "
        "overhaul.",
        "The library has asked for a second sofa. The request has been forwarded.",
    ]:
        sheet.paragraph(text, "lato")
    sheet.footer("Larkin Island annual report 2024/25", "lato")


def annual_report(path: Path) -> LineFinder:
    for face in ("lato", "lato-bold", "lato-italic"):
        use_font(face)
    sheet = Sheet(path, "Larkin Island annual report 2024/25", "Ruth Calder")
    for part in (_cover, _science, _energy, _outlook):
        part(sheet)
    return sheet.save()


ABSTRACT = (
    "Abstract. We report the pup production of fur seals at Long Beach, Larkin Island, in the "
    "summer of 2024/25, from two ground counts and one count on pictures taken with a kite. Pup "
    "production was 1,264, the highest since counts began in 1994. Entanglement in plastic was "
    "found in seven animals."
)
COLUMNS: list[list[tuple[str, str]]] = [
    [
        ("head", "1  Introduction"),
        (
            "text",
            "Fur seals were hunted on Larkin Island until 1921, when a visiting party found not "
            "a single animal. They came back in 1958, probably from the Sorrel Islands, 410 "
            "kilometres to the west. The first pups were seen in 1966.",
        ),
        (
            "text",
            "Counts have been made at Long Beach in every third summer since 1994. The beach is "
            "1.3 kilometres long and holds about four fifths of all the pups on the island.",
        ),
        ("head", "2  Methods"),
        (
            "text",
            "Two observers walked the beach on 27 December 2024 and again on 3 January 2025. "
            "Pups were marked with a clipped patch of fur on the head, so that none was counted "
            "twice. On 5 January a camera was lifted by a kite to a height of 90 metres; drones "
            "were not used, because the seals fear their sound.",
        ),
        (
            "text",
            "Fifty pups were weighed in a cloth bag with a spring balance. The balance was checked "
            "against a 10 kilogram weight each morning.",
        ),
        ("head", "3  Results"),
        (
            "text",
            "The two ground counts gave 1,251 and 1,277 pups. We use their mean, 1,264. The "
            "pictures from the kite gave 1,198, as pups under the tussock cannot be seen from "
            "above.",
        ),
        (
            "text",
            "Mean mass was 7.4 kilograms for male pups and 6.5 kilograms for female pups. "
            "Thirty-three pups were found dead, which is 2.6 per cent; most of them had drowned in "
            "the storm of 30 December.",
        ),
    ],
    [
        ("head", "4  Entanglement"),
        (
            "text",
            "Seven animals carried plastic: five of them a packing band, one a piece of trawl net "
            "and one a rubber ring of unknown use. Four were caught and freed. In 2021/22 only "
            "three entangled animals had been seen.",
        ),
        ("head", "5  Discussion"),
        (
            "text",
            "The number of pups has grown by 5.1 per cent a year since 2015. Food is not yet "
            "short: scats collected in January contained mostly lantern fish, and krill was rare.",
        ),
        (
            "text",
            "The growth has a cost. Seals now rest among the nests at Gull Point, and tussock "
            "within forty metres of the beach is dying. A fence of driftwood, tried in 2022, was "
            "flattened within two weeks.",
        ),
        (
            "text",
            "We suggest a count in every second summer, and a freeze of the footpath to Long Beach "
            "from 1 December to 20 January.",
        ),
        ("head", "Thanks"),
        (
            "text",
            "We thank Sam Doyle, who built the kite from a tent, and the crew of the Grey Heron, "
            "who carried the samples home on deck.",
        ),
        ("head", "References"),
        ("text", "Hale, M. (2022). Fur seals of Long Beach. Larkin Reports 14, 3-19."),
        ("text", "Whitby, J. (2016). Counting without tears. Larkin Reports 9, 40-52."),
    ],
]
PUPS = [
    ["Summer", "Pups", "Dead", "Tangled"],
    ["2015/16", "808", "41", "2"],
    ["2018/19", "937", "29", "4"],
    ["2021/22", "1,089", "52", "3"],
    ["2024/25", "1,264", "33", "7"],
]


def seal_paper(path: Path) -> LineFinder:
    for face in ("serif", "serif-bold", "serif-italic"):
        use_font(face)
    sheet = Sheet(path, "Fur seal pups at Long Beach, 2024/25", "A. Price and H. Marsh")
    sheet.line(
        WIDTH / 2,
        84,
        "Fur seal pups at Long Beach, Larkin Island,",
        "serif-bold",
        18,
        align="centre",
    )
    sheet.line(WIDTH / 2, 108, "in the summer of 2024/25", "serif-bold", 18, align="centre")
    sheet.line(WIDTH / 2, 134, "Anna Price and Helen Marsh", "serif", 12, align="centre")
    sheet.line(WIDTH / 2, 151, "Larkin Reports 17 (2025), 22", "serif-italic", 10.5, align="centre")
    sheet.y = 166
    sheet.paragraph(ABSTRACT, "serif-italic", 10, x=92, width=WIDTH - 184, leading=1.3)
    top = sheet.y + 8
    for number, column in enumerate(COLUMNS):
        x, sheet.y = 56.0 + number * 249, top
        for kind, text in column:
            face, size = ("serif-bold", 11.5) if kind == "head" else ("serif", 10.5)
            sheet.paragraph(text, face, size, x=x, width=234, leading=1.28, after=5)
        if number == 1:
            sheet.y += 8
            sheet.table(PUPS, [110, 165, 222], "serif", "serif-bold", x=x + 6, pitch=16)
            caption = "Table 1. Counts at Long Beach since 2015."
            sheet.paragraph(caption, "serif-italic", 9.5, x=x, width=234, colour=GREY)
    sheet.line(WIDTH / 2, HEIGHT - 30, "22", "serif", 9, GREY, "centre")
    return sheet.save()


WATER_ZH: list[tuple[str, str]] = [
    ("title", "拉金岛淡水与近岸海水水质监测报告"),
    ("by", "编写：魏岚  审核：陈志远  采样日期：2025年4月5日至6日"),
    ("head", "一、监测目的"),
    (
        "text",
        "三月十四日淡水泵发生故障，镜湖的泥沙进入供水管路。为确认站区饮用水是否安全，并了解码头"
        "加油作业对近岸海水的影响，我们在四月初对三个点位进行了采样分析。",
    ),
    ("head", "二、采样点位"),
    (
        "text",
        "A点位于镜湖取水口，水深2.4米；B点位于北码头第三根桩旁，表层以下0.5米；C点位于南滩对照"
        "海域，距岸200米。每个点位取三瓶平行样，置于四摄氏度冷藏箱中，在六小时内送到实验室。",
    ),
    ("head", "三、监测结果"),
    ("table", ""),
    (
        "text",
        "镜湖水的浊度由故障当天的18.5度下降到1.2度，已经低于3度的限值。大肠菌群三瓶均未检出。"
        "硝酸盐含量为每升0.42毫克，与去年同期持平。",
    ),
    (
        "text",
        "码头海水中石油类含量为每升0.061毫克，超过每升0.05毫克的限值，是三个点位中唯一不合格的"
        "项目。现场检查发现，输油软管的接头漏油，每小时约滴落四十滴。",
    ),
    ("head", "四、结论与建议"),
    ("text", "1. 镜湖水经过滤和紫外线消毒后可以饮用，自三月二十二日起恢复正常供水。"),
    ("text", "2. 码头输油软管应在十一月补给船到来之前更换，更换前每次加油必须放置接油盘。"),
    ("text", "3. 浊度监测由每月一次改为每周一次，由值班员在星期一早饭前完成。"),
    ("text", "4. 下一次全面采样定于2025年10月，届时增加微塑料项目，预算为三千二百元。"),
]
WATER_ROWS = [
    ["项目", "A 镜湖", "B 码头", "C 南滩", "限值"],
    ["水温（℃）", "1.8", "3.6", "3.4", "-"],
    ["酸碱度", "7.1", "8.0", "8.1", "6.5-8.5"],
    ["浊度（度）", "1.2", "2.7", "0.9", "3"],
    ["硝酸盐（毫克/升）", "0.42", "1.35", "1.31", "10"],
    ["石油类（毫克/升）", "0.008", "0.061", "0.012", "0.05"],
]


def water_report(path: Path) -> LineFinder:
    letters = "".join(text for _, text in WATER_ZH) + "".join(map("".join, WATER_ROWS))
    letters += "表1水质监测结果（平均值）0123456789-./：拉金岛科考站 第页"
    use_font("hei", letters)
    use_font("hei-bold", letters)
    sheet = Sheet(path, "拉金岛水质监测报告 2025", "魏岚", joiner="")
    for kind, text in WATER_ZH:
        if kind == "title":
            sheet.line(WIDTH / 2, 92, text, "hei-bold", 19, BLUE, "centre")
            sheet.y = 104
        elif kind == "by":
            sheet.line(WIDTH / 2, 122, text, "hei", 10, GREY, "centre")
            sheet.y = 136
        elif kind == "head":
            sheet.y += 6
            sheet.paragraph(text, "hei-bold", 13, colour=BLUE, after=2)
        elif kind == "table":
            sheet.line(
                WIDTH / 2,
                sheet.y + 12,
                "表1 水质监测结果（平均值）",
                "hei-bold",
                10,
                align="centre",
            )
            sheet.y += 22
            sheet.table(WATER_ROWS, [200, 280, 360, 450], "hei", "hei-bold", size=10, pitch=22)
        else:
            sheet.paragraph(text, "hei", 11, leading=1.6, after=5)
    sheet.line(WIDTH / 2, HEIGHT - 36, "拉金岛科考站 第1页", "hei", 9, GREY, "centre")
    return sheet.save()


LETTER = [
    "Larkin Island, 11 May 2019",
    "",
    "Dear Martin,",
    "",
    "The ship is here and I have an hour. These are the things that",
    "are written down nowhere, so keep this page.",
    "",
    "1. The key of the medicine cabinet hangs behind the kitchen",
    "   clock, and not in the office.",
    "2. The stove in the old hut smokes unless you open the damper",
    "   two thirds. Never close it at night.",
    "3. A power cable runs under the path to the met garden, forty",
    "   centimetres deep. Do not dig there. I did.",
    "4. Valve V4 turns the wrong way. Clockwise opens it.",
    "5. The spare fuses are in the biscuit tin with the ship on it.",
    "6. If the radio hums, move the lamp. It has always been the",
    "   lamp.",
    "7. The giant petrel under the flagpole is called Bernard. He",
    "   takes gloves. Do not bend down with your back to him.",
    "",
    "The seismometer was restarted on 2 May, after nineteen days",
    "without data. The paper rolls last until spring 2020.",
    "",
    "The piano needs tuning and will go on needing it.",
    "",
    "Good luck, and write to me about the ice.",
    "",
    "Joan Whitby",
]


def scanned_letter(path: Path) -> LineFinder:
    """One page that is a picture only, as a scanner makes it."""
    card = Canvas.blank(1240, 1754, (238, 234, 224))
    for number, text in enumerate(LETTER):
        if text:
            indent = len(text) - len(text.lstrip())
            spot = (130 + indent * 16, 160 + number * 50)
            card.text(spot, text.strip(), ("typewriter", 27), (40, 38, 44))
    image, lines = scan(card, -1.1, 6)
    sheet = Sheet(path, "", "")
    sheet.y = 0
    sheet.picture(image, 0, WIDTH)
    sheet.finder.lines.extend(lines)
    return sheet.save()


REPORTS = {
    "reports/annual-report-2024-25.pdf": annual_report,
    "reports/fur-seal-pups-2025.pdf": seal_paper,
    "reports/水质监测报告-2025.pdf": water_report,
    "reports/handover-letter-2019-scan.pdf": scanned_letter,
}


def make(files: Path) -> list[Made]:
    made = []
    for path, write in REPORTS.items():
        made.append(Made(path, write(files / path)))
    return made
