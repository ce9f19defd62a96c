"""Write the files of the practice folder of a small-town brewery."""

from __future__ import annotations

import json
from pathlib import Path

import kit

FILES = Path(__file__).parent / "files"

LOG = """\
FOLD LANE BREWERY, THORNBECK - BREW LOG, MARCH 2026
Kept by Edith Marlow unless signed otherwise.

Mon 2 March. Gyle 611, Heron Pale.
Mashed in at 6.40 with 210 kg of pale malt and 12 kg of wheat. The strike water was 72 degrees and \
the mash settled at 66. Original gravity 1041. Collected 1150 litres into tank 2 and pitched at \
18 degrees.

Wed 4 March. Gyle 612, Night Barge.
Mashed in at 7.05, late because the boiler would not light. Tom found the gas valve half shut. \
240 kg of pale malt, 28 kg of roast barley and 20 kg of oats. Original gravity 1056. The copper \
boiled over at 10.15 and we lost about 40 litres. Collected 980 litres into tank 4.

Fri 6 March. No brew.
Gyle 611 is down to 1016. Ivo skimmed the yeast, two buckets kept for gyle 613. Rain came in under \
the malt store door and wetted three sacks. Penny Ashdown took them for her pigs.

Mon 9 March. Gyle 613, Lock Gate Bitter. (signed T. Pasco)
First time I brewed alone. Mashed in at 6.30 and the mash settled at 67 degrees. 195 kg of pale \
malt and 15 kg of crystal. 3 kg of Goldings at the start of the boil and 2 kg at flame out. \
Original gravity 1039. Collected 1200 litres into tank 1.

Tue 10 March. Racked gyle 611 into 27 firkins.
Final gravity 1009. Clean, a little lemon at the end.

Thu 12 March. Gyle 614, Heron Pale again.
Mashed in at 6.45. The mash stuck at half past eight and the run-off took ninety minutes longer \
than it should. I blame the new mill setting of 1.1 mm and have put it back to 1.3. Original \
gravity 1043. Collected 1120 litres into tank 3.

Mon 16 March. No brew.
Gyle 612 has stopped at 1022, so we warmed tank 4 to 20 degrees. Racked gyle 613 into 28 firkins, \
final gravity 1010.

Wed 18 March. Gyle 615, Miller's Wheat.
Mashed in at 6.50. 110 kg of pale malt and 105 kg of wheat, with 4 kg of rice hulls so that it \
would not stick. Original gravity 1046. Collected 1080 litres into tank 5. Gyle 612 is at 1015 and \
goes onto oak chips until the 30th.

Tue 24 March. No brew.
The excise officer, Mr Dunstan, came at 11 and dipped tanks 3 and 5. He found no fault and stayed \
for a half. Racked gyle 614 into 26 firkins in the afternoon.

Thu 26 March. The chiller stopped at two in the night.
Tank 5 had risen to 25 degrees by the time Ivo came in. He packed wet sacks and ice round it. Carl \
Benbow changed the compressor relay and had it cold again by noon. His bill was 145 pounds.

Mon 30 March. Racked gyle 612 into 21 firkins and 3 pins.
Final gravity 1014. Vanilla from the oak, and the roast has gone soft. Gyle 615 smells of banana, \
far too much of it after the warm night, so we poured 300 litres of it down the drain.
"""

