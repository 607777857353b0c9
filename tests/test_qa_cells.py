"""Which cell of a table a question asks for: row and column by their words."""

from __future__ import annotations

import pytest

from qa.cells import UNSUPPORTED, find_cell, one_cell, support
from qa.columns import in_said_column
from qa.documents.reading import read_data
from qa.passages import split_passages
from qa.question import parse_question
from qa.table_rows import cell_spans

SCORES = """# 2021年甘肃省录取分数线

| 专业名称 | 文史类最高 | 文史类最低 | 理工类最高 | 理工类最低 |
|---|---|---|---|---|
| 金融学类 | 635 | 633 | 652 | 648 |
| 金融学类（国家专项） | | | 639 | 632 |
| 理科试验班 | | | 647 | 633 |
| 国际政治 | 632 | 630 | | |
"""
LINKS = """# 问题

| 序号 | 标题 | 日期 | url | 回答 |
|---|---|---|---|---|
| 1 | 怎么改成CPU运行 | 2023-04-10 | https://example.org/1 | 去掉那一行就行 |
| 2 | 建议弄一个插件系统 | 2023-04-13 | https://example.org/2 | 以后再说 |
"""


RELEASES = """# IKAnalyzer 的版本

| 版本 | Lucene | 说明 |
|---|---|---|
| 3.1.5GA | 兼容2.9.1 | 提供接口 |
| 15.0 | 兼容6.2 | 修正错误 |

| 语言 | 项目数 |
|---|---|
| JavaScript | 37 |
| C | 12 |
"""
PARAMETERS = """# 性能

| No. | 参数 Item | 产品规格 Specification | 条件 Condition |
|---|---|---|---|
| 1.1.5 | 电池内阻 ACR | ≤0.45mΩ | 新电池 |
| 1.1.10 | 循环寿命 Cycle life | ≥2000 | 旧电池 |
"""
YEARS = """# 财务

| 指标 | 2021 | 2022E | 2023E |
|---|---|---|---|
| 存货 | 558 | 1,115 | 1,596 |
| 固定资产 | 370 | 429 | 491 |
"""


VERSIONS = """# 兼容

| IK分词器版本 | Lucene版本 | Solr版本 |
|---|---|---|
| 3.1.3GA及先前版 | 兼容2.9.1及先前版本 | 没有solr接口 |
| 3.1.5GA | 兼容2.9.1及先前版本 | 对solr1.3提供接口实现 |
| 2012 | 兼容Lucene3.3以上版本 | 对solr1.4提供接口实现 |
"""
HEAT = """# 允许的再生脉冲充电电流和持续时间

| 电芯温度，℃ | 电流（80%SOC），A | 充电时间，s |
|---|---|---|
| <-20 | 不允许 | 不允许 |
| ≥10 | 272 | 10 |
| ≥25 | 636 | 10 |
"""
BY_YEAR = """# 经营情况

| 年份 | 营业收入（亿元） | 员工人数 |
|---|---|---|
| 2022年 | 12.4 | 850 |
| 2023年 | 15.1 | 912 |
"""
STAFF = """# 研发投入

| 项目 | 本期 | 上期 |
|---|---|---|
| 研发人员数量（人） | 1,428 | 1,305 |
| 研发人员占比 | 18.6% | 17.9% |
"""
HALVES = """<table><tr><th rowspan=2>大区</th><th colspan=2>上半年</th><th colspan=2>下半年</th></tr>
<tr><th>销售额</th><th>完成率</th><th>销售额</th><th>完成率</th></tr>
<tr><td>华南</td><td>987.1</td><td>70.0%</td><td>1,100</td><td>95.0%</td></tr>
<tr><td>西北</td><td>456</td><td>65.1%</td><td>478.9</td><td>70.2%</td></tr></table>
"""
GROWTH = """# 主要财务数据

| 指标 | 2020 | 2021 | 2022E |
|---|---|---|---|
| 营业收入（百万元） | 746 | 1,567 | 3,684 |
| (+/-)YOY(%) | 4.5% | 110.0% | 135.1% |
| 净利润（百万元） | 59 | 173 | 471 |
| (+/-)YOY(%) | 83.8% | 193.4% | 172.8% |
| 毛利率（%） | 35.3% | 33.7% | 35.0% |
"""
ASKED_BEFORE = """# 问题

| 标题 | 日期 | 回答 |
|---|---|---|
| CPU和GPU上跑，除了速度有区别，准确率有区别吗？ | 2023-05-06 | 理论上没有 |
| 怎么改成CPU运行 | 2023-04-10 | 去掉那一行就行 |
"""


