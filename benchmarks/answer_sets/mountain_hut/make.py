"""Write the files of the practice folder of a mountain hut and its rescue team."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import kit

FILES = Path(__file__).parent / "files"

HUT_BOOK = """\
# Hut book, Grey Saddle Hut, spring 2024

Kept by Hanna Riss, warden. The weather is in the table, the rescues are in the rescue log.

## February

**10 February.** We opened for the ski season. It took Tomas and me two days to dig out the front \
door. The water in the kitchen was frozen, so we melted snow until the 12th.

**14 February.** First full house of the year. 44 guests stayed the night and three slept on the \
benches in the dining room. Bea cooked barley soup and 60 dumplings.

**17 February.** A school class from Mill Bridge came up with their teacher, Mr Odell. One boy \
left his ski boots here. They are in the drying room.

**21 February.** The stove in the drying room smoked badly. Tomas found a dead jackdaw in the \
chimney. He cleaned the pipe and put a wire net on top.

**26 February.** Storm. The wind took the flag and two roof boards on the west side. Nobody could \
come or go, and the eleven guests played cards for two days.

## March

**2 March.** Tomas nailed the new roof boards. The flag was found by ski tourers near the Raven \
Couloir.

**6 March.** The satellite telephone failed in the evening. We called the valley by radio every \
two hours until Paul Ostrow brought a new antenna on the 8th.

**9 March.** Rescue team training, eighteen people. They dug for an hour and found the straw \
doll at a depth of 1.6 metres. Pika, the search dog, was faster than all of them.

**12 March.** Deepest snow of the winter, 220 centimetres at the measuring pole. The avalanche \
commission closed the South Gully at ten in the morning.

**13 March.** At night a slab came down the South Gully and buried the summer path for 300 \
metres. No one was there. Ines Marr flew over it the next day.

**15 March.** Bea burned her hand on the soup pot. Dr Whit, who was a guest by luck, bandaged it. \
For four days I did the cooking and nobody complained much.

**19 March.** The new solar battery came with the helicopter. The old one had lasted nine years. \
It holds enough for two days without sun.

**23 March.** Complaint from a group of six: the blankets were damp. They were right. From now on \
we air the blankets every Monday.

**27 March.** Mice in the store room. They ate half a sack of oats and the labels off the jam. \
Tomas set five traps and caught one mouse and his own thumb.

## April

**1 April.** We opened the South Gully again. Somebody put a sign "Beach this way" on the door.

**5 April.** Old Mr Grindel came up for the fiftieth time. He is 78. We gave him his dinner free \
and a cake with one candle.

**11 April.** The measuring pole broke in the wind. Until the new one came we measured at the flag \
pole, so the numbers of the 11th to the 14th are a little too high.

**16 April.** Lost: a blue jacket with a car key. Found: three odd gloves, one wedding ring. The \
ring belongs to the guide Sven Aalto and he was very glad.

**20 April.** The water came back by itself at six in the morning and flooded the wash room. I \
had left the tap open in February.

**28 April.** Last night of the season with 19 guests. In all we had 1,312 overnight stays since \
February, 96 more than the year before. We lock the house on the 30th and come back on 15 June.
"""

RESCUE_LOG = """\
UPPER LENN RESCUE TEAM - LOG, WINTER 2024
Leader Ines Marr, deputy Paul Ostrow. One entry for every call-out.

Call-out 1, 18 February 2024, 14:20
A skier twisted his knee below the Long Horn. The alarm came from his wife by telephone.
Four rescuers went out from the hut with the sledge. He was in the valley at 17:05.
Led by Paul Ostrow. No helicopter because of fog.

Call-out 2, 3 March 2024, 11:45
Avalanche in the Raven Couloir, two people caught.
One of them freed herself, the other was buried 90 centimetres deep.
Search dog Pika found him after 22 minutes, and Jonas Ferber dug him out.
He was cold and had a broken collarbone. The helicopter took him to the hospital in Arden.
Led by Ines Marr. Eleven rescuers.

Call-out 3, 10 March 2024, 19:10
Two snowshoe walkers did not come back to the hut. Their lamp was empty.
They were found at 22:40 sitting behind a rock near the Lower Lake, tired but well.
Led by Paul Ostrow. Six rescuers.

