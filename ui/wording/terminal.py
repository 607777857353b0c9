"""What the commands say, and their help, in both languages at once."""

from __future__ import annotations

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "cli_added": ("新收入 {added} 份，更新 {updated} 份，未变 {unchanged} 份，读不了 {failed} 份；共写入 {passages} 段。", "Added {added}, updated {updated}, unchanged {unchanged}, unreadable {failed}; {passages} {passages|passage|passages} written."),
    "cli_textless": ("{count} 张图片里没有文字，没有收入：{names}", "{count} {count|picture|pictures} without text, not added: {names}"),
    "cli_removed": ("已移除 {count} 份文件。", "Removed {count} {count|document|documents}."),
    "cli_check_good": ("完好：{documents} 份文件、{passages} 段，每一处位置都与原文相符。", "Sound: {documents} {documents|document|documents}, {passages} {passages|passage|passages}, every offset slices to its text."),
    "cli_check_bad": ("{documents} 份文件、{passages} 段里有 {problems} 处不符。", "{problems} {problems|problem|problems} in {documents} {documents|document|documents} and {passages} {passages|passage|passages}."),
    "cli_reading": ("读文件", "Reading files"),
    "cli_reading_pages": ("读文件（第 {done} 页，共 {pages} 页）", "Reading files (page {done} of {pages})"),
    "cli_embedding": ("写入段落", "Storing passages"),
    "cli_eval_skipped": ("有 {count} 行还没有正确答案（answers 是 null），没有评测。补上后再运行。", "{count} {count|line has|lines have} no right answer yet (answers is null) and {count|was|were} not scored. Fill {count|it|them} in and run again."),
    "cli_asking": ("提问", "Asking"),
    "cli_interrupted": ("已中断。已经收入的都还在。", "Interrupted. What was added is safe."),
    "watch_started": ("正在跟随 {path}，按 Ctrl+C 结束。", "Following {path}. Press Ctrl+C to stop."),
    "watch_stopped": ("不再跟随。已经收入的都还在。", "No longer following. What was added is safe."),
    "watch_added": ("新收入 {name}", "Added {name}"),
    "watch_updated": ("更新 {name}", "Updated {name}"),
    "watch_moved": ("改名 {was} → {name}", "Renamed {was} → {name}"),
    "watch_removed": ("移除 {name}", "Removed {name}"),
    "watch_unseen": ("现在看不到文件夹 {name}；再看到时继续。收入的都还在。", "The folder {name} cannot be seen now; it is followed again when it can. What was added is safe."),
    "watch_busy": ("另一个程序正在改 {name} 里的资料库，等它做完再写。", "Another program is changing the library in {name}; writing waits until it is done."),
    "cli_repaired": ("索引已由资料库重建。", "The indexes were made anew from the library."),
    "cli_backed_up": ("已备份到 {path}（{size}）：{documents} 份文件、{passages} 段。", "Backed up to {path} ({size}): {documents} {documents|document|documents}, {passages} {passages|passage|passages}."),
    "cli_restored": ("已还原到 {path} 并核对无误：{documents} 份文件、{passages} 段，备份于 {made}。", "Restored to {path} and checked: {documents} {documents|document|documents}, {passages} {passages|passage|passages}, backed up {made}."),
    "cli_token": ("别的机器也能连到这里，所以需要口令：{token}\n口令只显示这一次。要自己定，请用 YINJU_TOKEN 或 --token-file。", "Other machines can connect, so a token is needed: {token}\nIt is shown this once. To choose it, use YINJU_TOKEN or --token-file."),
    "cli_serving": ("网页开在 {url} ，按 Ctrl+C 结束。", "The page is at {url} . Press Ctrl+C to stop."),
}

CLI_HELP = "引据：从你自己的文件里找答案，并逐字出示证据。 · Answers from your own documents, each proven by a quote."
CLI_LIBRARY = "资料库所在的文件夹 · the library's folder"
CLI_MODEL = "换一个编码模型（名字或文件夹） · another encoder, by name or folder"
CLI_ENGINE = "索引放在哪里：local 本机（默认），milvus 服务器 · where the index is kept: local (default) or milvus"
CLI_URI = "Milvus 的地址；段落的词和向量会存到那里 · address of Milvus; words and vectors of passages are kept there"
CLI_ENCODER_URL = "由这个服务（OpenAI 接口，到 /v1 为止）编码：收入的文字和每个问题都会发给它；不写则一切都在本机 · embed with this service: every text added and every question is sent to it; without it nothing leaves this machine"
CLI_LANGUAGE = "提示所用的语言 · language of messages"
CLI_ADD = "收入或更新文件和文件夹 · add or update files and folders"
CLI_ADD_WATCH = "跟随文件夹：新增、修改、改名、删除都随时收入，Ctrl+C 结束 · follow the folders until Ctrl+C"
CLI_ADD_WATCH_FOLDERS = "--watch 只跟随文件夹 · --watch follows folders only"
CLI_ADD_WATCH_WORKERS = "--watch 一份一份地读，不用 --workers · --watch reads one file after the other, without --workers"
CLI_ADD_WORKERS = "同时读几份文件，默认 1 份；计算向量时就在读后面的 · files read at once while others are embedded; default 1"
CLI_ADD_PATHS = "文件或文件夹 · files or folders"
CLI_LIST = "列出资料库里的文件 · list the documents"
CLI_JSON = "输出 JSON · print JSON"
CLI_REMOVE = "从资料库移除文件 · remove documents"
CLI_TEXT = "打印一份文件的文字 · print a document's text"
CLI_CHECK = "核对索引和每一处位置 · check the indexes and every offset"
CLI_CHECK_REPAIR = "先由资料库重建索引 · make the indexes anew first"
CLI_BACKUP = "把资料库备份成一个文件，使用中也可以 · write the library to one file, also while it is in use"
CLI_BACKUP_FILE = "备份文件（.zip） · the backup file (.zip)"
CLI_RESTORE = "把备份还原成一个新的资料库 · make a new library from a backup"
CLI_ASK = "提一个问题，或一行一个 · ask one question, or one a line"
CLI_ASK_QUESTION = "问题 · the question"
CLI_ASK_BATCH = "每行一个 {\"id\",\"question\"} 的文件，- 为标准输入 · a file of such lines, - for stdin"
CLI_ASK_DOCUMENT = "只问这份文件，可重复 · ask this document only; may be repeated"
CLI_ASK_EITHER = "请给出一个问题，或用 --batch 给出一个文件 · give a question, or a file with --batch"
CLI_EVAL = "用标准答案评测 · score against a gold file"
CLI_EVAL_GOLD = "标准答案文件 · the gold file"
CLI_CHAT = "打开网页和 HTTP 接口 · serve the page and the HTTP endpoints"
CLI_CHAT_HOST = "网页的地址 · address to serve at"
CLI_CHAT_PORT = "网页的端口 · port to serve at"
CLI_CHAT_TOKEN = "口令所在的文件（或用 YINJU_TOKEN） · a file that holds the token (or YINJU_TOKEN)"
CLI_CHAT_LOG = "日志写成 JSON 行，不含问题和文件内容 · log JSON lines, without questions or documents"
CLI_CHAT_BROWSER = "是否打开浏览器 · whether to open the browser"
# fmt: on
