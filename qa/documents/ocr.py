"""A picture of a page -> the lines of text that are seen in it, through RapidOCR, on this machine alone.

Owns RapidOCR: its models, which lie in its package and are given by path, so that it has nothing to fetch; the size at
which a picture is looked at, by how large the lines in it turn out to be; which way up it is. Pictures are arrays
(height, width, 3) of bytes, blue first. Knows no PDF, layout or document. Not covered: handwriting, text from top to
bottom, formulas.

The optional extra ``ocr`` brings RapidOCR; :func:`installed` says whether it is there.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from qa.documents.ocr_rules import Stroke, cut_at_walls, ruled, without_letters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Quad = NDArray[np.float32]

SHORT = 1654
"""Pixels of the shorter side of a picture: A4 at 200 dots an inch, where a line of 10.5 points with the margins that
detection leaves is 40 high; recognition looks at lines 48 high, so more would be thrown away."""
DETECT = 736
"""Pixels of the shorter side at which lines are looked for at first: what the detection model was trained for."""
SMALLEST = 15.0
"""Pixels of the usual line's height below which lines are looked for again, in a larger picture."""
LARGEST = 24_000_000
"""Pixels of the largest picture that is read; 72 MB."""
STRIP = 1_400_000
"""Pixels that are looked at for lines at once: this bounds the memory that detection takes, some 250 MB."""
OVERLAP = 96
"""Pixels by which strips reach into each other, so that each line is whole in one of them."""
LEAST = 8.0
"""Pixels of the lowest line that is read."""
WIDEST = 80.0
"""Times that a line may be as wide as high."""
LINE = 4.0
"""Times as wide as high from which on what looks like a line is one, even if nothing in it can be read."""
SPARSE = 6.0
"""Times as wide as high that a line may be for each character in it; of more, some were not read."""
THREADS = 4
"""Threads at most that one page is read with."""

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line in a picture that is upright. ``corners``: four points (x, y) in pixels, clockwise from the top left of
    the text. ``places``: the middle of each character that is not white space, as a share of the line's length.
    ``confidence`` is the mean over the characters, in [0, 1]; 0 where too little was read for the length of the line.
    """

    text: str
    corners: tuple[tuple[float, float], ...]
    places: tuple[float, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What is seen in a picture. ``width`` and ``height`` are its pixels once it is upright, which takes ``quarters``
    quarter turns counter-clockwise. ``strokes`` are the ruled lines on it, from end to end.
    """

    lines: tuple[SeenLine, ...]
    width: int
    height: int
    quarters: int = 0
    strokes: tuple[Stroke, ...] = ()


