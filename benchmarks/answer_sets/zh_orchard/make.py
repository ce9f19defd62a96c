"""Write the files of an invented orchard cooperative: diary, sprays, pump house, cold transport."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
FILES = HERE / "files"
sys.path.insert(0, str(HERE.parents[2] / "examples"))

from fieldbook_maker.fonts import font  # noqa: E402
from fieldbook_maker.pdfs import HEIGHT, WIDTH, Sheet, use_font  # noqa: E402

INK, WHITE, GREEN, RED = (26, 30, 30), (250, 250, 246), (24, 92, 58), (178, 36, 30)
YELLOW, STEEL, PALE, BLUE = (250, 214, 70), (202, 208, 210), (226, 240, 228), (30, 96, 170)

DIARY = """\
青坪果园合作社农事日志
2025年4月　记录人：苏晓梅

4月2日　晴
北梁的樱桃进入初花期，比去年早五天。上午租来十二箱蜜蜂，放在北梁南侧的石墙边，租金每箱八十元。
下午郭长林带三个人清理西沟的排水沟，挖出两车淤泥。

4月5日　多云
东坡苹果开始花前复剪，一共来了十七个人，每人每天工钱一百五十元。
马国栋检查泵房，发现二号泵的填料漏水，当天换了新的。

4月8日　霜冻
凌晨三点气温降到零下一点六度，值班的谢志远打电话叫醒了所有人。三点二十分在河滩点燃烟堆，\
一共点了四十二堆，五点半气温回升后熄灭。
早上查看，河滩的桃花冻坏大约一成五，北梁的樱桃因为地势高没有受冻。

4月11日　晴
保险公司的周敏来河滩定损，看了六个点，说两周之内给答复。
西沟的秋月梨人工授粉，用了三百二十克花粉，花粉是从莲塘农场买的。

4月15日　小雨
全天降雨九毫米，灌溉停一天。大家在库房修补果筐，修好一百零六只。
白玉兰发了三月份的工资。

4月18日　晴
东坡苹果盛花。放养的壁蜂有三千头，蜂箱由县果树站免费提供。
韩冰试开冷库，一号库四小时降到零度，二号库因为门封条老化用了七个半小时。

4月21日　阴
丁力把冷藏车开到县城年检，换了两条后轮胎，花了两千三百元，年检一次通过。

4月24日　晴转多云
河滩桃树疏果开始，每根长果枝留三个果，中果枝留两个，短果枝留一个。
保险公司来电话，同意赔河滩霜冻损失两万六千四百元。

4月27日　大风
下午四点阵风九级，把西沟的防雹网撕开一道十八米长的口子。谢志远和马国栋抢修到天黑。

4月30日　晴
本月一共用工三百四十八个，灌溉用水五千二百立方米。
五月的头等大事是樱桃采摘，预计五月十六日开园。
"""

SPRAY_MD = """\
# 打药管理办法

植保员谢志远编写，2025年2月修订。所有打药的人都要先看一遍。

## 打药之前

风力超过三级不打药，气温超过三十度也不打药。药液要先配母液，再兑水到规定的倍数。配药必须两个人在场，
一个人配，一个人记。

农药仓库的钥匙有两把，一把在谢志远手里，另一把锁在办公室的保险柜里。

## 防护

打药的人要戴口罩、手套和护目镜，穿长袖的防护服。连续打药不能超过四个小时，中间休息半小时。

## 安全间隔期

| 药剂 | 用于 | 倍数 | 安全间隔期 | 一年最多几次 |
|---|---|---|---|---|
| 石硫合剂 | 清园 | 5 | 30天 | 2 |
| 代森锰锌 | 苹果斑点病 | 800 | 21天 | 3 |
| 吡虫啉 | 桃蚜虫 | 3000 | 14天 | 2 |
| 苯醚甲环唑 | 梨黑星病 | 2500 | 28天 | 3 |
| 阿维菌素 | 红蜘蛛 | 4000 | 20天 | 2 |

樱桃从转色开始到采完，一律不打药。

## 打药之后

空瓶子冲洗三遍，装进绿色的回收桶，每月十号由镇里的回收站来取。喷雾机用清水循环十分钟，残液不许倒进水渠。

打过药的地块要插红旗，二十四小时以内不许进人，红旗由打药的人自己拔。

## 出了事怎么办