Call-out 4, 24 March 2024, 09:30
A climber fell eight metres on the north ridge of the Long Horn and hung in the rope.
The helicopter could not fly because of strong wind.
The team pulled him up by hand with two ropes, which took three and a half hours.
Broken ankle. Led by Ines Marr. Nine rescuers.

Call-out 5, 7 April 2024, 13:00
False alarm. A beacon in a rucksack had been left on in the hut and somebody heard it.
Led by Lena Whit. Two rescuers.

Call-out 6, 13 April 2024, 16:50
A girl of twelve fell through a snow bridge into the Lenn stream.
Her father pulled her out and the team brought dry clothes and the warm bag.
She was back at the hut after fifty minutes.
Led by Jonas Ferber. Five rescuers.

Afterwards
The rope winch was sent to the maker on 26 March because the brake slipped.
Each member did at least 40 hours of training this winter, Jonas did 71.
The team has 26 members, five more than two years ago.
"""

WEB_PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Grey Saddle Hut: visiting</title></head>
<body>
<nav>Home | Visiting | Rescue team | Contact</nav>
<h1>Visiting the Grey Saddle Hut</h1>
<p>The hut stands at 2,310 metres between the Long Horn and the Raven Peak. It was built in 1928
and enlarged in 1974.</p>
<h2>How to get here</h2>
<p>In summer the path from Mill Bridge takes three and a half hours. In winter the way over the
Lower Lake takes about five hours on skis. The last bus to Mill Bridge leaves Arden station at
16:40. Cars may stay in the quarry car park; it costs 6 euros a day.</p>
<h2>Sleeping</h2>
<p>There are 46 beds: four rooms of four beds and three dormitories of ten. A sleeping bag liner
is required. You can borrow one for 5 euros.</p>
<table>
<tr><th>Night</th><th>Members</th><th>Guests</th></tr>
<tr><td>Bed in a room</td><td>24 euros</td><td>38 euros</td></tr>
<tr><td>Dormitory</td><td>16 euros</td><td>28 euros</td></tr>
<tr><td>Child under 12, dormitory</td><td>8 euros</td><td>14 euros</td></tr>
<tr><td>Winter room</td><td>12 euros</td><td>20 euros</td></tr>
</table>
<h2>Food</h2>
<p>Half board is 34 euros and has three courses. Dinner is at half past six. Tea water costs 3
euros a litre because all the gas comes by helicopter. Please say when you book if you eat no
meat.</p>
<h2>Booking</h2>
<p>Book by telephone between 8 and 10 in the morning. Groups of more than eight people pay a
deposit of 10 euros a head. If you do not come, tell us by noon of the day before, or we keep the
deposit. Dogs are allowed in the winter room only.</p>
<h2>Who we are</h2>
<p>Hanna Riss has been the warden since 2015. Tomas Keel looks after the house and the machines.
Bea Lund is the cook. The owner of the hut is the Arden section of the mountain club.</p>
</body></html>
"""

WEATHER_HEAD = "date,new snow cm,snow depth cm,lowest C,highest C,wind km/h,from,danger level"
WEATHER = """\
2024-03-04,0,171,-9,-2,15,N,2
2024-03-05,4,174,-8,-3,22,NW,2
2024-03-06,12,183,-11,-6,48,NW,2
2024-03-07,30,207,-13,-8,55,NW,3
2024-03-08,8,209,-14,-9,31,N,3
2024-03-09,0,201,-12,-5,18,N,3
2024-03-10,0,196,-7,-1,12,W,2
2024-03-11,9,202,-6,-2,40,W,3
2024-03-12,19,214,-8,-4,67,W,4
2024-03-13,6,216,-10,-5,72,NW,4
2024-03-14,0,209,-15,-7,20,N,3
2024-03-15,0,204,-16,-4,9,E,3
2024-03-16,0,200,-9,1,11,S,2
2024-03-17,0,195,-5,3,14,S,2
2024-03-18,2,194,-4,2,26,SW,2
2024-03-19,0,190,-6,1,10,S,2
2024-03-20,0,186,-3,4,17,S,2
"""