CHANGES = """# 江州材料

| 项目 | 2023年 | 2022年 | 同比变动 |
|---|---|---|---|
| 净利润 | 11,306 | 12,418 | -8.96% |
| 研发投入 | 9,004 | 6,921 | 30.09% |
"""
PRICES = """# 保养价目

| 项目 | 轿车 | SUV | 工时 |
|---|---|---|---|
| 小保养（全合成机油） | 428元 | 498元 | 1小时 |
| 更换刹车片（前轮一副） | 460元 | 580元 | 1.5小时 |
"""
FAULTS = """# 江州洗碗机

| 代码 | 含义 | 处理办法 |
|---|---|---|
| E1 | 进水超时 | 检查水龙头 |
| E4 | 溢水 | 关闭水阀 |

| 项目 | 参数 |
|---|---|
| 额定功率 | 1350W |
| 餐具容量 | 6套 |
"""
EVENTS = """# 读书节

| 日期 | 时间 | 活动 | 地点 | 嘉宾 |
|---|---|---|---|---|
| 9月20日 | 09:30-10:30 | 《南山来信》首发 | 大剧场 | 林溪 |
| 9月21日 | 10:00-11:00 | 亲子绘本共读 | 少儿馆 | 白川 |
"""


PURCHASE = """# 设备采购合同

甲方（买方）：东江市第三人民医院

乙方（卖方）：江州博泰医疗器械有限公司

| 序号 | 名称 | 型号 | 数量 | 单价（元） | 小计（元） | 质保期 |
|---|---|---|---|---|---|---|
| 1 | 输液泵 | IP-2 | 30台 | 5,200 | 156,000 | 3年 |
| 2 | 除颤仪 | DF-5 | 4台 | 38,600 | 154,400 | 5年 |
"""
CODES = """# 热水器说明书

| 代码 | 含义 | 处理办法 |
|---|---|---|
| E1 | 水箱传感器故障 | 更换传感器 |
| E5 | 水流不足 | 清洗过滤网 |
| P6 | 漏电保护 | 断电后联系售后 |
"""
OFFICERS = """# 澄江环保2023年年度报告

| 姓名 | 职务 | 年龄 | 年末持股数（万股） | 税前报酬（万元） |
|---|---|---|---|---|
| 汤敬尧 | 董事长 | 58 | 4,620 | 136.5 |
| 项维 | 副总经理、总工程师 | 52 | 140 | 102.3 |
"""
MODELS = """# 参数

| 项目 | KR-150 | KR-300 | 2022年产量 | 2023年产量 |
|---|---|---|---|---|
| 净重 | 31千克 | 49千克 | 1,200 | 1,850 |
"""


