"""What a person would see: Slack payloads and mails as standalone pages, for previews and screenshots."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import Any, Final

from bot.render.links import href

_LOOK: Final = """
body{margin:0;background:#f8f8f8;font:15px/1.46 Lato,"Segoe UI",Roboto,Arial,sans-serif;color:#1d1c1d}
.m{max-width:720px;margin:16px auto;background:#fff;border:1px solid #ddd;border-radius:8px;padding:16px 20px}
.t{margin-left:40px;border-left:4px solid #ddd}
.who{font-weight:900;margin-bottom:2px}.app{font-size:10px;background:#eee;padding:1px 4px;border-radius:3px;color:#555}
.row{margin:10px 0}h2{font-size:18px;margin:8px 0}.sec{white-space:pre-wrap;margin:3px 0;overflow-wrap:anywhere}
blockquote{margin:4px 0;padding-left:12px;border-left:4px solid #ddd;white-space:pre-wrap}
hr{border:0;border-top:1px solid #e5e5e5;margin:10px 0}.ctx{font-size:12.5px;color:#616061;white-space:pre-wrap}
code{color:#c01343;background:#f6f6f8;border:1px solid #e1e1e4;border-radius:3px;padding:0 3px;font-size:12px}
a{color:#1264a3}.push{font-size:12px;color:#616061;border-bottom:1px dashed #ddd;padding-bottom:6px;margin-bottom:8px}
button{font:inherit;font-weight:700;border:1px solid #bbb;background:#fff;border-radius:4px;padding:2px 10px;margin:4px 6px 0 0}
"""


def slack_page(payloads: Iterable[str]) -> str:
    """One page with the messages of some Slack payloads (JSON), thread replies indented."""
    bodies = []
    for payload in payloads:
        message: dict[str, Any] = json.loads(payload)
        blocks = "".join(_block(block) for block in message.get("blocks", ()))
        kind = "m t" if message.get("thread") else "m"
        push = f'<div class="push">notification: {html.escape(html.unescape(message.get("text", "")))}</div>'
        who = '<div class="who">armswatch <span class="app">APP</span></div>'
        bodies.append(f'<div class="{kind}">{push}{who}{blocks}</div>')
    return _page("Slack preview", "".join(bodies), _LOOK)


def mail_page(payloads: Iterable[str]) -> str:
    """The HTML part of the first mail among some mail payloads (JSON), its pictures inside, headers in a comment-free bar."""
    for payload in payloads:
        mail: dict[str, Any] = json.loads(payload)
        page = str(mail["html"])
        for image in mail.get("images", ()):
            page = page.replace(f"cid:{image['cid']}", f"data:image/{image['type']};base64,{image['base64']}")
        return page
    return _page("Mail preview", "<p>nothing to send</p>", _LOOK)


def _page(title: str, body: str, look: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{look}</style>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>{body}</body></html>\n'
    )


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f"<h2>{html.escape(block['text']['text'])}</h2>"
        case "divider":
            return "<hr>"
        case "context":
            return '<div class="ctx">' + " · ".join(html.escape(one["text"]) for one in block["elements"]) + "</div>"
        case "rich_text":
            return '<div class="row">' + "".join(_element(one) for one in block["elements"]) + "</div>"
        case "actions":
            row = "".join(
                f"<button>{html.escape(one.get('text', {}).get('text', '⋯'))}</button>" for one in block["elements"]
            )
            return f'<div class="row">{row}</div>'
        case other:
            return f'<div class="ctx">[{html.escape(other)}]</div>'


def _element(element: dict[str, Any]) -> str:
    inner = "".join(_leaf(one) for one in element["elements"])
    return (
        f"<blockquote>{inner}</blockquote>"
        if element["type"] == "rich_text_quote"
        else f'<div class="sec">{inner}</div>'
    )


def _leaf(leaf: dict[str, Any]) -> str:
    shown = html.escape(leaf.get("text") or leaf.get("fallback") or leaf.get("url", ""))
    if leaf["type"] == "link" and href(leaf["url"]):
        shown = f'<a href="{html.escape(leaf["url"])}">{shown}</a>'
    for style, tag in (("code", "code"), ("italic", "em"), ("bold", "strong")):
        if leaf.get("style", {}).get(style):
            shown = f"<{tag}>{shown}</{tag}>"
    return shown