STORES = [
    ("Item", "Quantity", "Unit", "Shelf", "Best before"),
    ("Flour", 75, "kg", "A1", "2024-12"),
    ("Pasta", 60, "kg", "A1", "2025-06"),
    ("Rice", 35, "kg", "A2", "2025-09"),
    ("Lentils", 18, "kg", "A2", "2025-11"),
    ("Oats", 24, "kg", "A3", "2024-10"),
    ("Sugar", 20, "kg", "A3", ""),
    ("Tinned tomatoes", 96, "tins", "B1", "2026-01"),
    ("Hard cheese", 14, "kg", "C1", "2024-06"),
    ("Smoked bacon", 9, "kg", "C1", "2024-05"),
    ("Coffee", 11, "kg", "B2", "2025-02"),
    ("Tea", 1400, "bags", "B2", "2025-12"),
    ("Jam", 40, "jars", "B3", "2025-08"),
    ("Gas bottles, 11 kg", 16, "bottles", "shed", ""),
    ("Candles", 120, "pieces", "D1", ""),
]
FLIGHTS = [
    ("Date", "Load kg", "Cargo", "Pilot", "Cost euros"),
    ("2024-02-09", 860, "food, gas", "R. Hale", 1240),
    ("2024-03-01", 540, "gas, wood", "R. Hale", 890),
    ("2024-03-19", 610, "solar battery, food", "M. Dunn", 980),
    ("2024-04-03", 420, "food, beer", "R. Hale", 760),
    ("2024-04-29", 380, "rubbish down", "M. Dunn", 640),
]

RADIO = {
    "network": "Upper Lenn mountain radio",
    "channels": [
        {"channel": 3, "use": "hut to valley", "frequency_mhz": 158.625},
        {"channel": 5, "use": "guides", "frequency_mhz": 159.1},
        {"channel": 7, "use": "rescue team", "frequency_mhz": 160.475},
        {"channel": 9, "use": "helicopter", "frequency_mhz": 161.3},
    ],
    "call_signs": {
        "hut": "Saddle",
        "rescue_leader": "Lenn One",
        "deputy": "Lenn Two",
        "dog_handler": "Lenn Dog",
        "hospital_arden": "Arden Blue",
    },
    "repeater": {
        "place": "Long Horn summit",
        "height_m": 2874,
        "power_watts": 10,
        "battery_days": 12,
        "serviced": "2023-09-14",
        "serviced_by": "Tomas Keel",
    },
    "daily_check": {"morning": "07:30", "evening": "18:00", "reply_within_minutes": 15},
    "hand_radios": {"number": 14, "spare_batteries": 20, "lent_out": 2},
}

AVALANCHE_REPORT = """
# Avalanche winter 2023/24 in the Upper Lenn

Report of the avalanche commission, written by Ines Marr, 14 May 2024.

## Summary

We counted 57 avalanches this winter, most of them small. Two people were caught and nobody was
killed. The South Gully was closed for twenty days, longer than in any winter since 2009.

## How the snow came

The first snow that stayed fell on 11 November. December was warm, and rain up to 2,200 metres left
a crust of ice. On this crust a weak layer of sugar snow grew in January. When the storms of March
laid new snow on it, the slabs broke easily.

The largest avalanche came on 13 March in the South Gully. It was about 300 metres wide and ran for
900 metres down to the alder wood. Nobody was there.

## What we did

The commission met 31 times. We dug 18 snow pits, and Lena Whit wrote down the layers. Explosives
were used four times, each time from the helicopter. One charge did not go off and was found by the
guides on 2 May.

The measuring pole at the hut has to be replaced by a steel one before next winter. We also ask the
community of Mill Bridge for a second siren at the quarry, which would cost 7,400 euros.
"""
SLOPES = [
    ("Slope", "Steepness", "Days closed", "Avalanches"),
    ("South Gully", "38 degrees", 20, 14),
    ("Raven Couloir", "42 degrees", 9, 11),
    ("Lower Lake slope", "33 degrees", 6, 8),
    ("Hut ridge east", "30 degrees", 2, 5),
    ("Long Horn north side", "45 degrees", 13, 19),
]
AVALANCHES_BY_MONTH = [
    ("Nov", 2),
    ("Dec", 5),
    ("Jan", 9),
    ("Feb", 12),
    ("Mar", 21),
    ("Apr", 8),
]