def asked(text: str, question: str) -> str | None:
    document = read_data(text.encode(), document_id="d", name="a.md", path="a.md")
    parsed = parse_question(question)
    cells = [find_cell(parsed, document, passage) for passage in split_passages(document)]
    return next((document.text[slice(*cell.cell)] for cell in cells if cell is not None), None)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (SCORES, "金融学类理工类的最高分是多少？", "652"),
        (SCORES, "金融学类（国家专项）理工类的最低分是多少？", "632"),
        (SCORES, "理科试验班理工类的最低录取分数是多少？", "633"),
        (SCORES, "國際政治文史類的最低分是多少？", "630"),
        (LINKS, "“建议弄一个插件系统”的链接是什么？", "https://example.org/2"),
        (LINKS, "“建议弄一个插件系统”是什么时候提的？", "2023-04-13"),
        (LINKS, "怎么改成CPU运行？", "去掉那一行就行"),
        (RELEASES, "JavaScript的项目数是多少？", "37"),
        (PARAMETERS, "电池内阻是多少？", "≤0.45mΩ"),
        (PARAMETERS, "循环寿命是多少？", "≥2000"),
        (YEARS, "2022年的固定资产是多少？", "429"),
        (VERSIONS, "IK分词器3.1.5GA为哪个版本的solr提供接口？", "对solr1.3提供接口实现"),
        (VERSIONS, "IK分词器2012版兼容哪个版本的Lucene？", "兼容Lucene3.3以上版本"),
        (HEAT, "电芯温度≥25℃时，再生脉冲充电的电流是多少？", "636"),
        (BY_YEAR, "2023年的营业收入是多少？", "15.1"),
        (BY_YEAR, "2022年的员工人数是多少？", "850"),
        (HALVES, "西北下半年的完成率是多少？", "70.2%"),
        (HALVES, "华南上半年的销售额是多少？", "987.1"),
        (GROWTH, "2021年净利润同比增长了多少？", "193.4%"),
        (GROWTH, "2022年营业收入的同比增长率是多少？", "135.1%"),
        (GROWTH, "2021年的净利润是多少？", "173"),
        (GROWTH, "2021年的毛利率是多少？", "33.7%"),
        (STAFF, "本期研发人员有多少人？", "1,428"),
        (ASKED_BEFORE, "CPU和GPU上跑，准确率有区别吗？", "理论上没有"),
        (FAULTS, "洗碗机报E4是什么毛病？", "溢水"),
        (FAULTS, "洗碗机报E5是什么毛病？", None),
        (FAULTS, "洗碗机一次能洗几套餐具？", "6套"),
        (EVENTS, "亲子绘本共读几点到几点？", "10:00-11:00"),
        (EVENTS, "《南山来信》首发在什么地方？", "大剧场"),
        (PRICES, "SUV做一次小保养多少钱？", "498元"),
        (PRICES, "轿车换刹车片要多少钱？", "460元"),
        (CHANGES, "研发投入比上年增长了多少？", "30.09%"),
        (PURCHASE, "采购合同里的除颤仪一台多少钱？", "38,600"),
        (PURCHASE, "输液泵保修几年？", "3年"),
        (PURCHASE, "输液泵的型号是什么？", "IP-2"),
        (CODES, "热水器出现故障代码P6应怎样处理？", "断电后联系售后"),
        (CODES, "热水器报E5是什么毛病？", "水流不足"),
        (OFFICERS, "澄江环保的总工程师项维年末持有多少万股？", "140"),
        (OFFICERS, "澄江环保的项维毕业于哪所大学？", None),
    ],
)
def test_row_and_column(text: str, question: str, answer: str | None) -> None:
    assert asked(text, question) == answer


@pytest.mark.parametrize(
    "question",
    [
        "金融学类的分数是多少？",  # which of four?
        "法学类文史类的最高分是多少？",  # no such row
        "甘肃省有多少所大学？",
        "？",
    ],
)
def test_no_cell_where_none_is_clear(question: str) -> None:
    assert asked(SCORES, question) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (YEARS, "2019年的存货是多少？"),
        (YEARS, "2027年的固定资产是多少？"),
        (BY_YEAR, "2021年的营业收入是多少？"),
        (BY_YEAR, "2023年的净利润是多少？"),
        (HEAT, "电芯温度≥5℃时，再生脉冲充电的电流是多少？"),
        (RELEASES, "5.0版兼容哪个版本的Lucene？"),
        (RELEASES, "3.1版兼容哪个版本的Lucene？"),
        (RELEASES, "Java的项目数是多少？"),
        (RELEASES, "Rust的项目数是多少？"),
    ],
)
def test_no_cell_where_the_table_lacks_the_year_version_or_name(text: str, question: str) -> None:
    assert asked(text, question) is None


@pytest.mark.parametrize(
    ("question", "row", "marked", "answer"),
    [
        ("乙方是哪家公司？", "甲方 | 汉江公司 | 乙方 | 东陵公司", "汉江公司 | 乙方 | 东陵公司", "东陵公司"),
        ("电池重量是多少？", "电池重量 Cell weight | 3380±50 g | 无", "Cell weight | 3380±50 g", "3380±50 g"),
        ("有哪些颜色？", "颜色 | 红 | 蓝", "红 | 蓝", "红 | 蓝"),
        ("甲方是哪家公司？", "甲方 | 汉江公司", "汉江公司", "汉江公司"),
    ],
)
def test_an_answer_over_several_cells_is_the_one_that_answers(
    question: str, row: str, marked: str, answer: str
) -> None:
    start = row.index(marked)
    assert row[slice(*one_cell(question, row, start, start + len(marked)))] == answer


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("a | b", ["a", "b"]),
        ("| 2020 | 2021", ["", "2020", "2021"]),
        ("|  | SF1", ["", "", "SF1"]),
        ("国际政治 | 632 | 630 |  |", ["国际政治", "632", "630", "", ""]),
        ("一个单元格", ["一个单元格"]),
    ],
)
def test_a_row_is_cut_where_its_cells_were_joined(row: str, cells: list[str]) -> None:
    assert [row[start:end] for start, end in cell_spans(row)] == cells


