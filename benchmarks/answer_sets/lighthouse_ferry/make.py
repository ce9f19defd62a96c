"""Write the files of an invented island ferry company: its log, tables, boards and recordings."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
FILES = HERE / "files"
sys.path.insert(0, str(HERE.parents[2] / "examples"))

from fieldbook_maker import speech  # noqa: E402
from fieldbook_maker.fonts import font  # noqa: E402
from fieldbook_maker.pdfs import HEIGHT, WIDTH, Sheet, use_font  # noqa: E402

INK, WHITE, NAVY, RED = (24, 28, 36), (250, 250, 247), (22, 52, 96), (176, 36, 32)
YELLOW, STEEL, PALE = (250, 208, 60), (198, 204, 208), (226, 236, 246)
BLUE = (30, 96, 170)

LOG = """\
ORMSAY AND KELPIN FERRY COMPANY
Crossing log of the Morag Ellen, May 2025
Kept by the mate, Hester Quayle

Thursday 1 May
The first sailing of the summer timetable left Kelpin at 07:40 with 31 passengers and 6 cars.
Wind south-west force 4, visibility good. Skipper on watch was Iain Dunmore.
A crate of hens broke open on the car deck during the 10:15 crossing. Joss Merrick caught the \
last hen behind the lifejacket locker.

Saturday 3 May
81 passengers on the 12:30, the fullest sailing of the week.
The ramp motor tripped at Ormsay pier and Bryn Tolland reset it within six minutes. We left the \
pier eleven minutes late.

Tuesday 6 May
Fog from 05:50 onwards. Pru Ansty kept the radar watch.
The 07:40 was cancelled because the visibility at Carn Point was under 200 metres.
The first crossing of the day was the 10:15, with 44 passengers.

Friday 9 May
A passenger was taken ill on the 17:20 from Ormsay, a man of about sixty with pains in the chest.
Nadia Whitlock gave him oxygen and an ambulance met us at Kelpin at 18:05.
His daughter wrote on the Monday that he is recovering well.

Sunday 11 May
The starboard engine ran hot after the 12:30. The Sandpiper took over the sailings from 14:00.
Cause: a plastic feed bag in the sea water intake. Bryn Tolland had it out after forty minutes.

Wednesday 14 May
Fire drill at 06:45 before the first sailing. The muster was complete in 3 minutes 20 seconds; \
the April drill took 4 minutes 5 seconds.
Fire hose number two leaks at the coupling and is out of use.
The next fire drill is on 18 June.

Saturday 17 May
Found under seat row 7: a red child's rucksack with a library book inside. It went to the office \
in Kelpin. The Osgood family fetched it on 19 May.

Monday 19 May
Swell of 2.4 metres at the pier. The 17:20 and the 19:00 were cancelled.
Twelve passengers slept at the Fulmar Inn and the company paid the rooms, 640 pounds in all.

Thursday 22 May
The ramp inspector Gareth Ploughman was on board from 09:00 to 15:30. His letter follows.

Sunday 25 May
Bank holiday weekend. Nine sailings today, 612 passengers and 74 cars.
The queue at Kelpin reached the bakery. The last car of the day was Dr Lumb's, the vet.

Wednesday 28 May
A basking shark near the Black Rocks on the 10:15. The skipper slowed down to four knots until \
it had passed, and we came in nine minutes late.

Saturday 31 May
Total for the month: 214 crossings, 6,870 passengers, 7 cancelled sailings.
The Morag Ellen used 9,450 litres of fuel in May.
"""

ENGINE = """\
# Engine room notebook

Written by Bryn Tolland, chief engineer. Please do not tear pages out. Last tidied in April 2025.

## Main engines of the Morag Ellen

There are two of them, port and starboard, and they are not the same age. The port engine was
fitted new in 2016. The starboard one is a rebuilt unit and came in 2021.

Change the oil every 250 running hours. Each engine takes 38 litres of oil. Normal cooling water
temperature is 78 degrees; above 92 degrees take the load off and call me.

If an engine runs hot, look at the sea water strainer before anything else. Nine times out of ten
it is weed.

## Generator

The generator sits behind the workshop door. Its oil is changed every 400 running hours and it
takes 7 litres. It must not run with the door shut, because the room has no other air.

The old generator was sold to the fish farm in 2019 for 1,100 pounds.

## Ramp hydraulics

Working pressure is 160 bar. The relief valve opens at 185 bar. The hoses were last renewed in
March 2023 and have a life of six years.

To lower the ramp by hand when the motor fails:

1. Close the blue valve on the deck.
2. Put the long handle into the hand pump.
3. Open the red valve half a turn and let the ramp come down slowly.
4. Never stand under the ramp.

## Bilge pumps

| Pump | Place | Litres a minute | Last test |
|---|---|---|---|
| B1 | Forward hold | 220 | 3 April 2025 |
| B2 | Engine room | 340 | 3 April 2025 |
| B3 | Steering flat | 150 | 27 March 2025 |
| B4 | Car deck drain | 410 | 10 April 2025 |

B3 has a float switch that sticks. Knock on the housing with a rubber mallet, not with a spanner.

## The Sandpiper

