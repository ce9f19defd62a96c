"""Write the files of the practice folder about an invented Chinese fishing harbour."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "examples"))

from docx import Document  # noqa: E402
from fieldbook_maker.canvas import Canvas  # noqa: E402
from fieldbook_maker.drawings import scan  # noqa: E402
from fieldbook_maker.office import settle  # noqa: E402
from fieldbook_maker.pdfs import BLUE, HEIGHT, Sheet, use_font  # noqa: E402
from openpyxl import Workbook  # noqa: E402
from openpyxl.styles import Font  # noqa: E402
from pptx import Presentation  # noqa: E402
from pptx.util import Inches, Pt  # noqa: E402
from reportlab.lib.utils import ImageReader  # noqa: E402

FILES = HERE / "files"

LOG = """浪里金号航海日志
2025年第31航次
船长：郑国梁　　记录人：大副孙宝田

10月4日　晴，东北风3级
04:20 解缆离开三号泊位，船上共六人。
出港前加冰8吨，加柴油1200升，淡水舱加满。
05:50 过白礁灯塔，航向东南。
09:10 到达外南渔场，水深46米，放下第一网。
11:40 起网，带鱼310公斤，另有少量鲳鱼。
学徒丁小海第一次掌绞车，左手被缆绳擦破，用碘伏擦过，没有大碍。
13:00 往东挪了两海里，水深52米，放第二网。
15:35 起网，渔获260公斤，以鲐鱼为主。
晚饭是杂鱼面，由老魏掌勺。
夜里漂航，孙宝田和阿亮轮流值班，每班三小时。
21:00 收到海岸电台通知，说后天夜里可能起风。

10月5日　多云，东北风4级
05:30 放第三网。
07:15 起网时左舷网板的卸扣断了，网板差点丢掉。
换上备用卸扣，前后停了一小时二十分钟。
这只卸扣用了四年，内侧已经锈蚀，是断裂的原因。
孙宝田建议回港以后把两舷的卸扣全部换新。
09:50 遇见海燕二号，陈阿水船长送来两桶淡水，我们回了他一筐鲳鱼。
10:20 放第四网，水深58米。
13:05 起网，是这个航次最好的一网，共540公斤，带鱼占了大半。
下午整理鱼舱，冰还剩三吨左右。
17:40 海面上看到一群江豚，大约有七八头，跟船走了十来分钟。
晚上阿亮补网，网身上有一处两米长的口子，是礁石挂破的。

10月6日　阴，东北风5级转6级
06:00 放第五网，水深49米。
08:25 起网，渔获390公斤，里面有一条12斤重的鮸鱼。
09:40 主机冷却水温度升到92度，报警响了两次。
轮机长蔡友根查出是海水滤网被海草堵住了。
清理花了四十分钟，水温回到78度。
11:00 放第六网。
14:10 起网，渔获346公斤。
14:30 气象台预报夜间阵风8级，船长决定提前一天返港。
返航途中浪高两米半，船速降到7节。
丁小海晕船，躺了一个下午，喝了些姜茶才好。

10月7日　阴有小雨
02:50 过白礁灯塔。
03:35 靠上二号码头。
04:10 开始卸鱼，04:55 卸完，过磅总重1864公斤。
鱼价由船东黄炳坤跟早市的人谈，带鱼每公斤26元，鲐鱼每公斤9元。
余冰不到一吨，倒给了望潮号。
左舷缆桩有点松动，已经告诉码头调度方志远。
下一航次定在10月10日清早出海，如果大风不停就顺延。
"""

RULES = """# 白礁渔港渔船须知

港务办公室编，2025年9月修订。有不清楚的，打港务值班电话 6621-0157。

## 进出港

渔船出港前至少两小时在"渔港通"上报备，写明船上人数和预计回港时间。
进港时在灯塔外一海里处用甚高频12频道呼叫调度。
港内限速4节，进了防波堤再减到3节。
每晚十点到次日凌晨三点，内港航道不放行十二米以下的小船。
能见度不到500米时，所有船只停止进出。
回港超过预计时间六小时没有消息的，调度要报告县海上搜救中心。

## 靠泊

泊位由码头调度方志远统一安排，不得自己挑位置。
卸鱼的船优先用二号码头，每条船卸鱼时间不超过90分钟。
一号码头只停来避风的外港船和公务船。
加油的船停油库前的浮码头，加完马上离开。
同一泊位最多并靠三条船，外侧的船要给里侧的船留过道。
连续停靠超过七天的，要到港务办公室办长停手续，带上船舶证书和身份证。

## 用冰和用水

冰票在冰库窗口买，当天有效，过夜作废。
冰库管理员是许阿菊，有事到制冰车间旁边的小屋找她。
碎冰由传送带直接送到船上，块冰要自己用手推车运。
码头水龙头的水是自来水，每吨4.5元，用水卡刷卡。
冲甲板请用海水泵，不要用自来水。