皮肤沾上药液，马上用肥皂水冲洗十五分钟。感到头晕恶心，立刻离开现场，送镇卫生院，并带上药瓶的标签。
镇卫生院急诊电话是0539-620-1188。
"""

SPRAY_ROWS = [
    ("日期", "地块", "作物", "药剂", "用量", "打药人", "工时"),
    ("2025-03-06", "东坡", "苹果", "石硫合剂", "140公斤", "李大勇", "9"),
    ("2025-03-07", "西沟", "梨", "石硫合剂", "95公斤", "李大勇", "6"),
    ("2025-03-09", "河滩", "桃", "石硫合剂", "70公斤", "陈桂芳", "5"),
    ("2025-04-04", "河滩", "桃", "吡虫啉", "2.4公斤", "陈桂芳", "4"),
    ("2025-04-13", "西沟", "梨", "苯醚甲环唑", "3.1公斤", "赵满仓", "6"),
    ("2025-04-29", "东坡", "苹果", "代森锰锌", "12公斤", "李大勇", "8"),
    ("2025-05-12", "西沟", "梨", "苯醚甲环唑", "3.3公斤", "赵满仓", "7"),
    ("2025-05-20", "东坡", "苹果", "代森锰锌", "12.5公斤", "李大勇", "8"),
    ("2025-06-08", "东坡", "苹果", "阿维菌素", "4.6公斤", "陈桂芳", "7"),
    ("2025-06-15", "河滩", "桃", "吡虫啉", "2.6公斤", "赵满仓", "5"),
    ("2025-07-02", "西沟", "梨", "阿维菌素", "2.9公斤", "陈桂芳", "5"),
]

WEATHER = [
    ("日期", "最高气温", "最低气温", "降雨毫米", "最大阵风", "湿度"),
    ("4月2日", "19.4", "6.2", "0", "4级", "52%"),
    ("4月5日", "21.0", "8.1", "0", "5级", "48%"),
    ("4月8日", "15.3", "-1.6", "0", "3级", "61%"),
    ("4月11日", "22.7", "7.5", "0", "4级", "45%"),
    ("4月15日", "13.8", "9.0", "9", "4级", "93%"),
    ("4月18日", "24.2", "10.4", "0", "3级", "50%"),
    ("4月21日", "18.1", "9.7", "1.5", "5级", "74%"),
    ("4月24日", "25.6", "11.3", "0", "5级", "47%"),
    ("4月27日", "23.9", "12.2", "0", "9级", "39%"),
    ("4月30日", "27.1", "13.0", "0", "4级", "44%"),
]
MONTHS = [
    ("月份", "平均气温", "降雨量毫米", "日照小时", "霜冻天数"),
    ("2024年10月", "14.8", "42", "196", "0"),
    ("2024年11月", "7.3", "28", "171", "9"),
    ("2024年12月", "0.6", "11", "163", "26"),
    ("2025年1月", "-1.9", "6", "158", "30"),
    ("2025年2月", "2.4", "14", "167", "21"),
    ("2025年3月", "9.1", "19", "208", "7"),
    ("2025年4月", "15.2", "31", "226", "1"),
    ("2025年5月", "20.5", "57", "241", "0"),
]

WEB = """\
<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>青坪果园采摘开放日</title></head><body>
<h1>青坪果园采摘开放日</h1>
<p>我们的果园在青坪镇北三公里，东坡苹果园有88亩，是最大的一块。欢迎全家来玩。</p>
<h2>采摘价目</h2>
<table>
<tr><th>水果</th><th>采摘时间</th><th>入园费</th><th>带走每斤</th></tr>
<tr><td>樱桃</td><td>5月16日至6月8日</td><td>40元</td><td>25元</td></tr>
<tr><td>桃</td><td>9月20日至10月15日</td><td>20元</td><td>8元</td></tr>
<tr><td>梨</td><td>8月25日至9月18日</td><td>20元</td><td>6元</td></tr>
<tr><td>苹果</td><td>10月12日至11月5日</td><td>15元</td><td>5元</td></tr>
</table>
<p>身高一米二以下的孩子免入园费。</p>
<h2>开放时间</h2>
<p>周二到周日早上八点半开门，下午五点停止入园，周一休园。</p>
<h2>怎么来</h2>
<p>县城汽车站坐6路公交车，四十分钟到青坪果园站，票价四元。自驾的停在村口大槐树停车场，可以停六十辆车，不收费。</p>
<h2>吃饭</h2>
<p>果园食堂中午供应农家饭，每位三十五元，要提前一天打电话给白玉兰预订，电话0539-620-3356。</p>
</body></html>
"""

YAML = """\
# 灌溉控制器配置，马国栋 2025年4月10日改
控制器:
  型号: GK-16
  位置: 泵房东墙
  手机号尾数: 4471