One engine only. Oil every 150 running hours, 16 litres. The propeller was bent on a mooring
chain in February 2025 and straightened by Tarrant's yard for 385 pounds.

The spare propeller is under the bench in the Kelpin workshop.
"""

WEB = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Carn Point lighthouse: plan your visit</title>
</head><body>
<h1>Carn Point lighthouse: plan your visit</h1>
<p>The lighthouse stands at the north end of Ormsay, 3.2 miles from the pier. The walk takes about
an hour and a quarter; a minibus leaves the pier ten minutes after every ferry.</p>
<h2>The tower</h2>
<p>The tower was built in 1868 and is 34 metres high. There are 152 steps to the lantern room. The
light was made automatic in 1987 and its beam can be seen for 21 miles.</p>
<p>Children must be at least seven years old to climb the tower. Dogs stay in the yard.</p>
<h2>Guided tours</h2>
<table>
<tr><th>Tour</th><th>Starts</th><th>Length</th><th>Adult</th><th>Child</th></tr>
<tr><td>Tower tour</td><td>11:30</td><td>45 minutes</td><td>£9.00</td><td>£5.00</td></tr>
<tr><td>Keeper's cottage</td><td>13:00</td><td>30 minutes</td><td>£6.00</td><td>£3.00</td></tr>
<tr><td>Fog horn walk</td><td>14:15</td><td>1 hour</td><td>£7.50</td><td>£4.00</td></tr>
<tr><td>Sunset climb</td><td>20:30</td><td>90 minutes</td><td>£14.00</td><td>£8.00</td></tr>
</table>
<p>The sunset climb runs on Fridays in June, July and August only.</p>
<h2>Café</h2>
<p>The Lamp Room café is open daily from 10:00 to 16:30. It is closed in January.</p>
<h2>Getting here</h2>
<p>A bicycle on the ferry costs £4.00 each way. Parking at Kelpin harbour is £6.00 a day and the
car park has 85 spaces.</p>
<p>Questions? Ring the visitor desk on 01555 020 417 or ask for Walter Geddes, the attendant.</p>
</body></html>
"""

CROSSINGS = [
    ("Month 2025", "Crossings", "Passengers", "Cars", "Bicycles", "Cancelled"),
    ("January", "118", "1,940", "402", "21", "19"),
    ("February", "112", "1,815", "388", "18", "23"),
    ("March", "146", "2,760", "514", "66", "11"),
    ("April", "188", "5,025", "760", "240", "5"),
    ("May", "214", "6,870", "931", "402", "7"),
    ("June", "236", "8,310", "1,044", "588", "2"),
    ("July", "252", "10,460", "1,190", "731", "1"),
    ("August", "254", "11,205", "1,236", "764", "3"),
    ("September", "208", "6,480", "905", "377", "6"),
    ("October", "160", "3,390", "640", "129", "14"),
]

PARTS = [
    ("Part", "Shelf", "In stock", "Price each", "Supplier"),
    ("Impeller for sea water pump", "A1", "3", "£46.50", "Tarrant's yard"),
    ("Oil filter, main engine", "A2", "14", "£18.20", "Northern Filters"),
    ("Fuel filter, main engine", "A2", "9", "£22.75", "Northern Filters"),
    ("V-belt, alternator", "A4", "6", "£11.90", "Northern Filters"),
    ("Hydraulic hose, ramp", "B1", "2", "£134.00", "Hollin Hydraulics"),
    ("Ramp limit switch", "B2", "1", "£68.00", "Hollin Hydraulics"),
    ("Navigation lamp, red", "C1", "4", "£29.00", "Kelpin Chandlery"),
    ("Navigation lamp, green", "C1", "2", "£31.00", "Kelpin Chandlery"),
    ("Mooring rope, 40 m", "D3", "5", "£152.00", "Kelpin Chandlery"),
    ("Fender, large", "D4", "7", "£88.00", "Kelpin Chandlery"),
]
SAFETY = [
    ("Item", "Vessel", "Number", "Next service", "Checked by"),
    ("Adult lifejackets", "Morag Ellen", "108", "February 2026", "Joss Merrick"),
    ("Child lifejackets", "Morag Ellen", "24", "February 2026", "Joss Merrick"),
    ("Life rafts", "Morag Ellen", "4", "November 2025", "Pru Ansty"),
    ("Fire extinguishers", "Morag Ellen", "17", "August 2025", "Pru Ansty"),
    ("Distress flares", "Morag Ellen", "12", "May 2027", "Hester Quayle"),
    ("Adult lifejackets", "Sandpiper", "52", "March 2026", "Joss Merrick"),
    ("Child lifejackets", "Sandpiper", "10", "March 2026", "Joss Merrick"),
    ("Life rafts", "Sandpiper", "2", "December 2025", "Pru Ansty"),
    ("Fire extinguishers", "Sandpiper", "6", "September 2025", "Pru Ansty"),
]