## 垃圾和油污

废机油倒进油库旁边的蓝色大桶，每月15号有车来收。
旧渔网和泡沫浮子放到东头的网具回收棚，每公斤补贴0.6元。
往港池里倒油污水的，第一次罚500元，第二次停航三天。
生活垃圾每天早上七点和下午五点各收一次。

## 安全

上甲板必须穿救生衣，十二岁以下的孩子不许上作业船。
每条船至少配两个灭火器，一个放机舱，一个放驾驶室。
动火焊接要先开动火单，由安全员吴建军签字。
码头上不许骑电动车，叉车作业时人要退到黄线外面。
发现有人落水，先扔救生圈，再按码头上的红色报警按钮。
"""

BERTH_FEES = [
    ["船长", "按天（元）", "按月（元）", "按年（元）"],
    ["8米以下", "10", "180", "1600"],
    ["8至12米", "18", "320", "2900"],
    ["12至18米", "30", "560", "5200"],
    ["18至24米", "48", "880", "8300"],
    ["24米以上", "75", "1400", "13500"],
]
HOME = """<!DOCTYPE html>
<html lang="zh">
<head><meta charset="utf-8"><title>白礁渔港首页</title></head>
<body>
<h1>白礁渔港</h1>
<p>白礁渔港在临屿县东南角，1968年建成，2014年扩建了防波堤，现在能停渔船210条。</p>
<p>港名来自港口外面那块发白的礁石，退潮时能露出水面三米多。</p>
<h2>停泊收费</h2>
<table>
{rows}
</table>
<p>本县渔船凭捕捞证打八折，来避风的船三天以内不收费。</p>
<h2>冰和油</h2>
<p>碎冰每吨260元，块冰每吨290元，用量超过十吨的每吨便宜15元。</p>
<p>柴油价格每周一公布，加油请提前一天打电话预约，电话6621-0163。</p>
<h2>海鲜早市</h2>
<p>早市在二号码头后面的大棚里，每天早上五点开秤，九点收摊，逢台风停市。</p>
<p>大棚里共有46个摊位，摊位费每月420元，由市场管理员周丽华收。</p>
<p>游客买鱼可以请人代杀，每条收两元。</p>
<h2>怎么来</h2>
<p>从县城汽车站坐9路车到终点站"渔港"，票价3元，全程四十五分钟，末班车晚上七点十分。</p>
<p>自驾的请停在灯塔路停车场，前两小时免费，之后每小时4元。</p>
<h2>活动</h2>
<p>开渔节在每年8月16日，中午十二点百船齐发，当天下午有织网比赛。</p>
<p>去年织网比赛的冠军是望潮号的何秀珠，一小时织了3.2米。</p>
<p>灯塔每月第一个星期六对外开放，每次限二十人，要带身份证登记。</p>
</body>
</html>
"""

TIDES = [
    "日期,农历,第一次高潮,高潮潮高(米),第一次低潮,低潮潮高(米),第二次高潮,第二次高潮潮高(米)",
    "2025-10-01,八月初十,04:52,3.9,11:06,1.6,17:20,4.0",
    "2025-10-02,八月十一,06:01,4.1,12:13,1.4,18:31,4.2",
    "2025-10-03,八月十二,06:58,4.4,13:09,1.2,19:27,4.5",
    "2025-10-04,八月十三,07:46,4.7,13:57,0.9,20:15,4.8",
    "2025-10-05,八月十四,08:30,5.0,14:41,0.7,20:59,5.1",
    "2025-10-06,八月十五,09:12,5.2,15:23,0.5,21:42,5.3",
    "2025-10-07,八月十六,09:53,5.4,16:04,0.3,22:24,5.5",
    "2025-10-08,八月十七,10:34,5.5,16:46,0.2,23:07,5.6",
    "2025-10-09,八月十八,11:16,5.4,17:29,0.3,23:51,5.4",
    "2025-10-10,八月十九,12:00,5.1,18:14,0.6,,",
    "2025-10-11,八月二十,00:38,5.0,06:42,0.8,12:47,4.8",
    "2025-10-12,八月廿一,01:30,4.6,07:33,1.1,13:42,4.4",
    "2025-10-13,八月廿二,02:31,4.2,08:34,1.4,14:51,4.1",
]

WATER = [
    ["日期", "早7点水温(℃)", "下午2点水温(℃)", "盐度(‰)", "风向风力", "能见度(公里)", "观测员"],
    ["10月1日", 24.6, 25.8, 31.2, "东风2级", 12, "林小满"],
    ["10月2日", 24.5, 25.6, 31.0, "东风3级", 10, "林小满"],
    ["10月3日", 24.3, 25.9, 31.1, "东北风3级", 14, "钱文彬"],
    ["10月4日", 24.1, 25.5, 31.4, "东北风3级", 15, "钱文彬"],
    ["10月5日", 23.8, 25.0, 31.5, "东北风4级", 11, "林小满"],
    ["10月6日", 23.4, 24.2, 31.3, "东北风6级", 8, "林小满"],
    ["10月7日", 22.7, 23.1, 30.6, "东北风7级", 4, "钱文彬"],
    ["10月8日", 22.2, 22.8, 30.1, "北风6级", 5, "钱文彬"],
    ["10月9日", 21.9, 23.0, 30.4, "北风5级", 9, "林小满"],
    ["10月10日", 21.8, 23.4, 30.9, "东北风4级", 13, "林小满"],
]
ICE = [
    ["票号", "日期", "船名", "冰种", "数量(吨)", "金额(元)", "付款方式"],
    ["B2041", "10月3日", "海燕二号", "碎冰", 10, 2800, "记账"],
    ["B2042", "10月3日", "福满号", "碎冰", 6, 1680, "现金"],
    ["B2043", "10月4日", "浪里金号", "碎冰", 8, 2240, "记账"],
    ["B2044", "10月4日", "望潮号", "块冰", 3, 930, "扫码"],
    ["B2045", "10月5日", "长平号", "碎冰", 12, 3180, "记账"],
    ["B2046", "10月6日", "兴渔七号", "碎冰", 7, 1960, "扫码"],
    ["B2047", "10月9日", "海燕二号", "碎冰", 9, 2520, "记账"],
    ["B2048", "10月10日", "福满号", "块冰", 4, 1240, "现金"],
    ["B2049", "10月10日", "浪里金号", "碎冰", 9, 2520, "记账"],
]

BOATS = [
    ["浪里金号", "岬渔3108", "郑国梁", 6, 22.4, 86, 2012, "三号泊位", "拖网"],
    ["海燕二号", "岬渔3042", "陈阿水", 7, 24.8, 112, 2009, "五号泊位", "拖网"],
    ["兴渔七号", "岬渔3117", "林大勇", 5, 19.6, 64, 2016, "六号泊位", "刺网"],
    ["福满号", "岬渔2985", "黄福生", 4, 16.2, 41, 2005, "八号泊位", "钓业"],
    ["长平号", "岬渔3160", "郭开山", 8, 27.5, 138, 2019, "一号泊位", "围网"],
    ["望潮号", "岬渔3071", "何秀珠", 3, 13.8, 27, 2011, "九号泊位", "刺网"],
    ["金滩号", "岬渔2914", "罗水木", 3, 12.5, 22, 2002, "十号泊位", "蟹笼"],
]
BOAT_KEYS = "船名 船号 船长 定员 全长米 总吨 建造年份 常停泊位 作业方式".split()

CATCH = [
    ["品种", "7月（吨）", "8月（吨）", "9月（吨）", "合计（吨）"],
    ["带鱼", "0", "96", "214", "310"],
    ["鲐鱼", "0", "71", "158", "229"],
    ["鲳鱼", "4", "22", "47", "73"],
    ["梭子蟹", "11", "83", "126", "220"],
    ["虾类", "6", "58", "69", "133"],
    ["其他", "9", "31", "44", "84"],
]
UNLOADED = [("长平号", 148), ("海燕二号", 121), ("浪里金号", 97), ("兴渔七号", 64), ("福满号", 38)]
REPORT = {
    "一、概况": [
        "今年第三季度，全港共进出渔船3416艘次，比去年同期多出5%。"
        "伏季休渔从5月1日开始，到8月16日中午结束，所以7月份只有钓船和近岸小船作业。",
        "本季度共卸鱼1049吨，其中9月占了一多半。季度里来避风的外港船有58条，"
        "最多的一天是8月24日，港内挤了173条船。",
    ],
    "二、渔获": [
        "各品种的数量见下表。带鱼最多，梭子蟹的价钱最好，九月平均每公斤68元。"
        "鲳鱼个头偏小，技术员钱文彬认为是春天水温低的缘故。",
    ],
    "三、冰和水": [
        "季度内卖冰2380吨，收入62.4万元。8月29日至31日制冰机停机三天，原因是压缩机漏氟，"
        "停机期间从邻港的石浦冰厂调了90吨冰。",
        "自来水共用去5270吨，比去年少用一成，主要是冲甲板改用了海水泵。",
    ],
    "四、设施维修": [
        "防波堤南段的护面块补了34块，花费21.8万元，由东海疏浚公司施工，9月12日完工。"
        "二号码头换了十二个橡胶护舷。灯塔的灯器从7月改成了LED，射程是15海里。",
        "油库的消防泵在9月19日的检查中压力不足，已经列入四季度大修。",
    ],
    "五、下季度安排": [
        "10月下旬清理港池淤泥，计划挖到水下4.2米。11月开始给渔船免费检查灭火器。"
        "计划再装三个视频探头，地点是早市大棚、油库和网具回收棚。",
    ],
}

TRIAL_LEFT = [
    ("h", "1. Why we came"),
    (
        "p",
        "Small trawlers at Baijiao land many young hairtail that are too short to sell. An escape "
        "panel is a window of wide square mesh in the top of the net, and small fish swim out of "
        "it. The Fjordmere Gear Institute lent six panels to the harbour in March 2025.",
    ),
    ("h", "2. Boats and nets"),
    (
        "p",
        "Two boats took part. Haiyan No. 2 towed a panel of 70 mm mesh and Langlijin towed one of "
        "90 mm. Each panel was 2.4 m long and was sewn in four metres ahead of the cod end. The "
        "twine was 3 mm polyethylene, orange so that the crew could find it.",
    ),
    (
        "p",
        "Ingrid Solheim sailed on Haiyan No. 2 and Callum Reid on Langlijin. Each boat made 24 "
        "tows between 2 and 19 September 2025. A tow lasted two hours at 3.2 knots.",
    ),
    ("h", "3. What was measured"),
    (
        "p",
        "All fish of a tow were sorted into baskets and weighed on deck. One basket in five was "
        "measured fish by fish. A fine cover net of 20 mm caught what left through the panel.",
    ),
]
TRIAL_RIGHT = [
    ("h", "4. Results"),
    (
        "p",
        "With the 70 mm panel 31 per cent of the undersized hairtail escaped. With the 90 mm panel "
        "it was 58 per cent, but 7 per cent of the fish of market size were lost as well. The "
        "mean length of the hairtail kept rose from 22 cm to 26 cm.",
    ),
    (
        "p",
        "Fuel use did not change. On 11 September one panel of Langlijin was torn on a rock and "
        "four tows were lost; the crew repaired it in one night.",
    ),
    ("h", "5. What the crews said"),
    (
        "p",
        "Captain Chen liked the shorter sorting time, which fell from 50 to 35 minutes a tow. "
        "Captain Zheng asked for a smaller mesh, because he lost pomfret of good size.",
    ),
    ("h", "6. Advice"),
    (
        "p",
        "We advise a mesh of 80 mm for the winter season. The cost of one panel is about 640 yuan, "
        "sewing included, and it should last two years. A second trial with the 80 mm panel is "
        "planned for April 2026 with five boats.",
    ),
]

SERVICE = [
    ("白礁渔港冰库检修单", 44),
    ("检修日期：2025年9月26日", 30),
    ("检修单位：海宁制冷设备公司", 30),
    ("检修人：马立新　　陪同：许阿菊", 30),
    ("", 12),
    ("1. 一号压缩机换机油18升，机油型号46号。", 28),
    ("2. 二号压缩机轴封漏氟，已换新轴封。", 28),
    ("3. 冷库门胶条老化，门缝漏冷，换胶条9米。", 28),
    ("4. 冷库温度实测零下16度，要求零下18度。", 28),
    ("5. 碎冰机刀片磨损2毫米，还能用三个月。", 28),
    ("6. 传送带跑偏，调整后试运行半小时正常。", 28),
    ("7. 氨气报警器两只，一只失灵，待配件。", 28),
    ("", 12),
    ("费用：配件2160元，人工900元，合计3060元", 30),
    ("下次检修：2025年12月下旬", 30),
    ("意见：除霜由每天两次改为每天三次。", 30),
]

TYPHOON = [
    ("h1", "白礁渔港防台风预案"),
    ("p", "本预案由港务主任卢海生签发，自2025年6月1日起执行，原2021年的预案作废。"),
    ("h2", "一、指挥"),
    ("p", "卢海生任总指挥，副总指挥是安全员吴建军，夜间由值班副主任代行职责。"),
    ("p", "指挥部设在港务楼二楼会议室，备用地点是早市大棚旁边的消防站。"),
    ("h2", "二、分级"),
    (
        "t",
        [
            ["级别", "什么时候启动", "渔船怎么办", "人员怎么办"],
            ["四级", "72小时内可能受影响", "停止远海作业", "检查缆绳"],
            ["三级", "48小时内可能受影响", "外海渔船返港", "加固门窗"],
            ["二级", "24小时内风力达10级", "全部渔船进港", "老人孩子上岸"],
            ["一级", "12小时内风力达12级", "禁止一切移动", "船上人员全部撤离"],
        ],
    ),
    ("h2", "三、停船"),
    ("p", "内港能避风的水面可停180条船，满了以后开往北面的青螺湾。"),
    ("p", "船和船之间至少留两米，并靠时每条船前后各带两根缆绳。"),
    ("p", "蓄电池要卸下来搬到舱里，天线和吊杆要放倒绑好。"),
    ("h2", "四、撤人"),
    ("p", "撤离的人住到白礁中心小学，那里能住320人，由周丽华负责登记和发饭。"),
    ("p", "撤离用两辆大巴，在灯塔路停车场上车，每二十分钟一班。"),
    ("p", "不肯上岸的，由吴建军和边防派出所的人上船劝说，记下姓名。"),
    ("h2", "五、物资"),
    ("p", "沙袋600个放在油库西墙，抽水泵四台放在冰库后门，应急灯30只放在港务楼一楼。"),
    ("p", "物资每年5月清点一次，清点人是仓库保管员江玉梅。"),
    ("h2", "六、过后"),
    ("p", "警报解除后先查航道和浮标，两小时内报出受损情况，确认安全才能出港。"),
    (
        "p",
        "2023年的台风'海棠'冲坏了一号码头的六根桩，修了四十天，所以要先查一号码头。",
    ),
]

TRAINING = [
    ("新船员安全培训", ["白礁渔港安全办　2025年9月15日", "讲课人：吴建军", "地点：港务楼三楼"]),
    (
        "救生衣和救生圈",
        [
            "救生衣每半年检查一次，气瓶两年一换",
            "救生圈挂在左右两舷，绳长30米",
            "落水的人先保暖，不要揉搓手脚",
            "冬天水温10度，人大约能撑一小时",
        ],
    ),
    (
        "绞车作业",
        [
            "开绞车的人要有半年以上经验",
            "缆绳两边两米内不站人",
            "不戴手套不碰钢缆，不穿宽大衣服",
            "去年本港三起受伤事故，两起出在绞车上",
        ],
    ),
    (
        "机舱防火",
        [
            "油布放进带盖铁桶，每天清",
            "灭火器压力表指针在绿区才算好",
            "机舱温度超过55度要查原因",
            "着火先断油，再关风口，最后用灭火器",
        ],
    ),
    (
        "呼救",
        [
            "甚高频16频道，喊三遍船名和位置",
            "求救电话12395",
            "红色火箭信号一次放一枚，隔五分钟再放",
        ],
    ),
]
EXAM = [
    ["科目", "题数", "及格分", "考试时间"],
    ["笔试", "40题", "80分", "10月18日"],
    ["灭火", "2项", "合格", "10月19日"],
    ["水中自救", "3项", "合格", "10月20日"],
]

MAIL = """From: Callum Reid <c.reid@fjordmere.example>
To: Lin Xiaoman <lin.xiaoman@baijiao.example>
Cc: Ingrid Solheim <i.solheim@fjordmere.example>
Date: Thu, 09 Oct 2025 10:14:00 +0200
Subject: Temperature loggers and the borrowed sonar
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Dear Ms Lin,

