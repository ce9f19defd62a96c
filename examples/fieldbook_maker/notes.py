"""Notes and diaries of the station, English and Chinese: plain text and Markdown."""

from __future__ import annotations

from pathlib import Path

from .places import Made, TextFinder

PUMP = """\
# Fresh water pump P2: failure of 14 March 2025

Written by Tom Becker, 16 March 2025. Copy to Ruth Calder and to the Port Alder office.

## What happened

At 03:20 on Friday 14 March the low-pressure alarm woke the house. The gauge behind the kitchen
showed 1.8 bar; it should read 3.2. Pump P2 was still turning, but it was hot enough to smell, so
I switched it off at the panel and closed valve V3 by hand.

With the cover off, the cause was plain: two of the six blades of the impeller had cracked
through, and the shaft seal was scored all the way round. There was coarse grit in the housing.
I think it came down from Mirror Lake after the heavy rain on the 11th and passed the 50-micron
strainer because its basket was not seated properly.

This is not the same fault as last year. In June 2024 it was P1, the sea water intake pump, that
seized, and the reason then was kelp in the intake. Martin Hale freed it within two hours.

## What we did

1. Switched the house over to the roof tank, which holds 8,000 litres.
2. Limited everybody to 40 litres a day, showers included, from the 14th until the 21st.
3. Fitted the impeller from the spare kit of P1. It is 4 mm smaller, so the pressure stays at
   2.6 bar for now.
4. Cleaned the strainer, seated the basket and put a paint mark on it so that anyone can see
   whether it is in place.

The repaired pump ran under watch for thirty hours before I trusted it with the house again.

## What we need

| Item                 | Part number | Quantity | For  |
|----------------------|-------------|----------|------|
| Impeller, bronze     | KV-2207     | 2        | P2   |
| Shaft seal set       | KV-2231     | 3        | P2   |
| Strainer basket      | KV-1140     | 1        | P2   |
| Diaphragm            | FT-0318     | 1        | P3   |

The last line is for the fuel transfer pump and is not urgent.

## Lessons

- Look at the strainer after every day with more than 20 mm of rain.
- Keep one complete set of spares for each pump, not one set for all three.
- The alarm is loud enough. Nobody slept through it, not even Sam.
"""

DIARY = """\
LARKIN ISLAND - STATION DIARY - MARCH 2025
Kept by whoever has the duty. Times are station time.

01 Mar  (Anna) Calm and bright. Counted the west colony from the ridge with the telescope. Two
        skuas working together to steal eggs; I have not seen that here before.

04 Mar  (Sam) Bread machine gave up its ghost. From now on we knead. Seventeen loaves a week is
        a lot of kneading for one cook, so the roster has a new line.

06 Mar  (Wei Lan) Lowered the CTD to 212 metres off Gull Point. The conductivity cell reads a
        little high against the bottle samples, 0.04 psu, and goes back for calibration with the
        ship.

09 Mar  (Tom) Greased the boat winch. The pin on its brake is worn and I will not lift people
        with it until it is replaced.

11 Mar  (Chen) 41 mm of rain since yesterday, the wettest day of the season. The path to Mirror
        Lake is a stream.

14 Mar  (Ruth) Water pump P2 failed in the night. Tom has written it up. Rationing from today.

15 Mar  (Helen) Stitched Sam's left thumb, four stitches, bread knife. He says the bread machine
        is to blame. No lifting for ten days.

18 Mar  (Chen) Lost sight of the weather balloon at 14:05. It drifted south-east and came down
        somewhere beyond the old radio tower.

19 Mar  (Anna) The albatross with ring K-318 left its chick alone for the first time.

22 Mar  (Ruth) The storm. Door of the boat shed torn off at 23:40 and found in the lake the next
        morning. Two windows in the laboratory cracked. Nobody hurt. We slept in the library.

23 Mar  (Tom) The aerial on Signal Hill is bent about thirty degrees to the east. Radio still
        reaches Port Alder on the low band only.

25 Mar  (Sam) Helen's birthday cake is finished. So is the chocolate, until November.

27 Mar  (Chen) Coldest morning of the month so far, minus 9.8. The puddle by the flagpole bore
        Ruth's weight.

30 Mar  (Wei Lan) Saw four orcas in the channel, a bull and three cows, heading north along the
        kelp. They passed within sixty metres of the jetty.
"""

