from __future__ import annotations

import shutil
import socket
import threading

import numpy as np
import pytest
import torch

from embeddings.encoder import BUNDLED, load_encoder, model_identity, precision
from embeddings.errors import EncoderError

PASSAGE = "这份实力早已被全球巨头认可。截至目前，325家世界500强扎根重庆，其中法国企业占比不小。"
# fmt: off
TEXTS = [
    "今天天气很好。",
    PASSAGE,
    PASSAGE * 3,
    "臺北市位於臺灣北部，是中華民國的首都。",
    "The Amazon rainforest covers much of the Amazon basin of South America.",
    "",
    "  \n\t ",
    "34.96亿元 N2馆B03 ＰＰＲ－９０８７ 😀 𠮷野家",
    "ひらがな 한국어 ไทย",
]
# fmt: on


# Numbers of a unit vector of 384 are below 0.3; bfloat16 keeps 8 bits, and its kernels round in an order that depends on
# the batch's shape.
ROUNDING = 1e-4 if precision() is torch.float32 else 5e-3


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


def test_vectors_are_float32_rows_of_unit_length(encoder):
    for vectors in (encoder.encode_passages(TEXTS), encoder.encode_queries(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), encoder.dim) == (9, 384)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode_passages([]).shape == (0, 384)
    assert encoder.encode_queries([]).shape == (0, 384)


def test_a_text_has_the_same_vector_alone_as_in_any_batch(encoder):
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    assert np.abs(encoder.encode_passages(TEXTS) - alone).max() < ROUNDING


def test_sentence_transformers_loads_the_folder_and_gives_the_same_vectors(encoder):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUNDLED), trust_remote_code=True, local_files_only=True)
    assert model.prompts["query"] == "query: "
    passages = model.encode(TEXTS, prompt_name="passage")
    queries = model.encode(["query: " + text for text in TEXTS])
    assert np.abs(passages - encoder.encode_passages(TEXTS)).max() < ROUNDING
    assert np.abs(queries - encoder.encode_queries(TEXTS)).max() < ROUNDING


# fmt: off
@pytest.mark.parametrize(("question", "nearer", "farther"), [
    ("有多少家世界500强落户重庆？", PASSAGE, "重庆直辖市位于中国西南部，以火锅闻名。"),
    ("谁发明了电话？", "1876年，贝尔获得了电话的专利。", "1879年，爱迪生点亮了第一盏实用的白炽灯。"),
    ("臺灣最高的山是哪一座？", "玉山主峰海拔三千九百五十二公尺，是臺灣第一高峰。", "日月潭是臺灣最大的湖泊。"),
    ("Who wrote Hamlet?", "Hamlet is a tragedy by William Shakespeare.", "Faust is a play by Goethe."),
    ("长江有多长？", "The Yangtze is 6,300 km long.", "The Great Wall was built in the Ming dynasty."),
])
# fmt: on
def test_question_is_nearer_the_passage_that_answers_it(encoder, question, nearer, farther):
    near, far = encoder.encode_passages([nearer, farther]) @ encoder.encode_queries([question])[0]
    assert near > far


def test_progress_rises_to_the_number_of_passages(encoder):
    told: list[int] = []
    encoder.encode_passages(["短文。"] * 20, progress=told.append)
    assert told == [8, 16, 20]  # batches of 8


def test_long_text_is_cut_at_512_tokens(encoder):
    # "passage: " is 3 pieces, ▁ + 一 repeated; past 512 tokens nothing that follows can matter.
    long = "一二三四五六七八九十" * 200
    vectors = encoder.encode_passages([long, long + "完全不同的结尾"])
    assert np.array_equal(vectors[0], vectors[1])


def test_lone_surrogate_is_read_as_a_question_mark(encoder):
    vectors = encoder.encode_queries(["坏\ud800字", "坏?字"])
    assert np.array_equal(vectors[0], vectors[1])


def test_threads_get_the_vectors_they_asked_for(encoder):
    expected = encoder.encode_queries(TEXTS)
    found = [np.empty(0, np.float32)] * len(TEXTS)

    def ask(i: int) -> None:
        found[i] = encoder.encode_queries([TEXTS[i]])[0]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(TEXTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.abs(np.stack(found) - expected).max() < ROUNDING


def test_bundled_model_loads_and_encodes_without_a_socket(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert load_encoder().encode_queries(["重庆"]).shape == (1, 384)


def test_identity_follows_the_files_that_make_vectors(tmp_path, encoder):
    copy = tmp_path / "bundled"
    shutil.copytree(BUNDLED, copy)
    assert model_identity(str(copy)) == model_identity(None) == encoder.identity
    (copy / "README.md").write_text("another card", encoding="utf-8")
    assert model_identity(str(copy)) == encoder.identity
    with (copy / "weights.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    assert model_identity(str(copy)) != encoder.identity
    assert model_identity("BAAI/bge-m3") == "BAAI/bge-m3"


@pytest.fixture
def counting_model(tmp_path):
    """A model whose vector of a text is how often each of 甲, 乙 and 丙 stands in it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"甲": 0, "乙": 1, "丙": 2}, unk_token="丙"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    embedding = StaticEmbedding(tokenizer, embedding_weights=np.eye(3, dtype=np.float32))
    model = SentenceTransformer(modules=[embedding], prompts={"query": "甲", "document": "乙"}, device="cpu")
    model.save(str(tmp_path / "counting"), create_model_card=False)
    return str(tmp_path / "counting")


def test_another_model_is_loaded_from_its_folder_with_its_own_prompts(counting_model):
    encoder = load_encoder(counting_model)
    assert encoder.dim == 3
    assert encoder.identity.startswith("counting@")
    # As a query 甲甲乙丙 with its prompt 甲: counts 3, 1, 1 -> length √11; as a passage: 2, 2, 1 -> length 3.
    assert encoder.encode_queries(["甲甲乙丙"])[0] == pytest.approx(np.array([3, 1, 1]) / 11**0.5)
    assert encoder.encode_passages(["甲甲乙丙"])[0] == pytest.approx(np.array([2, 2, 1]) / 3)


def test_missing_model_is_an_error_with_its_name(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(EncoderError) as error:
        load_encoder("./no/such/folder")
    assert error.value.code == "model_missing"
    assert error.value.fields["model"] == "./no/such/folder"


@pytest.mark.parametrize("damage", ["truncated weights", "no tokenizer", "modules not JSON", "foreign class"])
def test_broken_folder_is_an_error(tmp_path, damage):
    copy = tmp_path / "broken"
    shutil.copytree(BUNDLED, copy)
    if damage == "truncated weights":
        weights = copy / "weights.safetensors"
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "no tokenizer":
        (copy / "tokenizer.json").unlink()
    elif damage == "modules not JSON":
        (copy / "modules.json").write_text("[", encoding="utf-8")
    else:
        modules = (copy / "modules.json").read_text(encoding="utf-8")
        (copy / "modules.json").write_text(modules.replace("2_Normalize", "3").replace(
            "sentence_transformers.sentence_transformer.modules.Normalize", "os.path.Normalize"
        ), encoding="utf-8")
    with pytest.raises(EncoderError) as error:
        load_encoder(str(copy))
    assert error.value.code == "model_unreadable"
    assert error.value.fields["model"] == str(copy)
