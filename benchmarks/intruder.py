"""What someone might try against a running server, tried against one: `python -m benchmarks.intruder`.

Starts ``yinju chat`` twice over a throw-away library, once as it is and once with a token, sends each attack over a bare
socket, and checks the answer; after all of them, that a question is still answered, that nothing was written outside
the library, and that ``yinju check`` is content. Writes ``results/intruder.json``; SECURITY.md tells it in words.

Other machines are played by ``X-Forwarded-For``, which the server believes of this machine. Not covered: what a browser
does with an answer (the page tests do), files that attack their reader (``benchmarks.fuzz_files``), load
(``benchmarks.load``).
"""

from __future__ import annotations

import io
import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks.common import write_result
from benchmarks.raw_http import Server
from benchmarks.speed import YINJU, serving

CROWD = 400
"""Connections that say half a request and then nothing."""
PATIENCE = 25.0
"""Seconds after which such a connection has to be closed."""

REFUSED = (0, 400, 401, 403, 404, 405)
"""How a request ends that is let at nothing; 0: its connection was closed."""
POLICIES = ("content-security-policy", "x-content-type-options", "x-frame-options", "cross-origin-resource-policy")


# ---- the attacks: each gives what was tried and whether it was refused as it should be

Found = Iterator[tuple[str, bool, str]]
QUESTION = json.dumps({"question": "有多少家世界500强落户重庆？"}).encode()


