"""Two saved web pages: the public page of the station, and the Chinese notice for visitors."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from .places import Made, TextFinder

STATION = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Larkin Island Research Station: about us</title>
<style>body { font: 1rem/1.6 Georgia, serif; max-width: 44rem; margin: 2rem auto }
th { text-align: left; padding-right: 2rem }</style>
</head>
<body>
<nav><a href="index.html">Home</a> | <a href="science.html">Science</a> |
<a href="visit.html">Visit</a> | <a href="contact.html">Contact</a></nav>
<main>
<h1>Larkin Island Research Station</h1>
<p>Larkin Island is eleven kilometres long and lies 2,140 km south-west of Port Alder, six days
by ship. The station was opened on 4 December 1987 by the two oceanographic institutes that still
share its costs.</p>
<h2>Living here</h2>
<p>Seven people stay through the winter of 2025; in summer there are up to eighteen. All of them
speak some English, and about half of them speak Chinese. Nobody has a private telephone: the
house has one satellite line, and each person may use it for ninety minutes a month.</p>
<h2>History</h2>
<p>Sealers built the first hut in 1911. Their stone oven can still be seen near Gull Point. The
last rats were removed from the island in 2003, after three winters of work, and the small
burrowing birds returned by themselves six years later.</p>
<p>The wreck on Gull Point is the <em>Adeline</em>, a barque that ran aground in fog in 1896 with
a cargo of wool. All twenty-two people on board reached the shore.</p>
<h2>Figures</h2>
<table>
<tr><th>Highest point</th><td>Mount Ferrer, 688 m</td></tr>
<tr><th>Mean temperature</th><td>2.9 &deg;C</td></tr>
<tr><th>Strongest gust on record</th><td>54.1 m/s, 8 August 2011</td></tr>
<tr><th>Days with gale in a year</th><td>139</td></tr>
<tr><th>Electricity</th><td>three diesel generators and, since 2022, 40 kW of wind power</td></tr>
</table>
<h2>School questions</h2>
<p>Do you have trees? No. The tallest plant is a cabbage that reaches our knees.</p>
<p>Do you have a dog? No. Dogs are not allowed, because of the birds. We do have a robot vacuum
cleaner called Gerald.</p>
</main>
<footer>Page last changed 3 February 2025.</footer>
</body>
</html>
"""

VISITORS_ZH = """\
<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>登岛以前请先阅读</title>
</head>
<body>
<h1>拉金岛科考站访客须知</h1>
<p>欢迎来到拉金岛。为了保护岛上的植物和鸟类，请在登岛以前读完下面的说明。</p>
<h2>登岛申请</h2>
<p>私人船只最迟须在到达前六十天提出书面申请，同一时间在岛上的访客不得超过十二人。</p>
<p>访客停留最多两晚，夜间必须回到自己的船上。</p>
<h2>防止外来物种</h2>
<ul>
<li>上岸前用刷子清洗靴子，再用消毒液浸泡一分钟。</li>
<li>不得携带新鲜水果、种子和未加工的木材。</li>
<li>衣服口袋和魔术贴里的草籽要用吸尘器清理。</li>
</ul>
<h2>费用</h2>
<p>登岛费每人八十元，十二岁以下儿童免费。所得款项全部用于步道维护。</p>
<h2>邮局</h2>
<p>站内的小邮局每周三下午两点到四点开放，可以盖纪念邮戳。信件随补给船送出，一般要等三到五个月。</p>
</body>
</html>
"""

PAGES = {"web/station-page.html": STATION, "web/访客须知.html": VISITORS_ZH}


BLOCKS = frozenset(["title", "h1", "h2", "p", "li", "nav", "tr", "footer"])


class _Words(HTMLParser):
    """Collects the visible words by block; the cells of a table row are parted by "; "."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self._words: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in BLOCKS:
            self._words = []
        self._hidden = self._hidden or tag == "style"

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.blocks.append(" ".join("".join(self._words).split()))
        elif tag == "th":
            self._words.append("; ")
        self._hidden = self._hidden and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)


def visible_text(page: str) -> str:
    """Return what a reader of the page sees, blocks parted by a blank line as in Pincite."""
    words = _Words()
    words.feed(page)
    return "\n\n".join(block for block in words.blocks if block)


def make(files: Path) -> list[Made]:
    made = []
    for path, text in PAGES.items():
        (files / path).write_text(text, encoding="utf-8", newline="\n")
        made.append(Made(path, TextFinder(visible_text(text))))
    return made
