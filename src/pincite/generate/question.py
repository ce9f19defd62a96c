"""What a question asks for: the kind of answer, the words that must be met, and the limits.

Rules only, for English and Chinese; no model is needed and the same question is always read the
same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from pincite.generate.asked_unit import unit_asked
from pincite.generate.keywords import Keyword, keywords
from pincite.generate.lexicon import HARD_ZH, STOP_EN, WEEKDAYS_EN
from pincite.generate.terms import tokens
from pincite.generate.words_zh import chinese_words
from pincite.language import CJK, language_of

Kind = Literal[
    "person", "place", "organisation", "time", "number", "money", "quantity", "percent",
    "duration", "amount", "code", "reason", "manner", "definition", "list", "yesno", "contact",
    "colour", "saying", "thing",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was read.

    Attributes:
        text: The question as asked.
        language: "en", "zh", …
        kind: What kind of answer is wanted.
        dimension: For a quantity, what is measured, such as "length"; "" when not said.
        keywords: The content words, in order.
        focus: Terms of the noun that is asked for: "points" in "how many points".
        choices: True when the question offers its answers ("A or B").
        measured: True when the question names the unit or currency of its answer; only a value
            of that dimension, or a bare number, will do.
        parts: True for a question of two parts: "who found it, and when?"
    """

    text: str
    language: str
    kind: Kind
    dimension: str
    keywords: tuple[Keyword, ...]
    focus: frozenset[str]
    choices: bool = False
    measured: bool = False
    parts: bool = False

    @property
    def wants_value(self) -> bool:
        """True when a few words can answer; reasons, manners and yes or no need a sentence."""
        return self.kind not in ("manner", "definition", "yesno", "saying")


_DIMENSIONS_EN = {
    "far": "length", "tall": "length", "high": "length", "deep": "length", "wide": "length",
    "thick": "length", "heavy": "mass", "fast": "speed", "hot": "temperature",
    "warm": "temperature", "cold": "temperature", "large": "area", "loud": "sound",
    "steep": "angle", "thin": "length", "broad": "length", "slow": "speed",
    "old": "duration",
}  # fmt: skip
_NOUN_KINDS: tuple[tuple[str, Kind, str], ...] = (
    ("year|date|day|month|time|deadline|century|decade|era|season|birthday|日期|时间|年份|期限|日子|月份|时候",
     "time", ""),
    ("percentage|percent|proportion|share|rate|百分比|比例|比率|占比", "percent", ""),
    ("price|cost|fee|salary|budget|revenue|fare|rent|total|sum|subtotal|charge|bill|takings|turnover|"
     "spending|deposit|fine|donation|income|wage|discount|总计|合计|小计|收费|票价|押金|罚款|货款|租金|"
     "补贴|奖金|折扣|价格|费用|金额|价钱|总额|工资|预算|收入|单价", "money", ""),
    ("distance|length|height|altitude|elevation|depth|width|diameter|thickness|wingspan|"
     "距离|长度|高度|海拔|深度|宽度|直径|厚度|水深", "quantity", "length"),
    ("temperature|温度|气温|水温|体温", "quantity", "temperature"),
    ("pressure|压力|压强|气压", "quantity", "pressure"),
    ("weight|mass|重量|质量", "quantity", "mass"),
    ("speed|velocity|wind|gust|gusts|速度|风速|流速|时速|阵风", "quantity", "speed"),
    ("area|面积", "quantity", "area"),
    ("volume|体积|容积", "quantity", "volume"),
    ("voltage|电压", "quantity", "voltage"),
    ("power|功率", "quantity", "power"),
    ("frequency|频率|频道|channel", "quantity", "frequency"),
    ("capacity|level|load|limit|maximum|minimum|dose|setting|reading|rainfall|容量|水位|液位|载重|"
     "限值|上限|下限|最大值|最小值|读数|用量|产量|降雨量|存量", "amount", ""),
    ("duration|时长|工期", "duration", ""),
    ("number|count|amount|score|数量|人数|总数|数目|次数|得分|比分|人口|population|quantity|ratio|size|比值",
     "number", ""),
    (r"(?:serial|order|invoice|part|model|account|ticket|receipt|flight|bus|room|key|batch|lot|"
     r"licen[cs]e|registration|policy|permit|drawing|inventory|catalogue|reference|membership)"
     r" (?:number|no|code)|serial|code|pin|password|passcode|id|version|model|number ?plate|"
     "callsign|call sign|编号|密码|号码|版本|代码|序列号|型号|车牌号?|单号|票号|批号|批次号?|账号|"
     "图号|呼号",
     "code", ""),
    ("email address|phone number|telephone number|电话号码|手机号码|手机号|email|e-mail|phone|"
     "telephone|url|website|fax|邮箱|电话|网址|网站|邮件地址|电子邮件", "contact", ""),
    ("colour|color|颜色", "colour", ""),
    ("city|country|state|place|location|street|address|region|town|village|county|province|island|"
     "river|continent|district|site|room|城市|国家|地方|地点|地址|街道|省|县|位置|房间|地区|岛|河流",
     "place", ""),
    ("person|director|author|president|leader|manager|king|queen|player|chairman|founder|inventor|"
     "scientist|writer|actor|ceo|captain|supervisor|engineer|doctor|coordinator|technician|contact|"
     "人员|主任|作者|总统|主席|经理|负责人|站长|创始人|国王|皇帝|导演|演员|队长|校长|联系人|工程师|医生|名字",
     "person", ""),
    ("company|organisation|organization|university|team|club|bank|agency|school|college|vendor|supplier|"
     "manufacturer|store|shop|公司|机构|组织|大学|球队|俱乐部|学校|学院|供应商|厂家|商店|部门",
     "organisation", ""),
)  # fmt: skip

