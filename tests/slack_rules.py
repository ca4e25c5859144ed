"""What Slack accepts as a message, written a second time for the tests: the renderer's own limits are not used here.

Sources: docs.slack.dev block reference, @slack/types 3.2, and for the whole-message budget slackapi/bolt-js#2509, #2867.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

STYLES = {"bold", "italic", "strike", "code"}
LEAVES: dict[str, tuple[set[str], set[str]]] = {  # kind → (required keys, allowed keys)
    "text": ({"text"}, {"text", "style"}),
    "link": ({"url"}, {"url", "text", "style", "unsafe"}),
    "date": ({"timestamp", "format"}, {"timestamp", "format", "fallback", "url", "style"}),
    "emoji": ({"name"}, {"name", "unicode", "style"}),
    "usergroup": ({"usergroup_id"}, {"usergroup_id", "style"}),
}
MENTION = re.compile(r"<(?:[@#!][^<>]*)>")


def faults(message: dict[str, Any]) -> list[str]:
    """Everything that Slack or our own house rules would refuse in a message, each with its JSON pointer."""
    found = block_faults(message.get("blocks") or [])
    text = message.get("text", "")
    if not isinstance(text, str) or not text.strip():
        found.append("no_text [json-pointer:/text]")
    if len(text) > 4000:
        found.append("msg_too_long [json-pointer:/text]")
    found += markup_faults(text, "/text")
    if message.get("unfurl_links") is not False or message.get("unfurl_media") is not False:
        found.append("house rule: unfurling must be off [json-pointer:/unfurl_links]")
    if "metadata" in message:
        found += _metadata(message["metadata"])
    return found


def markup_faults(text: str, where: str) -> list[str]:
    """Raw markup in a mrkdwn string: no `<` or `>`, and `&` only as one of the three entities."""
    found = []
    if "<" in text or ">" in text:
        found.append(f"raw markup in mrkdwn [json-pointer:{where}]")
    if re.search(r"&(?!(?:amp|lt|gt);)", text):
        found.append(f"bare ampersand in mrkdwn [json-pointer:{where}]")
    return found


def mentions(message: dict[str, Any]) -> list[str]:
    """The mentions that this message would fire: tokens in mrkdwn, and elements that call a group."""
    groups = [
        leaf["usergroup_id"]
        for block in message.get("blocks") or []
        for element in block.get("elements", ())
        for leaf in element.get("elements", ())
        if leaf.get("type") == "usergroup"
    ]
    return [*MENTION.findall(message.get("text", "")), *groups]


def block_faults(blocks: Any) -> list[str]:
    """Faults of the blocks alone."""
    if not isinstance(blocks, list):
        return ["invalid_blocks_format [json-pointer:/blocks]"]
    found = []
    if len(blocks) > 50:
        found.append(f"no more than 50 items allowed, {len(blocks)} given [json-pointer:/blocks]")
    seen: set[str] = set()
    total = 0
    for place, block in enumerate(blocks):
        where = f"/blocks/{place}"
        if not isinstance(block, dict):
            found.append(f"must be an object [json-pointer:{where}]")
            continue
        identifier = block.get("block_id")
        if identifier is not None:
            if not isinstance(identifier, str) or not 1 <= len(identifier) <= 255:
                found.append(f"must be 1 to 255 characters [json-pointer:{where}/block_id]")
            elif identifier in seen:
                found.append(f"duplicate block_id {identifier!r} [json-pointer:{where}/block_id]")
            else:
                seen.add(identifier)
        check = _KINDS.get(block.get("type", ""))
        found += (
            check(block, where) if check else [f"unsupported type: {block.get('type')} [json-pointer:{where}/type]"]
        )
        total += _size(block)
    if total > 10_000:
        found.append(f"house rule: {total} characters over all blocks, 10,000 at most [json-pointer:/blocks]")
    if total > 12_000:
        found.append("msg_blocks_too_long [json-pointer:/blocks]")
    return found


def _keys(one: dict[str, Any], required: set[str], allowed: set[str], where: str) -> list[str]:
    found = [f"missing required field: {key} [json-pointer:{where}]" for key in sorted(required - set(one))]
    unknown = set(one) - allowed - required - {"type", "block_id"}
    return found + [f"no more fields allowed: {key} [json-pointer:{where}/{key}]" for key in sorted(unknown)]


def _plain(one: Any, most: int, where: str) -> list[str]:
    if not isinstance(one, dict) or one.get("type") != "plain_text":
        return [f"must be plain_text [json-pointer:{where}]"]
    found = _keys(one, {"text"}, {"emoji"}, where)
    text = one.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        found.append(f"must be 1 to {most} characters [json-pointer:{where}/text]")
    elif not _clean(text):
        found.append(f"control or bidi characters [json-pointer:{where}/text]")
    if one.get("emoji", True) is not False:
        found.append(f"house rule: emoji codes must be off in foreign text [json-pointer:{where}/emoji]")
    return found


def _header(block: dict[str, Any], where: str) -> list[str]:
    return _keys(block, {"text"}, set(), where) + _plain(block.get("text"), 150, f"{where}/text")


def _divider(block: dict[str, Any], where: str) -> list[str]:
    return _keys(block, set(), set(), where)


def _context(block: dict[str, Any], where: str) -> list[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        return [f"must be 1 to 10 elements [json-pointer:{where}/elements]"]
    found = _keys(block, {"elements"}, set(), where)
    for place, one in enumerate(elements):
        found += _plain(one, 3000, f"{where}/elements/{place}")
    return found


def _rich_text(block: dict[str, Any], where: str) -> list[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        return [f"must have elements [json-pointer:{where}/elements]"]
    found = _keys(block, {"elements"}, set(), where)
    for place, one in enumerate(elements):
        here = f"{where}/elements/{place}"
        if not isinstance(one, dict) or one.get("type") not in ("rich_text_section", "rich_text_quote"):
            found.append(f"unsupported element [json-pointer:{here}]")
            continue
        found += _keys(one, {"elements"}, {"border"}, here)
        for index, leaf in enumerate(one.get("elements") or []):
            found += _leaf(leaf, f"{here}/elements/{index}")
        if not one.get("elements"):
            found.append(f"must have elements [json-pointer:{here}]")
    return found


def _leaf(leaf: Any, where: str) -> list[str]:
    if not isinstance(leaf, dict) or leaf.get("type") not in LEAVES:
        return [f"unsupported rich text element [json-pointer:{where}]"]
    required, allowed = LEAVES[leaf["type"]]
    found = _keys(leaf, required, allowed, where)
    if "text" in leaf:
        text = leaf["text"]
        if not isinstance(text, str) or not text:
            found.append(f"must be more than 0 characters [json-pointer:{where}/text]")
        elif not _clean(text):
            found.append(f"control or bidi characters [json-pointer:{where}/text]")
    if "url" in leaf:
        found += _url(leaf["url"], where)
    if leaf["type"] == "date" and not isinstance(leaf.get("timestamp"), int):
        found.append(f"must be an integer [json-pointer:{where}/timestamp]")
    style = leaf.get("style", {})
    if not isinstance(style, dict) or set(style) - STYLES or not all(isinstance(one, bool) for one in style.values()):
        found.append(f"unknown style [json-pointer:{where}/style]")
    return found


def _url(url: Any, where: str) -> list[str]:
    if not isinstance(url, str) or not 1 <= len(url) <= 3000:
        return [f"must be 1 to 3000 characters [json-pointer:{where}/url]"]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return [f"no usable link: {url[:80]!r} [json-pointer:{where}/url]"]
    if not url.isascii() or re.search(r"[\s<>|\"\x00-\x1f]", url):
        return [f"link with raw characters: {url[:80]!r} [json-pointer:{where}/url]"]
    return []


def _actions(block: dict[str, Any], where: str) -> list[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        return [f"must be 1 to 25 elements [json-pointer:{where}/elements]"]
    found = _keys(block, {"elements"}, set(), where)
    seen: set[str] = set()
    for place, one in enumerate(elements):
        here = f"{where}/elements/{place}"
        action = one.get("action_id", "")
        if not 1 <= len(action) <= 255 or action in seen:
            found.append(f"missing or duplicate action_id [json-pointer:{here}/action_id]")
        seen.add(action)
        if one.get("type") == "button":
            text = one.get("text", {})
            if text.get("type") != "plain_text" or not 1 <= len(text.get("text", "")) <= 75:
                found.append(f"button text must be 1 to 75 characters [json-pointer:{here}/text]")
            if len(one.get("value", "")) > 2000:
                found.append(f"must be less than 2001 characters [json-pointer:{here}/value]")
        elif one.get("type") == "overflow":
            options = one.get("options", [])
            if not 1 <= len(options) <= 5 or any(len(each.get("value", "")) > 75 for each in options):
                found.append(f"must be 1 to 5 options with values up to 75 characters [json-pointer:{here}/options]")
        else:
            found.append(f"unsupported element [json-pointer:{here}/type]")
    return found


def _metadata(metadata: Any) -> list[str]:
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return ["invalid_metadata_format [json-pointer:/metadata]"]
    if not isinstance(metadata["event_type"], str) or not isinstance(metadata["event_payload"], dict):
        return ["invalid_metadata_schema [json-pointer:/metadata]"]
    flat = all(isinstance(one, str | int | float | bool) for one in metadata["event_payload"].values())
    return [] if flat else ["invalid_metadata_schema [json-pointer:/metadata/event_payload]"]


def _clean(text: str) -> bool:
    return not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", text)


def _size(one: Any) -> int:
    if isinstance(one, dict):
        own = sum(len(value) for key, value in one.items() if key in ("text", "url") and isinstance(value, str))
        return own + sum(_size(value) for value in one.values() if isinstance(value, dict | list))
    return sum(_size(each) for each in one) if isinstance(one, list) else 0


_KINDS = {
    "header": _header,
    "divider": _divider,
    "context": _context,
    "rich_text": _rich_text,
    "actions": _actions,
}
