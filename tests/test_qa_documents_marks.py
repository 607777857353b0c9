"""What one line looks like by itself: bylines, numbers, titles, labels, dates and table rows."""

from __future__ import annotations

import pytest

from qa.documents.bylines import has_dateline, is_byline, is_date
from qa.documents.marks import cells, is_label, numbering, title_look


# fmt: off
@pytest.mark.parametrize("line", [
    "新重庆-重庆日报记者 杨帆 王天翊", "上游财经-重庆晨报记者 刘波", "本报记者 张三", "本报记者张三", "记者 王五 通讯员 赵六",
    "（记者 李四）", "新华社北京5月1日电（记者 李四）", "来源：新华网", "责任编辑：王五", "责编 张三 美编 李四 校对 王五",
    "文/张三 图/李四", "张三 文/摄", "记者 刘 波", "2026-05-22 18:36 来源：新华网 作者：李四", "（作者单位：某某大学）",
    "本报驻北京记者 买买提·艾力", "重慶日報記者 陳大文", "记者 阿依古丽", "本报记者 欧阳修文", "By Jane Doe", "By JANE DOE and John Smith, Staff Writers", "Source: Reuters",
])
# fmt: on
def test_bylines(line: str) -> None:
    assert is_byline(line)


# fmt: off
@pytest.mark.parametrize("line", [
    "记者调查发现问题多多", "记者探访新能源工厂", "来源于生活的艺术", "图书馆新馆开放", "摄影展昨日开幕", "编辑部的故事", "记者安全返回", "文化活动丰富多彩",
    "新华社北京5月1日电（记者李四）国务院近日印发通知，部署今年工作。", "By the way, this is it.", "作者在书中写道，故乡是回不去的地方。",
    "本报记者从市教委获悉，今年秋季学期起全市推行课间十五分钟。",
])
# fmt: on
def test_lines_that_are_no_bylines(line: str) -> None:
    assert not is_byline(line)


# fmt: off
@pytest.mark.parametrize(("line", "family"), [
    ("第一章 总则", "chapter"), ("第十二条 本办法自发布之日起施行。", "article"), ("第三部分 展望", "part"), ("一、总体要求", "han"),
    ("（二）主要目标", "han_paren"), ("1. 目标", "arabic"), ("1、目标", "arabic"), ("1.1 范围", "decimal2"), ("1.2.1绿色建筑", "decimal3"),
    ("（3）其他", "arabic_paren"), ("①甲", "circled"), ("IV. Results", "roman"), ("Chapter 3: Home", "chapter"), ("附件1：名单", "appendix"),
    ("第八届中国西部国际投资贸易洽谈会", None), ("34.96亿元投资落地", None), ("1.5万人参加", None), ("2026年工作总结", None),
    ("5月21日，重庆", None), ("一是加强领导", None), ("3 月份数据", None), ("第一条件是诚信", "article"), ("附近的公园", None),
])
# fmt: on
def test_numbers_at_the_start_of_a_line(line: str, family: str | None) -> None:
    mark = numbering(line)
    assert (mark.family if mark else None) == family


# fmt: off
@pytest.mark.parametrize(("line", "expected"), [
    ("昌都推介会签约34.96亿元", "plain"), ("“AI+制造”供需对接专场举行", "plain"), ("暴雨来袭，他们冲在一线", "weak"), ("谁来买单？", "weak"),
    ("袁家军致辞并宣布开幕 王炯程丽华出席 魏磊 任京东 金大淳 阮生日新致辞", "plain"), ("The First Plans", "plain"),
    ("市委书记出席开幕式并致辞。", "no"), ("两轮精准对接更是干货满满:", "no"), ("，奋力谱写新篇章", "no"), ("https://example.org", "no"),
    ("and then they left", "no"), ("（完）", "no"), ("※※※", "no"), ("12", "no"), ("重" * 41, "no"),
])
# fmt: on
def test_what_could_be_a_title(line: str, expected: str) -> None:
    assert title_look(line) == expected


def test_labels_dates_datelines_and_cells() -> None:
    assert all(map(is_label, ["相关新闻", "延伸阅读", "【新闻链接】", "快讯", "（下转第3版）", "03版 要闻", "第 3 页", "- 12 -"]))
    assert not any(map(is_label, ["新闻发布会昨日举行", "渝越合作步入快车道", "12 个月"]))
    assert all(map(is_date, ["2026年5月22日", "2026-05-22 18:36", "2026年6月3日 星期三", "二〇二六年五月二十二日"]))
    assert not is_date("2026年5月22日，重庆")
    assert has_dateline("本报讯（记者 张三）昨日")
    assert has_dateline("新华社北京5月1日电 国务院")
    assert not has_dateline("本报将推出系列报道，敬请关注。")
    assert (cells("城市\t分区\t天数"), cells("| a | b |"), cells("袁家军致辞 王炯出席"), cells("总则 ........ 3")) == (3, 2, 1, 1)
