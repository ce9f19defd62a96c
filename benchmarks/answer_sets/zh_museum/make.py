"""Write the files of the practice folder about an invented Chinese county museum."""

from __future__ import annotations

import io
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

REPAIR = """修复记录　2025年
修复室：屠文远　　助手：小柯

【一】双耳铜鼎　馆藏号 T0037
送修日期：2025年2月11日，送修人保管部梁静宜。
送来时一只耳朵断开，三条腿里有一条开裂，鼎底有一块拇指大的粉状锈。
称重12.6公斤，比登记的数字略重，可能是当年没有去土。
2月13日拍照，前后左右和鼎底一共拍了28张。
2月14日用软毛刷和蒸馏水清洗，洗出内壁一行铭文，七个字，以前没有人看到过。
铭文由沈馆长认出，是"伯川作父丁宝彝"。
2月18日至24日除锈，用的是5%的倍半碳酸钠溶液，每两天换一次水。
粉状锈取样送省文物中心化验，化验费850元，结果是有害锈。
2月27日开始粘接断耳，用环氧树脂，固定了48小时。
开裂的那条腿没有粘，只在里侧加了一块铜片托住。
3月6日做封护，刷了两遍缓蚀剂。
3月10日交还库房，要求存放处湿度不超过40%。
前后用了二十七天。

【二】剔红漆盒　馆藏号 Q0112
送修日期：2025年3月17日，盒盖翘起，漆皮有六处剥落。
翘起的原因是去年夏天库房除湿机坏了，湿度一度到过78%。
屠文远认为不能加热压平，只能慢慢回潮。
3月19日放进回潮箱，箱内湿度从55%开始，每天加2%。
4月2日盖子平了，用了十四天。
剥落的漆皮用鱼鳔胶贴回去，最小的一片只有米粒大。
有两处漆皮找不到了，用同色漆灰补上，并在照片上做了标记。
盒底发现一个朱砂写的"陆"字，猜是物主的姓。
4月21日完工，交还时由梁静宜和保卫科韩铁成两人签收。

【三】山水绢画　馆藏号 H0064
送修日期：2025年5月8日，画心有虫洞17个，天头有水渍。
这幅画纵128厘米，横62厘米，绢本设色。
水渍是1998年库房屋顶漏雨留下的。
先用温水淋洗三遍，水温不超过45度，洗下来的水发黄。
揭裱花了九天，是全部工序里最难的一步。
补绢用的是从苏州买的旧绢，每尺180元，一共用了三尺。
全色由屠文远一个人做，小柯只调胶。
画上墙绷平四十天，7月2日下墙。
装裱用浅灰色绫边，轴头是旧的，没有换。
7月9日交还，今后每展出三个月要休息一年。
"""

HANDBOOK = """# 志愿者手册

槐川县博物馆志愿者工作组，2025年3月第三版。组长赵小禾，电话 5580-2216。

## 报名和培训

年满十六岁就可以报名，没有上限，七十岁以上的要交体检单。
每年三月和九月各招一次，九月这一次只招讲解员。
新人要上满24个课时，其中8个课时是跟班实习。
培训结束有一次试讲，讲十分钟，由三位老师打分。
试讲平均分75分以上就能上岗，没过的可以在一个月后再讲一次。

## 岗位

讲解岗每场45分钟，一天最多讲三场。
问询岗在大厅，要会指路、会借轮椅和婴儿车。
看护岗站在展厅里，两小时换一次班。
整理岗在资料室帮忙扫描老照片，每次不少于三小时。

## 纪律

上岗提前二十分钟到，在一楼值班室签到。
有事不能来，要在前一天下午四点以前告诉组长。
一年里无故缺勤三次的，取消志愿者资格。
讲解时不评论文物的市场价格，也不替观众鉴定东西。
蓝色马甲用完放回柜子，弄丢了赔60元。

## 待遇

每次服务补贴交通费20元，中午在食堂吃饭只收5元。
服务满100小时，送一张全年通票，可以带两个人进馆。
服务满300小时的，评为年度优秀志愿者，馆里组织外出参观一次。
服务期间馆里替志愿者买意外险，保额二十万元。

## 遇到事情怎么办

小孩走失，先带到一楼服务台，用对讲机3频道叫保卫科。
观众晕倒，急救箱在服务台柜子里，除颤器挂在二楼楼梯口。
有人摸文物，先客气地劝一次，再摸就叫韩铁成。
展柜报警响了不要自己关，站在原地等保卫科来。
发现漏水，立刻拍照并打给值班馆领导。
"""