VESSELS = {
    "company": "Ormsay and Kelpin Ferry Company",
    "vessels": [
        {
            "name": "Morag Ellen",
            "built": 2004,
            "yard": "Braddick and Sons",
            "length_m": 31.5,
            "draught_m": 1.9,
            "passengers": 96,
            "cars": 12,
            "speed_knots": 11,
            "crew_minimum": 4,
            "call_sign": "MKQF4",
            "fuel_tank_litres": 6400,
        },
        {
            "name": "Sandpiper",
            "built": 1996,
            "yard": "Tarrant's yard",
            "length_m": 16.2,
            "draught_m": 1.3,
            "passengers": 48,
            "cars": 0,
            "speed_knots": 14,
            "crew_minimum": 2,
            "call_sign": "MLTB7",
            "fuel_tank_litres": 1500,
        },
    ],
    "piers": [
        {"name": "Kelpin harbour", "vhf_channel": 12, "depth_at_low_water_m": 3.1},
        {"name": "Ormsay pier", "vhf_channel": 14, "depth_at_low_water_m": 2.6},
    ],
    "booking": {"opens_days_ahead": 90, "closes_minutes_before": 30, "cancel_fee_percent": 15},
}

SCAN = [
    "PLOUGHMAN MARINE INSPECTION",
    "12 Rope Walk, Kelpin",
    "",
    "To the Ormsay and Kelpin Ferry Company",
    "27 May 2025",
    "",
    "Ramp of the ferry Morag Ellen, inspection of 22 May 2025",
    "",
    "Dear Mr Pettifer,",
    "I found two cracked welds at the left hinge of the bow ramp.",
    "They must be repaired before 30 June 2025.",
    "Until then the ramp may carry no vehicle above 5 tonnes.",
    "The steel plate of the ramp has worn from 12 mm to 9.4 mm.",
    "The lifting chains are in good order.",
    "The rubber seal has to be replaced by the end of the year.",
    "My fee for the visit is 475 pounds.",
    "The next inspection of the ramp is due in May 2027.",
    "",
    "Yours sincerely,",
    "Gareth Ploughman",
]

HANDBOOK: list[tuple[str, str]] = [
    ("h", "Uniform"),
    (
        "p",
        "The company gives every crew member two jackets and one pair of boots a year. Boots are "
        "replaced free of charge when the sole is worn. Name badges are worn on the left side.",
    ),
    ("h", "Hours of work"),
    (
        "p",
        "No one works more than twelve hours in a day, and there must be ten hours of rest between "
        "two days of duty. Deckhands earn 15.40 pounds an hour and the mate 19.80 pounds. Sick "
        "leave is reported to Colin Pettifer before six in the morning.",
    ),
    ("h", "Man overboard"),
    (
        "p",
        "Shout, point at the person and do not take your eyes off them. Throw the nearest ring. "
        "The skipper turns towards the side on which the person fell. The rescue boat is launched "
        "by the two deckhands on duty.",
    ),
    ("h", "Lifejackets"),
    (
        "p",
        "The Morag Ellen carries 110 adult lifejackets. Half of them are in the passenger saloon "
        "and the rest are on the upper deck. Children's lifejackets have yellow collars.",
    ),
    ("h", "Muster stations"),
    ("t", ""),
    ("h", "Animals and loads"),
    (
        "p",
        "Dogs are kept on a lead. Horses travel only in a trailer and only on the first sailing of "
        "the day. Gas bottles are stowed on the open deck, at most four of them on a sailing.",
    ),
    ("h", "Lost property"),
    (
        "p",
        "Hand in whatever you find at the Kelpin office. It is kept for sixty days and then given "
        "to the lifeboat charity shop.",
    ),
]
MUSTER = [
    ("Station", "Place", "In charge", "People"),
    ("A", "Upper deck, port side", "Hester Quayle", "36"),
    ("B", "Upper deck, starboard side", "Joss Merrick", "36"),
    ("C", "Car deck, aft", "Pru Ansty", "24"),
    ("D", "Bridge", "Iain Dunmore", "4"),
]

SLIDES: list[tuple[str, list[str]]] = [
    (
        "Winter safety training 2025",
        ["Kelpin harbour office, 18 February 2025", "Led by Hester Quayle"],
    ),
    (
        "Cold water",
        [
            "The sea at Ormsay is 7 degrees in February",
            "Cold shock lasts about one minute",
            "A person without a lifejacket swims for 10 minutes at most",
        ],
    ),
    (
        "The rescue boat",
        [
            "Two people launch it, a third keeps the radio",
            "It must be in the water within 5 minutes",
            "It holds six people",
        ],
    ),
    (
        "Fire in the engine room",
        [
            "Shut the fuel first: red lever beside the ladder",
            "Close all four vents",
            "Wait 15 minutes before opening the hatch again",
        ],
    ),
    (
        "What went wrong last winter",
        [
            "Three slips on the wet ramp, one broken wrist",
            "The rescue boat's battery was flat on 9 January",
            "Nobody had the key of the first aid room",
        ],
    ),
]

MAIL = """\
Dear Mr Pettifer,

we would like to charter a boat for our wedding on Saturday 13 September 2025. There will be 64
guests, so I suppose that the Sandpiper is too small. The ceremony in the keeper's cottage starts
at 15:00 and we should be on the island an hour earlier.

Could you also wait for us in the evening? The band stops at 22:30 and we would like to be back in
Kelpin before midnight. Two of our guests use wheelchairs. My uncle brings his accordion, so please
do not be surprised by music on deck.

You said on the telephone that the charter of the Morag Ellen costs 1,850 pounds for the day and
that a deposit of 400 pounds keeps the date. I will transfer it on Monday. The caterer is Bluebell
Kitchen from Hexworth; they will bring nine boxes on the morning boat.

With kind regards,
Felicity Crane
"""