_MEASURES_ZH = "个名位次种座条件辆间张本台只枚篇家所项届场分人年天岁"


_CLOCK = re.compile(r"\b(?:what|which) time\b|\bo'clock\b|几点|什么时刻")

PARTICIPLE = re.compile(
    r"\b(?:\w{2,}ed|kept|held|hung|built|born|bought|sold|sent|made|paid|found|lost|won|led|"
    r"written|driven|broken|taken|given|drawn|grown|shut|begun|known)\b"
)


def _verb(lowered: str) -> frozenset[str]:
    """Return the verb of a question that names no noun: stored in "where is the salt stored"."""
    found = PARTICIPLE.findall(lowered)
    return (
        frozenset(t.term for t in tokens(found[-1]) if t.term not in STOP_EN)
        if found
        else frozenset()
    )


def _verb_zh(text: str) -> frozenset[str]:
    """Return the pairs of characters of the last verb of a Chinese question."""
    verbs = [text[w.start : w.end] for w in chinese_words(text) if w.is_verb]
    return frozenset(t.term for t in tokens(verbs[-1])) if verbs else frozenset()


_ON_A_DAY = re.compile(
    rf"\bwhen\b.*\b(?:{WEEKDAYS_EN})s?\b|^\W*when (?:does|do|is|are)\b.*\b(?:open|close|shut)\b",
    re.IGNORECASE,
)
"""Who asks when something is on a Friday knows the day and wants the hour."""

_DAY = re.compile(r"\b(?:what|which|the|on) (?:date|day)\b|日期|哪一?天|哪一?日|几号|几月几")


def read(text: str) -> Question:
    """Return what the question asks for.

    Example:
        >>> asked = read("How many sacks did Jared Allen have in 2015?")
        >>> asked.kind, sorted(asked.focus), [k.term for k in asked.keywords if k.name]
        ('number', ['sack'], ['jar', 'allen', '2015'])
        >>> read("水泵的压力是多少？").kind, read("谁是站长？").kind, read("为什么停电？").kind
        ('quantity', 'person', 'reason')
    """
    language = language_of(text)
    lowered = text.lower().replace("’", "'")
    kind, dimension, asked_noun = _read_zh(text) if language == "zh" else _read_en(lowered)
    if kind == "number" and _NUMBER_ON.search(lowered):
        kind = "code"
    unit = unit_asked(text) if kind in _COUNTED else None
    if unit is not None:
        kind, dimension = cast("Kind", unit.kind), unit.dimension
    focus = frozenset(t.term for t in tokens(asked_noun) if t.term not in STOP_EN)
    if not focus and kind in ("person", "place", "time", "duration"):
        focus = _verb_zh(text) if language == "zh" else _verb(lowered)
    if kind == "time" and (_CLOCK.search(lowered) or _ON_A_DAY.search(lowered)):
        dimension = "clock"
    elif kind == "time" and _DAY.search(lowered):
        dimension = "day"
    choices = bool(re.search(r"\w+ or \w+|还是", lowered)) and kind in ("thing", "yesno")
    return Question(
        text,
        language,
        kind,
        dimension,
        keywords(text, kind, unit),
        focus,
        choices,
        measured=unit is not None,
        parts=bool(_PARTS.search(lowered)),
    )


