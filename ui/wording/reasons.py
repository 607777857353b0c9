"""Why a file cannot be read, as a part of a sentence: by the code that an error carries as its reason, or by what the
operating system says.
"""

from __future__ import annotations

from collections.abc import Mapping

# fmt: off
REASONS: Mapping[str, tuple[str, str]] = {
    "format": ("内容不合它的格式，可能没有下载完整，或扩展名不对", "its content is not what its format asks for; it may be incomplete, or its extension wrong"),
    "pages": ("里面没有一页能打开", "none of its pages can be opened"),
    "page": ("这一页的内容不完整", "the content of the page is incomplete"),
    "security": ("加密的方法不认得", "it is encrypted in a way that is not known"),
    "part": ("缺少必要的部分", "a part that it needs is missing"),
    "packing": ("压缩的内容不完整或有错", "what is packed in it is incomplete or wrong"),
    "xml": ("里面的标记有错", "the marks in it are wrong"),
    "picture": ("图片的内容不完整或有错", "the picture is incomplete or wrong"),
    "conversion": ("转换程序打不开它", "the converter cannot open it"),
    "conversion_slow": ("转换程序很久没有结果", "the converter gave no result for a long time"),
    "no_file": ("它不是普通的文件", "it is no regular file"),
    "Permission denied": ("没有权限", "permission denied"),
    "Is a directory": ("它是一个文件夹", "it is a folder"),
    "Input/output error": ("磁盘读写出错", "the disk failed"),
    "No such file or directory": ("文件不在了", "it is gone"),
    "Too many open files": ("打开的文件太多", "too many files are open"),
    "Stale file handle": ("网络盘断开了", "the network drive is disconnected"),
}