地块:
  - 名称: 东坡
    阀门数: 8
    每次分钟: 90
    间隔天数: 7
    开始时间: "05:30"
  - 名称: 西沟
    阀门数: 5
    每次分钟: 75
    间隔天数: 6
    开始时间: "19:00"
  - 名称: 河滩
    阀门数: 4
    每次分钟: 60
    间隔天数: 5
    开始时间: "20:30"
  - 名称: 北梁
    阀门数: 3
    每次分钟: 110
    间隔天数: 9
    开始时间: "04:00"
报警:
  管网压力低于公斤: 1.8
  水池水位低于米: 0.9
  通知人: 马国栋
施肥:
  肥液罐升数: 600
  停肥提前天数: 20
"""

CHARTER: list[tuple[str, str]] = [
    ("h", "社员大会"),
    (
        "p",
        "社员大会每年召开两次，分别在一月和七月。三分之二以上社员到场才能表决，一户一票。2025年共有社员六十三户。",
    ),
    ("h", "岗位分工"),
    ("t", ""),
    ("h", "分红办法"),
    (
        "p",
        "每年的盈余先提一成作公积金，再提半成作公益金，其余按交果的数量分给各户。分红在腊月二十以前发完。",
    ),
    ("h", "交果标准"),
    (
        "p",
        "一级苹果直径不小于八十毫米，二级不小于七十毫米。秋月梨单果不低于三百五十克。果面有碰伤的只能作加工果，每斤六角。",
    ),
    ("h", "冷库使用"),
    (
        "p",
        "社员存果每筐每月两元，外人存果每筐每月三元五角。苹果库温保持零度，湿度百分之九十。"
        "入库前必须在阴凉处放一夜。冷库的门开着不许超过三分钟。",
    ),
    ("h", "退社"),
    ("p", "要退社的人须在十月底以前写书面申请，股金在第二年三月退还，不付利息。"),
]
POSTS = [
    ("岗位", "姓名", "月补贴", "值班电话尾号"),
    ("理事长", "郭长林", "1200元", "3301"),
    ("技术员", "苏晓梅", "1500元", "3318"),
    ("植保员", "谢志远", "1300元", "3325"),
    ("泵房管理", "马国栋", "900元", "3347"),
    ("冷库管理", "韩冰", "1400元", "3360"),
    ("司机", "丁力", "1600元", "3372"),
    ("会计", "白玉兰", "1100元", "3356"),
]

SLIDES: list[tuple[str, list[str]]] = [
    ("冬季修剪培训", ["2025年1月12日，合作社会议室", "主讲：苏晓梅"]),
    ("工具", ["修枝剪每天磨一次", "锯口用愈合剂涂抹", "剪过病枝的剪刀要用酒精消毒"]),
    ("苹果树怎么剪", ["主枝留五个，夹角七十度", "树高控制在三米二以内", "每亩留枝量七万条"]),
    ("梨树怎么剪", ["主枝留三个", "剪掉直立的徒长枝", "五年以上的结果枝组要更新"]),
    ("去年的问题", ["东坡有四十多棵剪得太重", "两个人从梯子上摔下来", "剪下的枝条没有及时运走"]),
]

COLD_MAIL = """\
各位社员、各位同事：

第一批樱桃定于五月十七日发往省城的绿源超市，一共六吨，由丁力开冷藏车送。请大家按下面的要求准备：

一、樱桃早上六点以前采完，七点半以前送到预冷间，果心温度降到四度才能装车。
二、装车时间是下午两点，冷藏车要先开机预冷四十分钟，车厢温度设在一度。
三、每箱装五公斤，箱子上贴蓝色标签，写明地块和采摘人。
四、路上大约七个小时，丁力每两小时报一次温度。温度超过五度，要马上打电话给韩冰。

超市的收货价是每公斤三十八元，损耗超过百分之三的部分由我们承担。上次送草莓的时候因为门没有关严，赔了一千九百元，请大家记住这个教训。

去年合作的顺达物流今年不再续约，因为他们两次晚到。

