"""Write the files of the practice folder of a heritage railway."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "brewery"))

import kit

FILES = Path(__file__).parent / "files"

DIARY = """\
ENGINE DIARY - LADY MAUD
Wenlow Valley Railway, Priory Road shed. Driver Frank Osgood, unless another name stands below.

Saturday 6 June 2026
Lit up at 5.10, 40 pounds on the clock by 7.30. Fireman Nell Harding. Four round trips, 46 miles. \
Burned 18 hundredweight of the new Welsh coal, which clinkers badly, so Nell had to clean the fire \
at Hollin Top after the second trip. Left injector wasted water at the overflow all day. Took \
water at Stonebridge twice because the column at Wenlow Town was out of order.

Sunday 7 June
Same turn. Nell fired again. Three round trips only, the 15.20 was cancelled because a cow had got \
onto the line at Cutmill. It took 50 minutes to persuade her. The farmer, Mr Gale, brought us a \
cheese on Monday. Right hand trailing axlebox warm to the touch at the end of the day.

Wednesday 10 June. Not in steam.
Axlebox off. Sam Whitaker found the oil pad dry and torn, and made a new one from felt. Washed the \
boiler out; three buckets of scale from the front corners. Fusible plug changed, it was due on the \
15th anyway.

Saturday 13 June
Driver Colin Tate, fireman Josh Lamb, his first turn on the regular list. Lit up at 5.30. Slipped \
to a stand on wet rails in Priory cutting with six coaches on the 11.05. Sand on the left side was \
blocked. Set back to the halt, had another run at it and arrived 22 minutes late. Axlebox cool.

Sunday 14 June
Frank again, with Josh. Sand pipe cleared with a bicycle spoke. Gala for the fathers: the train \
was full and 412 people travelled. Burned 21 hundredweight. The brick arch has lost two bricks on \
the driver's side. We can run with it until the washout.

Tuesday 16 June
Photographers' charter with twelve wagons, paid 1,900 pounds. They wanted smoke, so Nell gave them \
smoke, and Mrs Abbot of Cutmill had her sheets on the line. Beatrice has paid for the laundry.

Saturday 20 June
Broke the vacuum pipe between the engine and the first coach at Stonebridge. Guard Tessa Bright \
had a spare in her van. Delay 14 minutes. Whistle sticks open when it is cold; tap the lever with \
the coal pick.

Wednesday 24 June. Not in steam.
Two bricks replaced in the arch. Tubes swept, 118 of them. Sam measured the tyres: 39 mm left on \
the leading wheels, 41 on the drivers. They must come off at 32. Mileage since overhaul 14,206.
"""

NOTICES = """\
# Stonebridge signal box: notices to signalmen

Issued by Arthur Pym, signalling inspector. Read and sign before you take the box.

## Notice 14, of 2 May 2026: viaduct

Trains must not run over Stonebridge viaduct at more than 10 mph until the new waterproofing has \
been laid. Two engines may not be coupled together on the viaduct. The boards stand 200 yards \
before each end.

## Notice 15, of 9 May 2026: lever 9

Lever 9, the up starting signal, pulls heavily. Use both hands and a cloth. The wire will be \
changed on 3 June. Do not oil the pulley on the bridge, it drips on the footpath.

## Notice 16, of 30 May 2026: Cutmill crossing

The barrier at Cutmill is worked by hand while the motor is away. The keeper telephones on circuit \
2, two long rings. Do not clear signal 4 until he has said the gates are locked. The motor comes \
back from Tarrant Electric about the end of July.

## Notice 17, of 12 June 2026: bees

A swarm has settled in the lamp room. Mr Gale will fetch it on Monday. Until then the lamps are \
filled in the porters' room.

## How to take the box over

1. Sign the train register with the time and your name.
2. Ask the man going off what is on the line and which staffs are out.
3. Test the bell with Wenlow Town: send 1, then 16.
4. Wind the clock on Sundays. It loses two minutes a week.

## Bell codes

- 3 beats and 1: passenger train
- 4 beats: special train
- 1 beat, 2 and 1: engine alone
- 6 beats: danger, stop everything