SHOPS = """# 2023年各门店经营情况

| 门店 | 城市 | 店长 | 面积（平方米） | 营业收入（万元） | 开业日期 |
|---|---|---|---|---|---|
| 南山店 | 深圳 | 王丽 | 320 | 1280.5 | 2019-05-01 |
| 天河店 | 广州 | 赵强 | 280 | 960.2 | 2020-10-18 |
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("南山店的面积是多少？", "320"),  # 店 is the row's word, not that of the column 店长
        ("南山店的营业收入是多少万元？", "1280.5"),
        ("2023年南山店的营业收入是多少？", "1280.5"),
        ("天河店是什么时候开业的？", "2020-10-18"),
        ("南山店在哪个城市？", "深圳"),
    ],
)
def test_a_word_of_the_row_names_no_column(question: str, answer: str) -> None:
    assert asked(SHOPS, question) == answer


@pytest.mark.parametrize(
    "question",
    ["南山店的电话是多少？", "南山店的利润是多少？", "南山店的员工有多少人？", "南山店的营业成本是多少？",
     "南山店什么时候关闭？", "南山店开了多少年？", "深圳的人口是多少？", "南山店2022年的营业收入是多少？"],
)  # fmt: skip
def test_what_a_table_does_not_say_gets_no_cell(question: str) -> None:
    assert asked(SHOPS, question) is None


FORM = """<table><tr><td>姓名</td><td>欧阳若兰</td><td>月薪</td><td>12,500元</td></tr>
<tr><td>民族</td><td>土家族</td><td>岗位</td><td>园艺研究员</td></tr></table>
"""


@pytest.mark.parametrize(
    ("text", "question", "marked", "kept"),
    [
        (SHOPS, "南山店的营业收入是多少万元？", "1280.5", 1.0),
        (SHOPS, "南山店的利润是多少？", "1280.5", UNSUPPORTED),  # no column of that name
        (SHOPS, "罗湖店的店长是谁？", "王丽", UNSUPPORTED),  # no such row
        (SHOPS, "罗湖店的店长是谁？", "店长", 0.0),  # the name of a column
        (SHOPS, "南山店的面积是多少？", "南山店", 0.0),  # no figure
        (SHOPS, "南山店的利润是多少？", "320 | 1280.5", 0.0),  # which of two?
        (SHOPS, "2023年各门店怎么样？", "经营情况", 1.0),  # outside of the table
        (FORM, "姓名是什么？", "欧阳若兰", 1.0),  # the first row of a form names no columns
    ],
)
def test_what_an_answer_keeps_for_where_it_stands_in_a_table(
    text: str, question: str, marked: str, kept: float
) -> None:
    document = read_data(text.encode(), document_id="d", name="a.md", path="a.md")
    passage = split_passages(document)[0]
    start = document.text.index(marked)
    assert support(parse_question(question), document, passage, start, start + len(marked)) == kept


@pytest.mark.parametrize(
    ("question", "read", "answer"),
    [
        ("KR-300有多重？", "31千克", "49千克"),
        ("KR-150有多重？", "31千克", "31千克"),
        ("这台有多重？", "31千克", "31千克"),
        ("2023年的产量是多少？", "1,200", "1,850"),
        ("2023年的产量是多少？", "49千克", "49千克"),  # another kind of column
    ],
)
def test_a_column_said_by_its_code_or_year_has_the_answer(question: str, read: str, answer: str) -> None:
    document = read_data(MODELS.encode(), document_id="d", name="a.md", path="a.md")
    start = document.text.index(read)
    place = in_said_column(parse_question(question), document, start, start + len(read))
    assert document.text[slice(*place)] == answer