thank you for the tide and water tables, they arrived complete. I have three things.

First, the loggers. We posted twelve temperature loggers on 7 October; the parcel weighs 3.4 kg
and should be with you within ten days. Please hang two of them on every boat, one at one metre
below the surface and one at the sea bed. They record every fifteen minutes and the battery lasts
about fourteen months. To read them out you need the blue cable, which is in the small bag.

Second, the sonar. The harbour may keep the side scan sonar until 30 November instead of the end
of October. The deposit of 5000 yuan will be paid back after we have checked the cable. Mr Fang
wrote that the cable was nicked near the plug; a new one costs 380 yuan, and we will share it half
and half.

Third, the visit. Ingrid and I would like to come from 12 to 16 January. We need one room with a
big table for the net models, and a driver from the airport. Last time the guest house was very
cold, so a room with a heater would be kind.

One question: the water at your pier was 22.9 degrees on the morning of 7 October according to our
own buoy, your table says a little less. Which thermometer was used?

With best wishes,
Callum Reid
Gear technician, Fjordmere Gear Institute
Phone +47 5550 0148
"""

NOTICE = [
    ("冰库告示", 64, "hei-bold"),
    ("自2025年10月1日起，冰价调整如下：", 36, "hei"),
    ("碎冰　每吨280元", 42, "hei-bold"),
    ("块冰　每吨310元", 42, "hei-bold"),
    ("一次买满12吨，每吨减15元", 36, "hei"),
    ("售票时间　早3:00—10:00　午14:00—18:00", 36, "hei"),
    ("每月最后一个星期二除霜停售", 36, "hei"),
    ("冰库内零下18度，进库须穿棉衣", 36, "hei"),
    ("进库一次不得超过20分钟", 36, "hei"),
    ("手推车押金50元，当天归还", 36, "hei"),
    ("缺斤少两请找许阿菊　6621-0171", 36, "hei"),
    ("白礁渔港冰库　2025年9月28日", 32, "hei"),
]
RECEIPT = [
    ("白礁渔港过磅房", 46, "hei-bold"),
    ("过磅单　No. 007752", 34, "hei"),
    ("日期：2025-10-07　04:58", 32, "hei"),
    ("船名：浪里金号", 34, "hei"),
    ("--------------------------------", 30, "hei"),
    ("带鱼　　　1020公斤", 34, "hei"),
    ("鲐鱼　　　 512公斤", 34, "hei"),
    ("鲳鱼　　　 168公斤", 34, "hei"),
    ("杂鱼　　　 146公斤", 34, "hei"),
    ("--------------------------------", 30, "hei"),
    ("净重合计：1846公斤", 40, "hei-bold"),
    ("鱼筐：74个", 32, "hei"),
    ("过磅费：37.00元", 34, "hei"),
    ("付款：现金", 32, "hei"),
    ("司磅员：罗小兰", 32, "hei"),
    ("买方：东升水产行", 32, "hei"),
]
PLATE = [
    ("制冰机铭牌", ""),
    ("名称", "片冰制冰机"),
    ("型号", "PB-2500"),
    ("日产量", "25吨"),
    ("制冷剂", "R507A"),
    ("功率", "96千瓦"),
    ("冰片厚度", "1.8毫米"),
    ("进水温度", "不高于25℃"),
    ("整机重量", "4350公斤"),
    ("出厂日期", "2018年6月"),
    ("制造厂", "海宁制冷设备公司"),
]
HANDOVER = [
    "小方：",
    "今晚我去县里开会，你替我盯一下。",
    "1. 长平号十点半进港，给它留一号码头外档。",
    "2. 金滩号欠两个月停泊费，共640元，",
    "    老罗说星期五来交。",
    "3. 三号泊位的灯坏了一盏，电工明早八点来修。",
    "4. 网具回收棚的钥匙在值班室左边抽屉。",
    "5. 外港来的两条避风船要登记，明天中午走。",
    "6. 夜里巡一次油库，别忘了带对讲机。",
    "有急事打我手机。",
    "卢海生　10月8日下午五点",
]

SLIDES = [
    ("白礁渔港欢迎您", ["海鲜早市参观指南", "拍摄于2025年9月"]),
    (
        "第一站　早市大棚",
        ["最热闹：早上五点半到七点", "带鱼拍卖每天六点开始", "看样请走右边绿色通道"],
    ),
    ("第二站　灯塔", ["塔高23米，台阶共96级", "建于1931年", "塔上可看到青螺湾"]),
    ("第三站　织网棚", ["织网师傅：何秀珠", "体验课每人35元，一小时", "周三和周日开课"]),
    ("温馨提示", ["码头地滑，请穿防滑鞋", "不要跨越黄线", "失物招领在港务楼一楼"]),
]
SHADES = [
    ((20, 62, 92), (244, 248, 250)),
    ((150, 60, 30), (255, 226, 180)),
    ((24, 24, 40), (170, 205, 245)),
    ((30, 96, 60), (250, 244, 205)),
    ((120, 20, 30), (214, 214, 218)),
]


def write(name: str, text: str) -> None:
    (FILES / name).write_text(text, encoding="utf-8", newline="\n")


def tables() -> None:
    write("潮汐表-2025年10月上旬.csv", "\n".join(TIDES) + "\n")
    book = Workbook()
    for number, (name, rows) in enumerate([("水温观测", WATER), ("出冰登记", ICE)]):
        page = book.active if number == 0 else book.create_sheet()
        page.title = name
        for row in rows:
            page.append(row)
        for cell in page[1]:
            cell.font = Font(bold=True)
        for column in "ABCDEFG":
            page.column_dimensions[column].width = 16
    book.save(FILES / "水温与出冰登记.xlsx")
    settle(FILES / "水温与出冰登记.xlsx")
    boats = [dict(zip(BOAT_KEYS, row, strict=True)) for row in BOATS]
    record = {"港口": "白礁渔港", "更新日期": "2025-09-20", "登记人": "江玉梅", "渔船": boats}
    write("船舶登记.json", json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def page() -> None:
    rows = []
    for number, row in enumerate(BERTH_FEES):
        tag = "th" if number == 0 else "td"
        rows.append("<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>")
    write("渔港首页.html", HOME.format(rows="\n".join(rows)))


def chart() -> Canvas:
    card = Canvas.blank(1000, 520, (255, 255, 255))
    for number, (name, tons) in enumerate(UNLOADED):
        left, top = 90 + number * 180, 440 - tons * 2.4
        card.draw.rectangle((left, top, left + 100, 440), fill=(52, 120, 168))
        card.text((left + 50, top - 24), f"{tons}吨", ("hei-bold", 32), anchor="mm")
        card.text((left + 50, 474), name, ("hei", 32), anchor="mm")
    card.draw.line((50, 440, 960, 440), fill=(30, 30, 30), width=3)
    return card


def report() -> None:
    sheet = Sheet(FILES / "三季度港务报告.pdf", "三季度港务报告", "白礁渔港港务办公室", "")
    sheet.paragraph("白礁渔港2025年第三季度港务报告", "hei-bold", 20, after=4)
    sheet.paragraph("港务办公室　2025年10月10日　编写：方志远", "hei", 10.5, after=10)
    for heading, paragraphs in REPORT.items():
        if heading.startswith("四"):
            sheet.footer("白礁渔港", "hei")
            sheet.next_page()
        sheet.y += 6
        sheet.paragraph(heading, "hei-bold", 14, colour=BLUE, after=2)
        for paragraph in paragraphs:
            sheet.paragraph(paragraph, "hei", 11)
        if heading.startswith("二"):
            sheet.paragraph("表1　第三季度各品种卸鱼量", "hei-bold", 10.5, after=4)
            sheet.table(CATCH, [0, 150, 240, 330, 430][1:], "hei", "hei-bold", size=10.5)
        if heading.startswith("四"):
            sheet.picture(chart().image, 80, 420)
            sheet.paragraph("图1　9月份卸鱼最多的五条船", "hei", 10.5, x=210)
    sheet.footer("白礁渔港", "hei")
    sheet.save()


def trial() -> None:
    sheet = Sheet(FILES / "escape_panel_trial.pdf", "Escape panels", "Fjordmere Gear Institute")
    sheet.paragraph(
        "Escape panels for small trawlers: a trial at Baijiao", "lato-bold", 19, after=2
    )
    sheet.paragraph("I. Solheim and C. Reid, Fjordmere Gear Institute, October 2025", "lato", 11)
    top = sheet.y + 12
    for x, pieces in ((64, TRIAL_LEFT), (312, TRIAL_RIGHT)):
        sheet.y = top
        for kind, text in pieces:
            face, size = ("lato-bold", 12.5) if kind == "h" else ("lato", 10.5)
            sheet.paragraph(text, face, size, x=x, width=220, after=4 if kind == "h" else 10)
    sheet.footer("Fjordmere Gear Institute, report 2025-14", "lato")
    sheet.save()


def service() -> None:
    card = Canvas.blank(1000, 1414, (250, 249, 245))
    card.draw.rectangle((60, 60, 940, 1354), outline=(60, 60, 60), width=3)
    y = 110.0
    for text, size in SERVICE:
        if size == 44:
            card.text((500, y + 20), text, ("song", size + 4), anchor="mm")
        elif text:
            card.text((110, y), text, ("song", size + 4))
        y += size * 2.35
    image, _ = scan(card, 0.6, 11)
    sheet = Sheet(FILES / "冰库检修单-扫描.pdf", "扫描件", "")
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=62)
    packed.seek(0)
    sheet.pdf.drawImage(ImageReader(packed), 0, 0, 595.3, HEIGHT)
    sheet.save()


def typhoon() -> None:
    document = Document()
    for kind, content in TYPHOON:
        if kind == "t":
            table = document.add_table(rows=0, cols=4, style="Table Grid")
            for row in content:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        elif kind == "p":
            document.add_paragraph(content)
        else:
            document.add_heading(content, int(kind[1]))
    document.save(FILES / "防台风预案.docx")
    settle(FILES / "防台风预案.docx")


def training() -> None:
    deck = Presentation()
    for title, lines in TRAINING:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "考试安排"
    grid = slide.shapes.add_table(4, 4, Inches(1), Inches(2), Inches(8), Inches(3)).table
    for down, row in enumerate(EXAM):
        for across, text in enumerate(row):
            grid.cell(down, across).text = text
            grid.cell(down, across).text_frame.paragraphs[0].font.size = Pt(20)
    slide.notes_slide.notes_text_frame.text = "没考过的人可以在11月8日补考一次，补考不收费。"
    deck.save(FILES / "新船员安全培训.pptx")
    settle(FILES / "新船员安全培训.pptx")


def notice() -> None:
    card = Canvas.blank(1000, 960, (32, 74, 122))
    card.draw.rectangle((24, 24, 976, 936), fill=(248, 249, 246))
    y = 56.0
    for text, size, face in NOTICE:
        card.text((500, y + size / 2), text, (face, size), anchor="mm")
        y += size + 34
    card.image.save(FILES / "冰库告示.png", optimize=True)


def receipt() -> None:
    card = Canvas.blank(640, 1080, (252, 251, 246))
    y = 50.0
    for text, size, face in RECEIPT:
        if size == 46 or text.startswith("--"):
            card.text((320, y + size / 2), text, (face, size), anchor="mm")
        else:
            card.text((70, y), text, (face, size))
        y += size + 28
    card.image.save(FILES / "过磅单-浪里金号.jpg", quality=80)


def plan() -> None:
    card = Canvas.blank(1300, 900, (214, 232, 244))
    card.draw.polygon([(0, 620), (1300, 560), (1300, 900), (0, 900)], fill=(232, 224, 204))
    card.text((650, 50), "白礁渔港码头示意图", ("hei-bold", 48), anchor="mm")

    def part(
        box: tuple[int, int, int, int], lines: list[str], colour: tuple[int, int, int]
    ) -> None:
        card.draw.rectangle(box, fill=colour, outline=(60, 60, 60), width=3)
        middle = (box[0] + box[2]) / 2
        for number, text in enumerate(lines):
            face = ("hei-bold", 32) if number == 0 else ("hei", 28)
            card.text((middle, box[1] + 30 + 42 * number), text, face, anchor="mm")

    grey, sand, pale = (188, 192, 196), (246, 206, 140), (250, 250, 246)
    part((60, 320, 330, 600), ["一号码头", "长86米", "水深5.2米", "泊位1至2"], grey)
    part((400, 382, 670, 590), ["二号码头", "长120米", "水深4.6米", "卸鱼专用"], grey)
    part((740, 300, 1010, 520), ["浮码头", "长40米", "水深3.8米", "加油用"], grey)
    part((1060, 200, 1270, 350), ["灯塔", "高23米", "射程15海里"], pale)
    part((60, 140, 480, 260), ["防波堤", "全长640米　堤顶高6.8米"], pale)
    part((560, 105, 900, 225), ["航道口", "宽90米　水深7米"], pale)
    part((60, 720, 300, 870), ["冰库", "存冰300吨", "离码头60米"], sand)
    part((350, 664, 590, 810), ["早市大棚", "46个摊位", "面积1800平米"], sand)
    part((640, 741, 880, 885), ["过磅房", "地磅30吨", "24小时开"], sand)
    part((930, 645, 1240, 790), ["油库", "储油500吨", "离码头110米"], sand)
    card.image.quantize(64).save(FILES / "码头示意图.png", optimize=True)


def plate() -> None:
    card = Canvas.blank(900, 900, (198, 202, 206))
    card.draw.rectangle((20, 20, 880, 880), outline=(50, 54, 60), width=6)
    for number, (name, value) in enumerate(PLATE):
        y = 80 + number * 76
        if not value:
            card.text((450, y), name, ("hei-bold", 46), anchor="mm")
            continue
        card.draw.line((60, y + 36, 840, y + 36), fill=(120, 124, 130), width=2)
        card.text((90, y), name, ("hei", 36), anchor="lm")
        card.text((360, y), value, ("hei-bold", 36), anchor="lm")
    card.image.save(FILES / "制冰机铭牌.png", optimize=True)


def handover() -> None:
    card = Canvas.blank(1000, 860, (255, 247, 206))
    for number, text in enumerate(HANDOVER):
        right = number == len(HANDOVER) - 1
        at = (920, 60 + number * 70) if right else (60, 60 + number * 70)
        card.text(at, text, ("song", 38), (36, 44, 110), "ra" if right else "la")
    card.image.save(FILES / "值班交接便条.jpg", quality=78)


def film() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, lines) in enumerate(SLIDES):
            dark, pale = SHADES[number]
            card = Canvas.blank(854, 480, dark)
            card.draw.rectangle((0, 112, 854, 480), fill=pale)
            card.text((427, 58), title, ("hei-bold", 50), (255, 255, 255), "mm")
            for line, text in enumerate(lines):
                card.text((427, 180 + line * 92), text, ("hei", 40), anchor="mm")
            card.image.save(Path(folder) / f"{number}.png")
        encode = "-c:v libx264 -crf 26 -pix_fmt yuv420p -r 5 -fflags +bitexact -flags:v +bitexact"
        command = ["ffmpeg", "-v", "error", "-y", "-framerate", "1/8", "-i", f"{folder}/%d.png"]
        subprocess.run([*command, *encode.split(), str(FILES / "渔港参观.mp4")], check=True)


def main() -> None:
    FILES.mkdir(exist_ok=True)
    letters = "".join(sorted(set(Path(__file__).read_text(encoding="utf-8"))))
    for face in ("hei", "hei-bold"):
        use_font(face, letters)
    for face in ("lato", "lato-bold"):
        use_font(face)
    write("浪里金号航海日志.txt", LOG)
    write("渔船须知.md", RULES)
    write("loggers_and_sonar.eml", MAIL)
    for step in (tables, page, report, trial, service, typhoon, training):
        step()
    for step in (notice, receipt, plan, plate, handover, film):
        step()
    rows = list(csv.reader(TIDES))
    assert all(len(row) == len(rows[0]) for row in rows)


if __name__ == "__main__":
    main()