NEWS_LEFT = [
    ("h", "A new waiting room"),
    (
        "p",
        "The new waiting room at Ormsay pier opens on 14 June 2025. It has 40 seats, a heater "
        "that works and a window towards the lighthouse. The county paid 62,000 pounds of the "
        "cost, and the company the remaining 18,000 pounds.",
    ),
    ("h", "Residents' card"),
    (
        "p",
        "From 1 July islanders travel with a green card. It costs 25 pounds a year and takes 40 "
        "per cent off every fare. Bring a photograph and a letter with your address to Nadia "
        "Whitlock in the office.",
    ),
    ("h", "Quiz night"),
    (
        "p",
        "The quiz on board raised 730 pounds for the lifeboat. The winning team were the "
        "Barnacles, for the third year running.",
    ),
]
NEWS_RIGHT = [
    ("h", "Meet the crew: Pru Ansty"),
    (
        "p",
        "Pru Ansty joined the company in 2019 after eight years on a trawler. She grew up in "
        "Hexworth, keeps bees and is studying for her mate's ticket. Her favourite sailing is the "
        "first one on a frosty morning.",
    ),
    ("h", "Timetable"),
    (
        "p",
        "The winter timetable begins on 27 October 2025 with five sailings a day. The 19:00 then "
        "runs on Fridays only. There is no ferry on Christmas Day.",
    ),
    ("h", "Puffins"),
    (
        "p",
        "Walter Geddes counted 318 pairs of puffins on the cliffs below the lighthouse in May, "
        "26 pairs more than last year. Please stay behind the white stones.",
    ),
]

ACCOUNTS = [
    ("", "2022", "2023", "2024"),
    ("Fares", "£402,000", "£431,000", "£468,000"),
    ("Freight", "£88,000", "£91,500", "£79,000"),
    ("County grant", "£150,000", "£150,000", "£165,000"),
    ("Wages", "£284,000", "£301,000", "£322,000"),
    ("Fuel", "£141,000", "£128,500", "£119,000"),
    ("Repairs", "£63,000", "£97,000", "£71,500"),
]
QUARTERS = [
    ("Jan-Mar", 6120),
    ("Apr-Jun", 18940),
    ("Jul-Sep", 27350),
    ("Oct-Dec", 8015),
]

BRIEFING = [
    "Good morning everybody, this is the morning briefing for Saturday.",
    "A strong wind will come from the north this afternoon.",
    "The last boat may come late, so tell the people on the island before they walk away.",
    "Thirty children from the school will travel with us in the morning.",
    "Their teacher has asked for a place inside, near the window.",
    "The coffee machine is broken, so nobody sells coffee today.",
    "The new gloves are in the blue box next to the stairs.",
    "Please keep the left side of the deck empty for the fire engine.",
    "The fire engine weighs nine tons, so it must stand in the middle.",
    "The captain is at the hospital today, so Hester is the safety officer.",
    "There is a cake in the kitchen for the birthday of our oldest sailor.",
    "Thank you, and have a safe day.",
]
MEMO = [
    "Note to myself, Tuesday evening, in the engine room.",
    "The left engine makes a strange sound when it is cold.",
    "The sound goes away after ten minutes.",
    "I think that the water pump is old and tired.",
    "A new water pump costs three hundred dollars and takes two weeks.",
    "I will order it from the company in the north, because the other one sent the wrong part.",
    "The small boat needs new paint before the summer, about five cans of white paint.",
    "The lamp over the back door is dark again.",
    "I have to ask the electrician on Friday.",
    "Do not forget the key for the fuel tank, it hangs behind the clock.",
]
INTERVIEW = [
    ("slt", "Thank you for talking to us. How long have you worked at the lighthouse?"),
    ("rms", "I have worked here for twenty six years."),
    ("slt", "And what did you do before that?"),
    ("rms", "Before that I was a postman on the mainland."),
    ("slt", "What is the hardest part of the work?"),
    ("rms", "The hardest part is to clean the big windows in the winter."),
    ("rms", "It takes me four hours, and then the salt comes back the next day."),
    ("slt", "Do you remember a special night?"),
    ("rms", "Yes, in the great storm a fishing boat hit the rocks below the tower."),
    ("rms", "We pulled seven men out of the water with a rope."),
    ("rms", "Every year one of them sends me a bottle of wine."),
    ("slt", "Are you lonely here?"),
    ("rms", "No, I have a dog and two hundred books, and my sister visits every month."),
    ("slt", "What are your plans for the future?"),
    ("rms", "I would like to build a small wooden boat in the old stable."),
]