def csrf(server: Server) -> Found:
    """Another site's page sends what changes or asks something."""
    foreign: tuple[dict[str, str], ...] = (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://localhost:{server.port}"},
        {"Origin": f"http://{server.authority}.evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    )
    ways = ("POST /api/ask", "POST /api/documents?name=a.txt", "DELETE /api/removed", "POST /gradio_api/queue/join")
    for headers in foreign:
        for way in ways:
            method, path = way.split(" ")
            reply = server.ask(path, method, b"{}", **headers)
            yield f"{way} {headers}", (reply.status, reply.code) == (403, "origin_refused"), f"{reply.status}"


def host_header(server: Server) -> Found:
    """A name of someone else's that points here (DNS rebinding), or none, or two."""
    for host in (
        "evil.example",
        f"127.0.0.1.evil.example:{server.port}",
        "10.0.0.1",
        "0.0.0.0",
        "",
        "a:b:c",
        "[::ffff:1.2.3.4]",
    ):
        reply = server.ask("/api/documents", host=host)
        yield f"Host: {host}", reply.status == 400, f"{reply.status}"
    reply = server.send(b"GET /api/documents HTTP/1.1\r\n\r\n")
    yield "no Host", reply.status == 400, f"{reply.status}"
    reply = server.send(b"GET /api/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
    yield "two Hosts", reply.status == 400, f"{reply.status}"
    reply = server.send(b"GET http://evil.example/api/documents HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    yield "absolute address", reply.status in (400, 404), f"{reply.status}"


def ssrf(server: Server) -> Found:
    """Addresses that fetch what they are told to."""
    targets = ("http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://127.0.0.1:1/")
    for target in targets:
        for path in ("/gradio_api/file=", "/gradio_api/proxy=", "/proxy=", "/file=", "/gradio_api/stream/"):
            reply = server.ask(path + target)
            yield path + target, reply.status in REFUSED, f"{reply.status}"
    body = json.dumps({"data": [{"path": "/etc/passwd", "url": targets[0], "meta": {"_type": "gradio.FileData"}}]})
    for path in ("/gradio_api/run/predict", "/gradio_api/run/ask", "/gradio_api/call/ask", "/gradio_api/upload"):
        reply = server.ask(path, "POST", body.encode(), Content_Type="application/json")
        yield f"POST {path} a file to fetch", b"root:" not in reply.body and reply.status >= 400, f"{reply.status}"


CLIMBS = (
    "/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%252f..%252fetc/passwd",
    "/..\\..\\etc\\passwd", "/..%5c..%5cetc%5cpasswd", "/%c0%ae%c0%ae/etc/passwd", "//etc/passwd", "/etc/passwd%00.css",
)  # fmt: skip


def traversal(server: Server) -> Found:
    """Addresses that lead out of the program's own folders."""
    for start in ("/assets", "/static", "/svelte", "/api/documents", "/api/conversations", "/gradio_api/file=", ""):
        for climb in CLIMBS:
            reply = server.ask(start + climb)
            fine = b"root:" not in reply.body and reply.status in REFUSED
            yield start + climb, fine, f"{reply.status}"


def oversize(server: Server) -> Found:
    """More than there is room for, claimed or sent."""
    megabytes = b"a" * (3 << 20)
    for path in ("/api/ask", "/gradio_api/queue/join"):
        reply = server.ask(path, "POST", megabytes)
        yield f"3 MB to {path}", reply.status == 413, f"{reply.status}"
        head = f"POST {path} HTTP/1.1\r\nHost: {server.authority}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        reply = server.send(head + chunk * 40 + b"0\r\n\r\n")
        yield f"3 MB in chunks to {path}", reply.status == 413, f"{reply.status}"
    for name, size in (("a header of 1 MB", 1 << 20), ("an address of 1 MB", 1 << 20)):
        line = f"X: {'a' * size}" if "header" in name else "X: 1"
        path = "/" + "a" * size if "address" in name else "/healthz"
        reply = server.send(f"GET {path} HTTP/1.1\r\nHost: {server.authority}\r\n{line}\r\n\r\n".encode())
        yield name, reply.status in (0, 400, 414, 431), f"{reply.status}"
    reply = server.ask("/api/documents?name=a.pdf&size=99999999999", "POST", b"x")
    yield "an upload that claims 100 GB", (reply.status, reply.code) == (413, "file_too_large"), f"{reply.status}"
    deep = b'{"question":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    reply = server.ask("/api/ask", "POST", deep)
    yield "JSON 200,000 deep", reply.status == 400, f"{reply.status} {reply.code}"
    reply = server.ask("/api/ask", "POST", json.dumps({"question": "重" * 300_000}).encode())
    yield "a question of 300,000 characters", reply.status == 413, f"{reply.status} {reply.code}"


def smuggling(server: Server) -> Found:
    """Requests that two programs would read differently."""
    start = f"POST /api/ask HTTP/1.1\r\nHost: {server.authority}\r\n"
    tries = {
        "Content-Length twice": "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        "Content-Length below zero": "Content-Length: -1\r\n\r\n",
        "Content-Length of letters": "Content-Length: 0x10\r\n\r\n",
        "an unknown Transfer-Encoding": "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "a chunk of no size": "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "a line that goes on": "X: a\r\n b\r\nContent-Length : 2\r\n\r\n{}",
        "a bare line feed in a name": "X\n: a\r\n\r\n",
        "a null in a value": "X: a\0b\r\n\r\n",
    }
    for name, rest in tries.items():
        reply = server.send((start + rest).encode())
        yield name, reply.status in (0, 400, 501), f"{reply.status}"
    both = start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n"
    reply = server.send(both.encode())
    yield "both lengths, and a second request behind", b"yinju_" not in reply.body, f"{reply.status}"
    for method in ("TRACE", "CONNECT", "PROPFIND", "PUT"):
        reply = server.ask("/api/documents", method, b"")
        yield method, reply.status in REFUSED, f"{reply.status}"


def headers(server: Server) -> Found:
    """What every answer says of itself, whatever was asked."""
    paths = ("/", "/api/documents", "/api/none", "/healthz", "/metrics", "/login", "/none", "/config", "/theme.css")
    for path in paths:
        reply = server.ask(path)
        missing = [name for name in POLICIES if f"\r\n{name}:" not in reply.head]
        loose = "access-control-allow-origin" in reply.head or "\r\nserver:" in reply.head
        yield f"headers of {path}", not missing and not loose, " ".join(missing) or f"{reply.status}"
    reply = server.ask("/api/documents/%3Cscript%3Ealert(1)%3C%2Fscript%3E/text")
    yield "a script in an address", "application/json" in reply.head and reply.status in REFUSED, f"{reply.status}"


def uploads(server: Server) -> Found:
    """Names and archives that lead out of the library, or grow without end."""
    outside = f"yinju-{secrets.token_hex(8)}.txt"
    text = "第一条 本办法自发布之日起施行。\n".encode()
    climbing = [
        f"../../../../tmp/{outside}",
        f"/tmp/{outside}",
        f"..\\..\\{outside}",
        f"C:\\{outside}",
        f"a\0{outside}",
    ]
    for name in climbing:
        reply = server.ask(f"/api/documents?name={quote(name, safe='')}", "POST", text)
        yield f"upload named {name!r}", reply.status in (200, 400, 422) and not _escaped(outside), f"{reply.status}"
    for title, packed in (
        ("members that climb", zipped({name: text for name in climbing[:3]})),
        ("a link to /etc/passwd", zipped({"link.txt": b"/etc/passwd"}, mode=0o120777)),
        ("1 GB of zeros in 1 MB", zipped({"zeros.txt": b"\0" * (1 << 30)})),
        ("20,000 members", zipped({f"{i}.txt": b"x" for i in range(20_000)})),
        ("an archive in an archive, 12 deep", nested(12)),
    ):
        reply = server.ask("/api/documents?name=a.zip", "POST", packed)
        fine = reply.status in (200, 413, 422) and not _escaped(outside) and b"root:" not in reply.body
        yield f"zip with {title}", fine, f"{reply.status}"
    stored = json.loads(server.ask("/api/documents").body)["documents"]
    texts = [server.ask(f"/api/documents/{document['id']}/text").body for document in stored]
    yield "nothing of /etc was read", not any(b"root:" in text for text in texts), f"{len(texts)} documents"


def zipped(members: dict[str, bytes], *, mode: int = 0o100644) -> bytes:
    """A zip file of ``members``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return packed.getvalue()


def nested(depth: int) -> bytes:
    """A zip in a zip, and so on."""
    packed = b"text"
    for level in range(depth):
        packed = zipped({f"{level}.zip" if level else "a.txt": packed})
    return packed


def _escaped(name: str) -> bool:
    return any(Path(folder, name).exists() for folder in ("/tmp", "/", Path.cwd(), str(Path.home())))


def slow(server: Server) -> Found:
    """Many connections that say half of something and wait."""
    half = f"POST /api/ask HTTP/1.1\r\nHost: {server.authority}\r\n".encode()
    crowd = [socket.create_connection((server.host, server.port)) for _ in range(CROWD)]
    try:
        for connection in crowd:
            connection.sendall(half)
        begin = time.monotonic()
        reply = server.ask("/healthz")
        yield f"an answer beside {CROWD} half requests", reply.status == 200, f"{time.monotonic() - begin:.2f} s"
        while time.monotonic() - begin < PATIENCE and any(map(_is_open, crowd)):
            time.sleep(0.5)
        left = sum(map(_is_open, crowd))
        yield f"of {CROWD} half requests none is kept", left == 0, f"{left} after {time.monotonic() - begin:.0f} s"
    finally:
        for connection in crowd:
            connection.close()


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def token(server: Server) -> Found:
    """Coming in without the token, by guesses, and with what is nearly right."""
    for path in ("/api/documents", "/api/conversations", "/metrics", "/config", "/gradio_api/startup-events"):
        reply = server.ask(path)
        yield f"{path} without a token", reply.status == 401, f"{reply.status}"
    reply = server.ask("/")
    yield "/ without a token", reply.status == 303 and "location: /login" in reply.head, f"{reply.status}"
    wrong = (server.token[:-1], server.token + "x", server.token.upper() + "x", "", "null", "é")
    for given in wrong:
        reply = server.ask("/api/documents", Authorization=f"Bearer {given}")
        yield f"Bearer {given[:3]}…", reply.status == 401, f"{reply.status}"
    later = int(time.time()) + 9999
    for cookie in (f"{later}.a.b", f"{later}..", "..", "9" * 5000, f"{server.token}"):
        reply = server.ask("/api/documents", Cookie=f"yinju_session={cookie}")
        yield f"cookie {cookie[:12]}", reply.status == 401, f"{reply.status}"
    reply = server.ask("/api/documents?token=" + server.token)
    yield "the token in the address", reply.status == 401, f"{reply.status}"
    reply = server.ask("/api/documents", Authorization=f"Bearer {server.token}")
    yield "the token itself", reply.status == 200, f"{reply.status}"


def rates(server: Server) -> Found:
    """Guesses and floods of one other machine, and that it does not shut others out."""
    guesses = [server.ask("/login", "POST", b"token=guess", X_Forwarded_For="203.0.113.7").status for _ in range(8)]
    yield "8 guesses of one address", guesses[:5] == [403] * 5 and guesses[5:] == [429] * 3, f"{guesses}"
    bearer = f"Bearer {server.token}"
    reply = server.ask("/api/documents", Authorization=bearer, X_Forwarded_For="203.0.113.8")
    yield "another address meanwhile", reply.status == 200, f"{reply.status}"
    flood = [
        server.ask("/api/none", "POST", b"{}", Authorization=bearer, X_Forwarded_For="203.0.113.9").status
        for _ in range(80)
    ]
    yield "80 requests of one address", flood.count(429) >= 15, f"{flood.count(429)} refused"


OPEN_ATTACKS = (csrf, host_header, ssrf, traversal, oversize, smuggling, headers, uploads, slow)
TOKEN_ATTACKS = (token, ssrf, traversal, smuggling, headers, rates, slow)


def tried(server: Server, attacks: Sequence[Callable[[Server], Found]]) -> list[dict[str, Any]]:
    """What came of each attack."""
    return [
        {"attack": attack.__name__, "tried": what, "held": held, "seen": seen}
        for attack in attacks
        for what, held, seen in attack(server)
    ]


@contextmanager
def with_token(value: str) -> Iterator[None]:
    """What a server started inside takes for its token."""
    os.environ["YINJU_TOKEN"] = value
    try:
        yield
    finally:
        del os.environ["YINJU_TOKEN"]


def main() -> None:
    """Attack both servers, print what did not hold, and write all."""
    results: dict[str, list[dict[str, Any]]] = {}
    secret = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([str(YINJU), "add", "seeds", "--library", folder], check=True, capture_output=True)
        with serving(Path(folder)) as (url, _, _):
            server = Server("127.0.0.1", urlsplit(url).port or 0)
            results["as it is"] = tried(server, OPEN_ATTACKS)
            answer = json.loads(server.ask("/api/ask", "POST", QUESTION).body)
            results["as it is"].append(
                {
                    "attack": "after",
                    "tried": "a question",
                    "held": answer["answer"] == "325家",
                    "seen": answer["status"],
                }
            )
        with with_token(secret), serving(Path(folder)) as (url, _, _):
            results["with a token"] = tried(Server("127.0.0.1", urlsplit(url).port or 0, secret), TOKEN_ATTACKS)
        checked = subprocess.run([str(YINJU), "check", "--library", folder], capture_output=True, text=True)
        sound = {
            "attack": "after",
            "tried": "yinju check",
            "held": checked.returncode == 0,
            "seen": checked.stdout[-80:],
        }
        results["as it is"].append(sound)
    for name, rows in results.items():
        print(name, f"{sum(row['held'] for row in rows)} of {len(rows)} held")
        for row in rows:
            if not row["held"]:
                print("  ", json.dumps(row, ensure_ascii=False))
    print(write_result("intruder", results))


if __name__ == "__main__":
    main()