NEWSLETTER = """
# Rope and Boot

News of the Arden section, summer 2024

## New roof for the Grey Saddle

The roof of the hut will be covered anew in September. The old shingles are from 1974 and leak in
three places. The new roof is of larch wood and will cost 86,000 euros. The section pays half, the
state a third, and the rest has to come from gifts. Work begins on 9 September and the hut stays
closed until 4 October.

Anybody who can carry a board is welcome on the work weekend, 14 and 15 September. There is free
soup. Please tell Gerda Blum, who keeps the list.

## The path is repaired

The avalanche of March took away two foot bridges on the summer path. Twelve volunteers built them
again in five days. The bridge at the alder wood is now two metres higher than the old one. The
path was opened on 22 June by the mayor, who got her shoes wet all the same.

## Forty years of Jonas

Jonas Ferber joined the section in 1984 at the age of fifteen. He has trained five search dogs. The
first was called Moss, the present one, Pika, is a border collie of six years. Pika will retire in
two years and her daughter Flint has begun to learn.

## Members' meeting

The meeting is on 8 November at seven in the evening in the old fire station. On the list: the roof,
the fee, and the choice of a new treasurer, because Karl Weiss stops after eleven years. The board
proposes to raise the yearly fee from 58 to 64 euros. Young people under 18 go on paying 20.

## Lending room

Avalanche beacons may be borrowed for 8 euros a weekend, a whole set with shovel and probe for 15.
Ice axes are 4 euros and snowshoes 10. The room is open on Thursdays from five to seven. Whoever
brings things back late pays 3 euros a day.

## Slide evening

Sven Aalto shows pictures of his winter crossing of the four huts. He walked 118 kilometres in nine
days and saw two lynxes. 17 October, admission free, bring a cushion.
"""

INSPECTION = [
    ("FIRE AND SAFETY INSPECTION", "serif-bold", 44),
    ("", "serif", 20),
    ("House: Grey Saddle Hut", "serif", 32),
    ("Date of visit: 18 June 2024", "serif", 32),
    ("Inspector: Walter Prinz, county fire office", "serif", 32),
    ("Present: Tomas Keel", "serif", 32),
    ("", "serif", 20),
    ("Findings", "serif-bold", 36),
    ("1. The house has 44 sleeping places on two floors.", "serif", 32),
    ("2. Six fire extinguishers, all tested in May 2024.", "serif", 32),
    ("3. The escape ladder on the north side is rusty.", "serif", 32),
    ("4. Smoke alarm in dormitory 2 does not work.", "serif", 32),
    ("5. Wood is stored too close to the kitchen stove.", "serif", 32),
    ("6. Emergency lights burn for 90 minutes.", "serif", 32),
    ("", "serif", 20),
    ("Orders", "serif-bold", 36),
    ("The ladder must be replaced by 31 August 2024.", "serif", 32),
    ("The smoke alarm must be changed within one week.", "serif", 32),
    ("Keep one metre between wood and stove.", "serif", 32),
    ("", "serif", 20),
    ("Next inspection: June 2027", "serif", 32),
    ("Fee: 145 euros", "serif", 32),
]

WINTER_ROOM = [
    "# Rules for the winter room",
    "Grey Saddle Hut, valid from 1 October 2023. Signed by Hanna Riss for the Arden section.",
    "The winter room is the small stone house behind the hut. It is open from 1 October to 10 "
    "February and again from 1 May to 14 June, when the warden is in the valley.",
    "## Key",
    "The key is fetched from the baker in Mill Bridge. He asks for a deposit of 50 euros. Bring "
    "the key back within three days after your tour.",
    "## Sleeping",
    "There are twelve bunks and twenty blankets. Nobody may stay more than three nights in a row. "
    "Rescue teams come first, even at night.",
    "## Stove and wood",
    "- Burn only the wood from the shed, never rubbish.",
    "- One basket of wood for each night is included, every further basket costs 9 euros.",
    "- Open the damper before you light the fire and close it when only embers are left.",
    "- Put the ashes into the iron bucket and not into the snow.",
    "## Water",
    "There is no running water. Melt snow from the east side, because the toilet is on the west "
    "side.",
    "## What is in the room",
    [
        ("Thing", "Number", "Place"),
        ("Cooking pots", 4, "shelf over the stove"),
        ("Axe", 1, "behind the door"),
        ("Snow shovels", 3, "porch"),
        ("First aid box", 1, "left of the window"),
        ("Emergency radio, channel 3", 1, "wall, red box"),
        ("Candles", 24, "drawer of the table"),
    ],
    "## Before you leave",
    "Sweep the floor, shut both shutters and write your names in the book. Pay by putting the "
    "money in the iron box or by bank transfer within ten days. Broken things are to be reported "
    "to Tomas Keel.",
]

