from __future__ import annotations

import re
import subprocess
import sys
import time
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings import chinese
from embeddings.folding import fold_text
from embeddings.numerals import arabic_forms
from embeddings.segment import Term, fold, question_terms, segment, terms, words

# fmt: off
FOLDED = [
    ("ＡＢＣ１２３", "abc123"),
    ("３４．９６亿元", "34.96亿元"),
    ("㎏ ﬁsh ㍻ ½", "kg fish 平成 1⁄2"),
    ("e\u0301 ｶﾞ", "é ガ"),
    ("İSTANBUL straße", "i̇stanbul strasse"),
    ("臺灣的頭髮與發展", "台湾的头发与发展"),
    ("隨著著名的乾隆皇帝", "随着著名的乾隆皇帝"),
    ("⽅⾯", "方面"),
    ("COVID–19 It’s", "covid-19 it's"),
    ("零\u200b宽\ufeff软\u00ad连", "零宽软连"),
    ("a\x00b\ud800c\nd\u3000e", "a b c d e"),
    ("𠮷野家🙂", "𠮷野家🙂"),
]
HELD = [
    ("有多少家世界500强落户重庆？", ["世界", "500", "500强", "落户", "重庆", "多少"]),
    ("签约34.96亿元", ["签约", "34.96", "34.96亿", "34.96亿元", "亿元"]),
    ("签约 34.96 亿元", ["34.96", "34.96亿", "34.96亿元", "亿元"]),
    ("在N2馆B03展位", ["n2", "b03", "n2馆", "馆b03", "n2馆b03", "展位"]),
    ("型号PPR-9087。", ["ppr-9087", "ppr9087", "ppr", "9087"]),
    ("A-5000/B", ["a-5000/b", "a", "5000", "b"]),
    ("增长11.9％", ["11.9%", "11.9"]),
    ("升级到v1.2.3版", ["v1.2.3", "v1.2.3版"]),
    ("共1,400人", ["1,400", "1400", "1400人"]),
    ("11:20开幕", ["11:20", "11", "20", "20开"]),
    ("2019-2023年", ["2019-2023", "2019", "2023", "2023年"]),
    ("邮箱zhang.san@example.com", ["zhang.san@example.com", "example.com", "zhang", "san"]),
    ("https://a.example.com/x", ["a.example.com/x", "a.example.com", "example"]),
    ("C++和C#", ["c++", "c#", "c", "和"]),
    ("“AI+制造”", ["ai", "制造"]),
    ("Newton's well-known law", ["newton's", "newton", "well-known", "well", "known", "law"]),
    ("𠮷野家", ["𠮷野", "野家"]),
    ("ラーメン", ["ラー", "ーメ", "メン"]),
    ("京", ["京"]),
]
LIKE = [
    ("第三条", "第3条"), ("第二十三条", "第23条"), ("三百二十五家", "325家"), ("二〇二三年", "2023年"),
    ("百分之十五", "15%"), ("三十四亿元", "34亿元"), ("十二月", "12月"), ("第十届", "第10届"), ("两千零五人", "2005人"),
]
UNTOUCHED = ["三亚", "一带一路", "万一", "四川", "百度", "千里之外", "三五成群"]
VARIANTS = [
    ("重慶國際博覽中心開幕", "重庆国际博览中心开幕"),
    ("Ｎ２館Ｂ０３", "N2馆B03"),
    ("隨著資訊科技發展", "随着资讯科技发展"),
    ("ﬁnance", "finance"),
    ("Ⅲ期", "iii期"),
]
NUMERALS = [
    ("第二十三条", {"第23", "23条", "23"}), ("三百五", set()), ("三百五家", {"350家", "350"}), ("一千零二十三人", {"1023人", "1023"}),
    ("两万五千里", {"25000里", "25000"}), ("三家", {"3家"}), ("五五年", set()), ("十亿个", {"10亿个", "10亿"}), ("一百百家", set()),
]
FLAGS = [
    ("袁家军宣布西洽会在重庆开幕。", {"袁家军": "nr", "重庆": "ns", "宣布": "v"}),
    ("重慶簽約３４．９６億元", {"重慶": "ns", "３４．９６": "m"}),
]
# fmt: on


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_fold_gives_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(("text", "held"), HELD)
def test_terms_hold_words_and_whole_codes(text: str, held: list[str]) -> None:
    assert set(held) <= set(terms(text))


def test_terms_of_a_phrase_are_exactly_words_pairs_and_characters() -> None:
    # A word that is also a pair counts twice.
    assert sorted(terms("落户重庆")) == sorted([*["落户", "重庆"], *["落户", "户重", "重庆"], *"落户重庆"])


@pytest.mark.parametrize(("chinese_numeral", "arabic"), LIKE)
def test_terms_join_chinese_and_arabic_numerals(chinese_numeral: str, arabic: str) -> None:
    assert {t for t in terms(arabic) if not t.isdigit()} & {t for t in terms(chinese_numeral) if re.search("[0-9]", t)}


