"""Plain text: titles, sections, labels, bylines, lists and tables are recognised by how a text of their kind is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.documents import read_document
from qa.documents.text import parse_text

NAMES = {
    "heading": "H", "label": "label", "paragraph": "p", "byline": "by", "list_item": "li", "table": "row", "caption": "cap",
}  # fmt: skip


def outline(text: str) -> list[tuple[str, str]]:
    """Kind (headings with their level) and first eight characters of each block."""
    document = parse_text(text, document_id="d", name="d.txt")
    return [
        (NAMES[block.kind] + (str(block.level) if block.level else ""), document.text[block.start : block.end][:8])
        for block in document.blocks
    ]


def test_the_first_seed(seeds: Path) -> None:
    document = read_document(next(seeds.glob("000_*.txt")), document_id="d", name="seed.txt")
    texts = {block.number: document.text[block.start : block.end] for block in document.blocks}
    # fmt: off
    assert [(block.number, block.level, texts[block.number]) for block in document.blocks if block.kind == "heading"] == [
        ( 1, 1, "第八届中国西部国际投资贸易洽谈会开幕"),
        ( 2, 2, "袁家军致辞并宣布开幕 王炯程丽华出席 魏磊 任京东 金大淳 阮生日新致辞"),
        (17, 1, "西洽会搭台 全球巨头扎堆“渝”见"),
        (20, 2, "家底够厚 重庆凭硬实力圈粉全球企业"),
        (23, 2, "精准对接 生命健康+绿色转型成合作热词"),
        (28, 2, "硕果累累 全球巨头集体加码重庆市场"),
        (35, 1, "渝越合作步入快车道"),
        (39, 1, "渝港深化AI+产业协同"),
        (43, 1, "国防教育展台观众体验激光打靶"),
        (46, 1, "“AI+制造”供需对接专场举行"),
        (50, 1, "渝川黔滇藏五地质检联动"),
        (54, 1, "昌都推介会签约34.96亿元"),
    ]
    # fmt: on
    assert [number for number in texts if document.blocks[number - 1].kind == "label"] == [34]
    bylines = [number for number in texts if document.blocks[number - 1].kind == "byline"]
    assert bylines == [16, 33, 38, 42, 45, 49, 53, 57]
    assert "数智变革牵引力,奋力" in texts[6]
    assert "引领着半导体" in texts[9]
    assert "英国驻华大使魏磊和英国企业家代表" in texts[13]
    assert "亮出发展蓝图,能多洁" in texts[27]
    assert texts[19] == "重庆展馆,工作人员正在调试通用具身智能机器人。"
    assert len(texts) == 57


def test_a_newspaper_page_with_bylines_at_the_head() -> None:
    # fmt: off
    assert outline("""
2026年6月3日 星期三
03版 要闻

引江补汉工程全线贯通
日均输水量可达三百万立方米
本报记者 张三

6月2日，记者从水利部门获悉，经过四年建设，引江补汉工程主隧洞全线贯通。工程全长194.8公里，总投资582亿元。

“这是一项世纪工程。”项目负责人李建国说，隧洞穿越多条断裂带，施工难度极大，建设者们先后攻克了岩爆、突涌水等一系列难

题，最终比计划提前三个月完成任务。

破解技术难题

建设期间，团队研发了三项核心技术，获得专利27件。

惠及沿线百姓

工程建成后，沿线1200万人将喝上放心水。（完）

全省高考6月7日开考
新华社武汉6月2日电（记者 李四）记者从省教育考试院获悉，今年全省共有48.6万名考生报名参加高考，设考点298个。

考试期间，各考点将设置送考专用通道。
责任编辑：王五

快讯

武汉地铁12号线开通
记者 王五 通讯员 赵六 文/图

昨日上午9时，武汉地铁12号线开通运营，全长59.9公里。

来源：湖北日报
""") == [
        ("by",    "2026年6月3"), ("label", "03版 要闻"),
        ("H1",    "引江补汉工程全线"), ("H2", "日均输水量可达三"), ("by", "本报记者 张三"),
        ("p",     "6月2日，记者从"), ("p", "“这是一项世纪工"),
        ("H2",    "破解技术难题"), ("p", "建设期间，团队研"),
        ("H2",    "惠及沿线百姓"), ("p", "工程建成后，沿线"),
        ("H1",    "全省高考6月7日"), ("p", "新华社武汉6月2"), ("p", "考试期间，各考点"), ("by", "责任编辑：王五"),
        ("label", "快讯"),
        ("H1",    "武汉地铁12号线"), ("by", "记者 王五 通讯"), ("p", "昨日上午9时，武"), ("by", "来源：湖北日报"),
    ]
    # fmt: on


def test_a_newspaper_page_with_bylines_at_the_foot_and_spaced_sub_headings() -> None:
    # fmt: off
    assert outline("""
赛里木湖畔花正开　草原旅游进入旺季

　　初夏时节，赛里木湖畔野花盛开，游客纷至沓来。截至5月底，景区接待游客42万人次，同比增长18%。

　　牧家乐升级　住得更舒心