BOARDING: list[tuple[list[str], list[str]]] = [
    (
        ["HOW TO BOARD", "Ormsay and Kelpin ferry", "Film for visitors, 2025"],
        ["Welcome to the ferry.", "This film shows you how to come on board."],
    ),
    (
        ["FOOT PASSENGERS", "Gate 2", "Boarding starts 20 minutes", "before departure"],
        [
            "People on foot wait behind the yellow line.",
            "Please hold your children by the hand.",
        ],
    ),
    (
        ["CARS", "Gate 5", "Speed limit 5 mph", "Lights off on the car deck"],
        [
            "Drivers must stay in the car and wait for the green light.",
            "Turn the engine off and leave the windows closed.",
        ],
    ),
    (
        ["LUGGAGE", "Red trolley: Ormsay pier", "Blue trolley: lighthouse", "Up to 20 kg a piece"],
        ["Your bags travel on a trolley.", "The trolley is free, but it is not for animals."],
    ),
    (
        ["ON BOARD", "Crossing time 35 minutes", "Toilets: lower deck", "Emergency: press 9"],
        [
            "You can buy soup and bread on the upper deck.",
            "We wish you a happy day on the island.",
        ],
    ),
]
JACKET: list[tuple[list[str], list[str]]] = [
    (
        ["LIFEJACKET DRILL", "for new crew", "Shown by Joss Merrick"],
        ["This is how we put on a life jacket.", "You should need less than one minute."],
    ),
    (
        ["STEP 1", "Arms first, then the collar", "Green side outwards"],
        [
            "First look at the whistle and the small light.",
            "If the light is broken, take another jacket.",
        ],
    ),
    (
        ["STEP 2", "Buckle at the waist", "Crotch strap: size M and L"],
        ["Pull the belt until it is tight.", "Always help the children first."],
    ),
    (
        ["STORAGE", "Box 4, upper deck", "Check every 3 months", "Gas bottle 33 g"],
        ["Dry the jacket in the shade, never on the heater.", "Write your name in the green book."],
    ),
]


def write_office() -> None:
    """Write the workbook, the handbook and the slides."""
    import docx
    import openpyxl
    import pptx
    from pptx.util import Pt

    book = openpyxl.Workbook()
    first = book.active
    first.title = "Spare parts"
    second = book.create_sheet("Safety equipment")
    for sheet, rows in [(first, PARTS), (second, SAFETY)]:
        for row in rows:
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
        for letter, width in zip("ABCDE", (30, 14, 12, 16, 20), strict=True):
            sheet.column_dimensions[letter].width = width
    book.save(FILES / "stores.xlsx")
    steady(FILES / "stores.xlsx")

    paper = docx.Document()
    paper.add_heading("Crew handbook", 0)
    paper.add_paragraph("Edition of March 2025, approved by Colin Pettifer, office manager.")
    for kind, text in HANDBOOK:
        if kind == "h":
            paper.add_heading(text, 1)
        elif kind == "p":
            paper.add_paragraph(text)
        else:
            grid = paper.add_table(rows=0, cols=len(MUSTER[0]))
            grid.style = "Table Grid"
            for row in MUSTER:
                for cell, value in zip(grid.add_row().cells, row, strict=True):
                    cell.text = value
    paper.save(str(FILES / "crew_handbook.docx"))
    steady(FILES / "crew_handbook.docx")

    deck = pptx.Presentation()
    for title, points in SLIDES:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        frame = slide.placeholders[1].text_frame
        frame.text = points[0]
        for point in points[1:]:
            frame.add_paragraph().text = point
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(26)
    deck.save(str(FILES / "safety_training.pptx"))
    steady(FILES / "safety_training.pptx")


