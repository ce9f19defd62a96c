"""Write the files of the practice folder of a pottery workshop and school."""

from __future__ import annotations

import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.platypus import Paragraph

sys.path.insert(0, str(Path(__file__).parents[1] / "mountain_hut"))

import kit

FILES = Path(__file__).parent / "files"

KILN_LOG = """\
# Kiln log, Clay Lane Pottery, autumn 2023

We have three kilns. **Old Tom** burns gas, **Duchess** is the big electric one and **Minnow** \
is the small one for tests. Amir writes, unless another name stands there.

## September

- **Mon 4 September, Duchess, bisque, 1000 degrees.** 86 pieces, mostly mugs of the summer \
course. Took eleven hours. Two handles cracked because they were not dry.
- **Thu 7 September, Minnow, glaze test, 1220 degrees.** Twelve tiles for Nora. The honey glaze \
ran off tile 9 and stuck to the shelf.
- **Tue 12 September, Old Tom, stoneware, 1280 degrees.** First gas firing since May. Used 34 \
kilos of gas. Cone 10 was flat at the top and only half bent at the bottom.
- **Wed 20 September, Duchess, glaze, 1220 degrees.** The order for the Lantern Cafe, 60 soup \
bowls. All good but three.
- **Fri 29 September, Duchess, bisque, 1000 degrees.** The fuse blew at 640 degrees. Dev \
noticed it the next morning. We fired again on Sunday.

## October

- **Tue 3 October.** The electrician found a broken element in Duchess, the second from the \
top. A new one costs 74 pounds and comes from the maker in nine days.
- **Sat 7 October, Minnow, raku day.** Eight guests, 31 pieces. Dev singed his left eyebrow. \
From now on everybody at the raku kiln wears a face shield.
- **Thu 12 October.** New element fitted by Amir. It took him two hours and one bad word.
- **Sat 14 October, Duchess, empty run to 1050 degrees.** To burn in the new element. No smell, \
no smoke, all well.
- **Wed 18 October, Old Tom, stoneware, 1285 degrees.** 112 pieces, the fullest load of the \
year. Reduction began at 900 degrees. The copper reds came out red for once.
- **Tue 24 October, Duchess, bisque, 980 degrees.** The school class from Fern Street. One \
hedgehog exploded and hit nine others, because it was thick and hollow with no hole.
- **Mon 30 October, Minnow, lustre, 720 degrees.** Petra's gold rims. The door must stay open \
two fingers until 400 degrees, or the gold goes dull.

## November

- **Sat 4 November, Old Tom, salt.** Four kilos of salt in six charges. Neighbours complained \
about the white smoke, so Nora took them a teapot.
- **Thu 9 November, Duchess, glaze, 1220 degrees.** Christmas mugs, first half. 95 pieces, \
seconds: six.
- **Wed 15 November, Minnow.** The thermocouple shows 30 degrees too little. Until the new one \
is here, set the goal 30 degrees lower.
- **Tue 21 November, Duchess, glaze, 1240 degrees.** Wrong program, my fault. The white glaze \
looks fine, the celadon is too glassy. Nora sells them as seconds.
- **Wed 29 November, Old Tom, stoneware, 1280 degrees.** Last gas firing of the year. 38 kilos \
of gas, because the door brick leaks. The brick will be replaced in January.

Summary: 17 firings since September, 4 of them bad in some way.
"""

STUDIO_NOTES = """\
NOTES FROM THE WORKSHOP, 2023
Kept on the shelf by the kettle. Everybody may write. Sign your name.

The beginning
Nora Finch rented the old dairy in Clay Lane in 1998. In the first year she had one kick wheel
and a leaking roof. Today there are nine wheels, five of them electric with a pedal.
The kick wheel is still here and nobody may sell it.

Recycling clay
Dry scraps go into the blue barrel, wet ones into the green barrel. Never mix in plaster.
We work the slop on the plaster table for two days and then put it through the pug mill.
Petra says the mixture should rest for three weeks before anybody throws with it.
In March we had 140 kilos of old clay, in August it was 65.

Shrinkage
The white stoneware shrinks by 12 percent, the red earthenware by 8, the porcelain by 15.
So a mug that shall be 9 centimetres tall must be thrown at 10.2 from the white clay.
Dev made the Lantern Cafe bowls too small the first time and had to throw all of them again.

The pug mill
It has to be cleaned on the last Friday of each month. Amir has the key for the guard.
In June the blade broke on a forgotten sponge. The repair cost 260 pounds.
The sponge was Nora's and she paid for the cake.

Glaze buckets
Stir each bucket for two minutes and sieve it at 80 mesh. The tenmoku settles hardest.
Specific gravity for dipping is 1.45, for spraying 1.35.
The celadon lasts longest, one bucket is enough for about 400 mugs.
Chrome green was thrown out on 2 May because we do not want it near food.

Apprentice
Dev Rao began on 9 January 2023 and stays for two years. He gets Wednesday free for college.
His first good teapot was number 31. It stands in the window and is not for sale.

Odds and ends
The cat from next door is called Slip. She may not sit on drying plates.
The first prize at the Harbour Fair went to Petra Long for a jar with a fish on the lid.
Lost in July: a silver ring, found in August inside a mug handle, owner Mrs Hobbs.
The big sink was blocked for six days in February. Do not wash clay down it, use the buckets.
"""

