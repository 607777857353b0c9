"""The bytes of a text file -> its characters, with the encoding found out rather than asked for.

Covered: UTF-8, UTF-16 (both byte orders), each with and without a byte order mark; GB18030 (so GBK and GB2312), Big5
with its usual extensions; Windows-1252 as a last resort for Latin text. Decoding is strict: a file that no encoding
explains is refused, never patched with replacement characters. A file may break off within its last character.

Not covered: Japanese, Korean and Cyrillic single- and double-byte encodings. Knows no paths and no layout.
"""

from __future__ import annotations

import codecs
import re

from qa.documents.common import COMMON_SIMPLIFIED, COMMON_TRADITIONAL

SAMPLE = 65_536
"""Bytes that the guess looks at; more than enough, and the guess stays cheap for large files."""

_TORN = 3
"""Bytes that may be left of a character's last: one short of four."""

_SURE_UTF16 = 0.5
"""Score from which what could be another encoding, or no text, is UTF-16."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_COMMON = frozenset(COMMON_SIMPLIFIED + COMMON_TRADITIONAL)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》「」『』〈〉【】—…·　％／")
_ODD = re.compile(
    "[\ue000-\uf8ff\u0080-\u009f\u2500-\u259f\u0400-\u04ff\u3040-\u30ff\u0370-\u03ff\ufffd\U000f0000-\U0010ffff]"
)
_SPACES = str.maketrans("", "", "\t\n\r\f\v\u3000\u00a0")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class NotText(ValueError):
    """The bytes are not text in any encoding that is covered."""


def decode(data: bytes) -> tuple[str, str]:
    """The text of ``data`` without a byte order mark, and the name of the encoding that was found.

    :raises NotText: if the bytes hold control characters that text does not, or no encoding explains them.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding), encoding
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if not _is_binary(data[:SAMPLE]):
            return text, "utf-8"
    encoding = _guess(data)
    return _strict(data, encoding), encoding


def decode_as_far(data: bytes) -> tuple[str, str, bool]:
    """As :func:`decode`, and whether the file broke off within a character, which is then left out.

    :raises NotText: as :func:`decode`.
    """
    try:
        return *decode(data), False
    except NotText:
        for torn in range(1, min(_TORN, len(data) - 1) + 1):
            try:
                text, encoding = decode(data[:-torn])
            except NotText:
                continue
            if _is_begun(data[-torn:], encoding) and _reads_well(data, data[:-torn], encoding):
                return text, encoding, True
        raise


def _is_begun(tail: bytes, encoding: str) -> bool:
    """Whether ``tail`` is the beginning of one character that needs more bytes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(tail) == "" and bool(decoder.getstate()[0])
    except UnicodeDecodeError:
        return False


def _reads_well(data: bytes, whole: bytes, encoding: str) -> bool:
    """Whether an encoding is sure enough for ``data`` to be its text broken off: without a mark, any two bytes are UTF-16."""
    marked = data.startswith(tuple(mark for mark, _ in _MARKS))
    return marked or not encoding.startswith("utf-16") or _scores(whole, (encoding,)).get(encoding, 0.0) > _SURE_UTF16


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"not valid {encoding}: {error.reason} at byte {error.start}") from error
    if encoding.startswith("utf-16") and _is_binary(text[:SAMPLE].encode("utf-8", "replace")):
        raise NotText(f"control characters in {encoding}")
    return text


def _is_binary(sample: bytes) -> bool:
    """Whether there are more control bytes than text has: tabs, line ends and form feeds, an escape now and then."""
    return b"\0" in sample or len(_CONTROL.findall(sample)) > len(sample) // 200


def _guess(data: bytes) -> str:
    """Which encoding, of those that UTF-8 is not, reads most like text.

    The evidence is how many of the characters are among the commonest of Chinese: three quarters of any Chinese
    text when it is read rightly, a few in a hundred when it is read wrongly. UTF-16 shows by zero and control bytes,
    which no other text holds, or by reading much better than the rest.
    """
    sample = data[:SAMPLE]
    scores: dict[str, float] = {}
    if _is_binary(sample):
        scores = _scores(data, ("utf-16-le", "utf-16-be"))
    else:
        scores = _scores(data, ("gb18030", "big5hkscs", "cp950"))
        rivals = _scores(data, ("utf-16-le", "utf-16-be")) if len(data) % 2 == 0 else {}
        scores |= {encoding: score - 0.2 for encoding, score in rivals.items() if score > _SURE_UTF16}
    best = max(scores, key=lambda encoding: scores[encoding], default="")
    if best and scores[best] >= 0.25:
        return best
    if not _is_binary(sample) and _latin(data):
        return "cp1252"
    raise NotText("no encoding explains the bytes")


def _scores(data: bytes, encodings: tuple[str, ...]) -> dict[str, float]:
    """How much ``data`` reads like text in each encoding that decodes it: [-1, 1], higher is better."""
    scores: dict[str, float] = {}
    for encoding in encodings:
        try:
            text = data.decode(encoding)[:SAMPLE]
        except UnicodeDecodeError:
            continue
        weighed = text.translate(_SPACES) if encoding.startswith("utf-16") else "".join(c for c in text if c > "\x7f")
        good = sum(c in _COMMON or c in _PUNCTUATION or " " <= c <= "~" for c in weighed)
        scores[encoding] = (good - len(_ODD.findall(weighed))) / max(len(weighed), 1)
    return scores


def _latin(data: bytes) -> bool:
    """Whether the few high bytes stand alone among ASCII letters, as accents and curly quotes do."""
    high = sum(byte > 0x7F for byte in data)
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", data))
    if high > 0.25 * len(data) or alone < 0.3 * high:
        return False
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})|<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})",
    re.IGNORECASE,
)
SUPERSETS = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "gb18030": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "utf-8": "utf-8", "utf8": "utf-8", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "koi8-r": "koi8_r",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    **{f"windows-125{n}": f"cp125{n}" for n in range(9)}, **{f"iso-8859-{n}": f"iso8859_{n}" for n in range(2, 17)},
}  # fmt: skip
_DECLARED_WITHIN = 4096
_DAMAGE = 0.002


def decode_markup(data: bytes) -> tuple[str, int]:
    """The text of a page or XML file, and how many of its characters its bytes do not tell.

    A byte order mark decides, then what the file declares if its bytes bear it out, then :func:`decode`. A file with a
    few bad bytes in it is read as it declares itself, or as UTF-8, with U+FFFD in their places.

    :raises NotText: if no encoding explains the bytes.
    """
    match = _DECLARED.search(data[:_DECLARED_WITHIN])
    label = ((match[1] or match[2]) if match else b"").decode("ascii").lower()
    declared = SUPERSETS.get(label, "")
    if declared and not data.startswith(tuple(mark for mark, _ in _MARKS)):
        try:
            text = data.decode(declared)
        except UnicodeDecodeError:
            pass
        else:
            if not _is_binary(data[:SAMPLE]):
                return text, 0
    try:
        return decode(data)[0], 0
    except NotText:
        mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", declared or "utf-8"))
        text = data[len(mark) :].decode(encoding, "replace")
        damaged = text.count("\ufffd")
        if damaged > max(1.0, _DAMAGE * len(text)) or _is_binary(text[:SAMPLE].encode()):
            raise
        return text, damaged
