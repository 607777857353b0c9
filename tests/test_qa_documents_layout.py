"""Plain text: lines are joined into the paragraphs that were meant, and nothing but white space ever changes."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.documents.layout import repair
from qa.documents.text import parse_text
from qa.documents.words import straddles, unfinished


def blocks(text: str) -> list[str]:
    document = parse_text(text, document_id="d", name="d.txt")
    return [document.text[block.start : block.end] for block in document.blocks]


PIECES = st.sampled_from(
    [
        "重庆",
        "。",
        "，",
        "“",
        "”",
        "（",
        "）",
        "\n",
        "\n\n",
        "\r\n",
        "\u3000\u3000",
        " ",
        "\t",
        "\x0c",
        "\xa0",
        "一、",
        "1. ",
    ]
    + [
        "第一条",
        "记者 张三",
        "相关新闻",
        "- ",
        "# ",
        "====",
        "|",
        "abc",
        "The end.",
        "2026年5月1日",
        "：",
        "，力",
        "…",
        "🙂",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES).map("".join) | st.text())
@example("数智变革牵引\n\n力,奋力谱写新篇章。")
@example("well-\nknown words")
def test_only_white_space_changes(text: str) -> None:
    document = parse_text(text, document_id="d", name="d.txt")
    assert "".join(document.text.split()) == "".join(text.split())
    position = 0
    for number, block in enumerate(document.blocks, 1):
        assert block.number == number
        assert not document.text[position : block.start].strip()
        assert document.text[block.start : block.end] == document.text[block.start : block.end].strip() != ""
        position = block.end
    assert position == len(document.text)


BODY = "市人大常委会主任王炯出席会议并讲话。他说，近年来，全市上下深入推进各项改革，取得了明显成效。"


# fmt: off
@pytest.mark.parametrize(("above", "below", "joined"), [
    # a word straddles the break
    (f"{BODY}我们要全面增强数智变革牵引",   "力，奋力谱写新的篇章。",                 True),
    ("开幕式前，袁家军会见了英国驻华大",     "使魏磊和英国企业家代表。他说，合作前景广阔。", True),
    ("瞄准绿色升级：涪陵区亮出发展蓝",       "图，多家企业聚焦绿色制造、节能降碳。",      True),
    # a body paragraph stops without a closing mark
    (f"{BODY}他说，京畿道是核心地区，引领着", "半导体、人工智能等前沿产业发展。",          True),
    (f"{BODY}与会代表认为，这座城市",         "开放程度高，市场潜力大。",                 True),
    # marks that cannot end or open a paragraph; a quote that is still open
    ("会议审议通过了三项制度，",             "并对下一步工作作出安排部署。",             True),
    ("与会企业有索诺瓦、诺华、罗氏诊断",       "、默克等四十余家，涉及医药和器械。",        True),
    ("他说，我们要做“两个先行区",            "”的建设者，也要做改革的推动者。",          True),
    ("签约企业包括索诺瓦、罗氏诊断、沃芬",     "等四十余家世界五百强企业和行业领军企业。",   True),
    # English: a small letter goes on
    ("The committee met on Monday and agreed", "on three points that matter to us.",      True),
    # a number is cut
    ("记者5月2",                             "1日从市教委获悉，全市中小学将推行课间十五分钟。", True),
    ("这项工程的总投资约为582",               "亿元，计划工期为四年零六个月。",            True),
    # closed by a stop, a colon, a quote; with a remark, a note or an end sign after it
    (f"{BODY}（记者 张三）",                 "据悉，展会将持续到5月25日，市民可以预约参观。", False),
    (f"{BODY}[3]",                          "据悉，展会将持续到5月25日，市民可以预约参观。", False),
    (f"{BODY}■",                            "据悉，展会将持续到5月25日，市民可以预约参观。", False),
    (BODY,                                  "半导体产业发展迅速，产值突破千亿元。",       False),
    ("两轮精准对接更是干货满满：",            "聚焦生命健康，两区推介优势，企业建言献策。", False),
    ("他说：“我们都很期待。”",               "半导体产业发展迅速，产值突破千亿元。",       False),
    # headings, bylines, labels, numbers, captions
    ("第八届洽谈会隆重开幕",                 "5月21日上午，第八届洽谈会在重庆开幕。",     False),
    ("渝越合作步入快车道",                   "5月21日，西洽会迎来东盟合作“重头戏”。",    False),
    ("第八届洽谈会隆重开幕",                 "袁家军致辞并宣布开幕　王炯出席",           False),
    (f"{BODY}与会代表认为，这座城市",         "本报记者 张三",                          False),
    (f"{BODY}与会代表认为，这座城市",         "相关新闻",                               False),
    (f"{BODY}与会代表认为，这座城市",         "二、开放程度高，市场潜力大。",             False),
    (f"{BODY}与会代表认为，这座城市",         "▲开放程度高，市场潜力大。",               False),
    ("本报记者 张三",                        "半导体产业发展迅速，产值突破千亿元。",       False),
    # lists and notes without closing marks
    ("买牛奶和鸡蛋",                         "给妈妈打电话",                           False),
    ("Dear John,",                          "Thank you for your letter of 3 May.",    False),
])
# fmt: on
def test_what_is_one_paragraph(above: str, below: str, joined: bool) -> None:
    text = f"{BODY}\n\n{above}\n\n{below}\n\n{BODY}"
    space = " " if above[-1].isascii() and above[-1].isalpha() else ""
    assert any(above in block and below in block for block in blocks(text)) is joined
    assert any(above + space + below in block for block in blocks(text)) is joined


def test_joined_lines_have_a_space_between_latin_words_only() -> None:
    torn = f"{BODY}与会代表认为，这里的AI\n产业规模大，市场潜力大。"
    assert blocks(f"{torn}\n{BODY}\n{BODY}")[0] == torn.replace("\n", "")
    assert blocks("The committee met on Monday and it\nagreed to meet again on the well-\nknown hill.") == [
        "The committee met on Monday and it agreed to meet again on the well-known hill."
    ]


WRAPPED = """\
城市更新不是简单的拆旧建新，而是在保留城市记忆的基础
上，对老旧小区、老旧厂区、老旧街区进行功能完善和品质
提升。近三年来，全市累计改造老旧小区1200个，惠及居民
46万户，群众满意度达到九成以上。