The stove may be lit from 1 October. The coal is counted, 2 buckets a shift. The box was built in \
1891 and has 24 levers, of which 7 are spare and painted white.
"""

PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Wenlow Valley Railway: plan your \
day</title></head>
<body>
<h1>Plan your day</h1>
<p>Our steam trains run 7 miles from Wenlow Town to Hollin Top through woods and over the
Stonebridge viaduct. A single journey takes 38 minutes.</p>
<h2>When we run</h2>
<p>Trains run on Saturdays, Sundays and bank holidays from 28 March to 1 November 2026, and on
Wednesdays too in July and August. The diesel railcar Buttercup runs on Thursdays in August.</p>
<h2>Fares</h2>
<table>
<tr><th>Ticket</th><th>Single</th><th>Return</th><th>All day</th></tr>
<tr><td>Adult</td><td>£9.50</td><td>£15.00</td><td>£19.00</td></tr>
<tr><td>Child 4 to 15</td><td>£4.50</td><td>£7.00</td><td>£9.00</td></tr>
<tr><td>Family</td><td>£24.00</td><td>£38.00</td><td>£46.00</td></tr>
<tr><td>Dog</td><td>£1.00</td><td>£2.00</td><td>£2.00</td></tr>
<tr><td>Bicycle</td><td>£2.00</td><td>£3.00</td><td>not sold</td></tr>
</table>
<p>Tickets booked before midnight of the day before are 10 percent cheaper. A first class seat costs
£5 more for each journey.</p>
<h2>Getting here</h2>
<p>Bus 34 stops outside Wenlow Town station every half hour. Parking at Priory Road is free; the car
park at Wenlow Town costs £4 a day. There is no road to Cutmill Halt.</p>
<h2>Access</h2>
<p>Coach 3 has a lift and room for four wheelchairs. Please telephone Moira Quill, the station
master, on 01632 960 733 two days before. There are no toilets at Hollin Top.</p>
<h2>Drive an engine</h2>
<p>A driver experience with Kestrel lasts three hours and costs £345. You must be 18 or over. Dates
are on the first Friday of each month.</p>
</body></html>
"""

TIMETABLE = """\
train,wenlow_town,priory_road,cutmill_halt,stonebridge,hollin_top,engine,guard
1,09.30,09.38,09.46,09.55,10.08,Lady Maud,Tessa Bright
2,11.05,11.13,11.21,11.30,11.43,Lady Maud,Tessa Bright
3,12.10,12.18,,12.34,12.47,Kestrel,Ron Vickers
4,13.40,13.48,13.56,14.05,14.18,Lady Maud,Tessa Bright
5,14.30,14.38,,14.54,15.07,Kestrel,Ron Vickers
6,15.20,15.28,15.36,15.45,15.58,Lady Maud,Tessa Bright
7,16.25,16.33,,16.49,17.02,Kestrel,Ron Vickers
8,17.35,17.43,17.51,18.00,18.13,Collier,Ingrid Moss
9,19.15,19.23,,19.39,19.52,Collier,Ingrid Moss
"""

STOCK = {
    "Engines": [
        ["Engine", "Built", "Wheels", "Weight tons", "Boiler ticket ends", "State"],
        ["Lady Maud", 1925, "0-6-0", 41, "May 2031", "in service"],
        ["Kestrel", 1912, "0-4-0", 24, "October 2027", "in service"],
        ["Collier", 1938, "0-6-2", 56, "March 2029", "in service"],
        ["Brigadier", 1943, "2-8-0", 73, "expired 2019", "under overhaul"],
        ["Old Tom", 1887, "0-4-0", 18, "expired 1978", "museum"],
        ["Buttercup", 1958, "railcar", 27, "no boiler", "in service"],
        ["D 217", 1961, "0-6-0", 48, "no boiler", "new batteries needed"],
    ],
    "Coaches": [
        ["Coach", "Type", "Built", "Seats", "Colour", "Next inspection"],
        [1, "Brake third", 1936, 32, "maroon", "January 2027"],
        [2, "Open second", 1951, 64, "maroon", "March 2027"],
        [3, "Open with lift", 1954, 42, "maroon", "February 2027"],
        [5, "Buffet car", 1949, 28, "cream and brown", "November 2026"],
        [6, "First", 1930, 36, "cream and brown", "April 2028"],
        [8, "Open second", 1955, 64, "green", "June 2027"],
        [11, "Brake van", 1944, 6, "grey", "August 2026"],
    ],
}