TRAINING = [
    (
        "Rescue training evening",
        ["Upper Lenn rescue team", "Fire station, 30 November 2023", "Speaker: Paul Ostrow"],
        "",
    ),
    (
        "Why the first minutes count",
        [
            "Buried for 15 minutes: nine of ten people live",
            "Buried for 35 minutes: only one of three lives",
            "So companions search first, the team comes later",
        ],
        "Ask who has practised with the beacon this year.",
    ),
    (
        "Beacon search in four steps",
        [
            "1. Signal search: strips 40 metres apart",
            "2. Rough search: follow the arrow, walk fast",
            "3. Fine search: below 3 metres go slowly, beacon on the snow",
            "4. Probe: in a spiral, 25 centimetres between the holes",
        ],
        "The batteries of the practice beacons were changed on 20 November.",
    ),
    (
        "Digging",
        [
            "Begin below the probe, not on top of it",
            "Five diggers stand in a V",
            "Change the first digger every four minutes",
            "Leave the probe in the snow",
        ],
        "",
    ),
    (
        "Warming a patient",
        [
            "Move the body little and keep it flat",
            "Warm drinks only if the patient can hold the cup",
            "The warm bag gives heat for six hours",
            "No alcohol, no rubbing",
        ],
        "Lena says the warm bag must never lie on bare skin.",
    ),
    (
        "Dates of this winter",
        [
            "16 December: rope and winch, quarry",
            "20 January: night search, Lower Lake",
            "9 March: big exercise at the hut",
            "6 April: helicopter, Arden airfield",
        ],
        "",
    ),
]

MAIL = """\
Dear Mrs Riss,

thank you for the photographs of the pump. As I thought, the membrane is torn. That is what happens
when water freezes in the housing, so please drain the pump before you lock up in autumn. The tap
for this is under the grey cover on the left.

I can send the membrane set (part 4417) this week. It costs 68 euros, with two seals. If you want a
whole new pump, the model Brook 20 is 415 euros and lifts water 35 metres high. The old model only
managed 22 metres. Delivery to Mill Bridge takes four working days, I do not deliver to the hut.

To change the membrane:
1. Switch off the solar controller and wait five minutes.
2. Open the six screws of the lid with a 10 millimetre spanner.
3. Lay the new membrane in with the writing upwards.
4. Tighten the screws crosswise, not harder than 8 newton metres.

The guarantee for the pump ended in March 2023, but I give you twelve months on the membrane.
From 22 July to 9 August our workshop is closed. In this time please call my colleague Rosa Tann,
extension 14.

Kind regards
Emil Vogt
Vogt Water Technology, Arden

> On 19 June 2024 Hanna Riss wrote:
> Dear Mr Vogt, the pump at the spring makes a noise but no water comes since Sunday. The tank is
> down to 300 litres and we have 40 guests on Saturday. I send three photographs. Can you help?
"""

SIGN = [
    ("AVALANCHE DANGER", "bold", 62),
    ("South Gully closed", "bold", 44),
    ("From 12 March until further notice", "sans", 34),
    ("No skiing, no snowshoes, no walking", "sans", 34),
    ("", "sans", 20),
    ("Way round: Lower Lake, 1 hour 20 longer", "sans", 34),
    ("Beacon gate: 150 m behind this sign", "sans", 34),
    ("Fine for entering: 250 euros", "sans", 34),
    ("Emergency number: 140", "sans", 34),
    ("", "sans", 20),
    ("Avalanche commission Upper Lenn", "sans", 30),
]