TICKETS = [
    ["票种", "价格（元）", "谁可以买", "有效期"],
    ["成人票", "25", "所有人", "当天"],
    ["学生票", "12", "凭学生证", "当天"],
    ["家庭票", "48", "两大一小", "当天"],
    ["特展联票", "55", "所有人", "三天"],
    ["年票", "160", "本县居民", "一年"],
]
GUIDE = """<!DOCTYPE html>
<html lang="zh">
<head><meta charset="utf-8"><title>参观指南</title></head>
<body>
<h1>槐川县博物馆参观指南</h1>
<p>本馆1958年设在城隍庙里，2009年搬到现在的河西新馆，建筑面积7200平方米。</p>
<p>馆里有藏品11640件，常年展出的大约900件，分布在五个展厅。</p>
<h2>门票</h2>
<table>
{rows}
</table>
<p>六十五岁以上老人、军人和一米三以下的儿童免票，每月第二个星期三全天免票。</p>
<p>团体二十人以上要提前三天预约，打电话5580-2200。</p>
<h2>讲解</h2>
<p>免费讲解每天两场，上午十点和下午两点半，在大厅铜鼎雕塑旁集合。</p>
<p>人工专场讲解每场120元，英语讲解每场200元，要提前一天预约。</p>
<p>语音导览机租一次15元，押金100元，有中文、英文和日文。</p>
<h2>设施</h2>
<p>存包柜在大门左边，免费，大件行李放不下的交给服务台。</p>
<p>茶室在三楼，卖茶水和简餐，下午四点半停止点单。</p>
<p>母婴室在一楼东侧，轮椅有六辆，婴儿车有四辆，押身份证借用。</p>
<h2>怎么来</h2>
<p>坐2路或11路公交车到"河西桥"站，下车往北走三百米。</p>
<p>地下停车场有85个车位，参观满一小时免两小时停车费。</p>
<h2>纪念品</h2>
<p>卖得最好的是铜鼎冰箱贴，每个18元，去年卖了4300个。</p>
</body>
</html>
"""

OBJECTS = [
    "馆藏号,名称,年代,质地,尺寸(厘米),重量(公斤),来源,入藏日期,等级,存放位置",
    "T0037,双耳铜鼎,西周,青铜,高34.2,12.4,柳家坡出土,1973-05-20,一级,一号展厅",
    "T0041,蟠螭纹铜镜,战国,青铜,直径16.8,0.62,柳家坡出土,1973-05-22,二级,一号展厅",
    "T0058,铜编钟(八件),春秋,青铜,最高41.0,86.5,水库工地出土,1979-11-03,一级,一号展厅",
    "C0206,青花缠枝莲罐,明,瓷,高31.5,4.8,杜怀仁捐赠,1986-09-12,二级,三号展厅",
    "C0213,白釉执壶,宋,瓷,高22.3,1.1,石门湾窑址出土,1991-04-17,三级,三号展厅",
    "C0219,黑釉兔毫盏,宋,瓷,口径12.1,0.34,石门湾窑址出土,1991-04-18,三级,三号展厅",
    "C0240,绿釉陶仓,汉,陶,高46.0,9.7,砖厂出土,1984-06-30,二级,二号展厅",
    "C0251,彩绘骑马俑,北朝,陶,高28.6,3.9,公路工地出土,2003-08-25,二级,二号展厅",
    "Y0018,白玉带钩,清,玉,长9.4,0.08,杜怀仁捐赠,1986-09-12,三级,四号展厅",
    "Y0022,青玉笔洗,清,玉,口径13.5,0.47,文物商店购入,1995-12-01,未定级,库房A区",
    "Q0112,剔红漆盒,明,漆木,直径21.0,0.73,海关移交,1988-02-09,二级,库房B区",
    "H0064,山水绢画,清,绢,纵128横62,,周氏后人捐赠,1962-10-01,三级,库房C区",
    "H0071,槐川县城图,清,纸,纵96横180,,县档案馆移交,2011-03-14,三级,五号展厅",
    "M0009,木雕花轿,民国,木,高205,138,乡镇征集,1999-07-08,未定级,五号展厅",
]