LINE = """\
# Wenlow Valley Railway, places on the line; miles from the buffer stop at Wenlow Town
railway: Wenlow Valley
length_miles: 7.4
line_speed_mph: 25
stations:
  - name: Wenlow Town
    mile: 0.0
    platform_yards: 168
    toilets: true
    opened: 1868
  - name: Priory Road
    mile: 1.6
    platform_yards: 90
    toilets: true
    opened: 1871
  - name: Cutmill Halt
    mile: 3.3
    platform_yards: 44
    toilets: false
    opened: 1909
  - name: Stonebridge
    mile: 4.9
    platform_yards: 140
    toilets: true
    opened: 1869
  - name: Hollin Top
    mile: 7.3
    platform_yards: 125
    toilets: false
    opened: 1874
structures:
  - name: Priory tunnel
    length_yards: 312
    last_examined: 2025-10-14
  - name: Stonebridge viaduct
    arches: 9
    height_feet: 71
    last_examined: 2026-02-20
  - name: Gale's bridge
    clearance_feet: 11
    last_examined: 2024-11-05
gradient_steepest: 1 in 48
gradient_place: between Stonebridge and Hollin Top
"""

VIADUCT = [
    (
        "The structure",
        "Stonebridge viaduct was built from 1866 to 1868 by the contractor Josiah Crane with "
        "sandstone from Hollin quarry. It has nine arches, each of 36 feet. Crane was paid 11,400 "
        "pounds and lost money on it.",
    ),
    (
        "What is wrong",
        "Water comes through the old clay and runs down inside the piers. In the frost of January "
        "2025 a piece of stone as big as a loaf fell from arch 6 into the river. Nobody was hurt. "
        "Pier 4 leans by 18 mm, which it has done since 1902 at least.",
    ),
    (
        "What we measured",
        "Eight glass tell-tales were fixed across cracks in March 2025. After a year one had "
        "broken, in arch 6. Radar showed that the fill is wettest above pier 5.",
    ),
    ("|", ""),
    (
        "The repair",
        "The track will be lifted and the fill dug out to a depth of 900 mm. A membrane of rubber "
        "is laid on a bed of concrete, with a drain over each pier. The joints will be pointed "
        "with lime mortar, never with cement.",
    ),
    (
        "Time and money",
        "Work begins on 4 January 2027 and should take eleven weeks. The cost is put at 286,000 "
        "pounds. A grant pays 170,000 and the appeal has brought in 73,500 so far.",
    ),
    (
        "Bats and birds",
        "About sixty bats sleep in arch 2, so no work may be done there before 1 April. Mrs Oakes "
        "of the wildlife trust will count them.",
    ),
]

LETTER = [
    "NORTHERN BOILER INSURANCE",
    "Engineering Survey Department, 3 Canal Row, Aldmouth",
    "",
    "22 May 2026",
    "",
    "The Secretary, Wenlow Valley Railway",
    "",
    "Engine: KESTREL    Boiler number 1187",
    "",
    "Dear Madam,",
    "",
    "Our surveyor, Mr Hugh Penrose, saw this boiler cold on 12 May",
    "and in steam on 19 May.",
    "",
    "The safety valves lifted at 152 pounds and are set too high.",
    "They must be set to 145 pounds before the engine runs again.",
    "The water gauge on the left was slow to show, and its lower",
    "passage must be cleaned.",
    "Three stays on the right side of the firebox are wasted.",
    "They may stay in service until the end of this season.",
    "",
    "The next cold survey is due in May 2027.",
    "The fee for both visits is 430 pounds.",
    "",
    "Please send us a copy of the washout record by 30 June.",
    "",
    "Yours faithfully,",
    "Irene Calloway",
    "Chief Surveyor",
]