在实施过程中，各区坚持问需于民、问计于民，改不改、改
什么、怎么改，都由居民说了算。以红旗河沟社区为例，改
造前电线如蛛网，雨天积水没过脚踝。
"""


def test_wrapped_chinese() -> None:
    first, second = WRAPPED.strip().split("\n\n")
    assert blocks(WRAPPED) == [first.replace("\n", ""), second.replace("\n", "")]
    assert blocks(WRAPPED.replace("\n", "\r\n")) == blocks(WRAPPED)


def test_wrapped_chinese_with_indents_instead_of_blank_lines() -> None:
    first = "市教委昨日印发通知，今年秋季学期起，全市义务教育学校全面推行课间十五分钟制度，保障学生每天体育活动时间不少于两小时。"
    second = "通知要求，各区县要因地制宜制定实施方案，合理调整作息时间，不得压缩课间活动时间，也不得拖堂。"
    for width in (16, 20, 24):
        lines = [
            paragraph[start : start + width]
            for paragraph in (f"　　{first}", f"　　{second}")
            for start in range(0, len(paragraph), width)
        ]
        assert blocks("\n".join(lines)) == [first, second]


def test_wrapped_chinese_in_a_narrow_column() -> None:
    text = """\
本报讯（记者陈静）昨日，记者从市
教委获悉，今年秋季学期起，全市义
务教育学校将全面推行课间十五分
钟制度，保障学生每天体育活动时间
不少于两小时。
市教委相关负责人介绍，各区县要因
地制宜制定实施方案，合理调整作息
时间，不得压缩课间，不得拖堂。
"""
    assert [block[:6] for block in blocks(text)] == ["本报讯（记者", "市教委相关负"]


def test_wrapped_english() -> None:
    text = """\
Hi Anna,

thanks for the figures you sent on Tuesday. I went through them with
the finance team and we have found two things that need a closer look
before the meeting on Friday.

First, the travel budget for March exceeds the plan by 12 percent.
Second, the project of Dr. Miller has not reported its hours since
the 3rd of February.

  * travel receipts for March
  * time sheets of the project