def installed() -> bool:
    """Whether pictures can be read here."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def read_picture(picture: Picture, *, alive: Callable[[], None] = lambda: None) -> SeenPage:
    """The lines in ``picture``, in no special order. ``alive`` is called now and then."""
    import numpy as np

    _engine()
    alive()
    quads, picture, quarters = _upright(picture, _found(picture))
    alive()
    strokes = without_letters(ruled(picture), quads)
    lines = []
    for quad in cut_at_walls(quads, strokes):
        alive()
        line = _read(_cut(picture, quad), quad)
        if line is not None:
            lines.append(line)
    height, width = np.shape(picture)[:2]
    return SeenPage(tuple(lines), width, height, quarters, tuple(strokes))


@cache
def _engine() -> Any:
    """RapidOCR with its models loaded as they are first needed; its network code is not reached."""
    import logging

    import cv2
    import rapidocr

    threads = min(THREADS, _cores())
    cv2.setNumThreads(1)
    models = Path(rapidocr.__file__).parent / "models"
    engine = rapidocr.RapidOCR(
        params={
            **{f"{part}.model_path": str(models / name) for part, name in _MODELS.items()},
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Global.text_score": 0.0,
            "Det.limit_type": "max",
            "Det.limit_side_len": 1_000_000,
            "Rec.rec_batch_num": 1,
        }
    )
    logging.getLogger("RapidOCR").disabled = True
    return engine


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not everywhere
        return os.cpu_count() or 1


# ---- where the lines are


def _found(picture: Picture) -> list[Quad]:
    """The lines of ``picture``, each as its four corners (4, 2), clockwise; in a larger view where they are small."""
    short = min(picture.shape[:2])
    scale = min(1.0, DETECT / short)
    quads = _detected(picture, scale)
    if quads and scale < 1.0:
        usual = median(_height(quad) for quad in quads) * scale
        if usual < SMALLEST:
            quads = _detected(picture, min(1.0, scale * 1.5 * SMALLEST / usual))
    return [quad for quad in quads if _height(quad) >= LEAST and _width(quad) <= WIDEST * _height(quad)]


def _detected(picture: Picture, scale: float) -> list[Quad]:
    """Lines found in the picture at ``scale``, strip by strip from the top."""
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    step = max(int(STRIP / (width * scale * scale)), int(4 * OVERLAP / scale))
    reach = int(OVERLAP / scale)
    if step + reach >= height:
        step, reach = height, 0
    quads: list[Quad] = []
    for top in range(0, height, step):
        start = max(0, top - reach)
        strip = picture[start : top + step + reach]
        size = max(32, round(width * scale)), max(32, round(strip.shape[0] * scale))
        small = cv2.resize(strip, size, interpolation=cv2.INTER_AREA)
        boxes = _engine()(small, use_det=True, use_cls=False, use_rec=False).boxes
        back = np.array([width / size[0], strip.shape[0] / size[1]], np.float32)
        for box in () if boxes is None else boxes:
            quad = np.asarray(box, np.float32) * back + np.array([0, start], np.float32)
            if top <= float(quad[:, 1].mean()) < top + step:
                quads.append(quad)
    return quads


def _width(quad: Quad) -> float:
    import numpy as np

    return float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2


def _height(quad: Quad) -> float:
    import numpy as np

    return float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2


# ---- which way up


def _upright(picture: Picture, quads: list[Quad]) -> tuple[list[Quad], Picture, int]:
    """The lines and the picture turned so that its text runs from left to right, and the quarter turns that it took.

    What a look at the lines suggests is believed only where reading some of them both ways bears it out.
    """
    import numpy as np

    lying = sum(_width(quad) for quad in quads if _width(quad) > 1.5 * _height(quad))
    standing = sum(_height(quad) for quad in quads if _height(quad) > 1.5 * _width(quad))
    quarters = 1 if standing > 2 * lying else 0
    if quarters:
        picture = np.ascontiguousarray(np.rot90(picture))
        quads = _found(picture)
    longest = sorted(quads, key=_width, reverse=True)[:9]
    crops = [_cut(picture, quad) for quad in longest]
    if crops and (quarters or _looks_turned(crops)) and _reads_better_turned(crops[:3]):
        picture = np.ascontiguousarray(np.rot90(picture, 2))
        return _found(picture), picture, quarters + 2
    return quads, picture, quarters


def _looks_turned(crops: Sequence[Picture]) -> bool:
    """Whether most of the lines look upside down."""
    votes = 0
    for crop in crops:
        ((label, _),) = _engine()(crop, use_det=False, use_cls=True, use_rec=False).cls_res
        votes += 1 if label == "180" else -1
    return votes > 0


def _reads_better_turned(crops: Sequence[Picture]) -> bool:
    import numpy as np

    def confidence(turned: bool) -> float:
        read = [_recognised(np.ascontiguousarray(np.rot90(crop, 2)) if turned else crop) for crop in crops]
        return sum(len(text) * score for text, score, _ in read)

    return confidence(True) > confidence(False)


# ---- what they say


def _cut(picture: Picture, quad: Quad) -> Picture:
    """A line cut out of the picture and set straight."""
    import cv2
    import numpy as np

    width, height = max(1, round(_width(quad))), max(1, round(_height(quad)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad, corners)
    cut: Picture = cv2.warpPerspective(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    return cut


def _recognised(crop: Picture) -> tuple[str, float, tuple[float, ...]]:
    """Text, confidence, and the middle of each character that is not white space."""
    seen = _engine()(crop, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
    if not seen.txts or not seen.txts[0].strip():
        return "", 0.0, ()
    info = seen.word_results[0]
    steps = max(info.line_txt_len, 1.0)
    places = tuple(min((column + 0.5) / steps, 1.0) for columns in info.word_cols for column in columns)
    return seen.txts[0], float(seen.scores[0]), places


def _read(crop: Picture, quad: Quad) -> SeenLine | None:
    """The line in ``crop``; None where it is no text: a figure, or dirt."""
    text, confidence, places = _recognised(crop)
    bare = " ".join(text.split())
    count = sum(not char.isspace() for char in bare)
    ratio = crop.shape[1] / crop.shape[0]
    if not count and ratio < LINE:
        return None
    if count < ratio / SPARSE:
        confidence = 0.0
    if len(places) != count:
        places = tuple((i + 0.5) / count for i in range(count))
    return SeenLine(bare, tuple((float(x), float(y)) for x, y in quad), places, confidence)
