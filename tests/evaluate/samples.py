"""Random texts, Chinese and English, as many as a seed gives."""

import random

EN = """the a pump Pump's pumps pumping runs running at three bar 3.5 1990 valve, valves (red)
red-white don't "quoted" station north of km; it is its Ratio: 50% leaks, leaked leaking.""".split()
ZH = "泵 水泵 压力 是 三 巴 ， 。 ３．５ 车站 車站 位于 山口 以北 CD-ROM 运转 運轉 的 了".split()


def text(rng: random.Random, words: list[str], most: int = 14) -> str:
    gap = " " if words is EN else ""
    return gap.join(rng.choice(words) for _ in range(rng.randint(0, most)))


def near(rng: random.Random, of: str, words: list[str]) -> str:
    """A text with some pieces of another changed, lost and added."""
    parts = of.split(" ") if words is EN else list(of)
    kept = [rng.choice([p, p, p, rng.choice(words), ""]) for p in parts]
    return (" " if words is EN else "").join(p for p in kept if p)


def pairs(seed: int, words: list[str], count: int = 40, references: int = 1):
    """(hypothesis, references), some empty, some equal."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        right = tuple(text(rng, words) for _ in range(references))
        hypothesis = rng.choice([near(rng, right[0], words), right[0], text(rng, words)])
        made.append((hypothesis, right))
    return made
