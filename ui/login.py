"""The sign-in page: a form that trades the token for a cookie. Plain HTML, without scripts. Knows no Gradio."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ui.access import COOKIE, SESSION_SECONDS, Access
from ui.escape import text_html
from ui.strings import Lang, sentence, text

if TYPE_CHECKING:
    from starlette.responses import Response

PATH = "/login"

_PAGE = """<!doctype html>
<html lang="{tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif }}
body {{ min-height: 100vh; margin: 0; background: light-dark(#f8f3ea, #1c1917); display: grid; place-items: center }}
form {{ width: min(22rem, calc(100vw - 3rem)) }}
h1 {{ font-size: 1.4rem; margin: 0 0 .25rem }}
p {{ margin: 0 0 1.25rem }}
label {{ display: block; font-size: .9rem }}
input, button {{ box-sizing: border-box; width: 100%; min-height: 2.75rem; font: inherit; padding: 0 .75rem; margin-top: .4rem;
  border: 1px solid GrayText; border-radius: .5rem }}
button {{ margin-top: 1rem; border: 0; background: #a3342b; color: #fff; cursor: pointer }}
[role=alert] {{ color: light-dark(#a3342b, #ff9d92); margin: .6rem 0 0 }}
</style></head><body><main><form method="post" action="/login">
<h1>{brand}</h1><p>{body}</p>
<input name="user" value="yinju" autocomplete="username" hidden>
<label>{label}<input name="token" type="password" autocomplete="current-password" required autofocus></label>
{problem}<button>{button}</button>
</form></main></body></html>"""


def login_page(lang: Lang, *, wrong: bool = False) -> Response:
    """The form, with what was wrong with the last try."""
    from starlette.responses import HTMLResponse

    problem = f'<p role="alert">{text_html(sentence("token_wrong", lang))}</p>' if wrong else ""
    page = _PAGE.format(
        tag="en" if lang == "en" else "zh-CN",
        title=text("page_title", lang),
        brand=text("brand", lang),
        body=text("login_body", lang),
        label=text("login_token", lang),
        button=text("login_button", lang),
        problem=problem,
    )
    return HTMLResponse(page, 403 if wrong else 200)


def log_in(access: Access, body: bytes, lang: Lang, *, secure: bool) -> Response:
    """What a sent form comes to: the page with a cookie, or the form again."""
    from starlette.responses import RedirectResponse

    try:
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8).get("token", [""])[0]
    except ValueError:  # more fields than the form has
        given = ""
    if not access.is_token(given.strip()):
        return login_page(lang, wrong=True)
    response = RedirectResponse("/", 303)
    response.set_cookie(
        COOKIE, access.session(), max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure
    )
    return response