RECEIPT_HEAD = [
    ("GREY SADDLE HUT", "mono-bold", 40),
    ("Receipt 0387", "mono", 30),
    ("16 March 2024  Table 5", "mono", 30),
]
RECEIPT = [
    ("2 x Barley soup", "15.00"),
    ("1 x Bacon dumplings", "13.50"),
    ("1 x Cheese plate", "12.00"),
    ("3 x Apple cake", "13.50"),
    ("1 x Tea, 1 litre", "6.00"),
    ("2 x Small beer", "9.00"),
    ("2 x Dormitory", "56.00"),
    ("TOTAL EUR", "125.00"),
    ("Cash", "130.00"),
    ("Change", "5.00"),
]
RECEIPT_FOOT = [("Served by Tomas", "mono", 30), ("No cards accepted", "mono", 30)]

PLATE = [
    ("Type", "DG 6500 S"),
    ("Serial no.", "718-20453"),
    ("Year", "2017"),
    ("Power", "5.2 kW"),
    ("Voltage", "230 V"),
    ("Fuel", "Diesel"),
    ("Tank", "14 litres"),
    ("Oil change", "every 200 hours"),
    ("Noise", "92 dB"),
    ("Weight", "118 kg"),
]

NOTE = [
    ("Note for the kitchen door", "hand", 44),
    ("", "hand", 16),
    ("Bea is in the valley until Friday.", "hand", 36),
    ("Breakfast is from 5:30 to 8:00.", "hand", 36),
    ("The key of the cellar hangs behind the clock.", "hand", 36),
    ("Please use the old bread first.", "hand", 36),
    ("The big pot has a hole, take the blue one.", "hand", 36),
    ("Feed the cat twice a day, her name is Button.", "hand", 36),
    ("Dishwater goes into the pit, not the stream.", "hand", 36),
    ("Ring me if the cheese runs out: 0664 2183", "hand", 36),
    ("Tomas, 3 April", "hand", 36),
]

SLEDGE_PARTS = [
    ((40, 150), "Handles", "120 cm long", (250, 330)),
    ((380, 100), "Patient bed", "190 cm long", (560, 340)),
    ((720, 170), "Head guard", "steel, 4 mm", (835, 320)),
    ((40, 560), "Brake chain", "8 kg", (330, 430)),
    ((380, 620), "Runners", "plastic, 6 cm wide", (560, 425)),
    ((720, 540), "Rope ring", "holds 1200 kg", (880, 415)),
]

MEMO = [
    "This is a note for the flight on Friday.",
    "We need twelve bottles of gas and six bags of flour.",
    "Please send two new shovels and a long rope.",
    "The empty bottles must go down to the valley.",
    "The weight of the whole load is five hundred kilos.",
    "The helicopter leaves the bridge at eight in the morning.",
    "If the wind is strong, we fly on Sunday.",
    "My brother will wait at the landing place with a red flag.",
    "The cook wants apples, butter and forty fresh eggs.",
    "The broken window in the dining room needs new glass.",
    "The window is sixty centimeters wide.",
    "Please ask the doctor for more bandages and pain tablets.",
    "The bill goes to the mountain club.",
    "Thank you, and see you on Friday.",
]

BRIEFING = [
    "Good morning everybody, this is the briefing for Saturday.",
    "The danger level today is three.",
    "Thirty centimeters of new snow fell in the last two days.",
    "The wind comes from the north west and it will get weaker in the afternoon.",
    "We work in two teams today.",
    "The first team goes to the south slope and tests the snow.",
    "The second team stays in the house and cleans the ropes.",
    "The doctor comes at noon with the new medicine box.",
    "We use radio channel seven, and everybody calls the base every thirty minutes.",
    "Everybody must turn back at two o'clock.",
    "The dog works in the morning only, because she hurt her foot.",
    "Do not cross the lake, because the ice is too thin.",
    "Each of you carries a shovel, a lamp and a warm jacket.",
    "Lunch is bread and cheese, and you get it in the kitchen.",
    "The next training is on the sixth of April.",
]