WEB_PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Clay Lane Pottery: courses</title></head>
<body>
<nav>Home | Courses | Shop | Find us</nav>
<h1>Courses at Clay Lane Pottery</h1>
<p>We teach in small groups, never more than eight people to a teacher. No experience is needed.
All our courses are held in the old dairy, Clay Lane 7.</p>
<h2>Spring term 2024</h2>
<table>
<tr><th>Course</th><th>Teacher</th><th>Day and time</th><th>Weeks</th><th>Price</th></tr>
<tr><td>Throwing for beginners</td><td>Petra Long</td><td>Tuesday 18:30</td><td>8</td>\
<td>240 pounds</td></tr>
<tr><td>Throwing, second step</td><td>Nora Finch</td><td>Wednesday 18:30</td><td>8</td>\
<td>265 pounds</td></tr>
<tr><td>Hand building</td><td>Petra Long</td><td>Thursday 10:00</td><td>6</td>\
<td>170 pounds</td></tr>
<tr><td>Glaze kitchen</td><td>Amir Sol</td><td>Saturday 10:00</td><td>4</td>\
<td>150 pounds</td></tr>
<tr><td>Raku day</td><td>Amir Sol</td><td>Saturday 9:00</td><td>1</td><td>85 pounds</td></tr>
<tr><td>Children, 7 to 12</td><td>Dev Rao</td><td>Friday 15:30</td><td>6</td>\
<td>96 pounds</td></tr>
</table>
<h2>What is included</h2>
<p>The price includes ten kilos of clay, the glazes and two firings. More clay is 14 pounds a bag.
Aprons are here, towels are not: please bring one. Keep your nails short.</p>
<h2>Cancelling</h2>
<p>Up to three weeks before the first day we give all the money back. After that we keep half. If
you are ill for one evening, you can make it up in the open studio on Sunday.</p>
<h2>Open studio</h2>
<p>Whoever has finished a course may use the wheels on Sunday from 11 to 17 for 6 pounds an hour.
A card of ten hours is 50 pounds. Firing is paid by weight, 5 pounds a kilo.</p>
<h2>Parties and gifts</h2>
<p>A birthday party for up to ten children costs 190 pounds and lasts two hours. The pieces can be
fetched after four weeks. Gift vouchers are valid for eighteen months.</p>
<h2>How to find us</h2>
<p>Take bus 12 to Mill Street and walk for five minutes along the canal. There is room for six cars
in the yard. The shop is open on Saturdays from nine to three. The door to the workshop has no
steps, the shop has two.</p>
</body></html>
"""

GLAZE_TESTS = """\
tile,glaze,clay,temperature C,kiln,surface,colour,faults,mark
1,Celadon,white stoneware,1280,Old Tom,glossy,pale green,none,9
2,Celadon,porcelain,1280,Old Tom,glossy,ice blue,none,10
3,Tenmoku,white stoneware,1280,Old Tom,glossy,black brown,none,8
4,Tenmoku,red earthenware,1060,Duchess,rough,dull brown,underfired,2
5,Copper red,porcelain,1280,Old Tom,glossy,ox blood,grey spot,7
6,Oatmeal,white stoneware,1220,Duchess,satin,cream,none,8
7,Oatmeal,dark stoneware,1220,Duchess,satin,tan,pinholes,5
8,Honey,white stoneware,1200,Minnow,glossy,amber,none,7
9,Honey,white stoneware,1220,Minnow,glossy,amber,ran off,1
10,Blue slate,dark stoneware,1220,Minnow,matt,grey blue,none,8
11,Blue slate,white stoneware,1220,Minnow,matt,sky blue,crawling,4
12,Snow white,white stoneware,1220,Minnow,satin,white,none,9
13,Snow white,red earthenware,1060,Duchess,glossy,white,crazing,3
14,Sea green,porcelain,1240,Minnow,glossy,turquoise,none,6
"""

BOOKINGS = [
    ("Booking", "Name", "Course", "People", "Start", "Paid pounds", "Open pounds"),
    (411, "Hobbs", "Throwing for beginners", 1, "2024-01-16", 240, 0),
    (412, "Carter", "Raku day", 2, "2024-03-09", 60, 110),
    (413, "Lindqvist", "Hand building", 1, "2024-01-18", 170, 0),
    (414, "Okafor", "Glaze kitchen", 1, "2024-02-03", 50, 100),
    (415, "Fern Street School", "Children, 7 to 12", 18, "2024-02-23", 0, 1728),
    (416, "Marsh", "Throwing, second step", 2, "2024-01-17", 530, 0),
    (417, "Bell", "Throwing for beginners", 2, "2024-01-16", 300, 180),
    (418, "Tanaka", "Raku day", 4, "2024-03-09", 340, 0),
    (419, "Young", "Hand building", 3, "2024-01-18", 210, 300),
]
CLAY_STOCK = [
    ("Clay", "Bags", "Kg a bag", "Pounds a bag", "Supplier", "Place"),
    ("White stoneware", 42, 12.5, 11.2, "Potclays North", "bay 1"),
    ("Dark stoneware", 17, 12.5, 12.6, "Potclays North", "bay 1"),
    ("Red earthenware", 30, 12.5, 8.4, "Brickyard Hill", "bay 2"),
    ("Porcelain", 9, 10, 19.5, "Limoges Direct", "bay 3"),
    ("Raku clay with grog", 14, 12.5, 13.1, "Potclays North", "bay 2"),
    ("Paper clay", 5, 5, 9.9, "Brickyard Hill", "bay 3"),
]

PROGRAMS = """\
# Programs of the controller of Duchess (rates in degrees an hour)
controller: Hearth 400
password_changed: 2023-08-30
programs:
  1:
    name: slow bisque
    first_rate: 60
    until: 600
    second_rate: 120
    goal: 1000
    hold_minutes: 15
  2:
    name: quick bisque
    first_rate: 100
    until: 600
    second_rate: 180
    goal: 980
    hold_minutes: 0
  3:
    name: glaze stoneware
    first_rate: 120
    until: 900
    second_rate: 160
    goal: 1220
    hold_minutes: 20
  4:
    name: glaze earthenware
    first_rate: 120
    until: 800
    second_rate: 150
    goal: 1060
    hold_minutes: 10
  5:
    name: drying
    first_rate: 30
    until: 80
    hold_minutes: 240