韩冰
冷库管理
"""

REEFER = """\
# Refrigerated truck: short manual

For the driver and the cold store. The unit on the truck is a Northwind RT-500, fitted in 2022.

## Starting

Turn the main switch to ON and wait for the green lamp. Set the temperature with the two arrow
keys and press SET. The unit needs 40 minutes to cool an empty body from 25 degrees to 1 degree.

## Temperatures

| Fruit | Set point | Longest trip |
|---|---|---|
| Cherries | 1 degree | 24 hours |
| Peaches | 2 degrees | 36 hours |
| Pears | 0 degrees | 72 hours |
| Apples | 1 degree | 96 hours |

Do not load above the red line on the wall, because the air must be able to return.

## Alarms

- A12: the door is open.
- A27: the battery voltage is low.
- A31: the return air is warmer than 8 degrees.
- A45: defrost has failed. Stop, switch off for ten minutes and start again.

## Service

Check the oil of the unit every 500 hours. The drive belt is replaced every 1,500 hours; it costs
320 yuan. The refrigerant is R452A, and the charge is 4.8 kg. The body holds 18 cubic metres.

The service partner is Kaida Cooling in the county town, telephone 0539-718-4420.
"""

BUYER = """\
Dear Mr Guo,

thank you for the samples of the Akizuki pears. They arrived in Singapore on 3 March in good
condition; only four pieces out of sixty had brown spots. Our panel liked the taste better than the
size.

We would like to order 12 tonnes for the coming season, in two shipments: the first on 10 September
and the second on 24 September 2025. Our price is 1.65 US dollars per kilogram, delivered to the
port of Qingdao. We pay 30 per cent in advance and the rest within 21 days after arrival.

Please pack 9 pears in a box, each in white paper. The weight of one pear should lie between 380
and 450 grams. We need a residue report from a laboratory before loading.

My colleague Rachel Ong will visit your orchard in the second week of July.

