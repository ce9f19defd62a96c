"""Four voice memos. The words are plain, so that a small recogniser hears them."""

from __future__ import annotations

from pathlib import Path

from .places import Made
from .speech import RATE_HZ, encode, recite

RADIO = [
    [
        "Grey Heron, this is Larkin station.",
        "The harbor channel is clear of ice.",
        "The wind is nine knots from the west.",
        "Please call again on channel sixteen at half past four.",
    ]
]

SEALS = [
    [
        "This is Anna Price, on the south beach, on the second of February.",
        "I counted two hundred and six seals here this morning, and thirty one of them were pups.",
        "One young male has a piece of yellow plastic around his neck.",
    ],
    [
        "We will try to cut it off tomorrow, before the tide comes in.",
        "The big female with the white scar was not here today.",
        "The camera near the river has stopped, because a bird has broken the cable.",
    ],
]

GENERATOR = [
    [
        "This is Tom Becker with a note about the generators.",
        "Number two was very loud last night, so I stopped it at ten minutes past eleven.",
        "The noise came from a broken spring on the cooling fan.",
        "I put in a new spring, and now it runs well again.",
    ],
    [
        "Number one has run for eleven thousand nine hundred hours.",
        "It needs the big service in June.",
        "The small emergency generator started on the third try, because its battery is weak.",
        "I have asked the office for a new battery.",
    ],
    [
        "One more thing about the diesel.",
        "We burned three hundred and twelve liters a day last week.",
        "That is seventy liters more than in January, because the heaters are on all night.",
        "Please close the door of the workshop behind you.",
    ],
    [
        "The key for the tool room is now in the blue box next to the radio.",
        "That is all from me.",
    ],
]

BRIEFING = [
    [
        "Good evening, everybody.",
        "This is Ruth Calder with the evening briefing for Friday, the twenty first of March.",
        "I have nine points tonight, and I will try to be quick.",
    ],
    [
        "First, the weather.",
        "A storm will reach us tomorrow in the afternoon.",
        "Chen expects winds of more than ninety miles an hour during the night.",
        "Nobody leaves the house after two o'clock tomorrow.",
        "Please bring in the flags, the ropes and the empty barrels before lunch.",
    ],
    [
        "Second, the water.",
        "The good news is that the fresh water pump is working again.",
        "From tomorrow there is no more limit on water, so you may all take a real shower.",
        "Thank you for being so patient this week.",
        "Tom will watch the pressure for three days, and Sam will write it down every morning.",
    ],
    [
        "Third, the fire drill.",
        "The last drill took six minutes and forty seconds, and that is too slow.",
        "We meet at the green container behind the kitchen, and not in the garage.",
        "We will repeat the drill next Wednesday, before breakfast.",
    ],
    [
        "Fourth, a visit.",
        "A sailing boat with four people from the university has asked to land here in April.",
        "I told them that they may stay for two nights, but they must sleep on the boat.",
        "They want to film the birds, and Anna will walk with them.",
        "They have to clean their boots before they come ashore, because of the seeds.",
    ],
    [
        "Fifth, the lost camera.",
        "The camera that flew away on Tuesday came down near the old radio tower.",
        "We searched for three hours, and we found only the string and the orange bag.",
        "If you go that way, please look between the rocks on the north side.",
        "Whoever finds the camera does not have to wash the dishes for a week.",
    ],
    [
        "Sixth, the bridge over the river.",
        "Two pieces of wood in the middle are broken, and the rope is not safe.",
        "Only one person at a time may walk over it, and nobody should carry a heavy bag.",
        "Tom will repair it on Thursday, if there is not too much water.",
        "Until then, please take the long way around the lake, which takes forty minutes more.",
    ],
    [
        "Seventh, the mail.",
        "The office has sent us a list of the parcels that came back with the last ship.",
        "Three boxes of rock samples were not labeled, and now nobody knows where they belong.",
        "They are in a warehouse in the city, and each week costs us fifteen dollars.",
        "If they are yours, tell me before the end of the month.",
    ],
    [
        "Eighth, the kitchen.",
        "Sam says that we have flour for eleven weeks, but coffee for only five.",
        "So from Monday there is one cup of coffee for each person in the morning, and tea later.",
        "The fresh apples are finished, and the last cabbage goes into the soup on Sunday.",
        "Helen asks everyone to take a vitamin tablet with dinner.",
    ],
    [
        "And last, something nice.",
        "Tomorrow is the birthday of our doctor, Helen Marsh.",
        "There will be a chocolate cake at eight o'clock in the library.",
        "After that we will watch the old movie about the train in the snow.",
        "Please do not tell her about the cake.",
    ],
    [
        "That is all for tonight.",
        "Sleep well, and check your windows.",
    ],
]

MEMOS = [
    ("recordings/radio-check.wav", "Radio check", RADIO, "rms", 0.3, 0.3),
    ("recordings/seal-count-south-beach.ogg", "South beach", SEALS, "slt", 0.6, 1.5),
    ("recordings/tom-generators.flac", "Generators", GENERATOR, "rms", 0.6, 1.6),
    ("recordings/evening-briefing-2025-03-21.mp3", "Evening briefing", BRIEFING, "slt", 0.7, 2.4),
]


def make(files: Path) -> list[Made]:
    made = []
    for path, title, words, voice, pause_s, gap_s in MEMOS:
        samples, finder = recite(words, voice=voice, pause_s=pause_s, gap_s=gap_s)
        encode(samples, files / path, title)
        made.append(Made(path, finder, len(samples) / RATE_HZ))
    return made