def steady(path: Path) -> None:
    """Pack a zip again with fixed times, so that it is the same in every run."""
    with zipfile.ZipFile(path) as packed:
        parts = [(name, packed.read(name)) for name in packed.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            if name.endswith("core.xml"):
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2025-06-01T08:00:00Z", data)
            packed.writestr(zipfile.ZipInfo(name, (2025, 6, 1, 8, 0, 0)), data, 8)


def write_pdfs() -> None:
    """Write the report, the two-column newsletter and the scanned letter."""
    for name in ("lato", "lato-bold", "serif", "serif-bold", "serif-italic"):
        use_font(name)
    sheet = Sheet(FILES / "annual_report_2024.pdf", "Annual report 2024", "Colin Pettifer")
    sheet.paragraph("Ormsay and Kelpin Ferry Company", "lato", 12)
    sheet.paragraph("Annual report 2024", "lato-bold", 22, after=14)
    sheet.paragraph("The year in brief", "lato-bold", 14)
    sheet.paragraph(
        "The company carried 60,425 passengers in 2024, 4 per cent more than the year before. 141 "
        "sailings were cancelled, most of them in December. Of the others 93 per cent left within "
        "five minutes of the timetable. The longest delay was three hours and ten minutes, on 2 "
        "August, when a tractor stood across the ramp at Ormsay.",
        "lato",
    )
    sheet.paragraph(
        "In October the Morag Ellen lay at Braddick's yard for nineteen days. Her hull was "
        "painted, and both rudders were taken off and fitted with new bearings. The work cost "
        "48,300 pounds. The Sandpiper kept the service up, without cars.",
        "lato",
    )
    sheet.paragraph("Income and costs", "lato-bold", 14)
    sheet.table(ACCOUNTS, (200, 300, 400), "lato", "lato-bold")
    sheet.paragraph(
        "Fuel became cheaper because the boats now run at eleven knots instead of thirteen. "
        "Freight fell when the fish farm bought its own barge.",
        "lato",
    )
    sheet.paragraph("Staff", "lato-bold", 14)
    sheet.paragraph(
        "At the end of the year 23 people worked for the company, nine of them in summer only. "
        "The skipper Alasdair Finn retired in September after 31 years; Iain Dunmore followed him.",
        "lato",
    )
    sheet.next_page()
    sheet.paragraph("Passengers", "lato-bold", 14, after=14)
    base, left, top = sheet.y + 240, 90.0, max(count for _, count in QUARTERS)
    for number, (name, count) in enumerate(QUARTERS):
        tall = 200 * count / top
        x = left + 105 * number
        sheet.pdf.setFillColorRGB(0.2, 0.4, 0.66)
        sheet.pdf.rect(x, HEIGHT - base, 62, tall, stroke=0, fill=1)
        sheet.line(x + 31, base - tall - 7, f"{count:,}", "lato-bold", 11, align="centre")
        sheet.line(x + 31, base + 16, name, "lato", 11, align="centre")
    sheet.y = base + 32
    sheet.paragraph("Figure 1. Passengers in each quarter of 2024.", "lato", 10, after=16)
    sheet.paragraph("Outlook", "lato-bold", 14)
    sheet.paragraph(
        "A third boat is wanted by 2028. The board has asked two yards for a design with batteries "
        "and will decide in November 2025. The present ramp at Kelpin will be widened to 5.5 "
        "metres, for which 210,000 pounds are set aside.",
        "lato",
    )
    sheet.save()

    sheet = Sheet(FILES / "newsletter_spring_2025.pdf", "The Crossing, spring 2025", "Ferry office")
    sheet.paragraph("The Crossing", "serif-bold", 26, after=2)
    sheet.paragraph("Newsletter of the Ormsay ferry, spring 2025", "serif-italic", 12, after=18)
    top = sheet.y
    for x, column in [(64, NEWS_LEFT), (WIDTH / 2 + 12, NEWS_RIGHT)]:
        sheet.y = top
        for kind, text in column:
            if kind == "h":
                sheet.paragraph(text, "serif-bold", 13, x=x, width=WIDTH / 2 - 76, after=3)
            else:
                sheet.paragraph(text, "serif", 11, x=x, width=WIDTH / 2 - 76, after=12)
    sheet.save()

    page = Image.new("RGB", (1240, 1500), (247, 245, 239))
    pen = ImageDraw.Draw(page)
    y = 110
    for number, line in enumerate(SCAN):
        face = "serif-bold" if number in (0, 6) else "serif"
        pen.text((120, y), line, font=font(face, 40 if number == 0 else 33), fill=INK)
        y += 62 if line else 34
    scanned(page, FILES / "ramp_inspection_scan.pdf", 3)


def scanned(page: Image.Image, path: Path, seed: int) -> None:
    """Save a drawn page as a slightly turned, grey, grainy picture in a PDF."""
    turned = page.rotate(0.5, Image.Resampling.BICUBIC, fillcolor=(240, 238, 232)).convert("L")
    grain = np.random.default_rng(seed).normal(0, 4, (turned.height, turned.width))
    grey = np.clip(np.asarray(turned, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    packed = io.BytesIO()
    Image.fromarray(grey).save(packed, "JPEG", quality=45)
    packed.seek(0)
    size = (595, 595 * page.height / page.width)
    sheet = Canvas(str(path), pagesize=size, invariant=1)
    sheet.drawImage(ImageReader(packed), 0, 0, *size)
    sheet.save()


def draw_fares() -> None:
    """Draw the fares board."""
    rows = [
        ("Adult single", "£8.40"),
        ("Adult return", "£14.60"),
        ("Child 5 to 15", "£4.20"),
        ("Under 5", "free"),
        ("Family return", "£38.00"),
        ("Dog", "£2.00"),
        ("Bicycle", "£3.50"),
        ("Car with driver", "£27.00"),
        ("Motorcycle", "£12.50"),
        ("Trailer", "£19.00"),
    ]
    board = Image.new("RGB", (900, 1060), NAVY)
    pen = ImageDraw.Draw(board)
    pen.rectangle((16, 16, 883, 1043), outline=WHITE, width=5)
    pen.text((450, 90), "FARES 2025", font=font("lato-black", 70), fill=YELLOW, anchor="mm")
    subtitle = "Kelpin harbour to Ormsay"
    pen.text((450, 160), subtitle, font=font("lato", 38), fill=WHITE, anchor="mm")
    for number, (name, price) in enumerate(rows):
        y = 246 + 70 * number
        pen.text((90, y), name, font=font("lato-bold", 42), fill=WHITE, anchor="lm")
        pen.text((810, y), price, font=font("lato-bold", 42), fill=YELLOW, anchor="rm")
    foot = "Pay by card or cash on board. Day return valid until the 19:00."
    pen.text((450, 986), foot, font=font("lato", 28), fill=WHITE, anchor="mm")
    board.quantize(32).save(FILES / "fares_board.png", optimize=True)


def draw_notice() -> None:
    """Draw the notice on the quay."""
    lines = [
        "Be at the gate 15 minutes before departure",
        "The gate closes 5 minutes before departure",
        "At most 96 passengers on the Morag Ellen",
        "At most 48 passengers on the Sandpiper",
        "No vehicles above 7.5 tonnes",
        "No smoking on the pier and on the car deck",
        "Dogs on a lead, muzzle not needed",
        "Keep behind the yellow line",
        "Lost property: office, door C",
        "Harbour master: 01555 020 333",
    ]
    sign = Image.new("RGB", (1000, 980), (244, 243, 236))
    pen = ImageDraw.Draw(sign)
    pen.rectangle((0, 0, 999, 150), fill=RED)
    pen.text(
        (500, 75), "NOTICE TO PASSENGERS", font=font("lato-black", 62), fill=WHITE, anchor="mm"
    )
    for number, line in enumerate(lines):
        pen.text((60, 212 + 70 * number), line, font=font("lato-bold", 38), fill=INK, anchor="lm")
    by = "By order of the Kelpin harbour board, 1 April 2025"
    pen.text((500, 932), by, font=font("lato", 30), fill=INK, anchor="mm")
    sign.filter(ImageFilter.GaussianBlur(0.6)).save(FILES / "quay_notice.jpg", quality=78)


def draw_plate() -> None:
    """Draw the plate on the port engine."""
    rows = [
        ("Type", "HD 6-140 M"),
        ("Serial No.", "40718-P"),
        ("Year", "2016"),
        ("Power", "265 kW"),
        ("Speed", "1800 rpm"),
        ("Cylinders", "6"),
        ("Fuel", "Marine diesel"),
        ("Oil", "15W-40, 38 l"),
        ("Weight", "1240 kg"),
    ]
    plate = Image.new("RGB", (960, 860), STEEL)
    pen = ImageDraw.Draw(plate)
    pen.rounded_rectangle((18, 18, 941, 841), 30, outline=INK, width=6)
    for x, y in [(58, 58), (902, 58), (58, 802), (902, 802)]:
        pen.ellipse((x - 16, y - 16, x + 16, y + 16), fill=(140, 146, 150), outline=INK, width=3)
    maker = "HALDEN DIESEL WORKS"
    pen.text((480, 92), maker, font=font("lato-black", 58), fill=INK, anchor="mm")
    pen.text((480, 154), "PORT ENGINE", font=font("lato-bold", 40), fill=INK, anchor="mm")
    for number, (name, value) in enumerate(rows):
        y = 226 + 66 * number
        pen.text((110, y), name, font=font("lato", 40), fill=INK, anchor="lm")
        pen.text((430, y), value, font=font("lato-bold", 42), fill=INK, anchor="lm")
        pen.line((100, y + 32, 860, y + 32), fill=(150, 156, 160), width=2)
    plate.quantize(32).save(FILES / "port_engine_plate.png", optimize=True)


def draw_receipt() -> None:
    """Draw the receipt of the fuel berth."""
    lines = [
        "KELPIN FUEL BERTH",
        "North Quay 3",
        "Receipt 20417",
        "19 May 2025   16:42",
        "Boat: Morag Ellen",
        "-------------------------",
        "Marine diesel",
        "  2150 L x 0.94   2021.00",
        "Engine oil",
        "  40 L x 3.80      152.00",
        "Rags, 1 bag          6.50",
        "Ice, 2 bags          5.00",
        "-------------------------",
        "TOTAL            2184.50",
        "Paid by card",
        "Served by: Mo",
        "Signed: N. Whitlock",
    ]
    paper = Image.new("RGB", (760, 1060), (252, 251, 246))
    pen = ImageDraw.Draw(paper)
    for number, line in enumerate(lines):
        face = font("mono-bold" if number in (0, 13) else "mono", 42)
        pen.text((62, 50 + 57 * number), line, font=face, fill=(40, 40, 44))
    turned = paper.rotate(-0.8, Image.Resampling.BICUBIC, fillcolor=(150, 128, 104))
    turned.filter(ImageFilter.GaussianBlur(0.7)).save(FILES / "fuel_receipt.jpg", quality=74)


def draw_diagram() -> None:
    """Draw the fuel system with a value beside each part."""
    card = Image.new("RGB", (1400, 860), WHITE)
    pen = ImageDraw.Draw(card)
    pen.text((50, 60), "Fuel system of the Morag Ellen", font=font("lato-black", 50), fill=INK)
    pen.text((50, 124), "Drawing F-2, March 2024", font=font("lato", 32), fill=INK)
    pen.line([(330, 240), (1070, 330), (330, 420), (1070, 510), (330, 600), (1070, 690)], BLUE, 10)
    boxes = [
        ((60, 195), "Main tank  6400 litres"),
        ((800, 285), "Water trap  1.5 litres"),
        ((60, 375), "Lift pump  0.4 bar"),
        ((800, 465), "Fine filter  10 micron"),
        ((60, 555), "Day tank  350 litres"),
        ((800, 645), "Injectors  220 bar"),
    ]
    for (x, y), words in boxes:
        pen.rounded_rectangle((x, y, x + 540, y + 90), 14, fill=PALE, outline=INK, width=4)
        pen.text((x + 270, y + 45), words, font=font("lato-bold", 42), fill=INK, anchor="mm")
    note = "Emergency stop: red lever beside the ladder"
    pen.text((700, 800), note, font=font("lato-bold", 34), fill=RED, anchor="mm")
    card.quantize(32).save(FILES / "fuel_system.png", optimize=True)


def write_recordings() -> None:
    """Speak the briefing, the memo and the interview."""
    save_sound("crew_briefing.mp3", [("slt", text) for text in BRIEFING])
    save_sound("engineer_memo.ogg", [("rms", text) for text in MEMO])
    save_sound("keeper_interview.mp3", INTERVIEW)


def save_sound(name: str, lines: Sequence[tuple[str, str]]) -> None:
    """Speak lines into a small mono file, mp3 or ogg."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.wav"
        speech.write_wav(spoken(lines), plain)
        codec = (
            ["libvorbis", "-q:a", "1"] if name.endswith("ogg") else ["libmp3lame", "-b:a", "32k"]
        )
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(plain), "-c:a", *codec]
        subprocess.run([*command, "-fflags", "+bitexact", str(FILES / name)], check=True)


def spoken(lines: Sequence[tuple[str, str]]) -> speech.Samples:
    """Return sentences said by their voices, with half a second between them."""
    rest = np.zeros(speech.RATE_HZ // 2, dtype=np.float32)
    pieces = [rest]
    for voice, text in lines:
        pieces += [speech.say(text, voice), rest]
    return np.concatenate(pieces) * np.float32(0.9)


def write_film(
    name: str,
    parts: Sequence[tuple[list[str], list[str]]],
    colours: Sequence[tuple[int, int, int]],
) -> None:
    """Write a film of still slides, each shown while its sentences are spoken."""
    with tempfile.TemporaryDirectory() as folder:
        shots, sounds = [], []
        for number, (lines, said) in enumerate(parts):
            slide = Image.new("RGB", (854, 480), colours[number % len(colours)])
            pen = ImageDraw.Draw(slide)
            pitch = 400 / len(lines)
            for row, line in enumerate(lines):
                face = font("lato-black", 60) if row == 0 else font("lato-bold", 44)
                y = 40 + pitch * (row + 0.5)
                pen.text((427, y), line, font=face, fill=YELLOW if row == 0 else WHITE, anchor="mm")
            path = Path(folder) / f"{number}.png"
            slide.save(path)
            voice = spoken([("slt", s) for s in said])
            voice = np.concatenate([voice, np.zeros(speech.RATE_HZ, dtype=np.float32)])
            whole = -len(voice) % (speech.RATE_HZ // 4)
            voice = np.concatenate([voice, np.zeros(whole, dtype=np.float32)])
            sounds.append(voice)
            shots.append((path, len(voice) / speech.RATE_HZ))
        sound = Path(folder) / "sound.wav"
        speech.write_wav(np.concatenate(sounds), sound)
        listing = "".join(f"file '{path}'\nduration {length}\n" for path, length in shots)
        (Path(folder) / "list.txt").write_text(listing + f"file '{shots[-1][0]}'\n", "utf-8")
        command = ["ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0"]
        command += ["-i", f"{folder}/list.txt", "-i", str(sound), "-r", "4", "-pix_fmt", "yuv420p"]
        command += ["-c:v", "libx264", "-crf", "31", "-tune", "stillimage", "-c:a", "aac"]
        command += ["-b:a", "32k", "-shortest", "-fflags", "+bitexact", "-flags", "+bitexact"]
        subprocess.run([*command, str(FILES / name)], check=True)


def write_texts() -> None:
    """Write the log, the notebook, the page, the tables of plain text and the mail."""
    (FILES / "crossing_log_may_2025.txt").write_text(LOG, "utf-8")
    (FILES / "engine_room_notebook.md").write_text(ENGINE, "utf-8")
    (FILES / "lighthouse_visit.html").write_text(WEB, "utf-8")
    with (FILES / "crossings_2025.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(CROSSINGS)
    text = json.dumps(VESSELS, indent=2, ensure_ascii=False)
    (FILES / "vessels.json").write_text(text + "\n", "utf-8")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Felicity Crane <f.crane@post.example>"
    mail["To"] = "Colin Pettifer <office@ormsayferry.example>"
    mail["Subject"] = "Charter for our wedding in September"
    mail["Date"] = "Thu, 12 Jun 2025 19:20:00 +0000"
    mail["Message-ID"] = "<crane-charter@post.example>"
    mail.set_content(MAIL, cte="7bit")
    (FILES / "charter_enquiry.eml").write_bytes(mail.as_bytes())


def main() -> None:
    """Write everything into `files/`."""
    FILES.mkdir(exist_ok=True)
    write_texts()
    write_office()
    write_pdfs()
    draw_fares()
    draw_notice()
    draw_plate()
    draw_receipt()
    draw_diagram()
    write_recordings()
    write_film("boarding_film.mp4", BOARDING, [NAVY, (110, 40, 30), (20, 74, 62)])
    write_film("lifejacket_drill.mp4", JACKET, [(20, 74, 62), (60, 60, 70), (120, 60, 10), NAVY])


if __name__ == "__main__":
    main()