　　牧民叶尔兰今年把毡房扩建到12顶，还装上了热水器和无线网络。他说，旺季一天能收入三千元。

　　交通便利　一票游全州

　　州里新开通旅游专线6条，游客持一张票可以游遍五个景区。

本报特约记者 王红

（作者系博州日报社记者）

口岸通关再提速

　　记者从海关获悉，今年前五个月口岸进出口货运量达到980万吨，创历史新高。

（李明 摄）
""") == [
        ("H1", "赛里木湖畔花正开"), ("p", "初夏时节，赛里木"),
        ("H2", "牧家乐升级　住得"), ("p", "牧民叶尔兰今年把"),
        ("H2", "交通便利　一票游"), ("p", "州里新开通旅游专"),
        ("by", "本报特约记者 王"), ("by", "（作者系博州日报"),
        ("H1", "口岸通关再提速"), ("p", "记者从海关获悉，"), ("by", "（李明 摄）"),
    ]
    # fmt: on


def test_a_government_notice() -> None:
    # fmt: off
    assert outline("""
关于做好2026年防汛工作的通知

各区县人民政府，市政府各部门：

为切实做好今年防汛工作，保障人民群众生命财产安全，现就有关事项通知如下。

一、总体要求

坚持人民至上、生命至上，立足防大汛、抢大险、救大灾，全面落实防汛责任。

二、重点任务

（一）加强监测预警

1. 完善雨情水情监测站网，汛前完成全部设备检修。
2. 健全预警信息发布机制，做到10分钟内发布到户。

（二）强化隐患排查。各区县要在5月31日前完成水库、堤防、涵闸的隐患排查，建立台账，逐项销号。

三、保障措施，落实到人

（一）落实经费。市财政安排防汛专项资金3.2亿元。

附件：1. 防汛责任人名单
      2. 隐患排查表

某某市人民政府办公厅
2026年4月18日
""") == [
        ("H1", "关于做好2026"), ("p", "各区县人民政府，"), ("p", "为切实做好今年防"),
        ("H2", "一、总体要求"), ("p", "坚持人民至上、生"),
        ("H2", "二、重点任务"), ("H3", "（一）加强监测预"), ("li", "1. 完善雨情水"), ("li", "2. 健全预警信"),
        ("p",  "（二）强化隐患排"),
        ("H2", "三、保障措施，落"), ("p", "（一）落实经费。"),
        ("p",  "附件：1. 防汛"), ("li", "2. 隐患排查表"), ("p", "某某市人民政府办"), ("by", "2026年4月1"),
    ]
    # fmt: on


def test_a_contract() -> None:
    # fmt: off
    assert outline("""
房屋租赁合同

甲方（出租方）：王小明
乙方（承租方）：李小红

根据《中华人民共和国民法典》，甲乙双方就房屋租赁事宜达成如下协议：

第一条 租赁房屋
甲方将位于渝中区解放碑步行街18号的房屋出租给乙方使用，建筑面积86平方米。

第二条 租金为每月人民币3500元，乙方应于每月5日前支付。

第三条 违约责任
（1）乙方逾期支付租金超过15日的，甲方有权解除合同。
（2）甲方提前收回房屋的，应向乙方支付两个月租金作为违约金。

甲方（签字）：
乙方（签字）：
""") == [
        ("H1", "房屋租赁合同"), ("p", "甲方（出租方）："), ("p", "乙方（承租方）："), ("p", "根据《中华人民共"),
        ("H2", "第一条 租赁房屋"), ("p", "甲方将位于渝中区"),
        ("p",  "第二条 租金为每"),
        ("H2", "第三条 违约责任"), ("li", "（1）乙方逾期支"), ("li", "（2）甲方提前收"),
        ("p",  "甲方（签字）："), ("p", "乙方（签字）："),
    ]
    # fmt: on


def test_minutes_of_a_meeting() -> None:
    # fmt: off
    assert outline("""
项目周例会纪要

时间：2026年5月18日 14:00
地点：三楼会议室
参会人员：孙浩、周婷、吴磊

会议议题：
1. 上周进展
2. 下周计划

一、上周进展
孙浩汇报，登录模块已完成联调，修复缺陷12个
周婷汇报，支付接口仍在等待银行回复，预计周四有结果

二、下周计划
1、完成压力测试，目标每秒2000次请求；
2、整理用户手册。
""") == [
        ("H1", "项目周例会纪要"), ("p", "时间：2026年"), ("p", "地点：三楼会议室"), ("p", "参会人员：孙浩、"),
        ("p",  "会议议题："), ("li", "1. 上周进展"), ("li", "2. 下周计划"),
        ("H2", "一、上周进展"), ("p", "孙浩汇报，登录模"), ("p", "周婷汇报，支付接"),
        ("H2", "二、下周计划"), ("li", "1、完成压力测试"), ("li", "2、整理用户手册"),
    ]
    # fmt: on


def test_a_standard_with_decimal_numbers_and_a_table() -> None:
    # fmt: off
    assert outline("""
第一章 总则

1.1 适用范围
本规范适用于本市行政区域内新建、改建、扩建的民用建筑。

