"""Conversations, what became of their citations, exports and feedback."""

from __future__ import annotations

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
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
    "rate_should_refuse": ("应该说“未找到”", "It should say “Not found”"),
    "rate_has_answer": ("其实有答案", "There is an answer"),
    "rate_other": ("别的", "Something else"),
    "rate_right": ("正确答案（可不填，照原文抄写）", "The right answer (optional, as the document words it)"),
    "rate_note": ("说明（可不填）", "A note (optional)"),
    "rate_send": ("记下", "Keep"),
    "rate_kept": ("已记在资料库的 {name} 里，yinju eval 会评测它。", "Kept in the library's {name}, for yinju eval to score."),
    "rate_kept_open": ("已记在资料库的 {name} 里，还差正确答案；补上后 yinju eval 才评测它。", "Kept in the library's {name}. It lacks the right answer; once that is filled in, yinju eval scores it."),
    "rate_kept_up": ("谢谢，已记下。", "Thank you."),
    "rate_forgotten": ("已收回。", "Taken back."),
}
# fmt: on