INTERVIEW = [
    ("slt", "Today I talk to a mountain guide."),
    ("slt", "How long have you been a guide?"),
    ("rms", "I have been a guide for nineteen years."),
    ("slt", "Who taught you?"),
    ("rms", "My grandmother taught me to climb when I was seven."),
    ("slt", "What is the most dangerous thing in the mountains?"),
    ("rms", "The most dangerous thing is to be in a hurry."),
    ("slt", "Did you ever have an accident?"),
    ("rms", "Yes, I broke my leg in a small river, not on a mountain."),
    ("rms", "I waited eleven hours for help."),
    ("slt", "What do you always carry with you?"),
    ("rms", "I always carry a candle, a knife and a bar of chocolate."),
    ("slt", "How many people can go with you?"),
    ("rms", "I never take more than six people."),
    ("slt", "How much does one day with you cost?"),
    ("rms", "One day costs three hundred and eighty dollars for the group."),
    ("slt", "When do you start in the morning?"),
    ("rms", "In spring we start at four, before the sun makes the snow soft."),
    ("slt", "What will you do when you are old?"),
    ("rms", "Then I will keep bees in the valley."),
]

SAFETY = [
    (
        "Before you leave the hut",
        ["Safety film 1", "Read the notice board", "Write your tour in the book"],
        [
            "Welcome to the safety film of the mountain house.",
            "Before you leave, put your name and your telephone number in the book.",
        ],
    ),
    (
        "What to carry",
        ["Beacon, shovel, probe", "Probe: at least 240 cm", "Warm drink: 1 litre each"],
        [
            "Everybody needs a beacon, a shovel and a probe.",
            "One person in the group carries the first aid bag.",
        ],
    ),
    (
        "On the slope",
        ["Distance uphill: 10 metres", "Distance downhill: 50 metres", "Steep slopes: one by one"],
        [
            "Keep your distance on steep slopes.",
            "Stop only in safe places, behind a rock or on a ridge.",
            "After eleven o'clock stay away from the south side.",
        ],
    ),
    (
        "If something happens",
        ["Call 140", "Whistle: 6 times a minute", "Do not leave the patient alone"],
        [
            "If somebody is buried, look at your watch first.",
            "Then two people search and one person calls for help.",
            "Hold up both arms to call the helicopter.",
        ],
    ),
]
BEACON = [
    (
        "The beacon gate",
        ["Green light: good", "Red light: turn back", "Gate runs on a solar cell"],
        [
            "The gate stands at the edge of the forest.",
            "Walk through the gate one after the other and wait for the green light.",
        ],
    ),
    (
        "Check your battery",
        ["Below 40 percent: change it", "Type: 3 x AAA", "Spare batteries: 4 euros at the hut"],
        [
            "Look at the battery every morning.",
            "Take the batteries out in summer, because they leak.",
        ],
    ),
    (
        "Where to wear it",
        ["Under the jacket", "20 cm from your phone", "Never in the rucksack"],
        [
            "Wear the beacon on your body, under the jacket.",
            "Switch off your telephone or carry it in the other pocket.",
            "The beacon was invented in nineteen sixty eight.",
        ],
    ),
]
COLOURS = ["#1d3f6e", "#7a3b10", "#2f5a2c", "#5b1f4f"]


def mail() -> bytes:
    message = EmailMessage()
    message["From"] = "Emil Vogt <vogt@vogt-water.example>"
    message["To"] = "Hanna Riss <warden@greysaddle.example>"
    message["Date"] = "Thu, 20 Jun 2024 09:14:00 +0200"
    message["Subject"] = "Re: Pump at the spring does not lift water"
    message["Message-ID"] = "<pump-2024@vogt-water.example>"
    message.set_content(MAIL)
    return message.as_bytes()


def report(path: Path) -> None:
    story = kit.prose(AVALANCHE_REPORT)
    caption = "Figure 1. Avalanches counted in each month of the winter 2023/24."
    story += [*kit.prose("## The slopes"), kit.table(SLOPES, [140, 90, 90, 90])]
    story += kit.bars(AVALANCHES_BY_MONTH, caption)
    kit.pdf(path, "Avalanche winter 2023/24", story)