CELLAR = """\
# Cellar notes

Ivo Bennett, last changed 14 April 2026

## Cleaning a tank

1. Rinse with cold water for five minutes.
2. Circulate caustic at 2 percent and 70 degrees for 30 minutes. Goggles and long gloves.
3. Rinse until the paper strip stays yellow.
4. Peracetic acid at 0.3 percent, cold, for 15 minutes, and do not rinse again.

Never open the manway while caustic is inside. Tom's scar is from the manway of tank 1.

## Yeast

The house yeast came from the old Castle Brewery in 1987. We keep it in the steel buckets in the \
small fridge at 3 degrees. Do not pitch it when it is more than 10 days old. Pitch 2.5 kg of thick \
yeast for a full tank. After twelve brews we start again from the slope that the yeast bank in \
Aldercombe holds for us.

## Casks

- A firkin holds 72 pints, a pin 36 and a kilderkin 144.
- Finings go in at 450 ml a firkin. Miller's Wheat gets none, it is meant to be cloudy.
- The keystone is wood, the shive is plastic. Painted band: green for Heron Pale, red for Lock \
Gate Bitter, black for Night Barge, white for Miller's Wheat.
- Casks rest for four days at 12 degrees before they leave. Night Barge rests for ten.

## Temperatures

The cask cellar is held at 12 degrees and the hop store at 4. If the cellar alarm rings, press the \
grey button once and ring me, then Edith. The spare key of the cellar hangs behind the kettle.

## Carbon dioxide

The detector by the steps sounds at 1.5 percent. Leave at once, door open, and nobody goes back \
for 20 minutes. It was last tested on 2 February by Dales Gas Safety.
"""

PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Visit Fold Lane Brewery</title></head>
<body>
<h1>Visit us in Thornbeck</h1>
<p>Fold Lane Brewery stands in the old tannery beside the mill stream. Walter Lunn and his sister
Joan bought the empty building in 1994 and sold the first cask that Christmas.</p>
<h2>Tours</h2>
<p>Tours leave every Saturday at 11.30 and 14.30 and take about 75 minutes. A tour costs £12 for
adults and £5 for anyone under 18, with three thirds of beer or a ginger ale. We take no more than
16 people at a time, so please book by telephone on 01632 960 417. Hannah Reid leads the tours.</p>
<p>The stairs to the mill floor are steep. Visitors in wheelchairs can see everything but the mill
floor. Please wear flat shoes. Dogs stay in the yard.</p>
<h2>Brewery shop</h2>
<table>
<tr><th>Day</th><th>Opens</th><th>Closes</th></tr>
<tr><td>Monday</td><td>closed</td><td>closed</td></tr>
<tr><td>Tuesday to Thursday</td><td>10.00</td><td>17.00</td></tr>
<tr><td>Friday</td><td>10.00</td><td>19.00</td></tr>
<tr><td>Saturday</td><td>9.30</td><td>18.00</td></tr>
<tr><td>Sunday</td><td>12.00</td><td>16.00</td></tr>
</table>
<h2>Find us</h2>
<p>From the station it is a walk of ten minutes: cross the bridge, turn left at the chapel and
follow the smell. There are eight parking spaces in the yard; the rest of the lane is for the
neighbours.</p>
<h2>Work with us</h2>
<p>We are looking for a drayman or draywoman for three days a week. Write to Joan Lunn in the
office before 15 May.</p>
</body></html>
"""

DELIVERIES = """\
date,customer,beer,container,number,driver,invoice_pounds
2026-04-01,The Plough,Heron Pale,firkin,4,Grace,376
2026-04-01,Station Hotel,Lock Gate Bitter,firkin,3,Grace,267
2026-04-02,Rowing Club,Heron Pale,pin,2,Grace,104
2026-04-07,The Three Tuns,Night Barge,firkin,2,Len,218
2026-04-07,Abbey Inn,Lock Gate Bitter,kilderkin,1,Len,168
2026-04-08,The Plough,Lock Gate Bitter,firkin,2,Grace,178
2026-04-09,Cricket Club,Heron Pale,firkin,1,Grace,94
2026-04-14,White Hart,Miller's Wheat,firkin,3,Len,288
2026-04-14,Station Hotel,Heron Pale,firkin,5,Len,470
2026-04-15,The Plough,Heron Pale,firkin,6,Grace,564
2026-04-16,Rowing Club,Lock Gate Bitter,pin,3,Grace,147
2026-04-21,Abbey Inn,Night Barge,pin,2,Len,120
2026-04-22,The Three Tuns,Heron Pale,firkin,2,Grace,188
2026-04-23,Village Hall,Lock Gate Bitter,firkin,1,Grace,89
2026-04-28,White Hart,Night Barge,firkin,1,Len,109
2026-04-29,The Plough,Miller's Wheat,firkin,2,Grace,192
"""

STOCK = {
    "Malt and hops": [
        ["Item", "On hand", "Unit", "Supplier", "Reorder below"],
        ["Pale malt", 2150, "kg", "Barrow Maltings", 1000],
        ["Crystal malt", 175, "kg", "Barrow Maltings", 100],
        ["Roast barley", 60, "kg", "Barrow Maltings", 75],
        ["Wheat malt", 325, "kg", "Sallow Mill", 200],
        ["Oats", 90, "kg", "Sallow Mill", 50],
        ["Rice hulls", 22, "kg", "Sallow Mill", 10],
        ["Goldings", 31, "kg", "Ledbrook Hops", 15],
        ["Fuggles", 8, "kg", "Ledbrook Hops", 12],
        ["Cascade", 17, "kg", "Pacific Hop Company", 10],
        ["Isinglass finings", 45, "litre", "Cellar Supply", 20],
        ["Caustic", 60, "litre", "Cellar Supply", 40],
        ["Peracetic acid", 15, "litre", "Cellar Supply", 20],
    ],
    "Casks": [
        ["Size", "Owned", "Full", "At customers", "Empty and clean", "Needs repair"],
        ["Pin", 64, 11, 29, 20, 4],
        ["Firkin", 240, 58, 121, 47, 14],
        ["Kilderkin", 36, 5, 16, 12, 3],
    ],
}

RECIPES = {
    "brewery": "Fold Lane",
    "batch_litres": 1200,
    "beers": [
        {
            "name": "Heron Pale",
            "strength_percent": 4.2,
            "bitterness": 32,
            "boil_minutes": 75,
            "hops": ["Cascade", "Goldings"],
            "first_brewed": 2003,
        },
        {
            "name": "Lock Gate Bitter",
            "strength_percent": 3.8,
            "bitterness": 36,
            "boil_minutes": 90,
            "hops": ["Goldings", "Fuggles"],
            "first_brewed": 1994,
        },
        {
            "name": "Night Barge",
            "strength_percent": 5.5,
            "bitterness": 40,
            "boil_minutes": 80,
            "hops": ["Fuggles"],
            "first_brewed": 1999,
        },
        {
            "name": "Miller's Wheat",
            "strength_percent": 4.8,
            "bitterness": 15,
            "boil_minutes": 60,
            "hops": ["Goldings"],
            "first_brewed": 2012,
        },
        {
            "name": "Tanner's Old",
            "strength_percent": 7.1,
            "bitterness": 45,
            "boil_minutes": 120,
            "hops": ["Fuggles", "Goldings"],
            "first_brewed": 1996,
        },
    ],
}

TRIAL = [
    (
        "Why we tried it",
        "Our house yeast is slow in winter. In January and February 2026 we fermented the same "
        "wort with the house yeast and with two dried yeasts, here called A and B. All the wort "
        "came from one brew of Lock Gate Bitter, gyle 604.",
    ),
    (
        "What we did",
        "Each yeast was given a steel bin of 50 litres at 17 degrees. Gravity was read every "
        "morning at 8. Nobody but Edith knew which bin held which yeast until the tasting.",
    ),
    (
        "Fermentation",
        "Yeast A finished in 4 days, yeast B in 5 and the house yeast in 7. Yeast A left the beer "
        "at 1006, which is thin for a bitter. Yeast B ended at 1010 and the house yeast at 1011.",
    ),
    ("|", ""),
    (
        "Tasting",
        "Eleven people tasted the three beers on 19 February in the sample room. Six liked the "
        "house yeast best, four yeast B and one yeast A. Walter called yeast A wet cardboard. "
        "Several tasters found a note of pear in yeast B.",
    ),
    (
        "Cost",
        "Dried yeast for a full tank costs 41 pounds for A and 58 pounds for B. The house yeast "
        "costs us only the room in the fridge and a yearly fee of 160 pounds to the yeast bank.",
    ),
    (
        "What we decided",
        "We stay with the house yeast. A packet of yeast B is kept in the hop store for the day "
        "the fridge fails. The trial will be repeated with Heron Pale in November.",
    ),
]

LETTER = [
    "BECKDALE WATER",
    "Trade Effluent Office, 8 Weir Street, Aldercombe",
    "",
    "11 February 2026",
    "",
    "Fold Lane Brewery, Fold Lane, Thornbeck",
    "",
    "Dear Mr Lunn,",
    "",
    "Consent to discharge, number TE 2284",
    "",
    "Thank you for showing our inspector, Mrs Amara Field,",
    "your drains on 27 January.",
    "",
    "We renew your consent for five years from 1 March 2026.",
    "You may discharge up to 14 cubic metres of waste water a day.",
    "The temperature must not be above 40 degrees.",
    "The pH must lie between 6 and 10 at all times.",
    "No spent yeast may enter the sewer.",
    "",
    "A sample of 6 January had a pH of 11.2. We believe that caustic",
    "was let out without being mixed first. We ask you to fit a",
    "balance tank of at least 3000 litres before 30 September.",
    "",
    "The yearly charge is 1,340 pounds, payable in April.",
    "",
    "Yours sincerely,",
    "Gordon Tapley",
    "Trade Effluent Manager",
]

HANDBOOK = [
    "# Fold Lane Brewery staff handbook",
    "Seventh edition, January 2026. Written by Joan Lunn. Ask her if a page is not clear.",
    "## Hours and pay",
    "Brewers start at 6.15, the cellar at 7.30 and the office at 9. Pay is on the 25th of the "
    "month, or on the Friday before if the 25th falls on a weekend. Holiday is 28 days a year, and "
    "three of them are kept for the week after Christmas.",
    "Everyone may take home nine pints a month. Drivers get theirs at the end of the day and not "
    "before.",
    "## Who does what",
    [
        ["Name", "Work", "Here since", "Telephone"],
        ["Walter Lunn", "Owner, sales", "1994", "ext. 10"],
        ["Joan Lunn", "Office, wages", "1994", "ext. 11"],
        ["Edith Marlow", "Head brewer", "2008", "ext. 14"],
        ["Tom Pasco", "Assistant brewer", "2021", "ext. 15"],
        ["Ivo Bennett", "Cellar", "2011", "ext. 16"],
        ["Grace Okoro", "Driver", "2019", "ext. 18"],
        ["Len Hardy", "Driver, yard", "2002", "ext. 18"],
        ["Hannah Reid", "Tours, shop", "2017", "ext. 20"],
    ],
    "## Safety",
    "- Boots with steel toes are paid by the brewery, up to 70 pounds a pair, every two years.",
    "- Nobody enters a tank alone. One goes in, one stays at the manway with the horn.",
    "- The first aiders are Hannah Reid and Len Hardy. The first aid box is by the sample room.",
    "- The fire drill is on the first Tuesday of March and September. We meet at the chapel wall.",
    "## Beer",
    "Yeast from the buckets must not be pitched when it is more than 7 days old. Any beer that "
    "comes back from a pub is tasted by Edith before credit is given. Credit is given only within "
    "14 days of delivery.",
    "## Telephones and keys",
    "The alarm code is changed on the first of every quarter. Joan keeps the list of keys. A lost "
    "key costs 25 pounds.",
]

PLAN = [
    ("Plan for autumn 2026", ["Staff meeting, 6 May 2026", "Walter Lunn"], ""),
    (
        "New beer: Bramble Porter",
        [
            "5.1 percent, with blackberries from Ashdown Farm",
            "First brew on 7 September",
            "80 kg of fruit for each brew",
            "Only in pins and bottles",
        ],
        "Tom has the recipe. The trial bin in April was too sour, so less fruit this time.",
    ),
    (
        "Bottling line",
        [
            "Second-hand line from Kestrel Cider: 18,500 pounds",
            "600 bottles an hour",
            "Arrives in the week of 10 August",
            "Goes where the old cooper's bench stands",
        ],
        "The bank lends 12,000 pounds over four years. Carl Benbow will connect it.",
    ),
    (
        "Festival",
        [
            "Thornbeck Beer Day on 26 September",
            "12 breweries, 30 casks",
            "Tickets 8 pounds, glass included",
            "Music: the Lock Keepers, from 19.00",
        ],
        "Hannah books the tent. Last year 640 people came and we ran out of Heron Pale at five.",
    ),
    (
        "What we need to decide",
        ["Who drives on Saturdays?", "Do we give up the kilderkins?", "Rent a cold store?"],
        "",
    ),
]

HOP_MAIL = """\
Dear Edith,