safety:
  open_door_below: 120
  vent_closes_at: 650
  alarm_phone: Amir
"""

REPORT = """
# What our firings cost in 2023

A report for the yearly meeting, written by Amir Sol, 11 January 2024.

## Short answer

In 2023 we fired 71 times and spent 5,940 pounds on electricity and gas. That is 18 percent more
than in the year before, although we fired three times less. The reason is the price of gas, which
rose from 1.10 to 1.46 pounds a kilo.

## The kilns

Duchess does most of the work. A bisque firing takes 78 kilowatt hours and a glaze firing 96. Old
Tom needs about 35 kilos of gas for each stoneware firing. Minnow is cheap, but only 24 litres fit
into it.

## Losses

Of 4,320 pieces 233 were lost. Most of them cracked while drying, so not in the kiln at all. The
worst week was the heat wave in June, when the plates of the evening course dried within one
afternoon. Plastic sheets over the shelves would cost 45 pounds and save many of them.

## Proposals

First, the door of Old Tom should get new bricks, which costs 380 pounds and saves about four kilos
of gas at each firing. Secondly, we should fire Duchess at night, because electricity is a third
cheaper between eleven and six. Thirdly, the students should pay for each firing of pieces over
thirty centimetres. Nora wants to decide on this in February.
"""
KILNS = [
    ("Kiln", "Volume", "Firings 2023", "Cost of one firing"),
    ("Old Tom, gas", "450 litres", 14, "51 pounds"),
    ("Duchess, electric", "310 litres", 38, "27 pounds"),
    ("Minnow, electric", "24 litres", 19, "4 pounds"),
]
LOSSES = [
    ("Cracked in drying", 104),
    ("Glaze ran", 47),
    ("Exploded", 21),
    ("Handle came off", 33),
    ("Dropped", 28),
]

NEWSLETTER = """
# The Wheel