@pytest.mark.parametrize(("run", "forms"), NUMERALS)
def test_arabic_forms_of_clear_numerals_only(run: str, forms: set[str]) -> None:
    assert {term for term, _, _ in arabic_forms(run)} == forms


@pytest.mark.parametrize("word", UNTOUCHED)
def test_terms_leave_words_with_numerals_alone(word: str) -> None:
    assert not [term for term in terms(word) if re.search("[0-9]", term)]


@pytest.mark.parametrize(("variant", "plain"), VARIANTS)
def test_terms_of_a_variant_equal_those_of_the_plain_text(variant: str, plain: str) -> None:
    assert terms(variant) == terms(plain)


def test_segment_maps_to_the_original_text() -> None:
    text = "①重㎏ﬁ"
    assert fold(text) == "1重kgfi"
    assert Term("1", 0, 1) in segment(text)
    assert Term("kgfi", 2, 4) in segment(text)
    assert Term("1重", 0, 2) in segment(text)


def test_question_terms_drop_what_only_asks() -> None:
    found = question_terms("有多少家世界500强落户重庆？")
    assert {"世界", "500", "500强", "落户", "重庆"} <= set(found)
    assert not {"多少", "有多", "少家"} & set(found)
    assert question_terms("Who wrote the laws?") == ["wrote", "law"]
    assert question_terms("谁的目的") == ["目的", "目", "的"]  # the first 的 is left out, the one inside 目的 stays
    assert question_terms("什么") == ["什么", "什", "么"]
    assert question_terms("重庆重庆").count("重庆") == 1


@pytest.mark.parametrize(("text", "flags"), FLAGS)
def test_words_tag_names_and_slice_the_original(text: str, flags: dict[str, str]) -> None:
    tagged = {word.text: word.flag for word in words(text)}
    assert flags.items() <= tagged.items()
    assert all(text[word.start : word.end] == word.text for word in words(text))


def test_words_cover_everything_but_white_space() -> None:
    text = "袁家军 11时20分\n宣布，v1.2开幕！" * 200
    assert "".join(word.text for word in words(text)) == "".join(text.split())


any_text = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60)
mixed_text = st.text(
    alphabet=st.sampled_from(
        "重庆第二十三条亿元家臺灣隨著ａＢ1２３,.-/%@'+# \n㎏ﬁ①㍻e\u0301ｶﾞ\u200b\ufe0f𠮷🙂\ud800\x00한글"
    ),
    max_size=60,
)


@settings(deadline=None)
@given(st.one_of(any_text, mixed_text))
@example("什么")
def test_segment_holds_its_invariants(text: str) -> None:
    found = segment(text)
    folded = fold_text(text)
    assert [term.text for term in found] == terms(text)
    assert fold(folded.text) == folded.text
    for term in found:
        assert 0 <= term.start < term.end <= len(text)
        assert term.text
        assert not any(character.isspace() for character in term.text)
        # As folded where it stands: OpenCC makes 幺 of a 么 alone, and leaves it in 什么.
        places = [folded.span(i, i + 1) for i in range(len(folded.text))]
        part = "".join(
            char for char, (low, high) in zip(folded.text, places, strict=True) if low < term.end and term.start < high
        )
        ours = re.sub("[-, ]", "", part)
        numeral = re.search("[0-9]", term.text) and re.search("[〇零一二两三四五六七八九十]", ours)
        assert numeral or re.sub("[-, ]", "", term.text) in ours


@settings(deadline=None)
@given(st.one_of(any_text, mixed_text))
def test_words_never_fail_and_are_in_order(text: str) -> None:
    start = end = 0
    for word in words(text):
        # Two words may share a character that folds to several (¼).
        assert start <= word.start < word.end <= len(text)
        assert end <= word.end
        assert text[word.start : word.end] == word.text
        start, end = word.start, word.end


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("重庆国际博览中心开幕签约第一二三百亿元家世界强落户龘靐"), max_size=40))
def test_cut_equals_jieba(run: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = chinese.counts(), sum(chinese.counts().values()), True
    assert chinese.cut(run) == tokenizer.lcut(run, HMM=False)


@pytest.mark.parametrize("unit", ["重庆国际博览中心", "a", "a-", "𠮷㐀", "a\u0301\u0316", "第一百", "1.", "a中", " "])
def test_terms_take_linear_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        start = time.process_time()
        terms(text)
        return time.process_time() - start

    seconds(1000)
    short, long = seconds(5_000), seconds(50_000)
    # Ten times the text: about 10 if linear, 100 if quadratic.
    assert long < 40 * short + 0.05


def test_loading_writes_nothing() -> None:
    code = "from embeddings.segment import terms, words; terms('重庆'); words('重庆')"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_loads_no_dictionary() -> None:
    code = "import sys, embeddings.segment; sys.exit(any(name in sys.modules for name in ('jieba', 'opencc', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
