"""The questions people would ask of the sample folder, with the words that answer them.

`quote` is found in the file by its finder, which knows the exact place. Questions without an
answer name what they miss by a little in `note`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .places import Finder, Json

IMAGE = {".jpg", ".png", ".webp", ".tiff"}
AUDIO = {".wav", ".mp3", ".flac", ".ogg"}
VIDEO = {".mp4", ".webm"}
SCAN = "reports/handover-letter-2019-scan.pdf"

PUMP = "notes/pump-p2-failure.md"
DIARY = "notes/station-diary-2025-03.txt"
BIRDS = "notes/seabird-notebook.md"
DIARY_ZH = "notes/气象值班日志-2025年4月.txt"
SAFETY_ZH = "notes/野外安全守则.md"
PAGE = "web/station-page.html"
VISIT_ZH = "web/访客须知.html"
WEATHER = "data/weather-2025-03.csv"
FUEL = "data/fuel-2025.csv"
GEAR = "data/instruments.json"
LOGGER = "data/tide_logger.py"
ANNUAL = "reports/annual-report-2024-25.pdf"
SEALS = "reports/fur-seal-pups-2025.pdf"
WATER_ZH = "reports/水质监测报告-2025.pdf"
PLAN = "office/plan-2025-26.xlsx"
SLIDES = "office/resupply-november.pptx"
MANUAL = "office/generator-manual.docx"
DRONE_ZH = "office/无人机使用规定.docx"
ORDER = "mail/spare-parts-quotation.eml"
LATE_ZH = "mail/灰鹭号推迟.eml"
CLASS = "mail/class-4b.eml"
FUEL_SIGN = "photos/fuel-store.jpg"
PATHS = "photos/footpaths.png"
JETTY_ZH = "photos/码头告示.webp"
COLD_ZH = "photos/冷库门.jpg"
RECEIPT = "photos/receipt-hobb.jpg"
PLATE = "photos/tide-gauge-plate.jpg"
BOARD = "photos/whiteboard-week-17.jpg"
DIAGRAM = "photos/pump-room-diagram.png"
GUSTS = "photos/gusts-2024-2025.png"
CARDS = "photos/field-cards.tiff"
RADIO = "recordings/radio-check.wav"
BEACH = "recordings/seal-count-south-beach.ogg"
TOM = "recordings/tom-generators.flac"
EVENING = "recordings/evening-briefing-2025-03-21.mp3"
JETTY = "videos/jetty-check.mp4"
TOUR = "videos/weather-tour.webm"


@dataclass(frozen=True)
class Ask:
    """One question.

    Attributes:
        question: As a person would put it.
        answer: The short answer, or None when the folder does not hold one.
        asset: The file that answers it.
        quote: The words in that file that do.
        aliases: Other forms of the answer to be accepted.
        also: Other places that answer it as well: (file, words).
        note: Why it is hard, or what is missing.
    """

    question: str
    answer: str | None
    asset: str = ""
    quote: str = ""
    aliases: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    note: str = ""


TEXT = [
    Ask(
        "What actually broke inside the drinking water pump in March 2025?",
        "two of the six impeller blades had cracked and the shaft seal was scored",
        PUMP,
        "two of the six blades of the impeller had cracked\nthrough, and the shaft seal was scored "
        "all the way round",
        ("two of the six blades of the impeller", "impeller blades and shaft seal"),
    ),
    Ask(
        "Why did the sea water pump jam in 2024?",
        "kelp in the intake",
        PUMP,
        "In June 2024 it was P1, the sea water intake pump, that\nseized, and the reason then was "
        "kelp in the intake.",
        ("kelp", "seaweed in the intake"),
        note="The better-known failure is that of P2 in 2025.",
    ),
    Ask(
        "How much water was each person allowed per day while it was rationed?",
        "40 litres",
        PUMP,
        "Limited everybody to 40 litres a day, showers included, from the 14th until the 21st.",
        ("40 l", "forty litres", "40 liters"),
    ),
    Ask(
        "How low had the water pressure dropped when the alarm went off at night?",
        "1.8 bar",
        PUMP,
        "The gauge behind the kitchen\nshowed 1.8 bar; it should read 3.2.",
        ("1.8",),
        note="3.2, 2.8 and 2.6 bar are named near by.",
    ),
    Ask(
        "How did Sam hurt his thumb?",
        "with the bread knife",
        DIARY,
        "Stitched Sam's left thumb, four stitches, bread knife.",
        ("bread knife", "cut it with a bread knife"),
        (
            (
                ANNUAL,
                "the only injury of the year that needed stitches was caused by a bread knife",
            ),
        ),
    ),
    Ask(
        "Where did the boat shed's door end up after the storm?",
        "in the lake",
        DIARY,
        "Door of the boat shed torn off at 23:40 and found in the lake the next\n        morning.",
        ("the lake",),
    ),
    Ask(
        "How many killer whales swam past the jetty at the end of March?",
        "four",
        DIARY,
        "Saw four orcas in the channel, a bull and three cows, heading north along the\n"
        "        kelp.",
        ("4", "four orcas"),
    ),
    Ask(
        "How many penguin nests did Anna write down for the north colony in November 2024?",
        "412",
        BIRDS,
        "**412 nests** (three counts: 409, 412, 415)",
        ("412 nests",),
        note="The annual report prints 421 by mistake; the notebook is the source.",
    ),
    Ask(
        "Which penguin colony has got bigger since last season?",
        "the Cairn colony",
        BIRDS,
        "Cairn colony\nCounted on 21 November 2024. 95 nests. It had 88 last time, so it is the "
        "only colony that grew.",
        ("Cairn", "Cairn colony"),
    ),
    Ask(
        "Which colour of paint should be used on marker stones near the sea?",
        "blue",
        BIRDS,
        "Do not use the red paint for marking stones. It comes off in salt spray; the blue one "
        "holds.",
        ("the blue one", "blue paint"),
    ),
    Ask(
        "How far had the tagged petrel travelled by the end of February?",
        "14,300 km",
        BIRDS,
        "By the end of February the bird had flown\n14,300 km and had been twice to the ice edge.",
        ("14300 km", "14,300 kilometres"),
    ),
    Ask(
        "When did the station first open?",
        "4 December 1987",
        PAGE,
        "The station was opened on 4 December 1987 by the two oceanographic institutes that still "
        "share its costs.",
        ("December 4, 1987", "1987"),
    ),
    Ask(
        "What was the ship on the rocks at Gull Point carrying?",
        "wool",
        PAGE,
        "The wreck on Gull Point is the Adeline, a barque that ran aground in fog in 1896 with a "
        "cargo of wool.",
        ("a cargo of wool",),
    ),
    Ask(
        "What is the highest wind gust ever measured on the island?",
        "54.1 m/s",
        PAGE,
        "54.1 m/s, 8 August 2011",
        ("54.1", "54.1 metres per second"),
        note="47.3 m/s is the highest of 2025.",
    ),
    Ask(
        "What is the cleaning robot called?",
        "Gerald",
        PAGE,
        "We do have a robot vacuum cleaner called Gerald.",
    ),
    Ask(
        "What was the lowest air pressure on 22 March 2025?",
        "951.2 hPa",
        WEATHER,
        "2025-03-22: 951.2",
        ("951.2",),
    ),
    Ask(
        "How much rain fell on the wettest day of March 2025?",
        "41.0 mm",
        WEATHER,
        "2025-03-11: 41.0",
        ("41 mm", "41"),
        ((DIARY, "41 mm of rain since yesterday, the wettest day of the season."),),
    ),
    Ask(
        "How many litres of diesel a day were used in the week starting 10 March 2025?",
        "264",
        FUEL,
        "10: 264",
        ("264 litres", "264 l"),
    ),
    Ask(
        "When was the device that measures earthquakes last calibrated?",
        "2022-12-08",
        GEAR,
        '"calibrated": "2022-12-08"',
        ("8 December 2022", "December 8, 2022"),
    ),
    Ask(
        "Down to what depth can the CTD be used?",
        "600 m",
        GEAR,
        '"max_depth_m": 600',
        ("600", "600 metres"),
    ),
    Ask(
        "At which water level does the tide program ring the house?",
        "2.85 m",
        LOGGER,
        "SURGE_LIMIT_M = 2.85  # above this the boat must be hauled out and the house is rung",
        ("2.85", "above 2.85 m"),
    ),
    Ask(
        "Why does the logger script throw away sudden jumps between two readings?",
        "because gulls sit on the pipe",
        LOGGER,
        "Drop spikes. Gulls like to sit on the pipe and we must not record the gull.",
        ("gulls sit on the pipe", "gulls"),
    ),
    Ask(
        "Who led the station before Ruth took over?",
        "Martin Hale",
        ANNUAL,
        "Martin Hale handed over the keys on 10 November 2024 after two winters as leader.",
    ),
    Ask(
        "How much electricity did the wind turbines give in the last quarter of 2024?",
        "18,450 kWh",
        ANNUAL,
        "Oct - Dec 2024 22,310 18,450 0.2",
        ("18450 kWh", "18,450"),
    ),
    Ask(
        "How long was wind turbine 2 out of order in August, and why?",
        "from 4 to 29 August, because of a cracked blade",
        ANNUAL,
        "Turbine 2 stood still from 4 to 29 August because of a cracked blade.",
        ("4 to 29 August", "a cracked blade"),
    ),
    Ask(
        "How much has the tide gauge sunk over the last years?",
        "9 millimetres",
        ANNUAL,
        "It was levelled again in January and found to have sunk by 9 millimetres since 2021.",
        ("9 mm", "nine millimetres"),
    ),
    Ask(
        "Where exactly is the damaged bridge on the map?",
        "300 metres south of Mirror Lake",
        ANNUAL,
        "the broken bridge is 300 metres south of Mirror Lake",
        ("300 m south of Mirror Lake",),
    ),
    Ask(
        "What did most of the dead seal pups die of?",
        "they drowned in the storm of 30 December",
        SEALS,
        "Thirty-three pups were found dead, which is 2.6 per cent; most of them had drowned in "
        "the storm of 30 December.",
        ("drowned in the storm of 30 December", "drowning", "drowned"),
    ),
    Ask(
        "Why was a kite used for the aerial count instead of a drone?",
        "because the seals fear the sound of drones",
        SEALS,
        "drones were not used, because the seals fear their sound",
        ("the seals fear their sound", "seals are afraid of the noise"),
    ),
    Ask(
        "How many fur seal pups were counted in the summer of 2018/19?",
        "937",
        SEALS,
        "2018/19 937 29 4",
        note="Four summers stand in the table.",
    ),
    Ask(
        "How much money is planned for diesel in the coming year?",
        "156000",
        PLAN,
        "Diesel: 156000",
        ("156,000", "156,000 dollars"),
        note="2025/26, not 2024/25.",
    ),
    Ask(
        "In which case does the replacement battery for the emergency generator travel?",
        "C-11",
        PLAN,
        "C-11 | Starter battery for G3",
        ("case C-11",),
    ),
    Ask(
        "How strong may the waves be at the most when boats are unloaded?",
        "1.5 metres",
        SLIDES,
        "Swell at the jetty: not more than 1.5 metres",
        ("1.5 m", "1.5"),
        ((JETTY_ZH, "二、浪高超过一点五米停止装卸"),),
    ),
    Ask(
        "What happened to the eggs last year?",
        "two boxes were lost on the final trip in the dark",
        SLIDES,
        "Last year two boxes of eggs were lost on the final trip in the dark. Tell that story.",
        ("two boxes of eggs were lost", "lost on the final trip in the dark"),
        note="Only in the speaker notes of a slide.",
    ),
    Ask(
        "How long does pumping the fuel ashore take?",
        "9 hours",
        SLIDES,
        "Diesel through the hose, 9 hours",
        ("nine hours",),
    ),
    Ask(
        "After how many running hours must the emergency generator get new oil?",
        "100 hours",
        MANUAL,
        "The oil of G1 and G2 is changed after 250 hours, that of G3 after 100 hours or once a "
        "year.",
        ("100", "after 100 hours or once a year"),
        note="250 hours holds for the two big ones.",
    ),
    Ask(
        "Where is the hand crank kept for starting the backup generator?",
        "on the north wall, behind the ladder",
        MANUAL,
        "If it does not, use the crank: it hangs on the north wall, behind the ladder.",
        ("behind the ladder", "north wall"),
    ),
    Ask(
        "What does the supplier think really made the blades crack?",
        "running the pump at 3.2 bar although it was built for 2.8",
        ORDER,
        "do you really run the pump at 3.2 bar? It was built for 2.8, and\n"
        "we think that the blades cracked because of it and not because of the grit.",
        ("too much pressure", "running the pump at 3.2 bar", "run the pump at 3.2 bar"),
        note="Tom's own note blames the grit.",
    ),
    Ask(
        "What is the price of a single bronze impeller?",
        "486.00",
        ORDER,
        "part: KV-2207; description: Impeller bronze; quantity: 2; each: 486.00; total: 972.00",
        ("486", "$486", "486 dollars"),
        note="Only in the attachment of the mail; 972.00 is the price of two.",
    ),
    Ask(
        "What do the school children want to call a seal?",
        "Potato",
        CLASS,
        "We would like to call it Potato.",
    ),
]

TEXT_ZH = [
    Ask(
        "四月份全站停电多久，原因是什么？",
        "停电38分钟，二号发电机的燃油滤清器堵塞",
        DIARY_ZH,
        "4月21日 上午9点15分全站停电38分钟。原因是二号发电机的燃油滤清器堵塞",
        ("38分钟", "燃油滤清器堵塞"),
    ),
    Ask(
        "小海豹在机库里睡在什么东西后面？",
        "叉车后面",
        DIARY_ZH,
        "一只小海豹钻进了机库，睡在叉车后面。",
        ("叉车",),
    ),
    Ask(
        "陈志远过生日那天一共包了多少个饺子？",
        "一百六十个",
        DIARY_ZH,
        "多伊尔做了白菜猪肉馅的饺子，一共包了一百六十个，一个也没剩下。",
        ("160个", "160"),
    ),
    Ask(
        "风刮到多大就不能在室外干活了？",
        "平均风速超过每秒18米",
        SAFETY_ZH,
        "平均风速超过每秒18米，停止一切室外作业。",
        ("每秒18米", "18米/秒", "18 m/s"),
    ),
    Ask(
        "冰要多厚才允许上去走？",
        "12厘米",
        SAFETY_ZH,
        "湖冰厚度不足12厘米不得上冰。",
        ("不少于12厘米", "12 厘米"),
    ),
    Ask(
        "心脏除颤器放在哪里？",
        "医务室门外的红色柜子里",
        SAFETY_ZH,
        "除颤器放在医务室门外的红色柜子里，每月1日由马什医生检查电量。",
        ("红色柜子里", "医务室门外"),
    ),
    Ask(
        "私人船只想来岛上，要提前几天申请？",
        "六十天",
        VISIT_ZH,
        "私人船只最迟须在到达前六十天提出书面申请",
        ("60天", "提前六十天"),
    ),
    Ask(
        "登岛每人要交多少钱？",
        "八十元",
        VISIT_ZH,
        "登岛费每人八十元，十二岁以下儿童免费。",
        ("80元",),
    ),
    Ask(
        "码头的海水哪一项指标不合格？测出来是多少？",
        "石油类，每升0.061毫克",
        WATER_ZH,
        "码头海水中石油类含量为每升0.061毫克，超过每升0.05毫克的限值",
        ("石油类", "0.061"),
    ),
    Ask(
        "故障当天湖水的浊度有多高？",
        "18.5度",
        WATER_ZH,
        "镜湖水的浊度由故障当天的18.5度下降到1.2度",
        ("18.5",),
    ),
    Ask(
        "无人机飞行时电量降到多少就必须返航？",
        "35%",
        DRONE_ZH,
        "剩余电量降到35%时必须返航",
        ("百分之三十五",),
    ),
    Ask(
        "离信天翁的巢多远以内不能飞无人机？",
        "500米",
        DRONE_ZH,
        "距信天翁巢500米以内禁止飞行",
        ("500米以内", "五百米"),
        note="企鹅聚居地是300米；人步行靠近信天翁是25米。",
    ),
    Ask(
        "补给船改到哪一天到？为什么晚了？",
        "十一月十八日，因为右舷螺旋桨轴承磨损需要更换",
        LATE_ZH,
        "船在船厂检查时发现右舷螺旋桨轴承磨损，需要更换，因此原定十一月十一日到达拉金岛的航次推迟一周，"
        "改为十一月十八日到达。",
        ("十一月十八日", "11月18日"),
        note="五月的幻灯片仍写十一月十一日。",
    ),
    Ask(
        "仓库里还剩多少公斤大米？",
        "410",
        PLAN,
        "大米: 410",
        ("410公斤",),
    ),
]

SEEN = [
    Ask(
        "Which number do I call if fuel has been spilled?",
        "215",
        FUEL_SIGN,
        "In case of a spill ring 215",
        ("ring 215",),
    ),
    Ask(
        "How many barrels may be kept in the fuel store?",
        "64",
        FUEL_SIGN,
        "Not more than 64 drums.",
        ("64 drums", "not more than 64"),
    ),
    Ask(
        "How long is the walk to Gull Point?",
        "7.8 km, 3 h 10",
        PATHS,
        "Gull Point 7.8 km 3 h 10",
        ("7.8 km", "3 h 10", "3 hours 10 minutes"),
    ),
    Ask(
        "What did the rubber boots cost at the chandler's?",
        "61.20",
        RECEIPT,
        "Rubber boots 43 61.20",
        ("61.2",),
    ),
    Ask(
        "How much did we pay in the shop on Quay Street in all?",
        "487.79",
        RECEIPT,
        "TOTAL 487.79",
        note="513.46 is the sum before the discount.",
    ),
    Ask(
        "In which year was the tide gauge manufactured?",
        "2016",
        PLATE,
        "MADE 2016",
    ),
    Ask(
        "Who cuts hair on Friday of week 17?",
        "Ruth",
        BOARD,
        "Haircuts (Ruth), 2 pm, library",
    ),
    Ask(
        "To what temperature is the water heater set?",
        "58 degrees",
        DIAGRAM,
        "set to 58 degrees",
        ("58", "58 °C"),
    ),
    Ask(
        "Which valve is opened first to empty the water pipes before the winter?",
        "V6",
        DIAGRAM,
        "To drain the system in winter open V6 first, then V1.",
        ("open V6 first",),
    ),
    Ask(
        "How strong was the strongest gust in June 2024?",
        "44.2 m/s",
        GUSTS,
        "44.2",
        ("44.2", "44.2 metres per second"),
        note="The bar beside it, 42.6, is June 2025.",
    ),
    Ask(
        "When did Joan ring the male bird K-402?",
        "2 Feb 2011",
        CARDS,
        "Ringed: 2 Feb 2011, J. Whitby",
        ("2 February 2011", "February 2, 2011"),
        note="K-318 was ringed in 2009.",
    ),
    Ask(
        "What kind of rock is sample LR-0457?",
        "olivine basalt",
        CARDS,
        "Rock: olivine basalt, vesicular",
        ("olivine basalt, vesicular", "basalt"),
    ),
    Ask(
        "Where is the key to the medicine cupboard, according to Joan's letter?",
        "behind the kitchen clock",
        SCAN,
        "1. The key of the medicine cabinet hangs behind the kitchen clock, and not in the office.",
        ("behind the clock in the kitchen",),
    ),
    Ask(
        "What helps when the radio makes a humming noise?",
        "moving the lamp",
        SCAN,
        "6. If the radio hums, move the lamp.",
        ("move the lamp",),
    ),
]

SEEN_ZH = [
    Ask(
        "栈桥最多能承受多重？",
        "三点五吨",
        JETTY_ZH,
        "一、栈桥限载三点五吨",
        ("3.5吨",),
    ),
    Ask(
        "码头值班室的电话号码是多少？",
        "8106",
        JETTY_ZH,
        "码头值班电话 8106",
    ),
    Ask(
        "在冷库里最多可以待几分钟？",
        "十五分钟",
        COLD_ZH,
        "入内须两人同行，最长停留十五分钟",
        ("15分钟",),
    ),
    Ask(
        "冷库的门从里面怎么打开？",
        "按门内的红色按钮",
        COLD_ZH,
        "门内红色按钮可从里面开门",
        ("红色按钮",),
    ),
]

HEARD = [
    Ask(
        "On which channel should the ship call back, and when?",
        "channel sixteen at half past four",
        RADIO,
        "Please call again on channel sixteen at half past four.",
        ("channel 16", "half past four", "channel 16 at 4:30"),
    ),
    Ask(
        "How many seals did Anna count on the south beach in February?",
        "two hundred and six",
        BEACH,
        "I counted two hundred and six seals here this morning, and thirty one of them were pups.",
        ("206",),
        note="Long Beach and its 1,264 pups are another survey.",
    ),
    Ask(
        "What was caught around the neck of the young seal?",
        "a piece of yellow plastic",
        BEACH,
        "One young male has a piece of yellow plastic around his neck.",
        ("yellow plastic", "a yellow piece of plastic"),
    ),
    Ask(
        "Why did the camera by the river stop working?",
        "a bird has broken the cable",
        BEACH,
        "The camera near the river has stopped, because a bird has broken the cable.",
        ("a bird broke the cable", "a broken cable"),
    ),
    Ask(
        "What made generator two so noisy?",
        "a broken spring on the cooling fan",
        TOM,
        "The noise came from a broken spring on the cooling fan.",
        ("broken spring", "a broken spring"),
    ),
    Ask(
        "How much diesel a day did Tom say was burned last week?",
        "three hundred and twelve liters",
        TOM,
        "We burned three hundred and twelve liters a day last week.",
        ("312 litres", "312"),
        ((FUEL, "12: 312"),),
    ),
    Ask(
        "Where is the tool room key now?",
        "in the blue box next to the radio",
        TOM,
        "The key for the tool room is now in the blue box next to the radio.",
        ("blue box", "blue box next to the radio"),
    ),
    Ask(
        "Where do people gather in a fire drill?",
        "at the green container behind the kitchen",
        EVENING,
        "We meet at the green container behind the kitchen, and not in the garage.",
        ("green container behind the kitchen", "green container"),
    ),
    Ask(
        "How many weeks will the flour last, going by the evening briefing?",
        "eleven weeks",
        EVENING,
        "Sam says that we have flour for eleven weeks, but coffee for only five.",
        ("eleven", "11 weeks"),
        note="Coffee lasts five.",
    ),
    Ask(
        "How much longer is the detour round the lake while the bridge is closed?",
        "forty minutes",
        EVENING,
        "Until then, please take the long way around the lake, which takes forty minutes more.",
        ("40 minutes",),
    ),
    Ask(
        "For whom is the cake that must be kept secret?",
        "Helen Marsh, the doctor",
        EVENING,
        "Tomorrow is the birthday of our doctor, Helen Marsh.",
        ("Helen", "Helen Marsh", "the doctor"),
    ),
    Ask(
        "Who wants to land in April with a sailing boat?",
        "four people from the university",
        EVENING,
        "A sailing boat with four people from the university has asked to land here in April.",
        ("people from the university", "the university"),
    ),
]

WATCHED = [
    Ask(
        "What load can the crane on the jetty lift?",
        "2500 kg",
        JETTY,
        "Safe load 2500 kg",
        ("2500", "2,500 kg"),
        note="On the screen only. The cargo boat takes 2,200 kg.",
    ),
    Ask(
        "Which key opens the boat shed?",
        "No. 14",
        JETTY,
        "Key No. 14",
        ("14", "key 14", "number 14"),
        note="On the screen only.",
    ),
    Ask(
        "How heavy is the new boat shed door, and what is it made of?",
        "ninety kilograms, steel",
        JETTY,
        "It is made of steel and weighs ninety kilograms, so the wind will not take it again.",
        ("ninety kilograms", "90 kg", "steel"),
        note="Spoken only.",
    ),
    Ask(
        "What pressure can the diesel hose take at most?",
        "6 bar",
        JETTY,
        "Max. pressure 6 bar",
        ("6",),
        note="On the screen only.",
    ),
    Ask(
        "How long is the crack in the jetty's third post?",
        "as long as Tom's arm",
        JETTY,
        "The third post is cracked under the water, and the crack is as long as my arm.",
        ("as long as my arm", "an arm's length"),
        note="Spoken only.",
    ),
    Ask(
        "What do I do if the computer of the weather station stops?",
        "push the green button and hold it for seven seconds",
        TOUR,
        "If it stops, push the green button and hold it for seven seconds.",
        ("hold the green button for seven seconds", "green button"),
        note="Spoken only.",
    ),
    Ask(
        "How full was the memory of the data logger in the film?",
        "83 %",
        TOUR,
        "Memory 83 %",
        ("83%", "83 percent"),
        note="On the screen only.",
    ),
    Ask(
        "How long does a bottle of gas last for the balloons?",
        "ten days",
        TOUR,
        "One bottle of gas is enough for ten days.",
        ("10 days",),
        note="Spoken only.",
    ),
    Ask(
        "百叶箱离地面有多高？",
        "1.5 米",
        TOUR,
        "离地 1.5 米",
        ("1.5米", "一点五米"),
        note="On the screen only.",
    ),
]

MISSING = [
    Ask(
        "How much did the repair of pump P3 cost in 2024?",
        None,
        note="P3 only gets a spare diaphragm on order; no repair and no cost is named.",
    ),
    Ask(
        "How many nests did the west colony have in 2019?",
        None,
        note="West colony: 168 and 171, for 2024 and 2023 only.",
    ),
    Ask(
        "What is the serial number of the seismometer at Gull Point?",
        None,
        note="The only seismometer stands under the old hut.",
    ),
    Ask(
        "Who was the station doctor in 2012?",
        None,
        note="Helen Marsh is the doctor of 2025; earlier ones are not named.",
    ),
    Ask(
        "How tall is Captain Nolan?",
        None,
        note="He is named twice, never described.",
    ),
    Ask(
        "What was the coldest temperature in July 2025?",
        None,
        note="The weather table holds March 2025 only.",
    ),
    Ask(
        "How many passengers drowned when the Adeline sank?",
        None,
        note="All twenty-two people on board reached the shore; a premise that is false.",
    ),
    Ask(
        "What is the password of the satellite line?",
        None,
        note="The line is mentioned, a password is not.",
    ),
    Ask(
        "How much does a new wind turbine blade weigh?",
        None,
        note="A blade cracked in August; its mass is not given.",
    ),
    Ask(
        "What does Tom say about the engine of the snowmobile in his memo?",
        None,
        note="The memo is about generators, diesel and a key.",
    ),
    Ask(
        "五月份一共放了多少个探空气球？",
        None,
        note="只有四月份的数字（十二个）。",
    ),
    Ask(
        "南滩海水里的微塑料含量是多少？",
        None,
        note="微塑料项目计划在十月才增加。",
    ),
    Ask(
        "三号无人机是哪一年买的？",
        None,
        note="只写了型号、重量和用途。",
    ),
]

GROUPS = {
    "t": TEXT,
    "zh": TEXT_ZH,
    "i": SEEN,
    "izh": SEEN_ZH,
    "a": HEARD,
    "v": WATCHED,
    "none": MISSING,
}


def modality(asset: str) -> str:
    """Return the channel through which a file speaks; a scan is a picture."""
    suffix = Path(asset).suffix
    if asset == SCAN or suffix in IMAGE:
        return "image"
    return "audio" if suffix in AUDIO else "video" if suffix in VIDEO else "text"


def language(question: str) -> str:
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in question) else "en"


def _words(asset: str, quote: str) -> str:
    """Return what the file itself shows; the row in front of a cell only tells cells apart."""
    return quote.rpartition(": ")[2] if Path(asset).suffix in {".csv", ".xlsx"} else quote


def _place(asset: str, quote: str, finders: Mapping[str, Finder]) -> Json:
    return {
        "asset": f"files/{asset}",
        "locator": finders[asset].find(quote),
        "quote": _words(asset, quote),
    }


def _record(name: str, ask: Ask, finders: Mapping[str, Finder]) -> Json:
    known = ask.answer is not None
    nowhere: Json = {"asset": None, "locator": None, "quote": None}
    return {
        "id": name,
        "question": ask.question,
        "language": language(ask.question),
        "answer": ask.answer,
        "aliases": list(ask.aliases),
        "modality": modality(ask.asset) if known else "text",
        **(_place(ask.asset, ask.quote, finders) if known else nowhere),
        "also": [_place(asset, quote, finders) for asset, quote in ask.also],
        "answerable": known,
        "note": ask.note,
    }


def write(path: Path, finders: Mapping[str, Finder]) -> int:
    """Write one JSON object a line and return how many there are."""
    records = [
        _record(f"{group}-{number:02d}", ask, finders)
        for group, asks in GROUPS.items()
        for number, ask in enumerate(asks, start=1)
    ]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(lines)