RULES = [
    "# Handbook for volunteers",
    "Wenlow Valley Railway. Fourth edition, February 2026. Edited by Beatrice Lowe, general "
    "manager.",
    "## Joining",
    "You can start at 16, and on the footplate at 18. The yearly fee is 28 pounds, and 12 pounds "
    "for students. Everyone attends the safety evening, held on the second Tuesday of each month "
    "at 19.00 in the goods shed.",
    "An engine cleaner becomes a fireman after 60 turns and an examination. A fireman needs 150 "
    "turns before he or she may learn to drive. Eyes are tested every three years, after the age "
    "of 60 every year.",
    "## On duty",
    "Sign on in the book at least 30 minutes before your train. Nobody may have drunk alcohol in "
    "the 12 hours before. No one works for more than 10 hours in a day.",
    "Wear an orange vest on or near the line, but never red, which means stop. Cross the line only "
    "where there are boards.",
    "## Speed",
    [
        ["Place", "Limit", "Reason"],
        ["Open line", "25 mph", "light railway order"],
        ["Stonebridge viaduct", "15 mph", "age of the arches"],
        ["Priory tunnel", "20 mph", "curve"],
        ["Cutmill crossing", "10 mph", "poor view of the road"],
        ["Station loops", "8 mph", "spring points"],
        ["Shed yard", "4 mph", "people on foot"],
    ],
    "## When something happens",
    "- If you find a dog or a child on the line, show a red flag or wave both arms.",
    "- Lost property goes to Moira Quill and is kept for three months.",
    "- The defibrillator hangs outside the booking office at Wenlow Town. A second one is in the "
    "buffet car.",
    "- Report every accident to the duty officer on 01632 960 700.",
    "## Meals",
    "Volunteers get a hot meal for 3 pounds in the mess van from 12.00 to 14.30. The cook is Olive "
    "Trant. Please tell her by Thursday if you do not eat meat.",
]

WORKS = [
    ("Winter works 2026/27", ["Volunteers' meeting, 18 June 2026", "Beatrice Lowe"], ""),
    (
        "Track",
        [
            "340 sleepers between Cutmill and Stonebridge",
            "New points at Priory Road: 27,000 pounds",
            "Gang leader: Keith Warboys",
            "Every Sunday from 8 November",
        ],
        "The sleepers are second-hand from the docks. We were 90 short last year.",
    ),
    (
        "Brigadier",
        [
            "Boiler back from Aldmouth in September",
            "Still to raise: 61,000 pounds",
            "First steam: spring 2028",
            "Wheels are done",
        ],
        "The tender tank has to be made new, the old one is more hole than plate.",
    ),
    (
        "Santa trains",
        [
            "28 November to 24 December",
            "Adults 22 pounds, children 18 pounds",
            "9 trains a day on Sundays",
            "3,000 presents ordered",
        ],
        "Ron Vickers plays Santa for the twelfth time. Last year the mince pies ran out on 20 "
        "December.",
    ),
    (
        "Open questions",
        ["Who paints the footbridge?", "Gas heating for the museum?", "Sell D 217?"],
        "",
    ),
]

COAL_MAIL = """\
Dear Beatrice,

I have the prices you asked for. All are for a ton delivered to Priory Road.

Welsh steam coal, large: 318 pounds.
Polish washed doubles: 274 pounds.
Smokeless ovoids: 295 pounds, but Frank's trial in April was a disappointment.

I can bring 28 tons of the Polish on Monday 29 June, in one lorry with a trailer. The
driver needs the gate by the water tower open at 7 and half an hour to tip.

About the clinker: the Welsh you had in June came from the bottom of the heap and has
too much ash, 11 percent instead of 4. I am sorry. I will take 85 pounds off the next
bill, and if there are still six tons left please keep them for the brazier.

From October there is a charge of 6 pounds a ton for the harbour. If you order before
15 September I can leave it out.

Yours,
Duncan Farr
Farr & Daughter, coal merchants
"""

BRIEFING = [
    "Good morning, this is the guard's briefing for Saturday the fourth of July.",
    "We have six coaches today and the train will be full.",
    "Two hundred and ten seats are booked on the first train.",
    "A wedding party of thirty people gets on at the second station.",
    "They have the last coach, so please keep it locked until then.",
    "The toilet in coach two is out of order.",
    "There is a horse show near the line, so no whistle between the bridge and the farm.",
    "The platform at the halt is short, open only the front two coaches there.",
    "The weather will be very hot, please give free water to the passengers.",
    "The water is in blue boxes in the guard's van.",
    "A boy left a green bag on the train last Sunday.",
    "If you find it, take it to the ticket office.",
    "The last train waits ten minutes for the bus from the city.",
    "Any questions, ask me on channel four of the radio.",
]