def sledge(path: Path) -> None:
    image, pen = kit.sheet(1100, 720, "white")
    pen.text(
        (550, 20),
        "Rescue sledge, model Marmot 2",
        font=kit.face("bold", 38),
        fill="black",
        anchor="ma",
    )
    pen.line((200, 320, 440, 350), fill="#444444", width=10)
    pen.rounded_rectangle((430, 320, 800, 385), 20, fill="#d9b38c", outline="black", width=3)
    pen.polygon([(800, 300), (870, 320), (870, 390), (800, 385)], fill="#a0a0a0", outline="black")
    pen.line((400, 420, 840, 420), fill="black", width=12)
    pen.arc((310, 380, 430, 470), 20, 200, fill="#444444", width=6)
    pen.ellipse((862, 380, 900, 418), outline="black", width=6)
    for (x, y), name, value, tip in SLEDGE_PARTS:
        pen.text((x, y), f"{name}: {value}", font=kit.face("bold", 30), fill="black")
        start = (x + 80, y + 42) if y < 300 else (x + 80, y - 8)
        pen.line((*start, *tip), fill="#3060a0", width=3)
    image.save(path)


def plate(path: Path) -> None:
    head = [("NORDVOLT GENERATOR", "bold", 44)]
    image = kit.pairs(PLATE, head=head, paper="#c9ccd0", name="bold", column=360, rules=True)
    kit.photographed(image, -0.7).save(path, quality=62)


def receipt(path: Path) -> None:
    image = kit.pairs(RECEIPT, head=RECEIPT_HEAD, foot=RECEIPT_FOOT, name="mono", paper="#fbfaf5")
    kit.photographed(image).save(path, quality=62)


def note(path: Path) -> None:
    image = kit.board(NOTE, paper="#fff6c8", ink="#1c2f6b", width=940)
    kit.photographed(image, 0.5).save(path, quality=62)


def safety(path: Path) -> None:
    scenes = zip(COLOURS, SAFETY, strict=True)
    kit.film(path, [(kit.slide(t, s, c), w) for c, (t, s, w) in scenes], "rms")


def beacon(path: Path) -> None:
    scenes = zip(COLOURS[1:], BEACON, strict=False)
    kit.film(path, [(kit.slide(t, s, c), w) for c, (t, s, w) in scenes], "rms")


def voices(voice: str, lines: list[str]) -> list[tuple[str, str]]:
    return [(voice, line) for line in lines]


def text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


MAKERS: dict[str, Callable[[Path], object]] = {
    "hut_book_2024.md": text(HUT_BOOK),
    "rescue_log.txt": text(RESCUE_LOG),
    "visiting.html": text(WEB_PAGE),
    "weather_march_2024.csv": text(f"{WEATHER_HEAD}\n{WEATHER}"),
    "radio_plan.json": text(json.dumps(RADIO, indent=2) + "\n"),
    "stores_and_flights.xlsx": lambda p: kit.xlsx(p, {"Stores": STORES, "Flights": FLIGHTS}),
    "avalanche_report_2024.pdf": report,
    "rope_and_boot.pdf": lambda p: kit.pdf(p, "Rope and Boot", kit.prose(NEWSLETTER), 2, 345),
    "fire_inspection_scan.pdf": lambda p: kit.scan(p, kit.board(INSPECTION, lead=1.5)),
    "winter_room_rules.docx": lambda p: kit.docx(p, WINTER_ROOM),
    "rescue_training.pptx": lambda p: kit.pptx(p, TRAINING),
    "pump.eml": lambda p: p.write_bytes(mail()),
    "avalanche_sign.png": lambda p: kit.board(
        SIGN, paper="#ffd500", border="black", centred=True
    ).save(p),
    "receipt_march.jpg": receipt,
    "rescue_sledge.png": sledge,
    "generator_plate.jpg": plate,
    "kitchen_note.jpg": note,
    "flight_memo.ogg": lambda p: kit.encode(kit.recite(voices("rms", MEMO)), p),
    "morning_briefing.mp3": lambda p: kit.encode(kit.recite(voices("rms", BRIEFING)), p),
    "guide_interview.m4a": lambda p: kit.encode(kit.recite(INTERVIEW), p),
    "safety_film.mp4": safety,
    "beacon_gate.mp4": beacon,
}


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    for name, make in MAKERS.items():
        make(FILES / name)