Best regards,
John
"""
    document = blocks(text)
    assert document[1:3] == [
        "thanks for the figures you sent on Tuesday. I went through them with the finance team and we have found two "
        "things that need a closer look before the meeting on Friday.",
        "First, the travel budget for March exceeds the plan by 12 percent. Second, the project of Dr. Miller has not "
        "reported its hours since the 3rd of February.",
    ]
    assert document[3:] == ["* travel receipts for March", "* time sheets of the project", "Best regards,", "John"]


def test_one_paragraph_a_line_stays_so() -> None:
    lines = [BODY, "会后，代表们参观了展馆。", "展览持续到5月25日，每天9时开馆，市民可以凭身份证免费参观，也可以在网上预约。", BODY]
    assert blocks("\n".join(lines)) == lines
    assert blocks("\r\n".join(f"　　{line}" for line in lines)) == lines


# fmt: off
@pytest.mark.parametrize("text", [
    "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
    "轻轻的我走了\n正如我轻轻的来\n我轻轻的招手\n作别西天的云彩",
    "张伟：周末去爬山吗\n李娜：好啊，几点\n张伟：早上七点，在缙云山北门集合\n李娜：需要带什么",
    "2026-05-01 10:32:11,123 INFO  server started on port 8080\n2026-05-01 10:32:12,456 WARN  disk usage at 91%\nTraceback (most recent call last):\n2026-05-01 10:33:00,001 INFO  shutting down",
    "武汉地铁12号线昨日开通运营\n全省高考6月7日开考\n引江补汉工程主隧洞全线贯通\n长江大保护十年成效显著\n今年夏粮再获丰收",
    "apple\nbanana\ncherry\ndate\nelderberry\nfig",
    "城市\t分区\t采暖天数\n重庆\t夏热冬冷\t0\n成都\t夏热冬冷\t12",
])
# fmt: on
def test_verse_chats_logs_and_lists_keep_their_lines(text: str) -> None:
    assert blocks(text) == text.split("\n")


def test_page_borders_and_odd_blanks_do_not_tear_a_paragraph() -> None:
    for gap in ("\n", "\n\n", "\n \xa0 \n", "\x0c", "\n\x0c\n", "\r\n\r\n", "\u2028", "\n\u3000\n"):
        assert len(blocks(f"{BODY}我们要全面增强数智变革牵引{gap}力，奋力谱写新的篇章。{gap}{BODY}")) == 2, repr(gap)


# fmt: off
@pytest.mark.parametrize(("above", "below", "torn"), [
    ("数智变革牵引", "力",     True),
    ("英国驻华大",   "使魏磊", True),
    ("亮出发展蓝",   "图",     True),
    ("引领着",       "半导体", False),
    ("隆重开幕",     "市委书记", False),
    ("abc",          "def",    False),
])
# fmt: on
def test_words_that_straddle_a_break(above: str, below: str, torn: bool) -> None:
    assert straddles(above, below) is torn


# fmt: off
@pytest.mark.parametrize(("above", "below", "expected"), [
    ("推动产业链和",     "供应链",   True),
    ("让台胞余永章",     "的寻亲路", True),
    ("索诺瓦、罗氏诊断", "等企业",   True),
    ("记者昨日",         "等待多时", False),
    ("事情就这样",       "的确如此", False),
    ("推动两岸和平",     "发展",     False),
])
# fmt: on
def test_particles_that_ask_for_more(above: str, below: str, expected: bool) -> None:
    assert unfinished(above, below) is expected


@pytest.mark.parametrize("line", ["中" * 300_000, "a " * 150_000, "，" * 300_000, "|" * 300_000, "." * 300_000 + "1"])
def test_one_huge_line(line: str) -> None:
    assert "".join(blocks(line)) == line.strip()


def test_many_torn_lines_take_linear_time() -> None:
    text = "力，奋力谱写新的篇章，面向未来，我们要全面增强科技创新策源力、数智变革牵引\n" * 3_000
    assert len(blocks(text)) == 1


def test_lines_wrapped_by_the_count_of_characters_are_joined():
    paragraphs = [
        "青石渡在今江州县城东南十八里，位于江水与白溪交汇处，因渡口两岸铺有青石台阶而得名。关于渡口的始设年代，旧说纷纭，而1987年文物普查时在北岸发现的《修渡碑》记载，渡口由乡绅倡设。",
        "明末战乱，渡口一度废弃。清康熙二十六年（1687年），知县佟世泽重修渡口，捐俸银六十两，并立规矩：官差、僧人、贫民免收渡钱，商贩每担收钱三文。乾隆年间，桐油、木材贸易兴盛，江西、福建商人纷纷来此设号。",
        "道光十三年（1833年）五月，江水暴涨，镇上房屋冲毁过半，死者八十七人。店主之子开仓放米四百石，赈济灾民，知府题赠匾额。此匾今存县博物馆。光绪二十九年（1903年），留日归来的学生在万寿宫内创办青石学堂。",
    ]
    wrapped = ["\n".join(("  " + part)[at : at + 23] for at in range(0, len(part) + 2, 23)) for part in paragraphs]
    assert [piece.text for piece in repair("\n".join(wrapped))] == paragraphs


# fmt: off
@pytest.mark.parametrize(("text", "expected"), [
    ("姓名：林溪  性别：女\n入院日期：3月8日  床号：7床\n\n诊断：肺炎\n", ["姓名：林溪  性别：女", "入院日期：3月8日  床号：7床", "诊断：肺炎"]),
    ("甲方（买方）：江州果业公司\n地址：江州市青石路1号\n", ["甲方（买方）：江州果业公司", "地址：江州市青石路1号"]),
    # what somebody says is no entry of a form: a torn sentence stays whole
    ("江州果业公司的一位负责人在会上向本报记者介绍，今年的收购价，\n他表示：不会再涨。\n", ["江州果业公司的一位负责人在会上向本报记者介绍，今年的收购价，他表示：不会再涨。"]),
])
# fmt: on
def test_entries_of_a_form_are_lines_of_their_own(text: str, expected: list[str]) -> None:
    assert blocks(text) == expected