MEMO = [
    "This is Frank, it is Sunday night after the last train.",
    "I could not find anyone in the office.",
    "The right hand brake block is worn and must be changed before Wednesday.",
    "I have written it on the board.",
    "We used two tons of coal today, that is more than usual.",
    "The water tank at the top station is leaking.",
    "It lost a quarter of the water during the night.",
    "I think a stone hit it.",
    "The ladder is still on the engine, do not move her before somebody takes it down.",
    "Josh burned his hand on the fire door.",
    "It is not bad, the nurse looked at it and gave him a cream.",
    "He should not work for a week.",
    "Somebody must clean the lamp, it was hard to see in the tunnel.",
    "I need a new pair of gloves, size ten.",
    "I am away until the twentieth, my brother has the keys.",
]

INTERVIEW = [
    ("slt", "Arthur, when did you first work in a signal box?"),
    ("rms", "I was fifteen years old, in nineteen sixty three."),
    ("rms", "My job was to make the tea and clean the windows."),
    ("slt", "How many trains passed in one day?"),
    ("rms", "About eighty trains passed every day, most of them with coal."),
    ("slt", "Why did the old line close?"),
    ("rms", "The mine was shut and there was nothing to carry."),
    ("slt", "What was your worst day?"),
    ("rms", "One winter the snow was so deep that a train was lost for two days."),
    ("rms", "The driver walked to a farm and came back with soup for the passengers."),
    ("slt", "Who taught you the bells?"),
    ("rms", "An old man called George, he was nearly deaf."),
    ("rms", "He put his hand on the wood to feel the bell."),
    ("slt", "What do you like best today?"),
    ("rms", "I like the quiet hour in the morning before the first train."),
    ("slt", "Will the box get electric signals?"),
    ("rms", "No, not while I live, but the roof will be new next year."),
]

FOOTPLATE = [
    (
        "A day on the footplate",
        ["With Nell Harding", "Filmed on 9 August 2025"],
        [
            "Hello, I am a fireman and this is my day.",
            "I get up at four in the morning and ride here on my bicycle.",
        ],
    ),
    (
        "Lighting the fire",
        ["Old rags, wood, then coal", "Three hours to full steam", "Boiler: 900 gallons"],
        [
            "First I look into the fire box with a lamp.",
            "A slow fire is good for the metal, a fast fire breaks it.",
        ],
    ),
    (
        "On the road",
        ["Six coaches: 190 tons", "The shovel holds 12 pounds", "Water: 35 gallons a mile"],
        [
            "On the hill I throw about two hundred shovels of coal.",
            "Keep the door shut in the tunnel, or the flames come out.",
        ],
    ),
    (
        "Going home",
        ["Ash pit: 40 minutes", "Fill the tank first", "Lock the regulator"],
        [
            "In the evening we drop the fire and the ash.",
            "The ash goes to a farmer who puts it on his paths.",
        ],
    ),
]

SHUNTING = [
    (
        "Shunting without accidents",
        ["Safety film for new people", "Length: under one minute"],
        ["Every year somebody is hurt between two wagons.", "Do not let it be you."],
    ),
    (
        "Before you start",
        ["Orange vest and gloves", "Pole: 5 feet 6 inches", "Radio on channel 7"],
        [
            "First talk to the driver and agree on the plan.",
            "Take off your rings, because they can catch on the hook.",
        ],
    ),
    (
        "Hand signals",
        ["One arm up: stop", "Circle: come towards me", "Arm side to side: go away"],
        ["If the driver cannot see you, he must stop at once.", "At night use the white lamp."],
    ),
    (
        "Coupling",
        ["Wait until nothing moves", "Never go under a buffer", "Two people for the brake pipe"],
        [
            "Count to five after the wagons have stopped.",
            "A chain weighs more than a child, so lift it with your legs.",
        ],
    ),
]