_NUMBER_ON = re.compile(r"\bnumber (?:of|on|for) (?:the|this|that|our|my|your)\b")
"""The number of the receipt is on it; the number of receipts is counted."""

_PARTS = re.compile(
    r"\b(?:who|what|when|where|why|which|how)\b.*\band (?:(?:at|on|in|for|by|to|from) )?"
    r"(?:who|what|when|where|why|which|how)\b"
    r"|(?:谁|什么|哪|多少|几|何时|怎么).*[？?，,、和].*(?:谁|什么|哪|多少|几[^乎]|何时|怎么)"
)

_COUNTED = frozenset({"number", "quantity", "duration", "money", "percent", "thing"})
"""Kinds of question that may name a unit."""


# -- English ------------------------------------------------------------------------------------

_AUX = (
    r"(?:is|are|was|were|be|been|do|does|did|has|have|had|can|could|will|would|shall|should|may|"
    r"might|must)\b"
)
_NOUNS = r"((?:[\w'’.&/-]+\s+){0,4}?[\w'’.&/-]+?)"
_EN_RULES: tuple[tuple[str, Kind, str], ...] = (
    (r"\bhow much (?!.*\b(?:weigh|hold|take))(?:did|does|do|is|are|was|were|will|would) "
     rf"(?:the|an?|one|our) {_NOUNS}"
     r"(?=\s+(?:on|of|in|at|for|from|costs?)\b|[?.,]|$)", "money", ""),
    (r"\bwhat (?:does|do|did|will|would|must|should)\b.*\b(?:costs?|pay|paid|charged?|earn|spend)\b"
     r"()", "money", ""),
    (r"\bwhat happen\w*\b()|\bwhat (?:should|must|do|can|shall|did|does) (?:\w+ ){1,3}do\b",
     "manner", ""),
    (rf"\bhow (?:many|much) (?:time|years|months|weeks|days|hours|minutes|seconds)\b{_NOUNS}?",
     "duration", ""),
    (rf"\bhow many (?:different |other |of the )?{_NOUNS}"
     rf"(?:\s+{_AUX}|\s+(?:in|of|on|for|at|with|to|by|"
     r"from|per|were|took|make)\b|[?.,]|$)", "number", ""),
    (r"\bhow much\b.*\b(?:costs?|pay|paid|charged?|spend|spent)\b()", "money", ""),
    (r"\bhow much (?:did|does|do|is|are|was|were|will|would|has|had|money|of)\b.*?"
     r"\b(weighs?|weight|water|power|energy|rain|snow|fuel|time|ice|pressure|memory|space)\b",
     "quantity", ""),
    (r"\bhow much (?:money|did|does|do|is|are|was|were|will|would|has|have|had)\b()", "money", ""),
    (rf"\bhow much {_NOUNS}(?:\s+{_AUX}|[?.,]|$)", "quantity", "stuff"),
    (r"\bhow much (\w+)\b", "quantity", "stuff"),
    (r"\bhow (?:long ago|old)\b()", "duration", ""),
    (r"\bhow long\b()", "duration", ""),
    (r"\bhow (?:often|frequently|soon)\b()", "duration", ""),
    (r"\bhow (?:large|big) (?:a |an )?(?:percentage|proportion|share)\b()", "percent", ""),
    (r"\bhow (far|tall|high|deep|wide|thick|heavy|fast|hot|warm|cold|large|big|loud|small|close|"
     r"strong|steep|thin|broad|bright|slow|dry|wet|full|powerful)\b",
     "quantity", "?"),
    (r"\bhow (?:is|was|are|were) .*\b(?:called|named|known)\b()", "thing", ""),
    (r"\b(?:what|which) (?:percent|percentage|proportion|fraction)\b()", "percent", ""),
    (r"\bwhy\b|\bwhat (?:is|was|are|were) the (?:main |chief |primary )?(?:reason|cause)s?\b|"
     r"\bwhat (?:caused|made|led)\b|\bfor what (?:reason|purpose)\b()", "reason", ""),
    (r"\bwhat (?:does|do|did|is|was) (?:.* )?(?:say|read|state|written)\b()", "saying", ""),
    (r"\b(?:when|since when|until when|by when)\b(?! (?:it|they) )()", "time", ""),
    (r"\b(?:who|whom|whose)\b()", "person", ""),
    (r"\bwhere\b()", "place", ""),
    (rf"^(?:and |so |but |also )?{_AUX}", "yesno", ""),
    (r"\bhow\b()", "manner", ""),
)  # fmt: skip
_WH_NOUN = re.compile(
    rf"\b(?:what|which)(?: (?:other|type of|types of|kind of|kinds of|sort of|name of))? "
    rf"(?!{_AUX}){_NOUNS}(?=\s+{_AUX}|\s+(?:in|of|on|for|at|with|to|by|from|that|who|"
    rf"[a-z]+(?:ed|s))\b|[?.,]|$)"
)
_WHAT_IS_THE = re.compile(
    rf"\b(?:what|which|who)(?:'s| {_AUX}) (?:the|our|its|their|his|her|your|my)\s+"
    r"((?:[\w'’.&/-]+\s+){0,4}?[\w'’.&/-]+?)(?=\s+(?:of|for|in|on|at|to|from|that|which|when|where|"
    r"with|during|between|as|under|per|given|called|used|by)\b|'s|[?.,]|$)"
)
_WHATS_NOUN = re.compile(rf"\bwhat(?:'s| {_AUX})\s+(.+?)'s\s+((?:[\w-]+\s+){{0,2}}[\w-]+)\s*[?.]?$")
_DEFINE = re.compile(
    r"^\s*(?:what (?:is|are|was|were) (?:an? )?(?!.* (?:of|on|in|at|to|for|from|with|by|under)\b)"
    r"(?P<x>[\w -]{2,40})\??$|define\b|"
    r"what does .* (?:mean|stand for))"
)
_LIST = re.compile(
    r"^\s*(?:list|name (?:the|all|some|two|three)|what are (?:the|some)|"
    r"which (?:\w+s) (?:are|were))\b"
)