Best regards,
Marcus Tan
Harrowgate Fruit Trading
"""

REPORT_TABLE = [
    ("", "2022年", "2023年", "2024年"),
    ("苹果产量（吨）", "168", "181", "152"),
    ("梨产量（吨）", "96", "104", "118"),
    ("桃产量（吨）", "71", "66", "83"),
    ("樱桃产量（吨）", "19", "24", "22"),
    ("总收入（万元）", "214", "238", "251"),
    ("用工支出（万元）", "62", "68", "73"),
]
AREAS = [("东坡苹果", 86), ("西沟梨", 54), ("河滩桃", 40), ("北梁樱桃", 28)]

LEFT = [
    ("h", "新泵房启用"),
    (
        "p",
        "新泵房三月二十日启用，总投资四十七万元，其中县水利局补助二十八万元，其余由合作社自筹。"
        "从此东坡浇一遍水只要两天，以前要五天。",
    ),
    ("h", "气象小站"),
    (
        "p",
        "气象小站安装在东坡顶上，每十分钟上传一次数据。最低气温低于两度时，会自动给谢志远的手机发短信。"
        "小站由县气象局出借，期限三年。",
    ),
    ("h", "果农夜校"),
    ("p", "夜校每周三晚上七点在村小学上课，第一讲是苏晓梅的霜冻预防，到了五十一个人。"),
]
RIGHT = [
    ("h", "人物：马国栋"),
    (
        "p",
        "马国栋今年五十八岁，看泵房已经二十二年。他年轻时在矿上当电工，会修各种电机。"
        "他最得意的是自己做的水位浮标，用的是一只旧篮球。",
    ),
    ("h", "苹果比赛"),
    (
        "p",
        "去年十一月的县苹果比赛，陈桂芳的红富士得了银奖，单果重四百一十二克，糖度十六点八。金奖被柳庄合作社拿走。",
    ),
    ("h", "通知"),
    ("p", "化肥统一采购，复合肥每袋一百六十八元，五月五日前到会计白玉兰处登记。"),
]

SCAN = [
    "土壤检测报告单",
    "送检单位：青坪果园合作社",
    "检测单位：平川县农业检测站",
    "采样日期：2025年3月14日",
    "地块：东坡，采样深度30厘米",
    "酸碱度：5.6",
    "有机质：每公斤14.2克",
    "碱解氮：每公斤78毫克",
    "有效磷：每公斤46毫克",
    "速效钾：每公斤135毫克",
    "有效硼：每公斤0.3毫克，偏低",
    "结论：土壤偏酸，缺硼。",
    "建议每亩施生石灰80公斤，秋季施入。",
    "花期喷两次硼砂水，浓度千分之二。",
    "检测费：260元",
    "检测员：孙立新",
]

FILM: list[list[str]] = [
    ["桃树疏果要点", "青坪果园合作社", "2025年4月制作"],
    ["第一步　看时间", "花后二十五天开始", "六月五日以前做完"],
    ["第二步　看枝条", "长果枝留三个果", "果与果相距15厘米"],
    ["第三步　去掉坏果", "先去虫果和畸形果", "朝天果也不留"],
    ["注意安全", "梯子要两个人扶", "工钱：每棵树6元"],
]


def steady(path: Path) -> None:
    """Pack a zip again with fixed times, so that it is the same in every run."""
    with zipfile.ZipFile(path) as packed:
        parts = [(name, packed.read(name)) for name in packed.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            if name.endswith("core.xml"):
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2025-06-01T08:00:00Z", data)
            packed.writestr(zipfile.ZipInfo(name, (2025, 6, 1, 8, 0, 0)), data, 8)


def write_office() -> None:
    """Write the workbook, the statutes and the slides."""
    import docx
    import openpyxl
    import pptx
    from pptx.util import Pt

    book = openpyxl.Workbook()
    first = book.active
    first.title = "四月日报"
    second = book.create_sheet("月度汇总")
    for sheet, rows in [(first, WEATHER), (second, MONTHS)]:
        for row in rows:
            plain = [cell if not re.fullmatch(r"-?[\d.]+", cell) else float(cell) for cell in row]
            sheet.append(plain)
        for letter in "ABCDEF":
            sheet.column_dimensions[letter].width = 14
    book.save(FILES / "气象小站.xlsx")
    steady(FILES / "气象小站.xlsx")

    paper = docx.Document()
    paper.add_heading("合作社章程与分工", 0)
    paper.add_paragraph("2025年1月社员大会通过。")
    for kind, text in CHARTER:
        if kind == "h":
            paper.add_heading(text, 1)
        elif kind == "p":
            paper.add_paragraph(text)
        else:
            grid = paper.add_table(rows=0, cols=len(POSTS[0]))
            grid.style = "Table Grid"
            for row in POSTS:
                for cell, value in zip(grid.add_row().cells, row, strict=True):
                    cell.text = value
    paper.save(str(FILES / "合作社章程与分工.docx"))
    steady(FILES / "合作社章程与分工.docx")

    deck = pptx.Presentation()
    for title, points in SLIDES:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        frame = slide.placeholders[1].text_frame
        frame.text = points[0]
        for point in points[1:]:
            frame.add_paragraph().text = point
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(26)
    deck.save(str(FILES / "冬季修剪培训.pptx"))
    steady(FILES / "冬季修剪培训.pptx")


def write_pdfs() -> None:
    """Write the yearly report, the two-column newsletter and the scanned test sheet."""
    letters = "".join(sorted(set(Path(__file__).read_text("utf-8")) - set("\n\r\t")))
    use_font("hei", letters)
    use_font("hei-bold", letters)
    sheet = Sheet(FILES / "2024年度报告.pdf", "2024年度报告", "青坪果园合作社")
    sheet.paragraph("青坪果园合作社2024年度报告", "hei-bold", 20, after=14)
    sheet.paragraph("一、全年概况", "hei-bold", 14)
    sheet.paragraph(
        "2024年合作社总收入二百五十一万元，比上年增长百分之五点五。苹果因为七月三日的冰雹减产，"
        "受灾面积三十五亩。梨卖到了新加坡，全年出口九吨。",
        "hei",
        11,
    )
    sheet.paragraph(
        "合作社在九月买了一辆冷藏车，花费二十三万八千元，载重六吨。冷库从两间扩建到四间，可以存果三百二十吨，"
        "扩建工程由宏远公司施工，工期七十五天。",
        "hei",
        11,
    )
    sheet.paragraph("二、产量和收支", "hei-bold", 14)
    sheet.table(REPORT_TABLE, (200, 290, 380), "hei", "hei-bold")
    sheet.paragraph(
        "樱桃每亩收入最高，达到一万六千元；桃每亩收入最低，为五千八百元。用工支出上升，是因为日工资从一百三十元涨到一百五十元。",
        "hei",
        11,
    )
    sheet.paragraph("三、明年计划", "hei-bold", 14)
    sheet.paragraph(
        "2025年计划给西沟全部装上防雹网，预算十九万元。新建一条分选线，每小时可以分果三吨。"
        "继续申请绿色食品认证，由苏晓梅负责。",
        "hei",
        11,
    )
    sheet.next_page()
    sheet.paragraph("四、各地块面积", "hei-bold", 14, after=14)
    base, left = sheet.y + 240, 90.0
    for number, (name, area) in enumerate(AREAS):
        tall = 200 * area / 86
        x = left + 105 * number
        sheet.pdf.setFillColorRGB(0.22, 0.5, 0.3)
        sheet.pdf.rect(x, HEIGHT - base, 62, tall, stroke=0, fill=1)
        sheet.line(x + 31, base - tall - 7, f"{area}亩", "hei-bold", 12, align="centre")
        sheet.line(x + 31, base + 18, name, "hei", 12, align="centre")
    sheet.y = base + 34
    sheet.paragraph("图1　2024年各地块面积", "hei", 10.5, after=16)
    sheet.save()

    sheet = Sheet(FILES / "果农通讯第12期.pdf", "果农通讯第12期", "青坪果园合作社")
    sheet.paragraph("果农通讯", "hei-bold", 26, after=2)
    sheet.paragraph("2025年4月第12期", "hei", 12, after=18)
    top = sheet.y
    for x, drop, column in [(64, 0, LEFT), (WIDTH / 2 + 18, 9, RIGHT)]:
        sheet.y = top + drop
        for kind, text in column:
            if kind == "h":
                sheet.paragraph(text, "hei-bold", 14, x=x, width=WIDTH / 2 - 84, after=3)
            else:
                sheet.paragraph(text, "hei", 11, x=x, width=WIDTH / 2 - 84, after=12)
    sheet.save()

    page = Image.new("RGB", (1100, 1320), (248, 246, 240))
    pen = ImageDraw.Draw(page)
    pen.text((550, 110), SCAN[0], font=font("hei-bold", 54), fill=INK, anchor="mm")
    for number, line in enumerate(SCAN[1:]):
        pen.text((120, 220 + 68 * number), line, font=font("song", 38), fill=INK, anchor="lm")
    scanned(page, FILES / "土壤检测单-扫描.pdf", 5)


def scanned(page: Image.Image, path: Path, seed: int) -> None:
    """Save a drawn page as a slightly turned, grey, grainy picture in a PDF."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    turned = page.rotate(0.4, Image.Resampling.BICUBIC, fillcolor=(240, 238, 232)).convert("L")
    grain = np.random.default_rng(seed).normal(0, 4, (turned.height, turned.width))
    grey = np.clip(np.asarray(turned, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    packed = io.BytesIO()
    Image.fromarray(grey).save(packed, "JPEG", quality=45)
    packed.seek(0)
    size = (595, 595 * page.height / page.width)
    sheet = Canvas(str(path), pagesize=size, invariant=1)
    sheet.drawImage(ImageReader(packed), 0, 0, *size)
    sheet.save()


def draw_plate() -> None:
    """Draw the plate in the pump house."""
    rows = [
        ("型号", "ISG100-200"),
        ("流量", "100立方米每小时"),
        ("扬程", "50米"),
        ("功率", "22千瓦"),
        ("转速", "2900转每分钟"),
        ("重量", "286公斤"),
        ("出厂编号", "250117"),
        ("出厂日期", "2025年1月"),
    ]
    plate = Image.new("RGB", (940, 880), STEEL)
    pen = ImageDraw.Draw(plate)
    pen.rounded_rectangle((18, 18, 921, 861), 30, outline=INK, width=6)
    for x, y in [(58, 58), (882, 58), (58, 822), (882, 822)]:
        pen.ellipse((x - 16, y - 16, x + 16, y + 16), fill=(140, 146, 150), outline=INK, width=3)
    pen.text((470, 92), "一号灌溉水泵", font=font("hei-bold", 58), fill=INK, anchor="mm")
    pen.text((470, 160), "临江水泵厂制造", font=font("hei", 38), fill=INK, anchor="mm")
    for number, (name, value) in enumerate(rows):
        y = 240 + 74 * number
        pen.text((110, y), name, font=font("hei", 40), fill=INK, anchor="lm")
        pen.text((360, y), value, font=font("hei-bold", 42), fill=INK, anchor="lm")
        pen.line((100, y + 37, 840, y + 37), fill=(150, 156, 160), width=2)
    plate.quantize(32).save(FILES / "泵房标牌.png", optimize=True)


def draw_diagram() -> None:
    """Draw the head of the irrigation system with a value beside each part."""
    card = Image.new("RGB", (1300, 860), WHITE)
    pen = ImageDraw.Draw(card)
    pen.text((50, 50), "泵房灌溉系统示意图", font=font("hei-bold", 54), fill=INK)
    pen.text((50, 124), "图号GS-3，2025年3月绘", font=font("hei", 34), fill=INK)
    pen.line([(300, 250), (1000, 340), (300, 430), (1000, 520), (300, 610), (1000, 700)], BLUE, 10)
    boxes = [
        ((60, 205), "蓄水池 800立方米"),
        ((740, 295), "一号水泵 22千瓦"),
        ((60, 385), "砂石过滤器 120目"),
        ((740, 475), "施肥罐 600升"),
        ((60, 565), "主管 直径160毫米"),
        ((740, 655), "出口压力 3.2公斤"),
    ]
    for (x, y), words in boxes:
        pen.rounded_rectangle((x, y, x + 500, y + 90), 14, fill=PALE, outline=INK, width=4)
        pen.text((x + 250, y + 45), words, font=font("hei-bold", 40), fill=INK, anchor="mm")
    note = "过滤器压差超过0.5公斤时要反冲洗"
    pen.text((650, 806), note, font=font("hei-bold", 36), fill=RED, anchor="mm")
    card.quantize(32).save(FILES / "灌溉系统示意图.png", optimize=True)


def draw_notice() -> None:
    """Draw the notice at the door of the pesticide store."""
    lines = [
        "领药时间：每天早上六点到七点半",
        "领药要两个人签字，当天用完",
        "库内温度不高于35度",
        "库内最多存放药剂800公斤",
        "严禁烟火，严禁带食物入内",
        "灭火器三只，在门后左侧",
        "空瓶投入绿色回收桶",
        "管理人：谢志远　电话3325",
    ]
    sign = Image.new("RGB", (1000, 860), (246, 244, 234))
    pen = ImageDraw.Draw(sign)
    pen.rectangle((0, 0, 999, 150), fill=RED)
    pen.text((500, 75), "农药仓库须知", font=font("hei-bold", 70), fill=WHITE, anchor="mm")
    for number, line in enumerate(lines):
        pen.text((80, 212 + 72 * number), line, font=font("hei-bold", 42), fill=INK, anchor="lm")
    by = "青坪果园合作社　2025年2月20日"
    pen.text((500, 810), by, font=font("hei", 34), fill=INK, anchor="mm")
    sign.filter(ImageFilter.GaussianBlur(0.6)).save(FILES / "农药仓库告示.jpg", quality=76)


def draw_receipt() -> None:
    """Draw the receipt of the fruit buyer."""
    rows = [
        ("单号", "00386"),
        ("日期", "2025年5月23日"),
        ("交果人", "陈桂芳"),
        ("品种", "美早樱桃"),
        ("毛重", "214.0公斤"),
        ("皮重", "18.5公斤"),
        ("净重", "195.5公斤"),
        ("等级", "一级"),
        ("单价", "每公斤31元"),
        ("金额", "6060.50元"),
        ("扣筐押金", "90.00元"),
        ("实付", "5970.50元"),
    ]
    paper = Image.new("RGB", (760, 1060), (252, 251, 244))
    pen = ImageDraw.Draw(paper)
    pen.text((380, 74), "青坪果品收购站", font=font("hei-bold", 52), fill=INK, anchor="mm")
    for number, (name, value) in enumerate(rows):
        y = 166 + 66 * number
        pen.text(
            (80, y), f"{name}：{value}", font=font("hei-bold", 42), fill=(40, 40, 44), anchor="lm"
        )
    pen.text((80, 976), "过磅员：高秀英", font=font("hei", 40), fill=(40, 40, 44), anchor="lm")
    turned = paper.rotate(-0.7, Image.Resampling.BICUBIC, fillcolor=(150, 128, 104))
    turned.filter(ImageFilter.GaussianBlur(0.7)).save(FILES / "收购小票.jpg", quality=72)


def draw_note() -> None:
    """Draw the note which the night watch left at the cold store."""
    lines = [
        "韩冰：",
        "夜里十一点四十分三号库报警，",
        "温度升到四度二，是风机停了。",
        "我重新合闸，半小时后回到一度。",
        "二号库门边结冰，早上请敲掉。",
        "丁力的车钥匙放在第二个抽屉。",
        "明天七点有人来拉八十筐梨，",
        "是莲塘超市的，钱已经付过。",
        "值班　赵满仓　5月19日夜",
    ]
    page = Image.new("RGB", (900, 880), (250, 244, 206))
    pen = ImageDraw.Draw(page)
    for row in range(9):
        pen.line((60, 132 + 86 * row, 840, 132 + 86 * row), fill=(206, 198, 150), width=2)
    for number, line in enumerate(lines):
        pen.text(
            (76, 98 + 86 * number), line, font=font("song", 46), fill=(30, 44, 110), anchor="lm"
        )
    page.filter(ImageFilter.GaussianBlur(0.5)).save(FILES / "冷库值班便条.jpg", quality=76)


def write_film() -> None:
    """Write the film of five slides, eight seconds each, without speech."""
    colours = [GREEN, (110, 60, 20), (22, 52, 96), (90, 36, 70), (60, 66, 66)]
    with tempfile.TemporaryDirectory() as folder:
        listing = ""
        for number, lines in enumerate(FILM):
            slide = Image.new("RGB", (854, 480), colours[number])
            pen = ImageDraw.Draw(slide)
            for row, line in enumerate(lines):
                face = font("hei-bold", 68 if row == 0 else 52)
                fill = YELLOW if row == 0 else WHITE
                pen.text((427, 110 + 130 * row), line, font=face, fill=fill, anchor="mm")
            slide.save(Path(folder) / f"{number}.png")
            listing += f"file '{folder}/{number}.png'\nduration 8\n"
        (Path(folder) / "list.txt").write_text(listing + f"file '{folder}/4.png'\n", "utf-8")
        command = ["ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0"]
        command += ["-i", f"{folder}/list.txt", "-r", "4", "-t", "40", "-pix_fmt", "yuv420p"]
        command += ["-c:v", "libx264", "-crf", "28", "-tune", "stillimage"]
        command += ["-fflags", "+bitexact", "-flags", "+bitexact", str(FILES / "疏果要点.mp4")]
        subprocess.run(command, check=True)


def write_mail(name: str, heads: Sequence[str], body: str, cte: str) -> None:
    """Write one mail; `heads` are sender, receiver, subject and date."""
    mail = EmailMessage(policy=SMTP)
    for key, value in zip(("From", "To", "Subject", "Date"), heads, strict=True):
        mail[key] = value
    mail["Message-ID"] = f"<{len(body)}@qingping.example>"
    mail.set_content(body, cte=cte)
    (FILES / name).write_bytes(mail.as_bytes())


def write_texts() -> None:
    """Write the diary, the rules, the plain tables, the page and the mails."""
    (FILES / "农事日志-2025年4月.txt").write_text(DIARY, "utf-8")
    (FILES / "打药管理办法.md").write_text(SPRAY_MD, "utf-8")
    (FILES / "采摘开放日.html").write_text(WEB, "utf-8")
    (FILES / "灌溉计划.yaml").write_text(YAML, "utf-8")
    (FILES / "refrigerated_truck_manual.md").write_text(REEFER, "utf-8")
    with (FILES / "打药记录-2025.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(SPRAY_ROWS)
    heads = [
        "韩冰 <hanbing@qingping.example>",
        "全体社员 <all@qingping.example>",
        "第一批樱桃冷链运输安排",
        "Tue, 13 May 2025 09:10:00 +0800",
    ]
    write_mail("樱桃冷链运输安排.eml", heads, COLD_MAIL, "base64")
    heads = [
        "Marcus Tan <m.tan@harrowgate.example>",
        "Guo Changlin <guo@qingping.example>",
        "Order of Akizuki pears for the 2025 season",
        "Mon, 17 Mar 2025 11:42:00 +0800",
    ]
    write_mail("pear_order.eml", heads, BUYER, "7bit")


def main() -> None:
    """Write everything into `files/`."""
    FILES.mkdir(exist_ok=True)
    write_texts()
    write_office()
    write_pdfs()
    draw_plate()
    draw_diagram()
    draw_notice()
    draw_receipt()
    draw_note()
    write_film()


if __name__ == "__main__":
    main()