Letter to the friends of Clay Lane Pottery, December 2023

## Open doors before Christmas

On Saturday 9 December we open all doors from ten to five. You can throw a bowl yourself for 12
pounds, and Dev makes the longest snake of clay in the county at two o'clock. Last year it was 41
metres long. There is mulled apple juice, and seconds are sold at half price in the yard.

## Petra in Japan

Petra Long spent seven weeks in Shigaraki this autumn. She lived with a family of potters and helped
to fire a wood kiln with 28 metres of chamber. The firing took five days and nights and eleven tons
of pine. She brought back two tea bowls and a cold. Her talk is on 18 January at half past seven,
admission is 4 pounds.

## A new floor

The floor of the throwing room is finished at last. Under the old boards the builders found a
bottle from 1911 and a family of mice. The new floor is of oak, it cost 3,150 pounds, and friends
of the workshop gave 1,900 of this. Thank you! It was laid by Grant and
Daughter in nine days. All ten wheels stand on it again.

## The Lantern Cafe

The soup bowls in the Lantern Cafe are ours. The cook asked for a bowl which holds 400 millilitres
and does not burn the fingers. Nora drew eleven shapes before he was happy. If you eat there on a
Monday and bring this letter, the soup is free.

## Wanted

We look for a helper in the shop on two afternoons a week from March. The wage is 12.40 pounds an
hour. Write to Nora until 31 January. We also look for old newspapers, jam jars and a strong
person with a van for the fair in June.

## Winter rest

The workshop is closed from 23 December to 7 January. The kilns rest too. The new term begins on 15
January.
"""

REPAIR = [
    ("HEARTH KILN SERVICE", "serif-bold", 46),
    ("Report of repair no. 2291", "serif", 34),
    ("", "serif", 18),
    ("Customer: Clay Lane Pottery", "serif", 32),
    ("Kiln: Duchess, electric, front door", "serif", 32),
    ("Date of work: 22 January 2024", "serif", 32),
    ("Engineer: Olga Brandt", "serif", 32),
    ("", "serif", 18),
    ("Work done", "serif-bold", 36),
    ("Two relays changed, the old ones were burnt.", "serif", 32),
    ("Door seal replaced, 2.6 metres of fibre rope.", "serif", 32),
    ("Thermocouple tested, it reads 4 degrees too high.", "serif", 32),
    ("Earth wire tightened.", "serif", 32),
    ("", "serif", 18),
    ("Advice", "serif-bold", 36),
    ("Change all elements after 150 more firings.", "serif", 32),
    ("Leave 40 cm free between kiln and wall.", "serif", 32),
    ("", "serif", 18),
    ("Travel: 35.00 pounds", "serif", 32),
    ("Parts: 118.50 pounds", "serif", 32),
    ("Work, 3 hours: 165.00 pounds", "serif", 32),
    ("To pay: 318.50 pounds by 21 February 2024", "serif-bold", 32),
]

HOUSE_RULES = [
    "# House rules of the open studio",
    "Valid from 1 September 2023. Nora Finch. Please read them once and sign the list at the door.",
    "## Before you start",
    "Write your name and the hour in the book. Take a wheel that has no red tag; a red tag means "
    "it is broken. Wheels 8 and 9 are for left-handed people.",
    "## Clay and tools",
    "- Each person may use two boards and one shelf.",
    "- Tools go back on the wall, sponges into the bucket.",
    "- The extruder may be used only after a lesson of half an hour.",
    "- Porcelain stays in the corner by the window, so that it is not spotted with red clay.",
    "## Shelves",
    "Your pieces may stand here for six weeks. After that we put them on the table in the yard, "
    "and after eight weeks they go into the barrel. Scratch your sign into the foot, a paper label "
    "burns.",
    "## Firing",
    "Put finished pieces on the cart by the kiln room. Bisque is on Tuesdays, glaze on Thursdays. "
    "The foot must be free of glaze, at least three millimetres. No one opens a kiln but Amir and "
    "Nora.",
    [
        ("Size of piece", "Bisque", "Glaze"),
        ("Up to 10 cm", "1.50 pounds", "2.00 pounds"),
        ("Up to 20 cm", "3.00 pounds", "4.00 pounds"),
        ("Up to 30 cm", "5.50 pounds", "7.00 pounds"),
        ("Over 30 cm", "9.00 pounds", "12.00 pounds"),
    ],
    "## Dust and health",
    "Never sweep dry. Wipe the table and the wheel with a wet sponge and mop the floor in the "
    "evening. Whoever sands dry pieces wears a mask of class P3 and goes out into the yard.",
    "## When you leave",
    "Cover your work, close the windows, switch off the compressor. The last one gives the key to "
    "the bookshop next door. The fine for a forgotten light is one cake.",
]

THROWING = [
    (
        "Throwing for beginners: first evening",
        ["Clay Lane Pottery", "Petra Long, 16 January 2024", "Aim: a cylinder of ten centimetres"],
        "",
    ),
    (
        "Five steps of a pot",
        [
            "1. Wedge the clay at least 50 times",
            "2. Centre it with wet hands",
            "3. Open it, leave a floor of 8 millimetres",
            "4. Pull up the wall three times",
            "5. Cut it off with the wire",
        ],
        "Show each step twice, then let them try.",
    ),
    (
        "How much clay do I need?",
        [
            "Egg cup: 150 grams",
            "Mug: 400 grams",
            "Cereal bowl: 700 grams",
            "Dinner plate: 1600 grams",
            "Teapot with lid: 1300 grams",
        ],
        "The handle of a mug takes 60 grams more.",
    ),
    (
        "Speed of the wheel",
        [
            "Centring: fast, about 200 turns a minute",
            "Opening: middle, about 120",
            "Last pull: slow, about 60",
        ],
        "Left-handed people may turn the wheel the other way.",
    ),
    (
        "What goes wrong",
        [
            "Wobble: the clay was not centred",
            "S crack in the floor: not pressed enough",
            "Wall collapses: too much water",
            "Pot sticks: cut before you lift",
        ],
        "",
    ),
    (
        "Homework",
        ["Look at the foot of every cup at home", "Bring one that you like", "Next time: handles"],
        "",
    ),
]

MAIL = """\
Dear Nora,