ROSTER = [
    ["日期", "星期", "讲解岗", "问询岗", "看护岗", "领班"],
    ["5月1日", "四", "田雨桐", "老秦", "江浩然", "赵小禾"],
    ["5月2日", "五", "白若兰", "葛阿姨", "江浩然", "赵小禾"],
    ["5月3日", "六", "田雨桐", "葛阿姨", "毕建业", "宋晓波"],
    ["5月4日", "日", "康志强", "老秦", "毕建业", "宋晓波"],
    ["5月6日", "二", "白若兰", "邱敏", "江浩然", "赵小禾"],
    ["5月7日", "三", "康志强", "邱敏", "翟玉梅", "赵小禾"],
    ["5月8日", "四", "田雨桐", "老秦", "翟玉梅", "宋晓波"],
    ["5月9日", "五", "白若兰", "葛阿姨", "毕建业", "宋晓波"],
]
VISITORS = [
    ["日期", "总人数", "学生", "外地观众", "讲解场次", "语音导览租出(台)"],
    ["5月1日", 2310, 640, 1180, 9, 142],
    ["5月2日", 2785, 702, 1433, 10, 167],
    ["5月3日", 3120, 815, 1527, 11, 188],
    ["5月4日", 1964, 590, 702, 8, 120],
    ["5月6日", 486, 233, 61, 3, 22],
    ["5月7日", 522, 308, 55, 4, 19],
    ["5月8日", 471, 216, 73, 3, 25],
    ["5月9日", 638, 341, 96, 4, 31],
]

HALLS = """# 展厅环境设定，2025年4月1日由设备科鲁大鹏更新
报警电话: 5580-2231
记录间隔: 10分钟
展厅:
  一号展厅:
    主题: 青铜
    温度: 20℃
    湿度: 40%
    照度上限: 300勒克斯
    摄像头: 14个
  二号展厅:
    主题: 陶俑
    温度: 21℃
    湿度: 50%
    照度上限: 250勒克斯
    摄像头: 11个
  三号展厅:
    主题: 瓷器
    温度: 22℃
    湿度: 52%
    照度上限: 280勒克斯
    摄像头: 12个
  四号展厅:
    主题: 玉器
    温度: 22.5℃
    湿度: 55%
    照度上限: 200勒克斯
    摄像头: 8个
  五号展厅:
    主题: 书画与民俗
    温度: 18℃
    湿度: 58%
    照度上限: 50勒克斯
    摄像头: 16个
库房:
  A区: {温度: 19℃, 除湿机: 两台, 负责人: 梁静宜}
  B区: {温度: 17℃, 除湿机: 三台, 负责人: 费连城}
  C区: {温度: 16℃, 除湿机: 一台, 负责人: 尚桂芳}
"""

QUARTERS = [
    ["季度", "观众（人次）", "门票收入（元）", "讲解（场）", "志愿服务（小时）"],
    ["第一季度", "38200", "412000", "310", "1460"],
    ["第二季度", "61500", "695000", "488", "2210"],
    ["第三季度", "74900", "803000", "561", "2875"],
    ["第四季度", "42700", "451000", "342", "1630"],
    ["全年", "217300", "2361000", "1701", "8175"],
]
BARS = [("2020", 6.1), ("2021", 9.8), ("2022", 8.4), ("2023", 18.6), ("2024", 21.7)]
REPORT = {
    "一、基本情况": [
        "2024年全馆在编人员23人，合同工17人，志愿者146人。馆长沈砚秋，副馆长陶礼安。",
        "全年开放308天，闭馆检修五天，因暴雨临时闭馆两天。",
    ],
    "二、观众": [
        "全年接待观众21.73万人次，比2023年多一成七。其中学生占三成四，外县观众占四成一。"
        "人数最多的一天是10月3日，共4152人。",
        "全年收到意见116条，说得最多的是停车难，其次是三楼茶室太贵。",
    ],
    "三、藏品": [
        "全年新入藏38件，其中捐赠29件，购买9件。购买藏品花去46.5万元。"
        "最重要的一件是宋代的《柳家坡墓志》，由村民尤德福交来，馆里奖励他8000元。",
        "全年完成修复21件，其中铜器8件、瓷器6件、书画5件、漆木器2件。",
    ],
    "四、教育": [
        "流动展览车下乡27次，走了14个乡镇。暑假办了六期小小讲解员班，每期30人，学费全免。",
        "拓片课最受欢迎，全年上了52次，老师是退休教师莫如松。",
    ],
    "五、安全": [
        "全年没有发生失窃和火灾。7月9日库房B区除湿机故障，湿度超标三天，处理人是鲁大鹏。"
        "更换烟感探头64个，花费3.2万元。",
    ],
}

