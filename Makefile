# Every target is a command of its own; bare `make` prints them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
YINJU_SHARED ?= ../shared
export YINJU_SHARED

.DEFAULT_GOAL := help
.PHONY: help chat install dev system lint test check fuzz bench-faults bench-quality bench-written bench-speed bench-scale bench-peers bench-intruder bench-tasks bench-load tour models clean

help: ## 列出全部命令 · list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

chat: install ## 安装、收入 seeds/ 里的报纸、打开网页 · install, add the newspaper in seeds/, open the page
	$(BIN)/yinju add seeds
	$(BIN)/yinju chat

install: $(VENV)/.installed ## 建环境并安装 · make the environment and install

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[ocr]'
	@touch $@

dev: $(VENV)/.dev system ## 另装测试和检查所需 · also install what tests and checks need

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,ocr]'
	@touch $@

system: # Chromium and a Chinese font for the page tests, from the system's packages where that is allowed
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . || \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null; \
	else echo "The page tests need chromium and a Chinese font (Debian: apt-get install chromium fonts-noto-cjk)." >&2; fi

test: dev ## 运行全部测试 · run all tests
	$(BIN)/python -m pytest

lint: dev ## 格式、ruff、mypy、分层 · format, ruff, mypy, layers
	$(BIN)/ruff format --diff .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## lint 与 test · lint and test

fuzz: dev ## 一分钟：乱改的问题、文字和请求 · a minute of spoilt questions, texts and requests
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]' || true
	$(BIN)/python -m benchmarks.fuzz_text --seconds 60
	YINJU_FUZZ_EXAMPLES=40 $(BIN)/python -m pytest tests/test_ui_api_schema.py

bench-faults: dev ## 强行杀掉、磁盘写满、坏一个字节、只读、时钟倒退、Milvus 断开：各 50 次，停了接着来 · killed, full, one byte, read-only, clock, Milvus
	$(BIN)/python -m benchmarks.faults --rounds 50 --keep

bench-quality: dev ## 答得对不对：开发集上的表和图 · quality on the dev sets
	$(BIN)/python -m benchmarks.quality

bench-written: dev ## 在专门写的文件上问答：引文对不对，没说的答不答 · questions on documents written for it
	$(BIN)/python -m benchmarks.written

bench-speed: dev ## 快不快：启动、提问、入库、内存 · speed and memory
	$(BIN)/python -m benchmarks.speed

bench-scale: dev ## 大了怎么样：一千到一百万段的时间、内存、磁盘（百万段要几小时） · from 1,000 to 1,000,000 passages
	$(BIN)/python -m benchmarks.scale

bench-peers: dev ## 与 txtai、Haystack、milvus-lite、LanceDB、Chroma 并排：同样的文字、向量和问题 · beside other people's retrieval
	$(PYTHON) -m venv build/peers-venv
	build/peers-venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	build/peers-venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,peers]'
	build/peers-venv/bin/python -m benchmarks.peers

bench-intruder: dev ## 对着运行中的服务器逐项试：跨站、换名、取址、越界、过大、慢送、猜口令 · attacks on a running server
	$(BIN)/python -m benchmarks.intruder

bench-tasks: dev ## 头一回用要点几下、等几秒：六件事 · clicks and seconds of six first-time tasks
	$(BIN)/python -m benchmarks.tasks

bench-load: dev ## 20 个对话同时问十分钟：出错、串话、时间、内存 · 20 conversations at once for ten minutes
	$(BIN)/python -m benchmarks.load

tour: dev ## 把页面的每个状态拍成图，放在 build/tour · pictures of every state of the page in build/tour
	$(BIN)/python -m benchmarks.tour

models: dev ## 从公开的包和训练数据重做自带的模型（要有显卡，否则数日） · make the bundled models again from public data; wants a GPU
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	$(BIN)/python -m training.make_encoder
	$(BIN)/python -m training.prepare_reader $(YINJU_SHARED)/data/qa build/reader/packed.jsonl.gz
	$(BIN)/python -m training.train_reader build/reader/packed.jsonl.gz --out build/reader
	$(BIN)/python -m training.refine_reader build/reader/packed.jsonl.gz --out build/reader
	$(BIN)/python -m training.pack_reader build/reader/refined.safetensors

clean: ## 删去环境和缓存 · remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