SEABIRDS = """\
# Seabird notebook, season 2024/25

Anna Price. Pencil copy in the green box; this is the typed one.

## Rockhopper penguins

Counted from the fixed points on the ridge, three counts each, the median is kept.

### North colony
Counted on 18 November 2024. **412 nests** (three counts: 409, 412, 415). Last season it was 437.
The loss is at the seaward edge, where the bank slid in August.

### West colony
Counted on 20 November 2024. 168 nests, against 171 the season before: no change that I believe.

### Cairn colony
Counted on 21 November 2024. 95 nests. It had 88 last time, so it is the only colony that grew.

## Wandering albatross

Eleven pairs bred on the plateau. The oldest bird we know is **K-318**, a female that Joan Whitby
ringed as a breeding adult in 2009. She came back on 31 January 2025 and took her old mate,
K-402, after he had waited for nine days.

The chick weighed 6.1 kg on 12 March. It was the heaviest of the eleven; the lightest, on nest 4,
had only 3.8 kg and I do not expect it to fledge.

## Giant petrels

Nineteen nests on Gull Point, all in the grass above the wreck of the *Adeline*. One adult carries
a satellite tag, number 60377, put on in December. By the end of February the bird had flown
14,300 km and had been twice to the ice edge.

## Things that went wrong

- The camera at the Cairn colony took 11,000 pictures of one blade of grass. I have cut it.
- I lost my second-best binoculars down the crack near fixed point 3. Reward: one bar of
  chocolate, if there is any left.
- Do not use the red paint for marking stones. It comes off in salt spray; the blue one holds.
"""

DIARY_ZH = """\
拉金岛科考站 气象值班日志 2025年4月
值班员：陈志远

4月2日 晴，西风。上午十点放探空气球，最高到达28.4公里后信号消失。下午给百叶箱刷了一遍白漆。

4月5日 阴。和魏岚一起去镜湖取水样，来回走了三个小时。湖面已经结了一层薄冰，用冰镐敲开才放得下采样瓶。

4月9日 大风，夜里风速仪结冰停转。凌晨两点爬上十二米高的测风塔，用热水袋焐了四十分钟才恢复。以后要给风杯换成带加热的型号。

4月12日 今天是我三十五岁生日。多伊尔做了白菜猪肉馅的饺子，一共包了一百六十个，一个也没剩下。鲁思送给我一双她自己织的羊毛袜。

4月16日 小雪。一只小海豹钻进了机库，睡在叉车后面。贝克尔用一块旧门板慢慢把它请了出去，它还回头看了我们三次。

4月21日 上午9点15分全站停电38分钟。原因是二号发电机的燃油滤清器堵塞，换了新的滤芯以后恢复正常。服务器靠备用电池撑过去了，观测数据没有中断。

4月24日 气压降到957百帕，是本月最低值。晚饭以后大家在图书室下象棋，魏岚连赢我四盘。

4月26日 夜里十一点半看到极光，绿色里带一点红，持续了大约二十分钟。普赖斯用三脚架拍了照片，说要寄给她的妈妈。

4月29日 本月共放探空气球十二个，其中两个因为阀门漏气提前爆裂。剩余气球四十三个，氦气还有九瓶，够用到十一月补给船来。
"""  # noqa: E501

SAFETY_ZH = """\
# 拉金岛站野外安全守则（2025年修订）

本守则由站长鲁思·考尔德批准，自2025年3月1日起执行，旧版同时作废。

## 一、外出

1. 离站超过一公里必须至少两人同行，去北部企鹅聚居地必须三人。
2. 出发前在门厅白板上写明路线、人数和预计返回时间。
3. 外出期间每两小时用对讲机报告一次位置，使用第6频道。
4. 超过预计返回时间四十五分钟仍未联系上，值班员立即报告站长并准备搜救。

## 二、天气限制

- 平均风速超过每秒18米，停止一切室外作业。
- 能见度低于100米，不得离开站区。
- 体感温度低于零下25度，每次户外工作不得超过三十分钟。

## 三、冰面与水边

湖冰厚度不足12厘米不得上冰。上冰前用冰钻在三个不同的位置测量。
在码头工作必须穿救生衣，并有另一人在岸上看护。

## 四、急救

站内共有五个急救箱：厨房、实验室、机库、码头小屋和信号山避难小屋各一个。
除颤器放在医务室门外的红色柜子里，每月1日由马什医生检查电量。

## 五、动物

与海豹保持15米以上的距离，与筑巢的信天翁保持25米以上。
不得喂食任何动物，厨房垃圾必须当天装袋封口。
"""

NOTES = {
    "notes/pump-p2-failure.md": PUMP,
    "notes/station-diary-2025-03.txt": DIARY,
    "notes/seabird-notebook.md": SEABIRDS,
    "notes/气象值班日志-2025年4月.txt": DIARY_ZH,
    "notes/野外安全守则.md": SAFETY_ZH,
}


def make(files: Path) -> list[Made]:
    made = []
    for path, text in NOTES.items():
        (files / path).write_text(text, encoding="utf-8", newline="\n")
        made.append(Made(path, TextFinder(text)))
    return made