JOURNAL_LEFT = [
    ("h", "一、窑址在哪里"),
    (
        "p",
        "石门湾窑址在县城西北十八公里，靠着槐川河的一处河湾。1990年冬天，村民挖鱼塘时挖出大量碎瓷片，"
        "送到文化站，这才被人知道。",
    ),
    (
        "p",
        "第二年春天省考古队来发掘，领队是祁鹤年，前后挖了七十三天，揭开面积640平方米。",
    ),
    ("h", "二、窑是什么样的"),
    (
        "p",
        "一共清出三座龙窑。最长的一号窑残长41.5米，坡度十六度。二号窑保存最好，窑门和烟道都在，"
        "残长33米。三号窑只剩下窑床。",
    ),
    (
        "p",
        "窑壁用楔形砖砌成，烧结面厚八厘米，说明用了很多年。烧的是松柴，窑边有一层半米厚的灰。",
    ),
]
JOURNAL_RIGHT = [
    ("h", "三、烧了些什么"),
    (
        "p",
        "出土瓷器和残片两万三千多件，其中能复原的412件。白釉占六成，黑釉占三成，其余是青釉。"
        "碗和盏最多，执壶只有十九件。",
    ),
    (
        "p",
        "有一只碗底刻着'元祐三年'四个字，是断定年代的主要根据。元祐三年就是1088年。",
    ),
    ("h", "四、后来为什么停烧"),
    (
        "p",
        "祁鹤年认为，河流改道以后船进不来，瓷器运不出去，窑就停了。也有人认为是瓷土挖完了。"
        "两种说法都还没有定论。",
    ),
    ("h", "五、保护"),
    (
        "p",
        "窑址1996年列为省级文物保护单位，2018年盖了保护棚，花了270万元。现在由村里的文保员裘长根看守，"
        "每天巡查两遍。",
    ),
]

DONATION = [
    ("捐赠文物登记单", 46),
    ("编号：捐字第八六零一四号", 30),
    ("捐赠人：杜怀仁　　住址：东关街41号", 30),
    ("捐赠日期：一九八六年九月十二日", 30),
    ("", 12),
    ("一、青花缠枝莲罐一件　口沿有小磕", 30),
    ("二、白玉带钩一件　完整", 30),
    ("三、铜墨盒两件　一件缺盖", 30),
    ("四、旧书信三十七封　有虫蛀", 30),
    ("", 12),
    ("说明：青花罐是捐赠人祖父在景德镇买的，", 28),
    ("用银元四十五块。", 28),
    ("奖金：人民币三百元，捐赠人谢绝领取。", 28),
    ("要求：展出时写明'杜氏家藏'四字。", 28),
    ("", 12),
    ("经手人：卜克勤　　鉴定人：万松年", 30),
    ("见证人：东关街居委会主任　石玉珍", 30),
]

LOAN = [
    ("h1", "Loan agreement: the Hartwell mirrors"),
    (
        "p",
        "This agreement is made between the Hartwell Museum and the Huaichuan County Museum. "
        "It covers the loan of nine bronze mirrors for the spring exhibition of 2026.",
    ),
    ("h2", "Period"),
    (
        "p",
        "The loan begins on 2 March 2026 and ends on 14 June 2026. It may be prolonged once by "
        "six weeks if the borrower asks before 1 May.",
    ),
    ("h2", "Transport"),
    (
        "p",
        "The mirrors travel in two crates of 64 kg each. A courier of the Hartwell Museum, Peter "
        "Lang, goes with them and stays for four nights at the cost of the borrower.",
    ),
    ("p", "The crates must rest closed in the gallery for 24 hours before they are opened."),
    ("h2", "Climate and light"),
    (
        "p",
        "Relative humidity must stay between 35 and 42 per cent, and the light on the mirrors must "
        "not be brighter than 150 lux.",
    ),
    ("h2", "Insurance"),
    (
        "t",
        [
            ["Object", "Date", "Diameter", "Insured for"],
            ["Lion and grape mirror", "Tang", "19.6 cm", "85,000 pounds"],
            ["Mirror with four spirits", "Han", "14.2 cm", "62,000 pounds"],
            ["Mirror with coiled dragon", "Tang", "21.3 cm", "110,000 pounds"],
            ["Plain mirror with knob", "Warring States", "11.8 cm", "28,000 pounds"],
            ["Mirror with fish", "Jin", "17.5 cm", "33,000 pounds"],
        ],
    ),
    ("p", "The borrower pays the premium, which is 4,150 pounds for the whole period."),
    ("h2", "Photographs"),
    (
        "p",
        "Visitors may take photographs without flash. For the catalogue the borrower may print up "
        "to twelve pictures free of charge; each further picture costs 45 pounds.",
    ),
    (
        "p",
        "Signed by Margaret Ellis, keeper of metalwork, and by Shen Yanqiu, the museum director.",
    ),
]

