"""What of a marked span the question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.parts import asked_part
from qa.question import parse_question

LEASE = "租赁期自2024年4月1日起至2026年3月31日止，共计24个月。"


# fmt: off
@pytest.mark.parametrize(("question", "text", "marked", "part"), [
    ("租期到哪天为止？",     LEASE, "2024年4月1日起至2026年3月31日止", "2026年3月31日"),
    ("租期从哪天开始？",     LEASE, "自2024年4月1日起至2026年3月31日止", "2024年4月1日"),
    ("租期是什么时候？",     LEASE, "2024年4月1日起至2026年3月31日止", "2024年4月1日起至2026年3月31日止"),
    ("林溪哪一年出生？",     "林溪（1911年4月8日－1989年12月3日）", "1911年4月8日－1989年", "1911年4月8日"),
    ("何时发放第二笔？",     "第二次于2024年12月20日发放180万元。", "第二次于2024年12月20日", "2024年12月20日"),
    ("加装电梯找谁咨询？",   "电话：0597-3310826，联系人：物业科罗慎行。", "0597-3310826，联系人：物业科罗慎行", "物业科罗慎行"),
    ("原告的律师是谁？",     "代理人：贺敏，江川律师事务所律师。", "江川律师事务所律师", "贺敏"),
    ("资料只能在哪里看？",   "只能在B7栋三层的专用机房内查阅。", "B7栋三层的专用机房内查阅", "B7栋三层的专用机房内"),
    ("一共救过多少人？",     "三十六年间救起落水者四十一人。", "三十六年间救起落水者四十一人", "四十一人"),
    ("净利润为什么下降？",   "净利润下降的主要原因是钢材涨价，以及计提减值。", "净利润下降的主要原因是钢材涨价，以及计提减值", "钢材涨价，以及计提减值"),
    ("为什么延误？",         "工期延误系因两次变更设计所致。", "工期延误系因两次变更设计所致", "两次变更设计"),
    ("为什么改期？",         "因大雨改期。", "因大雨改期", "因大雨改期"),
    ("鉴定费由谁承担？",     "鉴定费由被告负担。", "被告负担", "被告"),
    ("身故保险金给谁？",     "身故保险金受益人为法定继承人。", "身故保险金受益人为法定继承人", "法定继承人"),
    ("页面是谁做的？",       "页面由当事人雇用的会计罗晓军制作。", "当事人雇用的会计罗晓军", "罗晓军"),
    ("谁参加了座谈？",       "林溪和罗慎行参加了座谈。", "林溪和罗慎行", "林溪和罗慎行"),
    ("终点在哪里？",         "终点设在新落成的灯塔公园。", "设在新落成的灯塔公园", "新落成的灯塔公园"),
    ("要有什么证书？",       "应具有一级建造师证书。", "具有一级建造师证书", "一级建造师证书"),
    ("Until when can it be borrowed?", "from 15 September 2025 until 31 January 2026.", "15 September 2025 until 31 January 2026", "31 January 2026"),
    ("When does it open?",   "It opens on 28 September and closes.", "opens on 28 September and closes", "28 September"),
    ("What is the insurance value?", "The value has been raised to 185,000 euros.", "The value has been raised to 185,000 euros", "The value has been raised to 185,000 euros"),
    ("How much is the insurance value?", "The value has been raised to 185,000 euros.", "The value has been raised to 185,000 euros", "185,000 euros"),
    ("采用什么加速芯片？",   "采用“磐石”加速芯片9600片。", "“磐石”加速芯片9600片", "“磐石”加速芯片"),
    ("门没关好报哪个故障代码？", "E7：机门未关好，请重新关门。", "E7：机门未关好", "E7"),
    ("How many units were deployed?", "Twenty-four units were deployed here.", "Twenty-four units were deployed", "Twenty-four"),
    ("How tall is it?",      "It is 4 m tall.", "4 m", "4 m"),
    ("江州造的比例是多少？", "全国每4台收割机就有1台江州造。", "1台江州造", "每4台收割机就有1台江州造"),
    ("占地多少亩？",         "占地2180亩。", "2180亩", "2180亩"),
])
# fmt: on
def test_asked_part(question: str, text: str, marked: str, part: str) -> None:
    start = text.index(marked)
    low, high = asked_part(parse_question(question), text, start, start + len(marked))
    assert text[low:high] == part


@given(st.text("2024年4月1日起至自第次于二三人：，联系内查E7 two units-", min_size=1, max_size=40), st.data())
def test_never_empty_and_never_outside(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for asked in ("租期到哪天为止？", "找谁咨询？", "在哪里？", "多少人？", "什么代码？", "How many units?"):
        low, high = asked_part(parse_question(asked), text, start, end)
        assert 0 <= low < high <= len(text)