def _read_en(lowered: str) -> tuple[Kind, str, str]:
    """Return (kind, dimension, the noun asked for) of a lower-case English question."""
    if _LIST.search(lowered):
        return "list", "", _first(_WHAT_IS_THE, lowered)
    wh_noun = _WH_NOUN.search(lowered)
    noun = wh_noun.group(1).strip() if wh_noun else _possessed(lowered)
    noun = noun or _first(_WHAT_IS_THE, lowered)
    latest = wh_noun.start() if wh_noun else len(lowered)
    matches = [
        (m.start(), i, m) for i, r in enumerate(_EN_RULES) if (m := re.search(r[0], lowered))
    ]
    if matches and min(matches)[0] <= latest:
        _, index, match = min(matches)
        _, kind, dimension = _EN_RULES[index]
        caught = (match.group(1) or "").strip() if match.lastindex else ""
        if dimension == "?":
            return kind, _DIMENSIONS_EN.get(caught, ""), caught
        if kind == "quantity" and caught:
            return kind, _noun_kind(caught)[1] or dimension, caught
        return kind, dimension, caught
    if noun:
        kind, dimension = _noun_kind(noun)
        return kind, dimension, noun
    if _DEFINE.search(lowered):
        return "definition", "", ""
    return "thing", "", ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1).strip() if match else ""


def _possessed(lowered: str) -> str:
    match = _WHATS_NOUN.search(lowered)
    return match.group(2).strip() if match else ""


def _noun_kind(noun: str) -> tuple[Kind, str]:
    """Return the kind of answer that a noun asks for; its last known word decides."""
    best: tuple[tuple[int, int], Kind, str] = ((-1, 0), "thing", "")
    for pattern, kind, dimension in _NOUN_KINDS:
        for match in re.finditer(rf"(?:{pattern})", noun):
            latin = match.group().isascii()
            before, after = noun[: match.start()], noun[match.end() :]
            whole = not (before[-1:].isalpha() or (after[:1].isalpha() and after != "s"))
            if (not latin or whole) and (match.end(), len(match.group())) > best[0]:
                best = ((match.end(), len(match.group())), kind, dimension)
    return best[1], best[2]


# -- Chinese ------------------------------------------------------------------------------------