1.2 术语
1.2.1 绿色建筑
在全寿命期内节约资源、保护环境的高质量建筑。

第二章 设计要求

2.1 一般规定
建筑设计应当符合下列要求：
（1）窗墙面积比不大于0.45；
（2）外墙传热系数不大于0.6。

表1 气候分区
城市	分区	采暖天数
重庆	夏热冬冷	0
成都	夏热冬冷	12
""") == [
        ("H2", "第一章 总则"), ("H3", "1.1 适用范围"), ("p", "本规范适用于本市"),
        ("H3", "1.2 术语"), ("H4", "1.2.1 绿色"), ("p", "在全寿命期内节约"),
        ("H2", "第二章 设计要求"), ("H3", "2.1 一般规定"), ("p", "建筑设计应当符合"),
        ("li", "（1）窗墙面积比"), ("li", "（2）外墙传热系"),
        ("cap", "表1 气候分区"), ("row", "城市\t分区\t采暖"), ("row", "重庆\t夏热冬冷\t"), ("row", "成都\t夏热冬冷\t"),
    ]
    # fmt: on


def test_an_english_book() -> None:
    # fmt: off
    assert outline("""
A Short History of the Bridge
By Jane Doe

Chapter 1
The First Plans

In 1889 the city council asked three engineers for a plan. Only one of them answered.

Chapter 2: Building Begins

Work began in May 1892. The first stone was laid by the mayor.
The cost was put at £34,960.
""") == [
        ("H1", "A Short "), ("by", "By Jane "),
        ("H2", "Chapter "), ("H3", "The Firs"), ("p", "In 1889 "),
        ("H2", "Chapter "), ("p", "Work beg"), ("p", "The cost"),
    ]
    # fmt: on


def test_questions_as_headings_boxed_headings_and_underlines() -> None:
    # fmt: off
    assert outline("""
医保常见问题

什么是医保电子凭证？
医保电子凭证是全国医保信息平台统一签发的电子介质，可以在全国通用。

报销比例是多少？
三级医院住院报销比例为85%，二级医院为90%，一级及以下医院为95%。
""") == [
        ("H1", "医保常见问题"), ("H2", "什么是医保电子凭"), ("p", "医保电子凭证是全"), ("H2", "报销比例是多少？"),
        ("p",  "三级医院住院报销"),
    ]
    assert outline("【产品特点】\n● 电池容量5000毫安时\n● 重量189克\n\n【售后服务】\n整机保修一年，七天无理由退货。") == [
        ("H1", "【产品特点】"), ("li", "● 电池容量50"), ("li", "● 重量189克"),
        ("H2", "【售后服务】"), ("p", "整机保修一年，七"),
    ]
    assert outline("Title\n=====\n\nSome words here.\n\nPart of it\n----------\nMore words.") == [
        ("H1", "Title\n=="), ("p", "Some wor"), ("H2", "Part of "), ("p", "More wor"),
    ]
    # fmt: on


def test_entries_of_a_glossary_are_titles_each() -> None:
    text = "\n\n".join(
        f"{word}\n{word}是一种运动，在世界各地都很流行，也是奥运会的比赛项目。" for word in ("网球", "羽毛球", "排球")
    )
    assert [kind for kind, _ in outline(text)] == ["H1", "p"] * 3


def test_a_page_number_inside_an_article_opens_no_other() -> None:
    # fmt: off
    assert outline("""
长江大保护十年成效显著

十年来，长江流域水质持续改善，干流连续四年全线达到Ⅱ类标准。

- 1 -

协同立法见实效

沿江省市协同立法，形成了上下游联动的治理格局。
""") == [
        ("H1", "长江大保护十年成"), ("p", "十年来，长江流域"), ("label", "- 1 -"), ("H2", "协同立法见实效"), ("p", "沿江省市协同立法"),
    ]
    # fmt: on


def test_a_diary() -> None:
    text = "2026年5月1日\n今天去了磁器口，人很多。\n\n2026年5月2日\n下雨，在家看书。"
    assert [kind for kind, _ in outline(text)] == ["H2", "p", "H2", "p"]


# fmt: off
@pytest.mark.parametrize("text", [
    "2023-07-14 18:36，正文：海南省委组织部7月14日发布公示称，关继荣拟任省直单位正厅级领导干部。",
    "买牛奶和鸡蛋\n给妈妈打电话\n周五下午三点去牙医那里，地址是中山二路12号\n车险6月30日到期",
    "张伟：周末去爬山吗\n李娜：好啊，几点\n张伟：早上七点，在缙云山北门集合",
    "问：什么时候开学？\n答：9月1日开学，8月31日报到。\n\n问：住宿费多少？\n答：每学年1200元。",
    "轻轻的我走了\n正如我轻轻的来\n我轻轻的招手\n作别西天的云彩",
    "重庆",
])
# fmt: on
def test_texts_without_headings(text: str) -> None:
    assert {kind for kind, _ in outline(text)} == {"p"}
    assert parse_text(text, document_id="d", name="会议/记录.txt").title == "记录"