MAIL = """From: Margaret Ellis <m.ellis@hartwell.example>
To: Liang Jingyi <liang.jingyi@huaichuan.example>
Cc: Peter Lang <p.lang@hartwell.example>
Date: Tue, 04 Nov 2025 15:32:00 +0000
Subject: Re: Mirrors for the spring show
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Dear Ms Liang,

thank you for the drawings of the cases. They look very good, but I have a few wishes.

The glass of the cases should be at least 11 mm thick, because the coiled dragon mirror is our
most valuable piece. The lock you propose is fine with us. Please send a photograph of the key
cupboard before 20 January.

The mirror with fish has a weak rim. Our conservator Joan Whitby has made a stand of clear acrylic
for it, and the stand must not be changed. She needed eleven hours for the work.

For the opening we suggest Saturday 7 March at three in the afternoon. I can give a talk of thirty
minutes with pictures. Peter will interpret, as he lived in Wuhan for six years.

Peter's flight lands on 27 February in the evening. He is a vegetarian and would be glad of a
quiet room.

One last thing: the humidity readings of your hall one that you sent for October were 46 per cent
on four days. Could your engineer look at that before the winter?

Yours sincerely,
Margaret Ellis
Keeper of metalwork, Hartwell Museum
"""

SHOW = [
    ("光照千年——铜镜特展", ["2026年春季特展策划案", "策展人：陶礼安", "讨论稿　2025年10月20日"]),
    (
        "展览概况",
        [
            "展期：2026年3月7日至6月7日",
            "地点：一楼临时展厅，面积380平方米",
            "展品42件，其中借展9件",
            "预计观众五万人次",
        ],
    ),
    (
        "四个单元",
        [
            "第一单元　铸镜：讲铜镜怎么做出来",
            "第二单元　照面：从战国到唐代的镜子",
            "第三单元　嫁妆：民间故事里的镜子",
            "第四单元　磨镜：请观众动手磨一面镜子",
        ],
    ),
    (
        "宣传和开幕",
        [
            "海报印800张，贴到12个乡镇",
            "开幕式请县剧团演《破镜重圆》",
            "短视频由高晴负责，每周发两条",
        ],
    ),
]
BUDGET = [
    ["项目", "金额（元）", "负责人", "完成时间"],
    ["展柜改造", "186000", "鲁大鹏", "1月31日"],
    ["运输保险", "95000", "梁静宜", "2月20日"],
    ["展陈设计", "120000", "陶礼安", "12月15日"],
    ["图录印刷", "64000", "高晴", "2月28日"],
    ["开幕活动", "23000", "赵小禾", "3月6日"],
]