def pages() -> None:
    report = kit.Pdf()
    report.heading("Wenlow Valley Railway Trust: Trustees' Report for 2025", 20)
    report.paragraph("Approved on 21 March 2026. Chair of the trustees: Dr Leonora Finch.")
    report.heading("1  Passengers and trains")
    report.paragraph(
        "We carried 48,310 passengers in 2025, which is 2,900 more than in the year before. Trains "
        "ran on 142 days. The busiest day was 26 October, when 1,204 people came to the autumn "
        "gala. Nine trains were cancelled: five because of fire risk in August, three for want of "
        "a driver and one because of a fallen tree."
    )
    report.heading("2  Income")
    report.table(
        [
            ("Source", "2024", "2025", "Share in 2025", "Responsible"),
            ("Tickets", "402,700", "431,900", "58 %", "Moira Quill"),
            ("Shop", "88,400", "84,600", "11 %", "Pat Dunmore"),
            ("Buffet and meals", "97,200", "109,300", "15 %", "Olive Trant"),
            ("Gifts and legacies", "71,000", "52,500", "7 %", "Leonora Finch"),
            ("Film and photo charters", "19,800", "33,400", "5 %", "Beatrice Lowe"),
            ("Membership", "27,100", "29,200", "4 %", "Giles Rook"),
        ],
        (60, 210, 275, 345, 440),
    )
    report.heading("3  Spending")
    report.paragraph(
        "The railway spent 703,000 pounds. Track was the largest item again. The shop lost money "
        "on a calendar that nobody wanted; 1,100 copies are still in the goods shed."
    )
    report.chart(
        [
            ("Track", 214),
            ("Engines", 187),
            ("Wages", 126),
            ("Coal", 83),
            ("Insurance", 58),
            ("Other", 35),
        ],
        "thousand pounds",
        "Figure 1. Spending in 2025 by purpose.",
    )
    report.page()
    report.heading("4  Volunteers")
    report.paragraph(
        "There were 264 active volunteers, who gave 41,000 hours. Their average age is 57. We lost "
        "three old friends: Percy Dole, Maureen Sharp and Ted Ansell, who drove the first train of "
        "the preserved line on 14 May 1977."
    )
    report.heading("5  Safety")
    report.paragraph(
        "One passenger broke a wrist at Hollin Top in April and was paid 2,250 pounds. A volunteer "
        "was bruised by a falling lamp. The inspector of railways came in September and asked for "
        "better fences at Cutmill, which were finished in November for 6,800 pounds."
    )
    report.heading("6  Plans")
    report.paragraph(
        "We want to reach 50,000 passengers in 2026. The carriage shed, for which the council gave "
        "permission in December, will have room for 14 coaches and should open in 2029."
    )
    report.save(FILES / "trustees_report_2025.pdf")
    kit.two_columns(
        FILES / "viaduct_repair.pdf",
        "Keeping the Water Out of Stonebridge Viaduct",
        "Keith Warboys and Marion Oldfield, civil engineering group, April 2026",
        VIADUCT,
    )
    kit.scan(FILES / "boiler_letter_scan.pdf", LETTER, 8)


