"""Every sentence and label that a person reads, Chinese first, English beside it, and how values are written in them.

Each entry is ``(Chinese, English)``; ``{field}`` stands for a value. English plurals: ``{count|document|documents}``
picks a word by ``count``. This module knows no page, terminal, answer or document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from ui.escape import one_line

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

# fmt: off
ERRORS: Mapping[str, tuple[str, str]] = {
    # the question
    "question_empty": ("还没有问题。请先写下想问的事。", "There is no question yet. Type what you want to know."),
    "question_too_long": ("问题有 {length} 个字，最多 {limit} 个字。请只留下要问的那一句。", "The question has {length} characters; the limit is {limit}. Keep only the sentence that asks."),
    "question_control": ("问题的第 {position} 个字是看不见的控制字符（{character}）。请删去它再问。", "Character {position} of the question is an invisible control character ({character}). Delete it and ask again."),
    # one file
    "path_missing": ("找不到 {path}。请检查路径。", "{path} does not exist. Check the path."),
    "file_empty": ("{path} 里没有文字，没有收入。", "{path} holds no text and was not added."),
    "file_binary": ("{path} 不是文本文件，没有收入。如果改过扩展名，请改回来。", "{path} is not a text file and was not added. If its extension was changed, change it back."),
    "file_unreadable": ("读不了 {path}：{reason}。请检查权限，或换一份完好的文件。", "{path} cannot be read: {reason}. Check its permissions, or use an intact copy."),
    "file_format": ("还不会读 {path}（{suffix}）。现在能读：{known}。", "{path} ({suffix}) is of a kind that cannot be read yet. These can: {known}."),
    "file_too_large": ("{path} 有 {size}，最大 {limit}。请拆成几份再收入。", "{path} has {size}; the limit is {limit}. Split it and add the parts."),
    "file_changed": ("{path} 已经不是收入时的那一份，或已不在原处，原页画不出来。请重新收入它。", "{path} is no longer the file that was added, or is gone from its place, so its page cannot be drawn. Add it again."),
    "page_missing": ("{path} 没有可以画出来的第 {page} 页（共 {pages} 页）。", "{path} has no page {page} that can be drawn ({pages} in all)."),
    "file_damaged": ("{path} 已损坏，读不出来（{reason}）。请换一份完好的文件。", "{path} is damaged and cannot be read ({reason}). Use an intact copy."),
    "file_encrypted": ("{path} 有密码或版权保护，没有收入。请先解除保护，另存一份再收入。", "{path} is protected by a password or DRM and was not added. Save a copy without protection and add that."),
    "file_nested": ("{path} 里的标记层层嵌套得太深，没有收入。请用写它的程序另存一份再试。", "The marks in {path} are nested too deeply; it was not added. Save it anew with the program that wrote it."),
    "file_entities": ("{path} 自己定义了 XML 实体，可能有害，没有收入。请删去这些定义再试。", "{path} defines XML entities of its own, which can do harm; it was not added. Remove the definitions and try again."),
    "file_expands": ("{path} 解开后有 {size}，最大 {limit}，没有收入。请检查来源；确实需要的话，请拆成几份。", "{path} unpacks to {size}; the limit is {limit}. It was not added. Check where it comes from; if you need it, split it."),
    "file_crashed": ("读 {path} 时出了意外（{reason}），没有收入；别的文件不受影响。请另存一份再试。", "Reading {path} failed unexpectedly ({reason}). It was not added; other files are unaffected. Save it anew and try again."),
    "file_slow": ("{path} 读了 {seconds} 秒还没有进展，没有收入。请拆成几份，或另存一份再试。", "{path} made no progress for {seconds} seconds and was not added. Split it, or save it anew and try again."),
    "file_memory": ("读 {path} 要用的内存超过 {limit}，没有收入。请拆成几份再收入。", "Reading {path} takes more than {limit} of memory; it was not added. Split it and add the parts."),
    "archive_members": ("{path} 里有 {count} 个文件，最多 {limit} 个。请解压后收入文件夹。", "{path} holds {count} files; the limit is {limit}. Unpack it and add the folder."),
    "archive_traversal": ("{path} 里的文件名 {member} 指向压缩包之外，可能有害，没有收入。请检查来源。", "{path} names a file outside itself ({member}), which can do harm; it was not added. Check where it comes from."),
    "archive_nested": ("{path} 是压缩包里的压缩包，没有打开。请先解压再收入。", "{path} is an archive in an archive and was not opened. Unpack it and add what it holds."),
    "archive_empty": ("{path} 里没有能读的文件。请解压后看一看。", "{path} holds no file that can be read. Unpack it and have a look."),
    "file_unsafe": ("{path} 不安全，没有收入：{reason}。请确认它的来历。", "{path} is not safe to read and was not added: {reason}. Check where it comes from."),
    "file_legacy": ("要读 {path}（旧格式 {suffix}），这台电脑上还缺一个转换程序。请安装 {tools}，或把文件另存为新格式再收入。", "To read {path} (the old {suffix} format), a converter is missing on this computer. Install {tools}, or save the file in the current format."),
    "file_pages": ("{path} 有 {pages} 页，最多 {limit} 页。请拆成几份再收入。", "{path} has {pages} pages; the limit is {limit}. Split it and add the parts."),
    "file_scanned": ("{path} 共 {pages} 页，都没有能读的文字：是扫描的图片，或字体没有说明自己是什么字。请换一份能选中、复制文字的文件。", "None of the {pages} pages of {path} has text that can be read: they are scans, or their fonts do not say what they draw. Use a copy whose text can be selected and copied."),
    # the library
    "library_missing": ("{path} 里还没有资料库。请先运行 yinju add 加上文件或文件夹。", "There is no library in {path} yet. Run yinju add with a file or folder first."),
    "library_broken": ("{path} 里的资料库坏了，不能用（{reason}）。请用 yinju restore 还原备份；没有备份的话，请用 --library 换一个文件夹，重新运行 yinju add。原来的文件不受影响。", "The library in {path} is damaged and cannot be used ({reason}). Restore a backup with yinju restore; without one, choose another folder with --library and run yinju add again. Your files are untouched."),
    "library_version": ("{path} 里的资料库是另一个版本（{found}，本程序用 {expected}）。请用 --library 换一个文件夹，重新运行 yinju add。", "The library in {path} has another format ({found}; this program uses {expected}). Choose another folder with --library and run yinju add again."),
    "library_model": ("{path} 里的资料库是用模型 {found} 建的，现在选的是 {expected}。请用 --model 选回原来的，或用 --library 另建一个。", "The library in {path} was made with the model {found}, not {expected}. Choose the former with --model, or make a new library with --library."),
    "library_busy": ("另一个程序正在改 {path} 里的资料库。请等它做完再试。", "Another program is changing the library in {path}. Wait until it is done and try again."),
    "library_empty": ("{path} 里的资料库还是空的。请先运行 yinju add 加上文件或文件夹。", "The library in {path} is empty. Run yinju add with a file or folder first."),
    "disk_full": ("{path} 所在的磁盘满了。已经收入的都还在；请腾出空间再继续。", "The disk that holds {path} is full. What was added before is safe; make room and continue."),
    "document_unknown": ("资料库里没有编号为 {id} 的文件。yinju list 列出全部编号。", "The library has no document {id}. yinju list shows all ids."),
    # backups
    "backup_occupied": ("{path} 已经存在，而且不是引据的备份，没有覆盖。请换一个文件名。", "{path} exists and is not a backup of Yinju; it was not overwritten. Choose another name."),
    "backup_write": ("备份写不到 {path}：{reason}。请换一个地方。", "The backup cannot be written to {path}: {reason}. Choose another place."),
    "backup_unreadable": ("{path} 不是能读的备份：{reason}。请换一个备份文件。", "{path} is not a backup that can be read: {reason}. Use another backup."),
    "backup_damaged": ("备份 {path} 里的 {member} 坏了，什么也没有还原。请换一个备份文件。", "{member} in the backup {path} is damaged; nothing was restored. Use another backup."),
    "backup_version": ("备份 {path} 是另一版引据写的（格式 {found}，本程序读 {expected}）。请用写它的那一版还原，或用 yinju add 重新收入原来的文件。", "The backup {path} was written by another version of Yinju (format {found}; this one reads {expected}). Restore it with that version, or add the original files again with yinju add."),
    "backup_library": ("备份 {path} 里的资料库是另一个版本（{found}，本程序用 {expected}）。请用写它的那一版引据还原，或用 yinju add 重新收入原来的文件。", "The library in the backup {path} has another format ({found}; this program uses {expected}). Restore it with the version that wrote it, or add the original files again with yinju add."),
    "restore_occupied": ("{path} 里已有内容，没有还原。请用 --library 指定一个空的或还不存在的文件夹。", "{path} is not empty; nothing was restored. Name an empty or new folder with --library."),
    # the model
    "model_missing": ("找不到模型 {model}：{reason}。请用 --model 给出模型的文件夹，或不写 --model，用自带的。", "The model {model} cannot be found: {reason}. Name its folder with --model, or leave --model out to use the one included."),
    "model_unreadable": ("模型 {model} 打不开：{reason}。请换一个完好的，或不写 --model，用自带的。", "The model {model} does not load: {reason}. Use an intact copy, or leave --model out to use the one included."),
    "index_broken": ("{path} 里的索引坏了（{reason}）。文件的内容都在；请运行 yinju check --repair，索引会重建。", "The index in {path} is broken ({reason}). The documents are safe; run yinju check --repair, and the index is made anew."),
    "index_busy": ("另一个程序正在改 {path} 里的索引。请等它做完再试。", "Another program is changing the index in {path}. Wait until it is done and try again."),
    # settings and gold files
    "config_file": ("设置文件 {path} 读不了：{reason}。请改正或删去它。", "The settings file {path} cannot be read: {reason}. Mend or delete it."),
    "config_field": ("没有 {name} 这项设置。可用的有：{known}。", "There is no setting {name}. These exist: {known}."),
    "config_value": ("设置 {name} 不能是 {value}。请改成允许的值。", "The setting {name} cannot be {value}. Give it a value that is allowed."),
    "gold_missing": ("打不开 {path}：{reason}。请检查路径。", "{path} cannot be opened: {reason}. Check the path."),
    "gold_line": ("{path} 第 {line} 行不合格式：{reason}。请改正这一行。", "Line {line} of {path} is malformed: {reason}. Mend that line."),
    "gold_empty": ("{path} 里一个问题也没有。请换一个文件。", "{path} holds no question. Choose another file."),
    # the address
    "port_busy": ("{host} 的端口 {port} 已被别的程序占用。请用 --port 换一个，例如 --port {next}。", "Port {port} of {host} is taken by another program. Choose another with --port, for example --port {next}."),
    "port_unusable": ("不能在 {host} 的端口 {port} 上打开网页：{reason}。请用 --host 或 --port 换一个。", "The page cannot be served at port {port} of {host}: {reason}. Choose others with --host or --port."),
    # HTTP
    "request_too_large": ("请求超过 {limit}。请只发送一个问题。", "The request is larger than {limit}. Send one question only."),
    "request_not_utf8": ("请求不是 UTF-8 编码。请改用 UTF-8 发送。", "The request is not UTF-8. Send it as UTF-8."),
    "request_not_json": ("请求不是 JSON。请发送 {example}。", "The request is not JSON. Send {example}."),
    "request_not_object": ("请求要是一个 JSON 对象，例如 {example}。", "The request must be a JSON object such as {example}."),
    "request_field_missing": ("请求里缺少 {name}。例如：{example}。", "The request lacks {name}. For example: {example}."),
    "request_field_type": ("请求里的 {name} 要是字符串。例如：{example}。", "{name} in the request must be a string. For example: {example}."),
    "text_broken": ("请求里的 {name} 含有半个字符，无法传送。请删去它再发。", "{name} in the request holds half a character, which cannot be sent. Delete it and send again."),
    "page_unknown": ("没有 {path} 这个地址。可用的有：{known}。", "There is nothing at {path}. These exist: {known}."),
    "method_unknown": ("这个地址不支持 {method}，请用 {known}。", "This address does not take {method}; use {known}."),
    "host_refused": ("这里只接受来自本机的访问，不接受以 {host} 为名的访问。要让别的机器访问，请用 --host 启动。", "Only this machine may ask here, not as {host}. To let others in, start with --host."),
    "origin_refused": ("这个请求是别的网站（{origin}）的网页发出的，没有受理。请在引据自己的网页里操作。", "This request was made by a page of another site ({origin}) and was refused. Use Yinju's own page."),
    "token_missing": ("这里需要口令。请求要带上 Authorization: Bearer 和启动时显示的口令，或先在浏览器里登录。", "A token is required here. Send the header Authorization: Bearer with the token shown at the start, or sign in with a browser first."),
    "token_wrong": ("口令不对。启动引据的人知道口令。", "The token is wrong. Whoever started Yinju knows it."),
    "token_file": ("口令文件 {path} 读不了：{reason}。请改用一个只有口令的文本文件。", "The token file {path} cannot be read: {reason}. Use a text file that holds nothing but the token."),
    "token_short": ("口令只有 {length} 个字，至少要 {limit} 个。请换一个更长的，或不给，由引据生成。", "The token has {length} characters; it needs {limit} at least. Use a longer one, or none, and one is made."),
    # what cannot be done now
    "service_busy": ("正忙：已有 {waiting} 个问题在等。请过 {seconds} 秒再问。", "Busy: {waiting} {waiting|question is|questions are} waiting already. Ask again in {seconds} {seconds|second|seconds}."),
    "service_starting": ("引据正在启动。请过 {seconds} 秒再试。", "Yinju is starting. Try again in {seconds} {seconds|second|seconds}."),
    "service_stopping": ("引据正在关闭，不再接新的问题。请等它重新启动再问。", "Yinju is stopping and takes no more questions. Ask again when it is back."),
    "question_slow": ("这个问题 {seconds} 秒还没有答出来，已经放弃。请过一会儿再问，或问得更具体一些。", "There was no answer within {seconds} {seconds|second|seconds}, so it was given up. Ask again later, or ask for something more specific."),
    "rate_limited": ("从这个地址来的请求太多。请过 {seconds} 秒再试。", "Too many requests come from this address. Try again in {seconds} {seconds|second|seconds}."),
    "internal": ("出了意外，没有答成。请再试一次；还不行，请看终端里的记录。", "Something went wrong and there is no answer. Try again; if it stays, see the log in the terminal."),
}

TEXTS: Mapping[str, tuple[str, str]] = {
    # the page
    "page_title": ("引据 · 问你的文件，看它的原话", "Yinju · ask your documents, see their own words"),
    "seal": ("引", "引"),
    "brand": ("引据", "Yinju"),
    "tagline": ("问你的文件，看它的原话", "Ask your documents. See their own words."),
    "library_size": ("资料 {count} 份 · {characters} 字", "{count} {count|document|documents} · {characters} characters"),
    "question_label": ("问题", "Question"),
    "question_placeholder": ("问一件文件里写着的事……", "Ask your documents…"),
    "send": ("提问", "Ask"),
    "send_hint": ("Enter 提问 · Shift + Enter 换行", "Enter to ask · Shift + Enter for a new line"),
    "connection_lost": ("和引据的连接断了。请看终端里它是不是还开着；开着的话，重新载入这一页。", "The connection to Yinju is lost. See in the terminal whether it still runs; if so, reload this page."),
    "chat_label": ("对话", "Conversation"),
    "source_label": ("原文", "Source"),
    "welcome_title": ("每个答案，都有原话为证。", "Every answer, proven in its own words."),
    "welcome_body": ("引据在你的文件里找出答案，一字不改地引出那句话，并翻到它所在的段落。文件里没有的，就说没有。", "Yinju finds the answer in your documents, quotes the sentence word for word and opens the paragraph it stands in. What they do not say, it does not say."),
    "welcome_try": ("试试这样问", "Try one of these"),
    "source_empty_title": ("原文会出现在这里", "The source appears here"),
    "source_empty_body": ("点答案旁的编号 [1]，就翻到它在文件里的位置。", "Click the number [1] beside an answer to open the place it comes from."),
    "source_none_title": ("没有可以出示的原文", "There is no source to show"),
    "source_none_body": ("资料里没有回答这个问题的话。点相近段落也能翻到原文，但它们不是答案。", "The documents do not answer this question. Nearby passages can be opened too, but they are not an answer."),
    "source_changed": ("这份文件在回答之后改过，原来的引文已经对不上，所以不再显示。请重新提问。", "The document has changed since it was quoted, and the quote no longer matches, so it is not shown. Ask again."),
    "source_gone": ("这份文件已经不在资料库里。", "This document is no longer in the library."),
    "source_close": ("关闭原文", "Close the source"),
    "searching": ("正在查找……", "Looking…"),
    "you_asked": ("你问", "You asked"),
    "answered_label": ("回答：{answer}", "Answer: {answer}"),
    "paragraph": ("第 {number} 段", "paragraph {number}"),
    "page": ("第 {number} 页", "page {number}"),
    "page_of": ("第 {number} 页，共 {count} 页", "page {number} of {count}"),
    "recognised": ("识别文本", "Recognised text"),
    "title": ("《{title}》", "{title}"),
    "open_source": ("看原文：{source}", "Open the source: {source}"),
    "citation": ("引文 [{number}]", "Quote [{number}]"),
    "near": ("相近段落", "Nearby passage"),
    "verified": ("逐字核对", "Verbatim"),
    "verified_help": ("刚刚核对过：标出的文字与原文第 {start} 至 {end} 字完全相同。", "Checked just now: the marked words equal characters {start} to {end} of the document."),
    "not_answer": ("不是答案", "Not an answer"),
    "not_found": ("未找到", "Not found"),
    "not_found_body": ("资料里没有找到能回答这个问题的话。", "The documents hold no sentence that answers this question."),
    "not_found_near": ("下面几段最接近，但它们不是答案：", "These passages come nearest, but they are not an answer:"),
    "not_found_next": ("可以换个说法，或问得更具体一些。", "Try other words, or ask for something more specific."),
    "withheld": ("有 {count} 处引文和现在的原文对不上，没有显示。", "{count} {count|quote|quotes} no longer matched the source and {count|is|are} not shown."),
    "more_quotes": ("另有 {count} 处也这样说", "{count} more {count|place says|places say} so"),
    "others": ("资料里另有不同的说法：", "The documents also say otherwise:"),
    "omitted": ("略去 {count} 字", "{count} {count|character|characters} left out"),
    "sure_high": ("很有把握", "Very sure"),
    "sure_good": ("较有把握", "Fairly sure"),
    "sure_fair": ("把握一般", "Somewhat sure"),
    "sure_low": ("把握不大", "Not very sure"),
    "sure_help": ("引据对这个答案的把握。请以原文为准。", "How sure Yinju is of this answer. The source decides."),
    # signing in, and waiting
    "login_body": ("这个引据有口令。启动它的人知道口令。", "This Yinju is guarded by a token. Whoever started it knows the token."),
    "login_token": ("口令", "Token"),
    "login_button": ("进入", "Sign in"),
    "starting": ("引据正在启动，这一页会自己打开。", "Yinju is starting; this page will open by itself."),
    # the terminal
    "cli_added": ("新收入 {added} 份，更新 {updated} 份，未变 {unchanged} 份，读不了 {failed} 份；共写入 {passages} 段。", "Added {added}, updated {updated}, unchanged {unchanged}, unreadable {failed}; {passages} {passages|passage|passages} written."),
    "cli_removed": ("已移除 {count} 份文件。", "Removed {count} {count|document|documents}."),
    "cli_check_good": ("完好：{documents} 份文件、{passages} 段，每一处位置都与原文相符。", "Sound: {documents} {documents|document|documents}, {passages} {passages|passage|passages}, every offset slices to its text."),
    "cli_check_bad": ("{documents} 份文件、{passages} 段里有 {problems} 处不符。", "{problems} {problems|problem|problems} in {documents} {documents|document|documents} and {passages} {passages|passage|passages}."),
    "cli_reading": ("读文件", "Reading files"),
    "cli_embedding": ("写入段落", "Storing passages"),
    "cli_asking": ("提问", "Asking"),
    "cli_interrupted": ("已中断。已经收入的都还在。", "Interrupted. What was added is safe."),
    "report_line": ("{name}：{parts}", "{name}: {parts}"),
    "comma": ("，", ", "),
    "report_pages": ("{count} 页", "{count} {count|page|pages}"),
    "report_characters": ("{count} 字", "{count} {count|character|characters}"),
    "report_tables": ("{count} 个表格", "{count} {count|table|tables}"),
    "report_recognised": ("识别 {count} 页", "{count} {count|page|pages} recognised"),
    "report_seconds": ("{seconds} 秒", "{seconds} s"),
    "notice_at": ("第 {page} 页：{notice}", "page {page}: {notice}"),
    "notice_bytes_replaced": ("有 {detail} 个字的编码坏了，显示为 �。", "Characters that could not be decoded, shown as �: {detail}."),
    "notice_file_cut": ("文件不完整，只读到断开的地方。", "The file is incomplete and was read as far as it goes."),
    "notice_part_unreadable": ("书中的 {detail} 读不出来。", "The part {detail} of the book cannot be read."),
    "cli_repaired": ("索引已由资料库重建。", "The indexes were made anew from the library."),
    "cli_backed_up": ("已备份到 {path}（{size}）：{documents} 份文件、{passages} 段。", "Backed up to {path} ({size}): {documents} {documents|document|documents}, {passages} {passages|passage|passages}."),
    "cli_restored": ("已还原到 {path} 并核对无误：{documents} 份文件、{passages} 段，备份于 {made}。", "Restored to {path} and checked: {documents} {documents|document|documents}, {passages} {passages|passage|passages}, backed up {made}."),
    "cli_token": ("别的机器也能连到这里，所以需要口令：{token}\n口令只显示这一次。要自己定，请用 YINJU_TOKEN 或 --token-file。", "Other machines can connect, so a token is needed: {token}\nIt is shown this once. To choose it, use YINJU_TOKEN or --token-file."),
    "cli_serving": ("网页开在 {url} ，按 Ctrl+C 结束。", "The page is at {url} . Press Ctrl+C to stop."),
    # what a reader could not read, or did to read it
    "notice_pictures": ("图片 {detail} 张，其中的文字没有读。", "Pictures whose text was not read: {detail}."),
    "notice_comments": ("批注 {detail} 条，没有收入。", "Comments that were not added: {detail}."),
    "notice_sheet_hidden": ("工作表“{detail}”是隐藏的，也收入了。", "The sheet {detail} is hidden; it was added too."),
    "notice_slide_hidden": ("这一页是隐藏的，也收入了。", "This slide is hidden; it was added too."),
    "notice_converted": ("由 {detail} 转换后读出，排版可能有出入。", "Read by way of {detail}; the layout may differ."),
    "notice_page_scanned": ("这一页是扫描的图片，里面的文字没有读。", "This page is a scanned picture; the text in it was not read."),
    "notice_page_garbled": ("这一页的字体没有说明自己是什么字，文字没有读。", "The fonts of this page do not say what they draw; its text was not read."),
    "notice_page_damaged": ("这一页坏了，读不出来（{detail}）。", "This page is damaged and cannot be read ({detail})."),
}

CLI_HELP = "引据：从你自己的文件里找答案，并逐字出示证据。 · Answers from your own documents, each proven by a quote."
CLI_LIBRARY = "资料库所在的文件夹 · the library's folder"
CLI_MODEL = "换一个编码模型（名字或文件夹） · another encoder, by name or folder"
CLI_LANGUAGE = "提示所用的语言 · language of messages"
CLI_ADD = "收入或更新文件和文件夹 · add or update files and folders"
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
CLI_ASK_EITHER = "请给出一个问题，或用 --batch 给出一个文件 · give a question, or a file with --batch"
CLI_EVAL = "用标准答案评测 · score against a gold file"
CLI_EVAL_GOLD = "标准答案文件 · the gold file"
CLI_CHAT = "打开网页和 HTTP 接口 · serve the page and the HTTP endpoints"
CLI_CHAT_HOST = "网页的地址 · address to serve at"
CLI_CHAT_PORT = "网页的端口 · port to serve at"
CLI_CHAT_TOKEN = "口令所在的文件（或用 YINJU_TOKEN） · a file that holds the token (or YINJU_TOKEN)"
CLI_CHAT_LOG = "日志写成 JSON 行，不含问题和文件内容 · log JSON lines, without questions or documents"
CLI_CHAT_BROWSER = "是否打开浏览器 · whether to open the browser"

REQUEST_EXAMPLE = '{"question": "谁宣布了西洽会开幕？"}'

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "000_dcd0a74a8a6b0edf.txt": ("有多少家世界500强落户重庆？", "谁宣布了西洽会开幕？", "激光打靶体验在哪个展位？", "西洽会的门票多少钱？"),
}
"""Questions to try, by the name of a document that ships with the project. The last is one that it does not answer."""
# fmt: on

_FIELD = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
_BYTES = frozenset({"file_too_large", "file_expands", "file_memory", "request_too_large"})
_RANGE = re.compile(r"\s*(zh|en)(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.IGNORECASE)
_HEADER_LIMIT = 1000
_VALUE_LIMIT = 300


def sentence(code: str, lang: str, **fields: object) -> str:
    """The sentence for an error's ``code`` and ``fields``, in ``lang`` (``zh`` or ``en``).

    A code without a sentence gives that of ``internal``. Values are cut at 300 characters and hold no control
    characters.
    """
    if code in _BYTES:
        fields = {name: size(value) if isinstance(value, int) else value for name, value in fields.items()}
    if isinstance(fields.get("port"), int):
        port = int(str(fields["port"]))
        fields = {**fields, "port": str(port), "next": str(port + 1 if port < 65535 else port - 1)}
    return _filled(ERRORS.get(code, ERRORS["internal"]), lang, {"example": REQUEST_EXAMPLE, **fields})


def text(key: str, lang: str, **fields: object) -> str:
    """The label or sentence named ``key`` in ``lang`` (``zh`` or ``en``).

    :raises KeyError: if there is none: the caller misspelt it.
    """
    return _filled(TEXTS[key], lang, fields)


def notice(code: str, lang: str, *, page: int, detail: str) -> str:
    """The sentence of a notice about a file, with its page where it is about one."""
    said = text(f"notice_{code}", lang, detail=detail)
    return text("notice_at", lang, page=page, notice=said) if page else said


def confidence_words(probability: float, lang: str) -> str:
    """A calibrated probability in [0, 1] in words."""
    if probability >= 0.9:
        key = "sure_high"
    elif probability >= 0.75:
        key = "sure_good"
    else:
        key = "sure_fair" if probability >= 0.5 else "sure_low"
    return text(key, lang)


def choose_language(accept_language: str | None) -> Lang:
    """The page's language for an HTTP ``Accept-Language`` header: English where it ranks above Chinese, else Chinese.

    Follows RFC 9110 § 12.5.4; what does not parse is skipped.
    """
    ranked: list[tuple[float, int, Lang]] = []
    for place, part in enumerate((accept_language or "")[:_HEADER_LIMIT].split(",")):
        match = _RANGE.fullmatch(part)
        if match and (weight := float(match[2] or 1)):
            ranked.append((-weight, place, "en" if match[1].lower() == "en" else "zh"))
    return min(ranked)[2] if ranked else "zh"


def examples_for(names: Iterable[str]) -> tuple[str, ...]:
    """Questions to try for a library of documents with these names; empty where we know none of them."""
    return next((EXAMPLES[name] for name in names if name in EXAMPLES), ())


def _filled(words: tuple[str, str], lang: str, fields: Mapping[str, object]) -> str:
    def fill(match: re.Match[str]) -> str:
        value = fields.get(match[1], "?")
        if match[2] is not None:
            return match[2] if value == 1 else match[3]
        return _value(value, lang)

    return _FIELD.sub(fill, words[1 if lang == "en" else 0])


def _value(value: object, lang: str) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple | set | frozenset):
        return (", " if lang == "en" else "、").join(_value(item, lang) for item in sorted(map(str, value)))
    return one_line(str(value), limit=_VALUE_LIMIT)


def size(size: int) -> str:
    """A number of bytes with its unit, powers of 1,024."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= factor:
            return f"{size / factor:,.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"