NOTICE = [
    ("三号展厅告示", 62, "hei-bold"),
    ("因更换展柜灯具，本厅部分关闭", 38, "hei"),
    ("关闭时间　5月12日至5月23日", 40, "hei-bold"),
    ("青花缠枝莲罐移到大厅中央展出", 36, "hei"),
    ("拍照请关闪光灯，不用自拍杆", 36, "hei"),
    ("展柜玻璃请勿倚靠", 36, "hei"),
    ("背包请背在胸前", 36, "hei"),
    ("厅内同时参观不超过60人", 36, "hei"),
    ("六岁以下儿童须由大人牵手", 36, "hei"),
    ("咨询：服务台　5580-2209", 36, "hei"),
    ("槐川县博物馆　2025年5月8日", 32, "hei"),
]
TICKET = [
    ("槐川县博物馆", 46),
    ("成人票　￥30.00", 42),
    ("票号　0061873", 32),
    ("日期　2025年5月17日", 32),
    ("入馆时段　13:00—14:00", 32),
    ("座次　无", 32),
    ("含：常设展五个展厅", 32),
    ("不含：临时特展", 32),
    ("检票口　南门2号闸机", 32),
    ("副券撕下无效　当日不得重复入馆", 30),
    ("售票员　孔令芬", 30),
]
HOURS = [
    ("开放时间", "", ""),
    ("", "夏季 5—9月", "冬季 10—4月"),
    ("开馆", "8:30", "9:00"),
    ("停止入馆", "17:00", "16:00"),
    ("闭馆", "18:00", "17:00"),
    ("周五夜场", "到21:00", "不开"),
    ("资料室", "周二、周四", "周四"),
    ("茶室", "10:00起", "11:00起"),
]
NOTE = [
    "小柯：",
    "我周四去省里开会，周六回来。",
    "1. 回潮箱每天加一次水，不要超过刻度线。",
    "2. 兔毫盏的石膏补块还没干透，下周二再磨。",
    "3. 环氧树脂只剩半罐，请打电话订四罐。",
    "4. 显微镜借给县一中，周三下午来取，",
    "    让他们写借条。",
    "5. 酒精柜钥匙交给梁老师，不要带回家。",
    "6. 骑马俑的马尾巴找到了，在蓝色托盘里。",
    "屠文远　6月16日",
]

SLIDES = [
    ("馆藏精品", ["槐川县博物馆宣传片", "片长40秒"], (30, 30, 30), (226, 196, 140)),
    (
        "双耳铜鼎",
        ["1973年柳家坡出土", "发现人：农民卫老根", "挖土豆时挖到，深1.2米"],
        (20, 74, 66),
        (206, 232, 214),
    ),
    (
        "铜编钟",
        ["八件一套，现在还能演奏", "录音在每天十一点播放", "最小的一件重3.4公斤"],
        (92, 40, 20),
        (246, 214, 170),
    ),
    (
        "木雕花轿",
        ["由十二名木匠做了两年", "轿上雕人物86个", "1999年用拖拉机运来"],
        (130, 20, 36),
        (255, 240, 240),
    ),
    (
        "来馆参观",
        ["宣传片可在大厅循环观看", "请扫码关注公众号", "投稿信箱在二楼"],
        (24, 44, 110),
        (176, 206, 250),
    ),
]


def write(name: str, text: str) -> None:
    (FILES / name).write_text(text, encoding="utf-8", newline="\n")


def tables() -> None:
    write("藏品登记.csv", "\n".join(OBJECTS) + "\n")
    book = Workbook()
    for number, (name, rows) in enumerate([("志愿者排班", ROSTER), ("五月参观人数", VISITORS)]):
        page = book.active if number == 0 else book.create_sheet()
        page.title = name
        for row in rows:
            page.append(row)
        for cell in page[1]:
            cell.font = Font(bold=True)
        for column in "ABCDEF":
            page.column_dimensions[column].width = 15
    book.save(FILES / "五月排班与参观人数.xlsx")
    settle(FILES / "五月排班与参观人数.xlsx")


def page() -> None:
    rows = []
    for number, row in enumerate(TICKETS):
        tag = "th" if number == 0 else "td"
        rows.append("<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>")
    write("参观指南.html", GUIDE.format(rows="\n".join(rows)))


def chart() -> Canvas:
    card = Canvas.blank(1000, 540, (255, 255, 255))
    for number, (year, visitors) in enumerate(BARS):
        left, top = 90 + number * 180, 460 - visitors * 17
        card.draw.rectangle((left, top, left + 96, 460), fill=(158, 84, 52))
        card.text((left + 48, top - 26), f"{visitors}万", ("hei-bold", 34), anchor="mm")
        card.text((left + 48, 496), f"{year}年", ("hei", 34), anchor="mm")
    card.draw.line((50, 460, 960, 460), fill=(30, 30, 30), width=3)
    return card


