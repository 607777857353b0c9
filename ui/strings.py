"""Every sentence and label that a person reads, Chinese first, English beside it, and how values are written in them.

Each entry is ``(Chinese, English)``; ``{field}`` stands for a value. English plurals: ``{count|document|documents}``
picks a word by ``count``. This module knows no page, terminal, answer or document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
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
    "file_name": ("{path} 的文件名不是 UTF-8 编码，没有收入。请改个名字再收入。", "The name of {path} is not UTF-8; it was not added. Rename it and add it again."),
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
    "archive_members": ("{path} 里有 {count} 个文件，最多 {limit} 个。请检查来源；确实需要的话，请解压后收入文件夹。", "{path} holds {count} files; the limit is {limit}. Check where it comes from; if you need it, unpack it and add the folder."),
    "archive_traversal": ("{path} 里的文件名 {member} 指向压缩包之外，可能有害，没有收入。请检查来源。", "{path} names a file outside itself ({member}), which can do harm; it was not added. Check where it comes from."),
    "archive_nested": ("{path} 是压缩包里的压缩包，没有打开。请先解压再收入。", "{path} is an archive in an archive and was not opened. Unpack it and add what it holds."),
    "archive_empty": ("{path} 里没有能读的文件。请解压后看一看。", "{path} holds no file that can be read. Unpack it and have a look."),
    "file_packing": ("{path} 用了少见的压缩方法（{method} 号），没有收入。请用写它的程序另存一份，或解压后再收入。", "{path} is compressed in an unusual way (method {method}) and was not added. Save it anew with the program that wrote it, or unpack it first."),
    "file_legacy": ("要读 {path}（旧格式 {suffix}），这台电脑上还缺一个转换程序。请安装 {tools}，或把文件另存为新格式再收入。", "To read {path} (the old {suffix} format), a converter is missing on this computer. Install {tools}, or save the file in the current format."),
    "file_pages": ("{path} 有 {pages} 页，最多 {limit} 页。请拆成几份再收入。", "{path} has {pages} pages; the limit is {limit}. Split it and add the parts."),
    "file_scanned": ("{path} 共 {pages} 页，都没有能读的文字：是扫描的图片，或字体没有说明自己是什么字。请装上文字识别（在引据的文件夹里运行 pip install -e '.[ocr]'）再收入，或换一份能选中、复制文字的文件。", "None of the {pages} pages of {path} has text that can be read: they are scans, or their fonts do not say what they draw. Install text recognition (run pip install -e '.[ocr]' in the folder of Yinju) and add it again, or use a copy whose text can be selected and copied."),
    "file_illegible": ("{path} 共 {pages} 页，都是图片，没有认出可靠的文字，没有收入。请换一份更清晰的。", "No text could be recognised for sure in the pictures of {path} ({pages} {pages|page|pages}); it was not added. Use a clearer copy."),
    "picture_textless": ("图片 {path} 里没有文字，没有收入。", "The picture {path} holds no text and was not added."),
    "picture_size": ("{path} 里有一页 {pixels} 像素，最大 {limit}，没有收入。请缩小后再收入。", "A page of {path} has {pixels} pixels; the limit is {limit}. It was not added. Make it smaller and add it again."),
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
    "gold_unanswered": ("{path} 里的 {count} 行都还没有正确答案（answers 是 null）。请补上答案再评测。", "None of the {count} lines of {path} has a right answer yet (answers is null). Fill them in and run again."),
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
    "request_field_number": ("请求里的 {name} 要是整数，从 1 数起。", "{name} in the request must be a whole number, counted from 1."),
    "request_field_false": ("请求里的 {name} 只能是 false。要删除，请用 DELETE。", "{name} in the request can only be false. To delete, use DELETE."),
    "request_field_list": ("请求里的 {name} 要是一个列表，不用就省去。", "{name} in the request must be a list; leave it out if it is not needed."),
    "request_field_object": ("请求里的 {name} 要是一个对象，含 question、understood、answer、status。", "{name} in the request must be an object with question, understood, answer and status."),
    "request_field_value": ("请求里的 {name} 是 {value}，只能是其中之一：{known}。", "{name} in the request is {value}; it must be one of: {known}."),
    "text_broken": ("请求里的 {name} 含有半个字符，无法传送。请删去它再发。", "{name} in the request holds half a character, which cannot be sent. Delete it and send again."),
    "page_unknown": ("没有 {path} 这个地址。可用的有：{known}。", "There is nothing at {path}. These exist: {known}."),
    "method_unknown": ("这个地址不支持 {method}，请用 {known}。", "This address does not take {method}; use {known}."),
    "host_refused": ("这里只接受来自本机的访问，不接受以 {host} 为名的访问。要让别的机器访问，请用 --host 启动。", "Only this machine may ask here, not as {host}. To let others in, start with --host."),
    # conversations
    "conversation_unknown": ("没有编号为 {id} 的对话：可能已经删除。请从左边的列表里另选一个。", "There is no conversation {id}; it may have been deleted. Choose another from the list."),
    "turn_unknown": ("对话 {id} 里没有第 {number} 问。请重新载入这个对话。", "The conversation {id} has no turn {number}. Load it again."),
    "conversation_title_empty": ("名称是空的。请写下几个字。", "The title is empty. Type a few words."),
    "conversation_title_long": ("名称有 {length} 个字，最多 {limit} 个字。请写短一些。", "The title has {length} characters; the limit is {limit}. Make it shorter."),
    "conversation_long": ("这个对话已有 {limit} 问，到了上限。请新建一个对话。", "This conversation has reached its limit of {limit} questions. Start a new one."),
    "turn_large": ("这次的回答有 {size}，最大 {limit}，没有存入对话。请问得更具体一些。", "This answer has {size}; the limit is {limit}. It was not kept. Ask something more specific."),
    "conversations_full": ("已有 {count} 个对话，最多 {limit} 个。请先删去不要的。", "There are {count} conversations; the limit is {limit}. Delete some first."),
    "conversations_broken": ("存对话的文件 {path} 读写不了（{reason}）。请把它移到别处再试；资料不受影响。", "The file of conversations {path} cannot be used ({reason}). Move it elsewhere and try again; the documents are untouched."),
    "conversations_version": ("存对话的文件 {path} 是另一个版本（{found}，本程序用 {expected}）。请用写它的那一版打开，或把它移到别处。", "The file of conversations {path} has another format ({found}; this program uses {expected}). Open it with the version that wrote it, or move it elsewhere."),
    "conversations_busy": ("另一个程序正在写存对话的文件 {path}。请稍后再试。", "Another program is writing the file of conversations {path}. Try again in a moment."),
    "conversations_disk": ("{path} 所在的磁盘满了，对话没有存下。请腾出空间再试。", "The disk that holds {path} is full and the conversation was not kept. Make room and try again."),
    "export_format": ("不能导出成 {format}。可用的有：{known}。", "There is no export to {format}. These exist: {known}."),
    # feedback
    "feedback_verdict": ("评价不能是 {value}。可用的有：{known}。", "The verdict cannot be {value}. These exist: {known}."),
    "feedback_reason": ("原因不能是 {value}。可用的有：{known}。", "The reason cannot be {value}. These exist: {known}."),
    "feedback_long": ("写了 {length} 个字，最多 {limit} 个字。请写短一些。", "The text has {length} characters; the limit is {limit}. Make it shorter."),
    "feedback_file": ("评价没有存下：{path} 读写不了（{reason}）。请检查权限和磁盘空间。", "The feedback was not kept: {path} cannot be used ({reason}). Check its permissions and the disk's space."),
    "change_refused": ("从 {host} 不能增减资料，只能提问。请在运行引据的电脑上操作。", "From {host} you can ask, but not add or remove documents. Do that on the computer that runs Yinju."),
    "upload_count": ("已有 {count} 个文件在等候，最多 {limit} 个。请等它们收完再加；文件夹很大时，用 yinju add 更快。", "{count} files are waiting; the limit is {limit}. Wait for them; for a large folder yinju add is faster."),
    "upload_nothing": ("请求里没有文件。请附上文件和文件名，例如：{upload_example}。", "The request holds no file. Send one with its name, for example: {upload_example}."),
    "upload_unknown": ("没有可以再试的文件 {id}。请重新拖进来。", "There is no file {id} to try again. Drop it once more."),
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
    "library_label": ("资料", "Library"),
    "library_open": ("展开资料栏", "Show the library"),
    "library_fold": ("收起资料栏", "Hide the library"),
    "library_none": ("还没有资料。", "No documents yet."),
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
    "source_changed_title": ("原文已变更", "The source has changed"),
    "revision_changed": ("原文已变更", "Source changed"),
    "revision_changed_help": ("这份文件在回答之后改过，但引用的这句话仍在原处，一字未变。", "The document has changed since it was quoted, but these words still stand in their place, unaltered."),
    "citations_label": ("引文", "Quotes"),
    "citation_previous": ("上一处引文", "Previous quote"),
    "citation_next": ("下一处引文", "Next quote"),
    "view_label": ("看法", "View"),
    "view_page": ("原页", "Page"),
    "view_text": ("文字", "Text"),
    "page_previous": ("上一页", "Previous page"),
    "page_next": ("下一页", "Next page"),
    "page_gone": ("这一页画不出来：文件已不在原处，或已不是收入时的那一份。文字还可以看。", "This page cannot be drawn: the file is gone from its place or is not the one that was added. Its text can still be read."),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "copy_quote": ("复制引文", "Copy quote"),
    "copy_quote_help": ("复制这句话和它的出处", "Copy these words and where they stand"),
    "copy_reference": ("复制出处", "Copy reference"),
    "copy_reference_help": ("按 GB/T 7714 的格式复制出处", "Copy the reference in the form of GB/T 7714"),
    "and_others": (", 等", ", et al."),
    "copied": ("已复制", "Copied"),
    "understood": ("理解为：", "Understood as: "),
    "understood_edit": ("修改", "Edit"),
    "understood_edit_help": ("把这个问题放回输入框修改", "Put this question back into the box to change it"),
    "absent": ("资料里没有这些词：", "No document holds these words: "),
    "disagree": ("资料里的说法不一，请对照：", "The documents disagree; compare:"),
    "suggestions": ("资料里能回答的问题：", "Questions that the documents answer:"),
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
    # conversations
    "history_label": ("对话", "Conversations"),
    "history_new": ("新对话", "New conversation"),
    "history_search": ("搜索问题、答案和引文", "Search questions, answers, quotes"),
    "history_none": ("问过的都会存在这里，只存在这台电脑上。", "What you ask is kept here, on this computer only."),
    "history_no_match": ("没有对话里有这些字。", "No conversation holds these words."),
    "history_more": ("只列出最近的 {count} 个；其余的请搜索。", "Only the latest {count} are listed; search for the others."),
    "history_turns": ("{count} 问", "{count} {count|question|questions}"),
    "history_menu": ("更多：{title}", "More: {title}"),
    "history_rename": ("改名", "Rename"),
    "history_rename_label": ("新名称", "New title"),
    "history_save": ("保存", "Save"),
    "history_cancel": ("取消", "Cancel"),
    "history_delete": ("删除", "Delete"),
    "history_deleted": ("已删除“{title}”。", "Deleted “{title}”."),
    "history_undo": ("撤销", "Undo"),
    "history_export": ("导出", "Export"),
    "history_link": ("复制链接", "Copy link"),
    "history_link_copied": ("已复制", "Copied"),
    "history_not_kept": ("这一问没有存下：{reason}", "This question was not kept: {reason}"),
    "conversation_untitled": ("未命名的对话", "Untitled conversation"),
    "format_md": ("Markdown", "Markdown"),
    "format_html": ("网页（HTML）", "Web page (HTML)"),
    "format_docx": ("Word 文档", "Word document"),
    "format_json": ("JSON", "JSON"),
    "turn_export": ("导出这个回答", "Export this answer"),
    # what became of a stored citation
    "recall_holds": ("原文未变", "Source unchanged"),
    "recall_changed": ("原文已变更", "Source changed"),
    "recall_gone": ("资料已移除", "Document removed"),
    "recall_some": ("有 {count} 处引文和现在的资料对不上，下面只作为当时的记录。", "{count} {count|quote|quotes} no longer {count|matches|match} the documents and {count|is|are} kept only as a record."),
    "recall_none": ("这个答案的原文已经变更或移除，现在没有引文为证，只是当时的记录。请重新提问。", "The source of this answer has changed or was removed. No quote proves it now; it is only a record. Ask again."),
    "recall_then": ("当时的回答：", "The answer then: "),
    "recall_record": ("当时的引文", "As quoted then"),
    # exports
    "export_when": ("由引据导出于 {when} · 对话 {id}", "Exported by Yinju on {when} · conversation {id}"),
    "export_asked": ("问于 {when}", "Asked on {when}"),
    "export_understood": ("理解为：", "Understood as: "),
    "export_answer_then": ("当时的回答：", "The answer then: "),
    "export_in_quote": ("其中：", "In it: "),
    "export_characters": ("原文第 {start} 至 {end} 字", "characters {start} to {end}"),
    "export_revision": ("版本 {revision}", "revision {revision}"),
    "export_holds": ("导出时逐字核对 ✓", "verbatim when exported ✓"),
    "export_changed": ("原文已变更，这是当时的引文", "source changed since; as quoted then"),
    "export_gone": ("资料已移除，这是当时的引文", "document removed since; as quoted then"),
    "export_paragraph": ("所在段落", "The paragraph"),
    "export_sources": ("出处", "Sources"),
    # feedback
    "rate_label": ("这个回答", "This answer"),
    "rate_up": ("答得对", "Right"),
    "rate_down": ("答得不对", "Wrong"),
    "rate_why": ("哪里不对？", "What is wrong?"),
    "rate_wrong_answer": ("答案错了", "The answer is wrong"),
    "rate_wrong_quote": ("引文不对", "The quote is wrong"),
    "rate_should_refuse": ("应该说找不到", "It should say not found"),
    "rate_has_answer": ("其实有答案", "There is an answer"),
    "rate_other": ("别的", "Something else"),
    "rate_right": ("正确答案（可不填，照原文抄写）", "The right answer (optional, as the document words it)"),
    "rate_note": ("说明（可不填）", "A note (optional)"),
    "rate_send": ("记下", "Keep"),
    "rate_kept": ("已记在资料库的 {name} 里，yinju eval 会评测它。", "Kept in the library's {name}, for yinju eval to score."),
    "rate_kept_open": ("已记在资料库的 {name} 里，还差正确答案；补上后 yinju eval 才评测它。", "Kept in the library's {name}. It lacks the right answer; once that is filled in, yinju eval scores it."),
    "rate_kept_up": ("谢谢，已记下。", "Thank you."),
    "rate_forgotten": ("已收回。", "Taken back."),
    # the library pane
    "shelf_drop": ("把文件或文件夹拖到这里", "Drop files or a folder here"),
    "shelf_files": ("选文件", "Choose files"),
    "shelf_folder": ("选文件夹", "Choose a folder"),
    "shelf_kinds": ("PDF、Word、Excel、PPT、网页、电子书、文本、zip……只存在这台电脑上", "PDF, Word, Excel, PowerPoint, web pages, e-books, text, zip… kept on this computer only"),
    "shelf_uploading": ("正在上传", "Uploading"),
    "shelf_lost": ("没有传完，连接断了。请再拖一次。", "The connection broke before the file was sent. Drop it again."),
    "shelf_many": ("这次有 {count} 个文件，一次最多 {limit} 个。请分几次拖，或用 yinju add 收入整个文件夹。", "That is {count} files; the limit is {limit} at a time. Drop fewer, or add the whole folder with yinju add."),
    "shelf_skipped": ("略过 {count} 个还不会读的文件。", "Skipped files of kinds that cannot be read yet: {count}."),
    "shelf_removing": ("正在移除……", "Removing…"),
    "shelf_busy": ("正在收入，还有 {count} 个文件", "Adding, {count} {count|file|files} to go"),
    "shelf_report": ("刚收入的 {count} 个文件", "{count} {count|file|files} just processed"),
    "shelf_report_label": ("收入的进度和结果", "Progress and report of added files"),
    "shelf_clear": ("知道了", "Dismiss"),
    "shelf_waiting": ("等候中", "Waiting"),
    "shelf_reading": ("正在读 · {seconds} 秒", "Reading · {seconds} s"),
    "shelf_storing": ("正在写入 · {percent}%", "Storing · {percent}%"),
    "shelf_twin": ("和资料库里的 {name} 内容相同，没有重复收入。", "The same content is in the library as {name}; it was not added twice."),
    "shelf_unchanged": ("已经在资料库里，没有变化。", "Already in the library, unchanged."),
    "shelf_documents": ("{count} 份", "{count} {count|document|documents}"),
    "shelf_lines_more": ("另有 {count} 条没有列出。", "{count} more not listed."),
    "shelf_retry": ("再试一次", "Try again"),
    "nothing_ticked": ("一份资料也没有勾选。请在左边勾选要问的资料，或点“问全部”。", "No document is ticked. Tick those to ask on the left, or click “Ask all”."),
    "shelf_search": ("按名字找资料", "Find documents by name"),
    "shelf_all": ("问全部 {count} 份", "Ask all {count} {count|document|documents}"),
    "shelf_only_some": ("只问勾选的 {count} 份（共 {total} 份）", "Ask only {count} of {total} documents"),
    "shelf_none_chosen": ("一份也没勾选，什么也问不到", "Nothing is ticked, so nothing can be found"),
    "shelf_ask_all": ("问全部", "Ask all"),
    "shelf_only_this": ("只问这份", "Only this"),
    "shelf_remove": ("移除", "Remove"),
    "shelf_remove_this": ("移除 {name}", "Remove {name}"),
    "shelf_removed_now": ("已移除", "Removed"),
    "shelf_undo": ("撤销", "Undo"),
    "shelf_gone": ("最近移除的 {count} 份", "{count} {count|document|documents} removed lately"),
    "shelf_gone_help": ("{days} 天内可以恢复，之后彻底删除。", "They can be put back for {days} days, then they are deleted for good."),
    "shelf_put_back": ("恢复", "Put back"),
    "shelf_forget": ("现在就彻底删除", "Delete them for good now"),
    "shelf_no_match": ("没有名字里有“{search}”的资料。", "No document has “{search}” in its name."),
    "shelf_more": ("还有 {count} 份没有列出，请按名字找。", "{count} more {count|document is|documents are} not listed; find {count|it|them} by name."),
    "shelf_first": ("从这里开始", "Start here"),
    "shelf_first_1": ("把你的文件拖进来，引据读一遍，记下每一段。", "Drop your documents; Yinju reads them and notes every paragraph."),
    "shelf_first_2": ("在中间提问，得到一个短答案和原话。", "Ask in the middle; you get a short answer and the words that prove it."),
    "shelf_first_3": ("点答案旁的编号，右边翻到那句话。", "Click the number beside an answer; the sentence opens on the right."),
    "shelf_first_sample": ("手边没有文件？先用自带的一份报纸试试。", "No file at hand? Try with the newspaper that comes along."),
    "shelf_sample": ("收入自带的报纸", "Add the newspaper"),
    # signing in, and waiting
    "login_body": ("这个引据有口令。启动它的人知道口令。", "This Yinju is guarded by a token. Whoever started it knows the token."),
    "login_token": ("口令", "Token"),
    "login_button": ("进入", "Sign in"),
    "starting": ("引据正在启动，这一页会自己打开。", "Yinju is starting; this page will open by itself."),
    # the terminal
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
    "report_line": ("{name}：{parts}", "{name}: {parts}"),
    "comma": ("，", ", "),
    "report_pages": ("{count} 页", "{count} {count|page|pages}"),
    "report_paragraphs": ("{count} 段", "{count} {count|paragraph|paragraphs}"),
    "report_characters": ("{count} 字", "{count} {count|character|characters}"),
    "report_tables": ("{count} 个表格", "{count} {count|table|tables}"),
    "report_recognised": ("识别 {count} 页", "{count} {count|page|pages} recognised"),
    "report_seconds": ("{seconds} 秒", "{seconds} s"),
    "watch_started": ("正在跟随 {path}，按 Ctrl+C 结束。", "Following {path}. Press Ctrl+C to stop."),
    "watch_stopped": ("不再跟随。已经收入的都还在。", "No longer following. What was added is safe."),
    "watch_added": ("新收入 {name}", "Added {name}"),
    "watch_updated": ("更新 {name}", "Updated {name}"),
    "watch_moved": ("改名 {was} → {name}", "Renamed {was} → {name}"),
    "watch_removed": ("移除 {name}", "Removed {name}"),
    "watch_unseen": ("现在看不到文件夹 {name}；再看到时继续。收入的都还在。", "The folder {name} cannot be seen now; it is followed again when it can. What was added is safe."),
    "watch_busy": ("另一个程序正在改 {name} 里的资料库，等它做完再写。", "Another program is changing the library in {name}; writing waits until it is done."),
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
    "notice_page_scanned": ("这一页是扫描的图片，里面的文字没有读；要读，请装上文字识别（在引据的文件夹里运行 pip install -e '.[ocr]'）。", "This page is a scanned picture; the text in it was not read. To read it, install text recognition (run pip install -e '.[ocr]' in the folder of Yinju)."),
    "notice_page_garbled": ("这一页的字体没有说明自己是什么字，文字没有读；要读，请装上文字识别（在引据的文件夹里运行 pip install -e '.[ocr]'）。", "The fonts of this page do not say what they draw; its text was not read. To read it, install text recognition (run pip install -e '.[ocr]' in the folder of Yinju)."),
    "notice_page_recognised": ("这一页的字体没有说明自己是什么字，文字是从页面图像认出来的。", "The fonts of this page do not say what they draw; its text was recognised in its picture."),
    "notice_page_illegible": ("这一页是图片，没有认出文字。", "This page is a picture in which no text was recognised."),
    "notice_lines_unsure": ("有 {detail} 行认不清，没有收入。", "Lines that could not be recognised for sure and were not added: {detail}."),
    "notice_page_damaged": ("这一页坏了，读不出来（{detail}）。", "This page is damaged and cannot be read ({detail})."),
}

CLI_HELP = "引据：从你自己的文件里找答案，并逐字出示证据。 · Answers from your own documents, each proven by a quote."
CLI_LIBRARY = "资料库所在的文件夹 · the library's folder"
CLI_MODEL = "换一个编码模型（名字或文件夹） · another encoder, by name or folder"
CLI_LANGUAGE = "提示所用的语言 · language of messages"
CLI_ADD = "收入或更新文件和文件夹 · add or update files and folders"
CLI_ADD_WATCH = "跟随文件夹：新增、修改、改名、删除都随时收入，Ctrl+C 结束 · follow the folders until Ctrl+C"
CLI_ADD_WATCH_FOLDERS = "--watch 只跟随文件夹 · --watch follows folders only"
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

UPLOAD_EXAMPLE = "curl -F file=@report.pdf http://127.0.0.1:7860/api/documents"
REQUEST_EXAMPLE = '{"question": "谁宣布了西洽会开幕？"}'

BYLINE = r"(?:[\u4e00-\u9fff]{0,4}(?:记者|作者|通讯员|撰文)|文)[\s:：/]+([\u4e00-\u9fff·]{2,4}(?:[\s、,，]+[\u4e00-\u9fff·]{2,4}){0,5})"
"""How a Chinese byline names its authors (group 1)."""

DATE = (
    r"(?:19|20)\d{2}\s?年(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?)?|(?<!\d)(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|(?<![\d.])(?:19|20)\d{2}(?=\D{0,2}(?:\.\w+)?$)"
)
"""A date with its year as documents write it; at the end of a title or file name a year alone."""

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "000_dcd0a74a8a6b0edf.txt": ("有多少家世界500强落户重庆？", "谁宣布了西洽会开幕？", "激光打靶体验在哪个展位？", "西洽会的门票多少钱？"),
}
"""Questions to try, by the name of a document that ships with the project. The last is one that it does not answer."""
# fmt: on

_FIELD = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
_BYTES = frozenset({"file_too_large", "file_expands", "file_memory", "request_too_large", "turn_large"})
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
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
    return _filled(
        ERRORS.get(code, ERRORS["internal"]),
        lang,
        {"example": REQUEST_EXAMPLE, "upload_example": UPLOAD_EXAMPLE, **fields},
    )


def text(key: str, lang: str, **fields: object) -> str:
    """The label or sentence named ``key`` in ``lang`` (``zh`` or ``en``).

    :raises KeyError: if there is none: the caller misspelt it.
    """
    return _filled(TEXTS[key], lang, fields)


def notice(code: str, lang: str, *, page: int, detail: str) -> str:
    """The sentence of a notice about a file, with its page where it is about one."""
    said = text(f"notice_{code}", lang, detail=detail)
    return text("notice_at", lang, page=page, notice=said) if page else said


def moment(seconds: float, lang: str) -> str:
    """A time, in seconds since 1970, as date and minute where this program runs."""
    at = datetime.fromtimestamp(seconds)
    if lang == "en":
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def moment_short(seconds: float, now: float, lang: str) -> str:
    """A time as a list shows it: the minute if it was today, else the day, with its year if that is another."""
    at, today = datetime.fromtimestamp(seconds), datetime.fromtimestamp(now)
    if at.date() == today.date():
        return f"{at:%H:%M}"
    year = at.year if at.year != today.year else None
    if lang == "en":
        return f"{at.day} {_MONTHS[at.month - 1]}" + (f" {year}" if year else "")
    return (f"{year}年" if year else "") + f"{at.month}月{at.day}日"


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