def pictures() -> None:
    kit.board(
        FILES / "platform_notice.png",
        "NOTICE TO PASSENGERS",
        [
            "Cutmill Halt is a request stop.",
            "Give a clear hand signal to the driver.",
            "Stand behind the white line.",
            "Trespass on the line: penalty 40 shillings",
            "Cross by the footbridge only",
            "Gate closes 2 minutes before departure",
            "Prams and bicycles travel in the van",
            "Dogs on leads. Cows not admitted.",
            "By order, Wenlow Valley Railway, 1909",
        ],
        ink="#f7f4ea",
        paper="#17314f",
        width=880,
    )
    kit.board(
        FILES / "ticket.jpg",
        "WENLOW VALLEY RAILWAY",
        [
            ("Ticket", "No. 004418"),
            ("Date", "17 May 2026"),
            ("Family return", "£ 38.00"),
            ("First class, 4 seats", "£ 20.00"),
            ("Dog return", "£ 2.00"),
            ("Guide book", "£ 3.50"),
            ("Total paid by card", "£ 63.50"),
            ("Coach", "6"),
            ("Seats", "21 to 24"),
            ("Outward train", "11.05"),
            ("Return train", "any"),
            ("Sold by", "P. Dunmore"),
        ],
        width=780,
        face="mono",
        size=28,
        border=0,
        paper="#e9dcb8",
    )
    kit.diagram(
        FILES / "engine_diagram.png",
        "Lady Maud: parts and filling",
        [
            (40, 130, 260, 150, ["Cylinder", "17 x 24 inches", "2 off"]),
            (370, 130, 270, 150, ["Boiler", "160 psi", "820 gallons"]),
            (720, 130, 250, 150, ["Firebox", "grate 16 sq ft"]),
            (1020, 330, 230, 150, ["Bunker", "coal 2.5 tons"]),
            (40, 560, 260, 150, ["Sand box", "3 buckets", "each side"]),
            (370, 560, 270, 150, ["Side tanks", "1,000 gallons"]),
            (720, 560, 250, 150, ["Axlebox", "oil 1.5 pints"]),
            (370, 345, 270, 150, ["Injectors", "No. 9, two", "80 psi to start"]),
        ],
        [
            (300, 205, 370, 205),
            (640, 205, 720, 205),
            (970, 205, 1135, 205),
            (1135, 205, 1135, 330),
            (505, 280, 505, 345),
            (505, 495, 505, 560),
            (170, 280, 170, 560),
            (640, 635, 720, 635),
        ],
    )
    kit.board(
        FILES / "collier_plate.jpg",
        "HARGREAVE & MOYLE",
        [
            ("Locomotive engineers", "Carrick Forge"),
            ("Works number", "2916"),
            ("Date", "1938"),
            ("Class", "Dock tank D4"),
            ("Working pressure", "180 psi"),
            ("Weight empty", "44 tons"),
            ("Tractive effort", "22,300 lb"),
            ("Smallest curve", "4 chains"),
            ("Rebuilt", "1961"),
        ],
        width=860,
        ink="#3a1d0c",
        paper="#d8b36a",
    )
    kit.board(
        FILES / "buffet_menu.png",
        "STATION BUFFET",
        [
            ("Open on running days", "9.00 to 17.30"),
            ("Pot of tea", "£2.40"),
            ("Coffee", "£2.90"),
            ("Bacon roll", "£4.75"),
            ("Soup of the day with bread", "£5.20"),
            ("Driver's breakfast", "£8.95"),
            ("Cream tea for two", "£13.50"),
            ("Slice of fruit cake", "£3.10"),
            ("Children's lunch box", "£5.00"),
            "Soup today: pea and mint",
            "Hot food until 15.00 only",
        ],
        ink="#2c2416",
        paper="#f3ead2",
    )
    kit.board(
        FILES / "box_note.jpg",
        "Tessa, please read! 21 June",
        [
            "Lever 13 is clipped out of use until Friday.",
            "Red flags are in the locker under the stairs.",
            "The staff for Hollin Top has a crack, go gently.",
            "Weed spraying train on Thursday at 6.40.",
            "School special: 86 children, 12 July.",
            "My bicycle is in the lamp room, mind the bees.",
            "The kettle trips the fuse, use the stove.",
            "Back on 2 July. Arthur",
        ],
        face="hand",
        size=34,
        width=960,
        border=0,
        ink="#2b2b2b",
        paper="#fbf7d8",
    )


def main() -> None:
    FILES.mkdir(exist_ok=True)
    texts = {
        "engine_diary_june.txt": DIARY,
        "box_notices.md": NOTICES,
        "plan_your_day.html": PAGE,
        "timetable_saturday.csv": TIMETABLE,
        "line.yaml": LINE,
    }
    for name, words in texts.items():
        (FILES / name).write_text(words, encoding="utf-8")
    kit.workbook(FILES / "rolling_stock.xlsx", STOCK)
    kit.word_file(FILES / "volunteer_handbook.docx", RULES)
    kit.deck(FILES / "winter_works.pptx", WORKS)
    kit.mail(
        FILES / "coal_prices.eml",
        "Duncan Farr <duncan@farrcoal.example>",
        "Beatrice Lowe <manager@wenlowvalley.example>",
        "Thu, 18 Jun 2026 16:41:00 +0100",
        "Coal: prices and the clinker",
        COAL_MAIL,
    )
    pages()
    pictures()
    kit.recording(FILES / "guard_briefing.mp3", [("slt", text) for text in BRIEFING])
    kit.recording(FILES / "driver_memo.ogg", [("rms", text) for text in MEMO])
    kit.recording(FILES / "signalman_interview.m4a", INTERVIEW)
    kit.film(FILES / "footplate_day.mp4", FOOTPLATE, "slt")
    kit.film(FILES / "shunting_safety.mp4", SHUNTING, "rms")


if __name__ == "__main__":
    main()