_ZH_RULES: tuple[tuple[str, Kind, str], ...] = (
    (r"百分之几|百分之多少|多少百分", "percent", ""),
    (r"多少钱|(?:价格|费用|金额|总额|预算|单价|总价)(?:是|为)?(?:多少|几)|花了多少(?!时间)|"
     r"多少(?:元|美元|欧元|块)", "money", ""),
    (r"多少?(?:久|长时间)|多少(?:时间|年|天|小时|分钟|个月|周)|几(?:年|天|个?小时|分钟|个月|周)(?!几)|"
     r"(?:持续|历时|运营|花费?)了?多长|多大(?:年纪|岁数)|几岁|多少岁", "duration", ""),
    (r"什么时[候间]|何时|哪一?年|哪一?天|哪个月|几月|几号|几点|哪一?日|什么日期|何年|星期几|周几|年份|(?:日期|时间)(?:是|为)",
     "time", ""),
    (r"多远|多高|多长|多宽|多深|多厚", "quantity", "length"),
    (r"多重", "quantity", "mass"),
    (r"多快", "quantity", "speed"),
    (r"多大|多热|多冷", "quantity", ""),
    (r"(?<![名称作认成变视定叫])为什么|为何|为啥|什么原因|原因是|何以|怎么会", "reason", ""),
    (r"写着?了?些?什么|说了?些?什么|写的是什么", "saying", ""),
    (r"谁|哪位|何人|什么人|哪些人|哪一位", "person", ""),
    (r"哪里|哪儿|何处|哪些地[方区]|什么地方|何地|在哪|哪座城市|"
     r"哪[个座]\w{0,2}(?:城市|国家|地方|省|县|大陆|大洲)", "place", ""),
    (r"哪些|有什么|列出|哪几|分别是", "list", ""),
    (r"吗[？?]?\s*$|是否|有没有|是不是|能不能|会不会|可不可以|能否", "yesno", ""),
    (r"怎么样|怎样|如何|怎么", "manner", ""),
)  # fmt: skip
_ZH_HOW_MANY = re.compile(rf"(?:多少|几)[{_MEASURES_ZH}]?([{CJK}]{{0,4}})")
_ZH_AMOUNT = re.compile(
    "(?:是|为|低于|高于|超过|不到|大于|小于|达到?|[高低大小]到)了?多少(?=$|[？?，,。]|[不才就时以会要])"
)
_ZH_LIMIT = re.compile(
    f"([{CJK}]{{2,4}}?)(?:超过|低于|高于|大于|小于|不到|达到?|[高低大小升降]到)了?多少(?![钱人个次])"
)
"""风速超过多少无人机不能起飞: the wind is asked for, not how many drones."""
_ZH_NOUN = re.compile(
    rf"(?:什么样的|什么|何种|哪一?[种个家位座条所部本支次届项]?)([{CJK}]{{1,6}}?)(?=是|被|在|有|[？?，。,]|的|$)"
)
_ZH_SUBJECT = re.compile(rf"([{CJK}A-Za-z]{{1,8}}?)(?:是|为|叫)(?:什么|多少|哪|几|啥)")
_ZH_DEFINE = re.compile(r"^什么是|是什么意思|的定义|^何谓|^什么叫")


def _read_zh(text: str) -> tuple[Kind, str, str]:
    """Return (kind, dimension, the noun asked for) of a Chinese question."""
    if _ZH_DEFINE.search(text):
        return "definition", "", ""
    noun = (_first(_ZH_NOUN, text) or _first(_ZH_SUBJECT, text)).split("的")[-1]
    for pattern, kind, dimension in _ZH_RULES:
        if match := re.search(pattern, text):
            measure = match.group()[1:] if kind == "quantity" else ""  # 高 of 多高
            return kind, dimension, noun or measure
    limit = _first(_ZH_LIMIT, text)
    if limit and _noun_kind(limit)[0] != "thing":
        return (*_noun_kind(limit), limit)
    if "多少" in text or re.search(r"几[^乎]", text):
        by_noun = _noun_kind(noun) if noun else ("thing", "")
        if by_noun[0] != "thing":
            return by_noun[0], by_noun[1], noun
        counted = _ZH_HOW_MANY.search(text)
        tail = counted.group(1) if counted else ""
        if _ZH_AMOUNT.search(text):
            return "amount", "", noun
        return "number", "", re.split(HARD_ZH, tail)[0] or noun
    if noun:
        by_noun = _noun_kind(noun)
        return by_noun[0], by_noun[1], noun
    return "thing", "", noun
