"""Small closed word lists of English and Chinese that reading a question needs.

Only classes of words that are finite by nature are listed (function words, irregular verbs,
number words, units, months) and everyday pairs of an adjective and what it measures. Nothing here
belongs to one subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pincite.language import stem

_STOP_EN = """
a an the this that these those some any each every either neither both all such same own i me my
we us our you your he him his she her hers it its they them their theirs one ones am is are was
were be been being do does did doing done have has had having will would shall should can could
may might must ought of in on at by for with from to into onto upon about above below over under
between among through during before after against within without as than per via out off up down
near and or but nor so yet if then else while because since until although though whether not no
only also very too just even still more most much many few less least other another what which
who whom whose when where why how there here s t d ll re ve please tell give show find according
say says said don't doesn't didn't isn't wasn't get got name called kind type sort mention
mentioned exactly actually currently
"""
STOP_EN: frozenset[str] = frozenset(_STOP_EN.split())
"""English words that carry no subject of a question."""

HARD_ZH = (
    "请问|请告诉我|告诉我|根据|关于|什么时候|什么时间|什么地方|什么样|什么|为什么|为何|为啥|何时|何处|何人|"
    "何种|何|多少|多久|多长时间|多长|多远|多高|多大|多重|多深|多宽|多快|哪里|哪儿|哪些|哪个|哪位|"
    "哪一个|哪一年|哪一天|哪一|哪|谁|几|怎么样|怎么|怎样|如何|是否|有没有|是不是|能不能|可不可以|"
    "分别|叫做|叫|被|称为|称作|了|的|是|吗|呢|吧|着|地|得|在|都|就|也|还|所|把|让|或者|以及|以"
)
"""Chinese words that end a content word of a question, longest first (a pattern)."""

SOFT_ZH: frozenset[str] = frozenset(
    "和与及或对从到于为中上下里这那其之而个名位次年月日有将由该此每各又可会能要离距比当给用做去来后前时"
    "一二三四五六七八九十两"
)
"""Chinese characters that often are function words: a pair that holds one weighs less."""

_IRREGULAR = """
be am is are was were been; begin began begun; bear born bore; become became
break broke broken; bring brought; build built; buy bought; catch caught
choose chose chosen; come came; cost costs; deal dealt; die died dying; draw drew drawn
drive drove driven; eat ate eaten; fall fell fallen; feel felt; fight fought; find found
fly flew flown; forget forgot forgotten; freeze froze frozen; give gave given
go went gone; grow grew grown; hear heard; hold held; keep kept; know knew known
lead led; leave left; lend lent; lie lay lain lies lying; light lit; lose lost
make made making; mean meant; meet met; pay paid; read reads; ride rode ridden
rise rose risen; run ran; say said; see saw seen; seek sought; sell sold; send sent
set sets; shake shook shaken; sing sang sung; sink sank sunk; sit sat; sleep slept
speak spoke spoken; spend spent; spread spreads; stand stood; steal stole stolen
strike struck; swim swam swum; take took taken; teach taught; tell told; think thought
throw threw thrown; understand understood; wear wore worn; win won winning
write wrote written; man men; woman women; child children; person people persons
foot feet; tooth teeth; mouse mice; datum data; criterion criteria; index indices
half halves; leaf leaves; knife knives; use used using uses; base based basis
see sees seeing; create created creating creation; locate located location locates
produce produced production; measure measured measurement measurements
decide decided decision; choice chosen; analyse analysed analysis analyze analyzed
"""
IRREGULAR: Mapping[str, str] = MappingProxyType(
    {
        form: base
        for line in _IRREGULAR.replace("\n", ";").split(";")
        if line.strip()
        for base, *forms in [line.split()]
        for form in forms
    }
)
"""Irregular English forms to their base form."""

NUMBER_WORDS: Mapping[str, int] = MappingProxyType(
    {
        "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
        "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
        "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
        "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
        "seventy": 70, "eighty": 80, "ninety": 90,
    }
)  # fmt: skip
SCALE_WORDS: Mapping[str, int] = MappingProxyType(
    {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
)
COUNT_WORDS: Mapping[str, int] = MappingProxyType({"once": 1, "twice": 2, "thrice": 3})

DIGITS_ZH: Mapping[str, int] = MappingProxyType(
    dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
)
SCALES_ZH: Mapping[str, int] = MappingProxyType(
    {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
)

MONTHS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            ("january jan", "february feb", "march mar", "april apr", "may", "june jun",
             "july jul", "august aug", "september sep sept", "october oct", "november nov",
             "december dec"), start=1)
        for name in names.split()
    }
)  # fmt: skip

WEEKDAYS_EN = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        name: (dimension, factor)
        for dimension, factor, names in (
            ("length", 1e-9, "nm|nanometre|nanometres|nanometer|nanometers|纳米"),
            ("length", 1e-6, "µm|μm|um|micron|microns|微米"),
            ("length", 1e-3, "mm|millimetre|millimetres|millimeter|millimeters|毫米"),
            ("length", 1e-2, "cm|centimetre|centimetres|centimeter|centimeters|厘米|公分"),
            ("length", 1.0, "m|metre|metres|meter|meters|米|公尺"),
            ("length", 1e3, "km|kilometre|kilometres|kilometer|kilometers|kms|公里|千米"),
            ("length", 0.0254, "in|inch|inches|英寸|寸"),
            ("length", 0.3048, "ft|foot|feet|英尺"),
            ("length", 0.9144, "yd|yard|yards|码"),
            ("length", 1609.344, "mi|mile|miles|英里"),
            ("length", 1852.0, "nautical mile|nautical miles|海里"),
            ("length", 500.0, "里"),
            ("area", 1.0, "m²|m2|sq m|square metre|square metres|square meter|square meters|"
                          "平方米|平米"),
            ("area", 1e6, "km²|km2|sq km|square kilometre|square kilometres|square kilometer|"
                          "square kilometers|平方公里|平方千米"),
            ("area", 1e4, "ha|hectare|hectares|公顷"),
            ("area", 4046.856, "acre|acres|英亩"),
            ("area", 2589988.0, "sq mi|square mile|square miles|平方英里"),
            ("area", 666.67, "亩"),
            ("volume", 1e-3, "ml|mL|millilitre|millilitres|milliliter|milliliters|毫升"),
            ("volume", 1.0, "l|L|litre|litres|liter|liters|升"),
            ("volume", 1e3, "m³|m3|cubic metre|cubic metres|cubic meter|cubic meters|立方米"),
            ("volume", 3.785, "gallon|gallons|加仑"),
            ("mass", 1e-6, "mg|milligram|milligrams|毫克"),
            ("mass", 1e-3, "g|gram|grams|gramme|grammes|克"),
            ("mass", 1.0, "kg|kilogram|kilograms|kilo|kilos|公斤|千克"),
            ("mass", 0.5, "斤"),
            ("mass", 0.4536, "lb|lbs|pound|pounds|磅"),
            ("mass", 0.02835, "oz|ounce|ounces|盎司"),
            ("mass", 1e3, "t|ton|tons|tonne|tonnes|吨"),
            ("temperature", 1.0, "°C|℃|C|degrees Celsius|degree Celsius|degrees C|摄氏度|度"),
            ("temperature", 0.0, "°F|℉|degrees Fahrenheit|degrees F|华氏度"),
            ("temperature", 0.5, "K|kelvin|开尔文"),
            ("angle", 1.0, "°|degree|degrees"),
            ("pressure", 1.0, "Pa|pascal|pascals|帕"),
            ("pressure", 1e2, "hPa|mbar|millibar|millibars|百帕"),
            ("pressure", 1e3, "kPa|kilopascal|kilopascals|千帕"),
            ("pressure", 1e6, "MPa|megapascal|megapascals|兆帕"),
            ("pressure", 1e5, "bar|bars|巴"),
            ("pressure", 6894.76, "psi"),
            ("pressure", 101325.0, "atm|atmosphere|atmospheres|大气压"),
            ("speed", 1.0, "m/s|metres per second|meters per second|米/秒|米每秒"),
            ("speed", 0.27778, "km/h|kph|kmh|kilometres per hour|kilometers per hour|"
                               "公里/小时|千米/小时"),
            ("speed", 0.44704, "mph|miles per hour"),
            ("speed", 0.51444, "knot|knots|kn|节"),
            ("power", 1.0, "W|watt|watts|瓦"),
            ("power", 1e3, "kW|kilowatt|kilowatts|千瓦"),
            ("power", 1e6, "MW|megawatt|megawatts|兆瓦"),
            ("power", 745.7, "hp|horsepower|马力"),
            ("energy", 1.0, "J|joule|joules|焦耳"),
            ("energy", 3.6e6, "kWh|kilowatt hour|kilowatt hours|千瓦时|度电"),
            ("energy", 3.6e9, "MWh"),
            ("voltage", 1e-3, "mV"), ("voltage", 1.0, "V|volt|volts|伏|伏特"),
            ("voltage", 1e3, "kV|千伏"),
            ("current", 1e-3, "mA"), ("current", 1.0, "A|amp|amps|ampere|amperes|安培|安"),
            ("charge", 1.0, "Ah|安时"), ("charge", 1e-3, "mAh|毫安时"),
            ("frequency", 1.0, "Hz|hertz|赫兹|赫"), ("frequency", 1e3, "kHz|千赫"),
            ("frequency", 1e6, "MHz|兆赫"), ("frequency", 1e9, "GHz|吉赫"),
            ("data", 1e3, "KB|kB"), ("data", 1e6, "MB"), ("data", 1e9, "GB"), ("data", 1e12, "TB"),
            ("flow", 1.0, "L/min|l/min|litres per minute|liters per minute|升/分钟|升每分钟"),
            ("flow", 60.0, "L/s|l/s|litres per second|liters per second|升/秒"),
            ("flow", 16.667, "m³/h|m3/h|立方米/小时"),
            ("sound", 1.0, "dB|decibel|decibels|分贝"),
            ("duration", 1e-3, "ms|millisecond|milliseconds|毫秒"),
            ("duration", 1.0, "s|sec|secs|second|seconds|秒|秒钟"),
            ("duration", 60.0, "min|mins|minute|minutes|分钟"),
            ("duration", 3600.0, "h|hr|hrs|hour|hours|小时|个小时|钟头"),
            ("duration", 86400.0, "d|day|days|天|日"),
            ("duration", 604800.0, "week|weeks|周|个星期|星期"),
            ("duration", 2629800.0, "month|months|个月"),
            ("duration", 31557600.0, "year|years|yr|yrs|年"),
            ("duration", 315576000.0, "decade|decades"),
            ("duration", 3155760000.0, "century|centuries|世纪"),
            ("percent", 1.0, "%|％|percent|per cent|个百分点|percentage points"),
        )
        for name in names.split("|")
    }
)  # fmt: skip
"""Unit as written to (dimension, factor to the unit of that dimension that has factor 1)."""

CURRENCIES: Mapping[str, str] = MappingProxyType(
    {
        "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd", "美元": "usd",
        "cent": "usc", "cents": "usc", "€": "eur", "eur": "eur", "euro": "eur", "euros": "eur",
        "欧元": "eur", "£": "gbp", "gbp": "gbp", "pound sterling": "gbp", "英镑": "gbp",
        "¥": "cny", "￥": "cny", "cny": "cny", "rmb": "cny", "yuan": "cny", "元": "cny",
        "人民币": "cny", "块": "cny", "块钱": "cny", "jpy": "jpy", "yen": "jpy", "日元": "jpy",
        "rm": "myr", "myr": "myr", "chf": "chf", "francs": "chf", "franc": "chf", "法郎": "chf",
        "sgd": "sgd", "s$": "sgd", "hkd": "hkd", "港元": "hkd", "港币": "hkd", "nok": "nok",
        "sek": "sek", "dkk": "dkk", "kroner": "nok", "inr": "inr", "₹": "inr", "rupees": "inr",
        "卢比": "inr", "aud": "aud", "cad": "cad", "nzd": "nzd", "卢布": "rub",
    }
)  # fmt: skip

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "far distance away distant 距离 多远 远 相距 公里",
        "tall high height altitude elevation 高度 海拔 多高 高",
        "long length duration last 长度 多长 长 时长 历时 持续",
        "heavy weigh weight mass 重量 质量 重 多重",
        "old age aged 年龄 岁 年纪",
        "deep depth 深度 深 水深",
        "wide width broad 宽度 宽",
        "fast speed quick velocity 速度 速率",
        "hot cold warm temperature degree 温度 气温 水温",
        "big large size area extent capacity 面积 大小",
        "cost price pay paid fee charge total amount bill expensive "
        "价格 费用 花费 金额 价钱 多少钱 总计 合计 总额 单价",
        "total sum overall altogether 总计 合计 总数 总共 总额 一共 共计",
        "phone telephone tel mobile call 电话 手机 联系电话",
        "email e-mail mail 邮箱 邮件 电子邮件",
        "address street road located location lie situated live 地址 位于 坐落 地点 位置",
        "begin start commence open launch 开始 启动 开工 开幕",
        "end finish close complete stop 结束 完成 停止 竣工",
        "buy purchase acquire order 购买 采购 购入 订购 买",
        "build construct erect 建造 修建 建成 兴建 建设",
        "found establish create set 成立 建立 创立 创建 创办",
        "invent invention inventor design designer 发明 设计",
        "write author writer written book 作者 撰写 写 编写 著",
        "lead head chief director manager leader boss charge responsible "
        "负责人 主管 主任 站长 领导 负责 经理 队长",
        "make manufacture produce maker manufacturer 制造 生产 厂家 厂商 制造商",
        "company shop store vendor seller merchant supplier firm 公司 商店 店 供应商 商家 卖家",
        "date day 日期 时间",
        "repair fix mend maintain maintenance replace service 维修 修理 修复 更换 检修 保养",
        "break fail failure broken fault 故障 损坏 坏 失灵",
        "beat defeat win 击败 战胜 打败 赢 获胜",
        "lose lost defeat 输 失败",
        "receive obtain gain earn award 获得 得到 收到",
        "increase rise grow 增加 上升 增长 提高",
        "decrease fall drop decline reduce 减少 下降 降低 下跌",
        "need require must necessary 需要 必须 要求",
        "cause lead result reason because 导致 造成 原因 引起 因为 由于",
        "use used apply 使用 利用 采用 用",
        "die death dead kill 死亡 去世 逝世 死",
        "born birth 出生 诞生 生于",
        "marry wife husband spouse 结婚 妻子 丈夫",
        "colour color red green blue yellow black white orange grey gray brown purple 颜色",
        "arrive come reach 到达 抵达 来",
        "leave depart departure go 离开 出发 启程",
        "car vehicle truck 汽车 车辆 车",
        "job work employ staff employee 员工 职员 工作人员 人员 雇员",
        "inhabitant population people resident 人口 居民",
        "limit maximum max most upper 上限 最大 最高 最多",
        "minimum min least lowest 最小 最低 最少",
        "average mean 平均",
        "meeting meet session 会议 开会",
        "sample specimen 样本 样品 标本",
        "number count quantity 数量 数目 个数 编号",
        "code password pin 密码 代码",
        "next upcoming following 下次 下一次",
        "send sender from write 发件人 寄件人 寄 发送 发出",
        "receive recipient to addressee 收件人 收信人",
        "subject topic title 主题 题目 标题",
        "item article product goods 品名 物品 商品 产品",
        "stock store supply left quantity 库存 存量 剩余",
        "仓库 库房 库存 储藏室",
        "剩 剩余 余 库存 还有",
        "charge responsible manage 负责 主管 管理",
    )
)
"""Everyday words one of which often asks for what another one states."""

COLOURS = (
    "red|green|blue|yellow|black|white|orange|grey|gray|brown|purple|pink|silver|gold|violet|"
    "红色?|绿色?|蓝色?|黄色?|黑色?|白色?|橙色|橘色|灰色|棕色|紫色|粉色|银色|金色"
)

SURNAMES_ZH = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆汪范石廖贾韦付方邹熊孟秦白江阎薛尹段雷侯龙史陶黎贺顾毛郝龚邵万覃武钱戴严莫孔向汤乔赖文"
)
"""The commonest Chinese surnames of one character."""

PLACE_WORDS_EN = (
    "street|road|avenue|lane|square|park|river|lake|mountain|mount|valley|island|islands|bay|"
    "city|town|village|county|province|state|district|region|airport|harbour|harbor|port|bridge|"
    "room|building|hall|floor|station|pass|glacier|ridge|camp|desert|sea|ocean|forest|coast|"
    "hut|cabin|lab|laboratory|shed|garage|basement|cellar|workshop|store|museum|garden|cape|peak"
)
PLACE_END_ZH = (
    "省市县区镇乡村州国岛山河湖江海湾路街巷里湖谷站港桥园馆楼室厅院寺洞峰原沟坡口场店塔营屋房"
)
ORG_WORDS_EN = (
    "inc|ltd|llc|gmbh|plc|corp|corporation|company|co|sdn|bhd|university|college|institute|school|"
    "council|ministry|agency|department|committee|commission|association|club|bank|group|society|"
    "foundation|team|party|union|court|office|bureau|trading|enterprise|services"
)
ORG_END_ZH = (
    "公司|大学|学院|局|所|部|委员会|协会|俱乐部|银行|集团|基金会|队|党|法院|厂|医院|组织|中心|"
    "商店|超市|店"
)

LIGHT_EN: frozenset[str] = frozenset(
    stem(IRREGULAR.get(word, word))
    for word in (
        "allow ask become begin belong bring call can carry change come contain count "
        "find get give go happen have hold include keep know last leave let lie like live "
        "look make mean measure meet move name need own pay put reach read record "
        "register run say see seem set show sit stand start state stay stop store take "
        "tell think try turn use valid wait want watch work write ever still yet "
        "currently exactly usually normally actually really together already whole entire "
        "total overall main given known available possible necessary"
    ).split()
)
"""Verbs and adverbs that a source often puts in other words: missing one says little."""