def report() -> None:
    sheet = Sheet(FILES / "2024年工作报告.pdf", "2024年工作报告", "槐川县博物馆", "")
    sheet.paragraph("槐川县博物馆2024年工作报告", "hei-bold", 20, after=4)
    sheet.paragraph("办公室　2025年1月15日　执笔：高晴", "hei", 10.5, after=10)
    for heading, paragraphs in REPORT.items():
        if heading.startswith("四"):
            sheet.footer("槐川县博物馆", "hei")
            sheet.next_page()
        sheet.y += 6
        sheet.paragraph(heading, "hei-bold", 14, colour=BLUE, after=2)
        for paragraph in paragraphs:
            sheet.paragraph(paragraph, "hei", 11)
        if heading.startswith("二"):
            sheet.paragraph("表1　2024年各季度观众和收入", "hei-bold", 10.5, after=4)
            sheet.table(QUARTERS, [150, 250, 330, 440], "hei", "hei-bold", size=10.5)
            sheet.picture(chart().image, 100, 380)
            sheet.paragraph("图1　近五年观众人次", "hei", 10.5, x=230)
    sheet.footer("槐川县博物馆", "hei")
    sheet.save()


def journal() -> None:
    sheet = Sheet(FILES / "石门湾窑址.pdf", "石门湾窑址", "馆刊编辑部", "")
    sheet.paragraph("石门湾窑址三十年", "song", 22, after=2)
    sheet.paragraph("万松年　《槐川文博》2021年第2期", "hei", 11)
    top = sheet.y + 12
    for x, pieces in ((64, JOURNAL_LEFT), (312, JOURNAL_RIGHT)):
        sheet.y = top
        for kind, text in pieces:
            face, size = ("hei-bold", 13) if kind == "h" else ("song", 11)
            sheet.paragraph(text, face, size, x=x, width=220, leading=1.6, after=10)
    sheet.footer("槐川文博", "hei")
    sheet.save()


def donation() -> None:
    card = Canvas.blank(1000, 1414, (248, 244, 230))
    y = 100.0
    for text, size in DONATION:
        if size == 46:
            card.text((500, y + 20), text, ("song", 56), (120, 20, 20), "mm")
        elif text:
            card.text((110, y), text, ("song", size + 6))
        y += size * 2.35
    card.draw.ellipse((700, 1180, 890, 1370), outline=(190, 60, 60), width=5)
    image, _ = scan(card, -0.5, 23)
    sheet = Sheet(FILES / "1986年捐赠单-扫描.pdf", "扫描件", "")
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=62)
    packed.seek(0)
    sheet.pdf.drawImage(ImageReader(packed), 0, 0, 595.3, HEIGHT)
    sheet.save()


def loan() -> None:
    document = Document()
    for kind, content in LOAN:
        if kind == "t":
            table = document.add_table(rows=0, cols=4, style="Table Grid")
            for row in content:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        elif kind == "p":
            document.add_paragraph(content)
        else:
            document.add_heading(content, int(kind[1]))
    document.save(FILES / "loan_agreement.docx")
    settle(FILES / "loan_agreement.docx")


def show() -> None:
    deck = Presentation()
    for title, lines in SHOW:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "预算"
    grid = slide.shapes.add_table(6, 4, Inches(1), Inches(2), Inches(8), Inches(3)).table
    for down, row in enumerate(BUDGET):
        for across, text in enumerate(row):
            grid.cell(down, across).text = text
            grid.cell(down, across).text_frame.paragraphs[0].font.size = Pt(18)
    slide.notes_slide.notes_text_frame.text = (
        "县财政已经答应拨款三十五万元，不够的部分用门票收入补。"
    )
    deck.save(FILES / "铜镜特展策划.pptx")
    settle(FILES / "铜镜特展策划.pptx")


def notice() -> None:
    card = Canvas.blank(1000, 900, (112, 28, 32))
    card.draw.rectangle((22, 22, 978, 878), fill=(252, 246, 232))
    y = 58.0
    for text, size, face in NOTICE:
        card.text((500, y + size / 2), text, (face, size), anchor="mm")
        y += size + 36
    card.image.quantize(64).save(FILES / "三号展厅告示.png", optimize=True)


def ticket() -> None:
    card = Canvas.blank(760, 760, (238, 244, 236))
    card.draw.rectangle((16, 16, 744, 744), outline=(60, 100, 70), width=4)
    y = 44.0
    for number, (text, size) in enumerate(TICKET):
        face = ("hei-bold" if number < 2 else "hei", size)
        if number == 0:
            card.text((380, y + size / 2), text, face, anchor="mm")
        else:
            card.text((70, y), text, face)
        y += size + 30
    card.image.save(FILES / "成人票.jpg", quality=80)