thank you for your order of 26 February. Here is what we can do.

The white stoneware is in store, 40 bags go out on Monday 4 March with our own lorry. The driver
is called Stan and he needs a pallet truck, because the tail lift is out of order. Somebody has to
be there between 8 and 10.

The porcelain is delayed. The ship lies in harbour and we expect the clay in the third week of
April. If you cannot wait, I can offer you the English one, called Swan, for 21.80 pounds a bag. It
fires a little greyer and shrinks by only 13 percent.

From 1 April all prices rise by six percent. Whoever orders before that date still pays the old
price, also for delivery later. Above 500 kilos the carriage is free, below it is 48 pounds.

About your complaint: you are right, the six bags of the dark clay from January had bits of plaster
in them. We are sorry. We take them back and write you a credit of 75.60 pounds. Please note the
number on the bags, it should be D 1187.

Would you like to see our pit? On 25 May we have a day for customers, with a walk through the
works, sandwiches and a throwing contest. The winner gets a ton of clay. Tell me by the tenth if
you come, and with how many.

Best wishes
Hugh Barley
Potclays North, sales
"""

SIGN = [
    ("KILN ROOM", "bold", 64),
    ("Hot! Do not touch the kilns", "bold", 40),
    ("", "sans", 14),
    ("Entry only for Amir and Nora", "sans", 36),
    ("Door opens below 120 degrees", "sans", 36),
    ("Red lamp: firing", "sans", 36),
    ("Yellow lamp: cooling", "sans", 36),
    ("Gas tap: behind the grey door", "sans", 36),
    ("Fire blanket: left of the sink", "sans", 36),
    ("In danger press the red button", "sans", 36),
    ("Amir: 555 0147", "sans", 36),
]

HOURS = [
    ("Monday", "closed"),
    ("Tuesday", "10:00 - 18:00"),
    ("Wednesday", "10:00 - 18:00"),
    ("Thursday", "10:00 - 20:00"),
    ("Friday", "10:00 - 16:30"),
    ("Saturday", "9:00 - 14:00"),
    ("Sunday", "open studio only"),
]
HOURS_HEAD = [("CLAY LANE POTTERY", "bold", 46), ("Shop opening hours", "sans", 36)]
HOURS_FOOT = [
    ("", "sans", 20),
    ("Lunch break 12:30 - 13:15", "sans", 32),
    ("In August closed on Saturdays", "sans", 32),
    ("Ring twice if nobody comes", "sans", 32),
]

RECEIPT_HEAD = [
    ("CLAY LANE POTTERY", "mono-bold", 40),
    ("Clay Lane 7, shop", "mono", 30),
    ("2 December 2023  11:42", "mono", 30),
    ("Till 1   No. 5508", "mono", 30),
]
RECEIPT = [
    ("2 Mug, blue slate", "36.00"),
    ("1 Teapot, tenmoku", "68.00"),
    ("4 Egg cup", "26.00"),
    ("1 Bowl, second", "9.50"),
    ("1 Gift voucher", "50.00"),
    ("1 Wrapping", "2.50"),
    ("Discount friends", "-7.00"),
    ("TOTAL GBP", "185.00"),
    ("Card", "185.00"),
]
RECEIPT_FOOT = [
    ("Served by Dev", "mono", 30),
    ("Exchange within 21 days", "mono", 30),
]

PLATE = [
    ("Model", "HK 310 F"),
    ("Serial number", "H4-09917"),
    ("Built", "2014"),
    ("Volume", "310 litres"),
    ("Max. temperature", "1300 C"),
    ("Power", "21.6 kW"),
    ("Voltage", "400 V"),
    ("Fuse", "3 x 32 A"),
    ("Weight", "540 kg"),
]

NOTE = [
    ("Oatmeal glaze, one bucket", "hand", 44),
    ("", "hand", 14),
    ("Feldspar 2100 g", "hand", 36),
    ("Whiting 900 g", "hand", 36),
    ("China clay 750 g", "hand", 36),
    ("Flint 1050 g", "hand", 36),
    ("Rutile 200 g", "hand", 36),
    ("Water 5 litres, then sieve twice", "hand", 36),
    ("Dip for 4 seconds, not longer!", "hand", 36),
    ("Thin on the rim, thick inside", "hand", 36),
    ("Petra got this from her aunt Joan", "hand", 36),
]

WHEEL_PARTS = [
    ((40, 120), "Wheel head", "30 cm across", (330, 250)),
    ((560, 60), "Splash pan", "plastic, 2 parts", (520, 285)),
    ((690, 230), "Motor", "550 watts", (560, 400)),
    ((40, 330), "Belt", "change every 5 years", (430, 430)),
    ((690, 480), "Pedal", "250 turns at most", (660, 560)),
    ((40, 560), "Feet", "can be raised 6 cm", (340, 570)),
]

MEMO = [
    "Hello, this is a message for everybody in the workshop.",
    "I will be away from Monday to Thursday.",
    "I am going to the north to buy a second hand kiln.",
    "The kiln costs nine hundred pounds and it is twelve years old.",
    "Please water the plants in the window twice a day.",
    "The man from the bank comes on Tuesday at four o'clock.",
    "Give him the brown folder and a cup of tea.",
    "The big order for the hotel must be packed on Wednesday.",
    "It has eighty plates and thirty cups.",
    "Put paper between the plates, because two of them broke last time.",
    "The driver comes at seven in the morning.",
    "The keys for the car are in the blue box.",
    "If a wheel makes a noise, do not use it.",
    "I will be back on Friday, and I will bring a cake.",
]

LESSON = [
    "Welcome to the lesson about handles.",
    "A good handle begins with soft clay.",
    "Roll the clay until it looks like a carrot.",
    "Then hold it up and pull it down with a wet hand.",
    "Pull about twenty times, and turn it after each pull.",
    "The top should be as thick as your finger.",
    "Let the handle rest for fifteen minutes before you put it on.",
    "The cup must be as hard as leather.",
    "Scratch both places and use a little water.",
    "Press the top first, and then the bottom.",
    "Three fingers should fit between the cup and the handle.",
    "Then cover the cup with plastic for two days.",
    "If it dries too fast, the handle will crack.",
    "Next week we will make lids.",
    "Please bring a ruler and a soft brush.",
]

INTERVIEW = [
    ("slt", "Today I visit an old potter."),
    ("slt", "How old were you when you made your first pot?"),
    ("rms", "I was nine years old when I made my first pot."),
    ("slt", "Where did you learn the work?"),
    ("rms", "I learned it from my uncle in a small village by the sea."),
    ("slt", "How much can you make in one day?"),
    ("rms", "When I was young, I made one hundred and fifty cups in one day."),
    ("rms", "Now I make forty, and they are better."),
    ("slt", "What was your worst day?"),
    ("rms", "The worst day was when the roof of my kiln fell down."),
    ("rms", "I lost the work of three months."),
    ("slt", "Why do you use wood and not gas?"),
    ("rms", "I use wood because the ash makes beautiful colors."),
    ("slt", "How long does a fire burn?"),
    ("rms", "The fire burns for two days and two nights."),
    ("slt", "What is your favorite pot?"),
    ("rms", "My favorite pot is a brown water jug with a broken lip."),
    ("slt", "Who will have your house after you?"),
    ("rms", "My daughter will have the house, and she is a better potter than me."),
]

WEDGING = [
    (
        "Wedging clay",
        ["Film 1 of 5", "You need: 2 kg of clay", "Table height: 80 cm"],
        [
            "In this film you learn how to prepare the clay.",
            "Stand with one foot in front of the other.",
        ],
    ),
    (
        "The ram's head",
        ["Push down and away", "Turn it back with both hands", "Repeat 60 times"],
        [
            "Push the clay down and away from you.",
            "Do not fold it, because folding brings air into the clay.",
        ],
    ),
    (
        "Test with the wire",
        ["Cut the clay in half", "Holes: go on for 2 minutes", "No holes: ready"],
        [
            "Cut the clay with a wire and look inside.",
            "If you see small holes, you must work again.",
        ],
    ),
    (
        "Keep it wet",
        ["Wrap it in plastic", "Good for 3 weeks", "Too hard? Add a wet cloth"],
        [
            "Put the clay in a bag when you are ready.",
            "Write the date on the bag.",
        ],
    ),
]
FIRING_DAY = [
    (
        "Raku day: safety first",
        ["Gloves up to the elbow", "Distance: 3 metres", "No nylon, only cotton"],
        [
            "Welcome to the day of fire.",
            "Tie back long hair and wear closed shoes.",
        ],
    ),
    (
        "In the kiln",
        ["Goal: 980 degrees", "Time: 45 minutes", "Six pots in each round"],
        [
            "The pots are ready when the surface shines like honey.",
            "Only one person works with the tongs.",
        ],
    ),
    (
        "In the bin",
        ["Fill the bin with saw dust", "Lid on at once", "Wait 20 minutes"],
        [
            "The smoke makes the clay black.",
            "Do not lift the lid before the bell rings.",
            "Then wash the pots in cold water with a hard brush.",
        ],
    ),
]
COLOURS = ["#8a3b1e", "#24505c", "#3d3d3d", "#4a5a22"]


def mail() -> bytes:
    message = EmailMessage()
    message["From"] = "Hugh Barley <barley@potclays-north.example>"
    message["To"] = "Nora Finch <nora@claylane.example>"
    message["Date"] = "Wed, 28 Feb 2024 15:02:00 +0000"
    message["Subject"] = "Your clay order: 40 bags, porcelain delayed"
    message["Message-ID"] = "<order-2024@potclays-north.example>"
    message.set_content(MAIL)
    return message.as_bytes()


def losses() -> Drawing:
    """Return bars lying down: the name before each bar, the number behind it."""
    drawing = Drawing(470, 170)
    for number, (name, value) in enumerate(LOSSES):
        y = 135 - number * 30
        drawing.add(String(0, y + 5, name, fontSize=10))
        drawing.add(Rect(120, y, value * 3, 18, fillColor=HexColor("#b5653a"), strokeWidth=0))
        drawing.add(String(126 + value * 3, y + 5, str(value), fontSize=10))
    return drawing


def report(path: Path) -> None:
    story = kit.prose(REPORT)
    story += [*kit.prose("## Table of the kilns"), kit.table(KILNS, [130, 90, 90, 120]), losses()]
    story.append(Paragraph("Figure 1. Lost pieces in 2023 and why they were lost.", kit.SMALL))
    kit.pdf(path, "What our firings cost in 2023", story)


def wheel(path: Path) -> None:
    image, pen = kit.sheet(1080, 680, "#fdfbf4")
    pen.text((40, 24), "Parts of the electric wheel", font=kit.face("bold", 38), fill="black")
    pen.rectangle((300, 280, 640, 340), fill="#c7b299", outline="black", width=3)
    pen.ellipse((330, 235, 560, 270), fill="#999999", outline="black", width=3)
    pen.rectangle((480, 360, 600, 440), fill="#556677", outline="black", width=3)
    pen.line((420, 340, 480, 430), fill="black", width=6)
    for x in (320, 610):
        pen.rectangle((x, 340, x + 20, 580), fill="#c7b299", outline="black", width=2)
    pen.polygon([(640, 580), (700, 540), (710, 556), (650, 592)], fill="#444444")
    for (x, y), name, value, tip in WHEEL_PARTS:
        pen.text((x, y), name, font=kit.face("bold", 30), fill="black")
        pen.text((x, y + 36), value, font=kit.face("sans", 28), fill="black")
        pen.line((x + 60, y + (76 if y < tip[1] else -6), *tip), fill="#b03030", width=3)
    image.save(path)


def note(path: Path) -> None:
    image = kit.board(NOTE, paper="#f4efe2", ink="#3a2a20", width=820)
    kit.photographed(image, -0.6).save(path, quality=62)


def receipt(path: Path) -> None:
    image = kit.pairs(RECEIPT, head=RECEIPT_HEAD, foot=RECEIPT_FOOT, name="mono", paper="#fcfcf8")
    kit.photographed(image, 0.6).save(path, quality=62)


def plate(path: Path) -> None:
    head = [("HEARTH KILNS", "bold", 46)]
    image = kit.pairs(PLATE, head=head, paper="#d8d2c4", name="bold", column=400, rules=True)
    kit.photographed(image, 0.5).save(path, quality=62)


def hours(path: Path) -> None:
    image = kit.pairs(
        HOURS, head=HOURS_HEAD, foot=HOURS_FOOT, paper="#20303a", ink="white", size=34
    )
    image.save(path)


def film(scenes: list[tuple[str, list[str], list[str]]], first: int) -> Callable[[Path], None]:
    pictures = [
        (kit.slide(title, lines, COLOURS[(first + number) % len(COLOURS)]), words)
        for number, (title, lines, words) in enumerate(scenes)
    ]
    return lambda path: kit.film(path, pictures, "rms")


def speech(voice: str, lines: list[str]) -> Callable[[Path], None]:
    return lambda path: kit.encode(kit.recite([(voice, line) for line in lines]), path)


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, encoding="utf-8")


MAKERS: dict[str, Callable[[Path], object]] = {
    "kiln_log_autumn_2023.md": text(KILN_LOG),
    "workshop_notes.txt": text(STUDIO_NOTES),
    "courses.html": text(WEB_PAGE),
    "glaze_tests.csv": text(GLAZE_TESTS),
    "kiln_programs.yaml": text(PROGRAMS),
    "bookings_and_clay.xlsx": lambda p: kit.xlsx(p, {"Bookings": BOOKINGS, "Clay": CLAY_STOCK}),
    "firing_costs_2023.pdf": report,
    "the_wheel_december.pdf": lambda p: kit.pdf(p, "The Wheel", kit.prose(NEWSLETTER), 2, 385),
    "kiln_repair_scan.pdf": lambda p: kit.scan(p, kit.board(REPAIR, lead=1.5)),
    "house_rules.docx": lambda p: kit.docx(p, HOUSE_RULES),
    "throwing_first_evening.pptx": lambda p: kit.pptx(p, THROWING),
    "clay_order.eml": lambda p: p.write_bytes(mail()),
    "kiln_room_sign.png": lambda p: kit.board(
        SIGN, paper="#c62828", ink="white", border="white"
    ).save(p),
    "opening_hours.png": hours,
    "shop_receipt.jpg": receipt,
    "kiln_plate.jpg": plate,
    "oatmeal_glaze_note.jpg": note,
    "wheel_parts.png": wheel,
    "message_from_nora.ogg": speech("rms", MEMO),
    "lesson_handles.mp3": speech("rms", LESSON),
    "old_potter.m4a": lambda p: kit.encode(kit.recite(INTERVIEW), p),
    "wedging.mp4": film(WEDGING, 0),
    "raku_day.mp4": film(FIRING_DAY, 1),
}


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    for name, make in MAKERS.items():
        make(FILES / name)