thank you for your order of 20 April, our number LH-7731.

Goldings, crop of 2025: 40 kg at 14.20 pounds a kilo.
Fuggles, crop of 2025: 25 kg at 12.90 pounds a kilo.
We have no Cascade this year, please try the Pacific Hop Company.

The Fuggles will be late. The press at Ledbrook broke on 9 April and the pellets
cannot be made before 11 May. The Goldings leave here on Tuesday 28 April with
Harker Haulage and should be with you by Thursday.

I also enclose the analysis. Goldings has 5.4 percent alpha acid, Fuggles 4.1.
You asked what went wrong last time: the two boxes of Goldings that smelled of
onion had been picked ten days too late. We have credited 96 pounds.

Could you tell me by 8 May if you would like a contract for the crop of 2026? I can
hold the price for three years.

Kind regards,
Rosalind Pike
Ledbrook Hops
"""

MEMO = [
    "Hello Edith, this is Ivo in the cellar.",
    "It is Friday evening, the seventeenth of April.",
    "I have washed forty two casks today.",
    "Five of them leak and must go to the cooper.",
    "The pump on the washing machine makes a loud noise.",
    "I think the bearing is gone.",
    "A new pump costs about three hundred pounds.",
    "Please do not use tank three this weekend.",
    "The door seal is broken and it drips on the floor.",
    "I have put a red bucket under it.",
    "The new seal comes on Wednesday.",
    "Tank two is ready, I cleaned it this morning.",
    "The cellar was thirteen degrees at noon, one degree too warm.",
    "The mouse was back, so I left the cat in the malt store.",
    "The key is with Len.",
]

BRIEFING = [
    "Good morning everybody, it is Tuesday the fifth of May.",
    "We are two people short, because Grace is ill and Tom is on holiday until Monday.",
    "Len drives the van today and I will load it.",
    "The first stop is the Station Hotel, they need six casks before ten o'clock.",
    "Then take four casks to the Rowing Club for the boat race.",
    "The road by the church is closed, so go round by the school.",
    "At eleven the school class comes, twenty five children and three teachers.",
    "Hannah shows them the water wheel, but nobody goes near the copper.",
    "The man from the insurance company comes at two o'clock.",
    "He wants to see the new fire doors.",
    "Please park your cars in the lane and not in the yard.",
    "The coffee machine is broken, there is tea in the office.",
    "We meet again on Thursday at seven.",
]

INTERVIEW = [
    ("slt", "Walter, how did the brewery begin?"),
    ("rms", "My sister and I bought an old leather factory."),
    ("rms", "It had no roof and there were pigeons everywhere."),
    ("slt", "How much did you pay for it?"),
    ("rms", "We paid nineteen thousand pounds, and the bank said we were mad."),
    ("slt", "What was the hardest year?"),
    ("rms", "The year of the flood, two thousand and seven."),
    ("rms", "The water stood one metre high in the cellar."),
    ("rms", "We lost ninety casks of beer in one night."),
    ("slt", "Who helped you?"),
    ("rms", "The whole town came with buckets, and the baker gave us bread for a week."),
    ("slt", "Which beer do you drink at home?"),
    ("rms", "I drink the bitter, and my wife drinks cider."),
    ("slt", "When will you stop working?"),
    ("rms", "I will stop when I am seventy, that is in three years."),
    ("rms", "Then my daughter will run the company."),
]

TOUR = [
    (
        "Brewery tour",
        ["Fold Lane Brewery", "Filmed in April 2026"],
        [
            "Welcome to our brewery.",
            "My name is Hannah and I will show you round.",
            "The walls are two hundred years old.",
        ],
    ),
    (
        "1. The mill floor",
        ["Two roller mill from 1962", "Crushes 400 kg an hour", "Sack hoist: 100 kg at most"],
        [
            "First we crush the malt between two rollers.",
            "In the old days a horse turned the mill, and her name was Daisy.",
        ],
    ),
    (
        "2. Mash tun and copper",
        ["Mash tun: 1,400 litres", "Copper: 1,600 litres", "Boil: 60 to 120 minutes"],
        [
            "The mash stands for one hour.",
            "The farmer takes the wet grain for his cows every Monday.",
        ],
    ),
    (
        "3. Fermenting room",
        ["Five tanks, 1,200 litres each", "Fermentation: 4 to 7 days", "Do not touch the valves"],
        [
            "Here the yeast makes the alcohol.",
            "Please do not put your head over the tank, because the gas can make you faint.",
        ],
    ),
    (
        "4. Sample room",
        ["Three thirds with each tour", "Under 18: ginger ale", "Shop upstairs on the left"],
        ["At the end you can taste three beers.", "The water glass on the table is for rinsing."],
    ),
]

WASHING = [
    (
        "How to wash a cask",
        ["Training film no. 3", "For new people in the cellar"],
        ["This film shows how we wash a cask.", "You need gloves, glasses and an apron."],
    ),
    (
        "Step 1: Empty and smell",
        ["Knock out the shive", "Smell it: vinegar goes aside", "Peel off the old label"],
        [
            "First take out the stopper and smell the cask.",
            "If it smells of vinegar, put it aside with a blue tape.",
        ],
    ),
    (
        "Step 2: Wash",
        ["Rinse 2 minutes", "Detergent 4 minutes at 75 C", "Steam 3 minutes"],
        [
            "Put the cask on the machine with the hole down.",
            "Never lift a full cask alone, it weighs fifty kilos.",
        ],
    ),
    (
        "Step 3: Check and store",
        ["Look inside with the lamp", "Cool for 20 minutes", "Stack no more than 3 high"],
        ["Look inside with the small lamp.", "A good worker can wash twelve casks in one hour."],
    ),
]


def pages() -> None:
    report = kit.Pdf()
    report.heading("Fold Lane Brewery: Report for the Year 2025", 20)
    report.paragraph("Presented by Joan Lunn to the family meeting on 28 February 2026.")
    report.heading("1  The year in short")
    report.paragraph(
        "We brewed 148 times in 2025, nine times more than in 2024. The brewery sold 1,052 "
        "hectolitres and earned a profit of 31,400 pounds. The wet summer hurt the beer garden "
        "trade, but the shop sold more than ever before."
    )
    report.paragraph(
        "Two brews were lost. One of Miller's Wheat turned sour in June because a gasket had not "
        "been changed, and one of Heron Pale was mixed with rinse water in October."
    )
    report.heading("2  Sales by beer")
    report.table(
        [
            ("Beer", "Brews", "Hectolitres", "Income in pounds", "Change on 2024"),
            ("Heron Pale", "61", "438", "142,300", "+8 %"),
            ("Lock Gate Bitter", "47", "341", "104,900", "-3 %"),
            ("Night Barge", "19", "127", "49,600", "+2 %"),
            ("Miller's Wheat", "15", "103", "35,800", "-11 %"),
            ("Tanner's Old", "6", "43", "21,700", "+19 %"),
        ],
        (60, 190, 250, 335, 450),
    )
    report.heading("3  Water and energy")
    report.paragraph(
        "We used 5.2 litres of water for each litre of beer, after 5.9 the year before. The better "
        "figure comes from the second rinse, which is now kept in a tank and used for the first "
        "rinse of the next day."
    )
    report.chart(
        [("Boiling", 96), ("Chiller", 41), ("Cask washing", 33), ("Heating", 18), ("Lights", 6)],
        "MWh",
        "Figure 1. Energy used in 2025, in megawatt hours, by purpose.",
    )
    report.page()
    report.heading("4  Building and machines")
    report.paragraph(
        "The roof over the mill floor was renewed in May by Pryce and Sons for 14,750 pounds. A "
        "new mash rake was fitted in August. The chiller is now 16 years old and will not last "
        "long."
    )
    report.heading("5  People")
    report.paragraph(
        "Maud Tilley retired in July after 22 years in the shop. Nobody was hurt at work in 2025 "
        "except for one scalded hand in November. Tom Pasco passed his brewing diploma in June."
    )
    report.heading("6  Outlook")
    report.paragraph(
        "In 2026 we want to sell 1,100 hectolitres. The bank loan of 2016 will be paid off in "
        "October. Prices of the beer to the pubs go up by 4 percent on 1 June."
    )
    report.save(FILES / "annual_report_2025.pdf")
    kit.two_columns(
        FILES / "yeast_trial.pdf",
        "Three Yeasts in One Wort",
        "Edith Marlow and Tom Pasco, Fold Lane Brewery, March 2026",
        TRIAL,
    )
    kit.scan(FILES / "water_letter_scan.pdf", LETTER)


def pictures() -> None:
    kit.board(
        FILES / "yard_notice.png",
        "YARD RULES",
        [
            "Fold Lane Brewery. All visitors report to the office.",
            "Speed limit in the yard: 5 mph",
            "Malt lorries unload from 8.00 to 11.00 only",
            "Grain trailer: keep gate B free on Mondays",
            "No smoking within 10 metres of the malt store",
            "Forklift: trained drivers only, ask Len Hardy",
            "Casks are not to be rolled after 21.00",
            "In case of fire ring the bell and call 999",
            "Accidents: write them in the green book",
        ],
        ink="#7a1f1f",
        paper="#fbf6e0",
    )
    kit.board(
        FILES / "malt_receipt.jpg",
        "BARROW MALTINGS",
        [
            ("Delivery note", "No. 58213"),
            ("Date", "23 April 2026"),
            ("Customer", "Fold Lane Brewery"),
            ("Pale malt, 40 sacks", "£ 864.00"),
            ("Crystal malt, 4 sacks", "£ 102.40"),
            ("Roast barley, 3 sacks", "£ 79.50"),
            ("Pallets, 2", "£ 24.00"),
            ("Carriage", "£ 55.00"),
            ("Total", "£ 1124.90"),
            ("Lorry", "DV19 KMO"),
            ("Driver", "S. Whitlock"),
            ("Received by", "L. Hardy"),
            "One sack of crystal torn, to be replaced",
        ],
        width=760,
        face="mono",
        size=28,
        border=0,
        paper="#fffdf6",
    )
    kit.diagram(
        FILES / "brewhouse_diagram.png",
        "Brewhouse: what flows where",
        [
            (40, 120, 250, 150, ["Hot water tank", "1,800 litres", "78 C"]),
            (40, 460, 250, 150, ["Malt mill", "gap 1.3 mm"]),
            (380, 290, 240, 170, ["Mash tun", "1,400 litres", "66 C"]),
            (710, 120, 240, 170, ["Copper", "1,600 litres", "gas 90 kW"]),
            (710, 460, 240, 170, ["Heat exchanger", "64 plates", "out 18 C"]),
            (1020, 290, 230, 170, ["Tanks 1 to 5", "1,200 litres", "20 C at most"]),
            (380, 610, 240, 120, ["Pump P2", "2.2 kW"]),
        ],
        [
            (290, 195, 500, 195),
            (500, 195, 500, 290),
            (290, 535, 340, 535),
            (340, 375, 340, 535),
            (340, 375, 380, 375),
            (620, 375, 665, 375),
            (665, 205, 665, 375),
            (665, 205, 710, 205),
            (830, 290, 830, 460),
            (950, 545, 985, 545),
            (985, 375, 985, 545),
            (985, 375, 1020, 375),
            (500, 460, 500, 610),
        ],
    )
    kit.board(
        FILES / "tank4_plate.jpg",
        "HOLLIN & SHAW LTD",
        [
            ("Fermenting vessel", "No. 4"),
            ("Serial number", "HS-2207-14"),
            ("Year built", "2014"),
            ("Working volume", "1200 l"),
            ("Total volume", "1480 l"),
            ("Max. pressure", "1.2 bar"),
            ("Test pressure", "1.8 bar"),
            ("Max. temperature", "95 C"),
            ("Material", "1.4301 steel"),
            ("Empty weight", "410 kg"),
            ("Next inspection", "March 2028"),
        ],
        width=820,
        ink="#20262c",
        paper="#c9ced2",
    )
    kit.board(
        FILES / "taproom_board.png",
        "ON TAP THIS WEEK",
        [
            ("Lock Gate Bitter 3.8 %", "£4.10"),
            ("Heron Pale 4.2 %", "£4.30"),
            ("Miller's Wheat 4.8 %", "£4.60"),
            ("Night Barge 5.5 %", "£4.80"),
            ("Tanner's Old 7.1 %, half pint only", "£3.20"),
            ("Ginger ale", "£2.50"),
            ("Pork pie with mustard", "£5.50"),
            ("Cheese board for two", "£11.00"),
            ("Brewery tour with tasting", "£14.00"),
            "Quiz on Thursday at 20.00, entry £2 each",
            "Taproom closes at 22.30, Sundays at 18.00",
        ],
        ink="#f5f2e4",
        paper="#22302b",
    )
    kit.board(
        FILES / "note_from_edith.jpg",
        "For Tom, Sunday 3 May",
        [
            "I am at my sister's until Tuesday night.",
            "Gyle 621 in tank 2: drop it to 8 C when it reads 1012.",
            "Dry hop gyle 620 with 5 kg Cascade on Monday.",
            "Take the dip stick out of the salt bin!",
            "Sample for Beckdale Water goes on Monday before 9.",
            "Order 20 kg of oats from Sallow Mill.",
            "The spare fuses are in the biscuit tin.",
            "Ring me only if it foams out of the door. Edith",
        ],
        face="hand",
        size=34,
        width=980,
        border=0,
        ink="#1a2f7a",
        paper="#fdfbef",
    )


def main() -> None:
    FILES.mkdir(exist_ok=True)
    texts = {
        "brew_log_march.txt": LOG,
        "cellar_notes.md": CELLAR,
        "visit.html": PAGE,
        "deliveries_april.csv": DELIVERIES,
        "recipes.json": json.dumps(RECIPES, indent=2) + "\n",
    }
    for name, words in texts.items():
        (FILES / name).write_text(words, encoding="utf-8")
    kit.workbook(FILES / "stock.xlsx", STOCK)
    kit.word_file(FILES / "staff_handbook.docx", HANDBOOK)
    kit.deck(FILES / "autumn_plan.pptx", PLAN)
    kit.mail(
        FILES / "hop_order.eml",
        "Rosalind Pike <rosalind@ledbrookhops.example>",
        "Edith Marlow <edith@foldlane.example>",
        "Fri, 24 Apr 2026 10:12:00 +0100",
        "Your hop order LH-7731",
        HOP_MAIL,
    )
    pages()
    pictures()
    kit.recording(FILES / "memo_cellar.ogg", [("rms", text) for text in MEMO])
    kit.recording(FILES / "morning_briefing.mp3", [("slt", text) for text in BRIEFING])
    kit.recording(FILES / "interview_owner.m4a", INTERVIEW)
    kit.film(FILES / "tour.mp4", TOUR, "slt")
    kit.film(FILES / "cask_washing.mp4", WASHING, "rms")


if __name__ == "__main__":
    main()