def plan() -> None:
    card = Canvas.blank(1300, 980, (246, 246, 242))
    card.text((650, 54), "一楼二楼平面图", ("hei-bold", 48), anchor="mm")

    def room(box: tuple[int, ...], lines: list[str], colour: tuple[int, int, int]) -> None:
        card.draw.rectangle(box, fill=colour, outline=(70, 60, 50), width=4)
        middle = (box[0] + box[2]) / 2
        for number, text in enumerate(lines):
            face = ("hei-bold", 32) if number == 0 else ("hei", 29)
            card.text((middle, box[1] + 40 + 46 * number), text, face, anchor="mm")

    tan, green, blue = (240, 220, 188), (208, 226, 204), (206, 218, 236)
    room((50, 120, 390, 330), ["一号展厅", "青铜　420平米", "展品136件"], tan)
    room((430, 120, 770, 300), ["大厅", "层高9.5米", "服务台在东侧"], green)
    room((810, 120, 1250, 350), ["二号展厅", "陶俑　365平米", "展品208件"], tan)
    room((50, 370, 390, 520), ["存包处", "柜子120个"], blue)
    room((430, 340, 770, 520), ["临时展厅", "面积380平米", "出口在西墙"], green)
    room((810, 390, 1250, 520), ["报告厅", "座位180个"], blue)
    room((50, 580, 390, 780), ["三号展厅", "瓷器　510平米", "展品243件"], tan)
    room((430, 610, 770, 800), ["四号展厅", "玉器　190平米", "展品97件"], tan)
    room((810, 590, 1250, 770), ["五号展厅", "书画民俗　460平米", "展品215件"], tan)
    room((50, 820, 520, 940), ["电梯", "限载13人　1000公斤"], blue)
    room((560, 830, 1250, 950), ["修复室", "不对外开放　面积88平米"], blue)
    card.image.quantize(64).save(FILES / "平面图.png", optimize=True)


def hours() -> None:
    card = Canvas.blank(1000, 760, (28, 58, 52))
    for number, (name, summer, winter) in enumerate(HOURS):
        y = 70 + number * 86
        if not winter:
            card.text((500, y), name, ("hei-bold", 56), (250, 230, 170), "mm")
            continue
        for x, text in ((70, name), (350, summer), (680, winter)):
            card.text((x, y), text, ("hei-bold" if x == 70 else "hei", 38), (250, 250, 246), "lm")
        card.draw.line((60, y + 42, 940, y + 42), fill=(120, 150, 140), width=2)
    card.image.quantize(64).save(FILES / "开放时间牌.png", optimize=True)


def note() -> None:
    card = Canvas.blank(960, 800, (250, 250, 250))
    for y in range(92, 800, 70):
        card.draw.line((30, y + 24, 930, y + 24), fill=(206, 216, 230), width=2)
    for number, text in enumerate(NOTE):
        right = number == len(NOTE) - 1
        at = (900, 60 + number * 70) if right else (50, 60 + number * 70)
        card.text(at, text, ("song", 38), (30, 30, 60), "ra" if right else "la")
    card.image.save(FILES / "修复室便条.jpg", quality=78)


def film() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, lines, dark, pale) in enumerate(SLIDES):
            card = Canvas.blank(854, 480, pale)
            card.draw.rectangle((0, 0, 854, 104), fill=dark)
            card.text((427, 54), title, ("hei-bold", 52), (255, 255, 255), "mm")
            for line, text in enumerate(lines):
                card.text((90, 170 + line * 96), text, ("hei", 42), anchor="lm")
            card.image.save(Path(folder) / f"{number}.png")
        encode = "-c:v libx264 -crf 26 -pix_fmt yuv420p -r 5 -fflags +bitexact -flags:v +bitexact"
        command = ["ffmpeg", "-v", "error", "-y", "-framerate", "1/8", "-i", f"{folder}/%d.png"]
        subprocess.run([*command, *encode.split(), str(FILES / "馆藏精品.mp4")], check=True)


def main() -> None:
    FILES.mkdir(exist_ok=True)
    letters = "".join(sorted(set(Path(__file__).read_text(encoding="utf-8"))))
    for face in ("hei", "hei-bold", "song"):
        use_font(face, letters)
    write("修复记录.txt", REPAIR)
    write("志愿者手册.md", HANDBOOK)
    write("展厅环境.yaml", HALLS)
    write("mirrors_reply.eml", MAIL)
    for step in (tables, page, report, journal, donation, loan, show):
        step()
    for step in (notice, ticket, plan, hours, note, film):
        step()


if __name__ == "__main__":
    main()
