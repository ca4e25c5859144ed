"""A strict Slack Web API on 127.0.0.1: validates like Slack, keeps channels and threads, limits rates, injects faults.

`python -m tests.fake_slack [PORT]` serves it for a manual run, says what to type elsewhere, and prints what is posted.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.render.preview import slack_page
from tests import slack_rules

TOKEN = "xoxb-test-not-a-real-token"
APP_TOKEN = "xapp-test-not-a-real-token"
HOOK = "/services/T000/B000/not-a-real-secret"
ANSWERS = "/actions/T000/1/not-a-real-secret"
SCOPES = {
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "conversations.history": {"channels:history"},
    "conversations.replies": {"channels:history"},
    "conversations.info": {"channels:read"},
    "auth.test": set(),
    "apps.connections.open": set(),
}
ALL_SCOPES = frozenset({"chat:write", "channels:history", "channels:read"})


@dataclass
class FakeSlack:
    """The state of the workspace. `faults[method]` are played in order before the method works again:

    drop_before, drop_after, hang_after, 500, 503, html200, html503, truncated, 429:SECONDS, 429:date, 429:none, 302,
    error:CODE, ts_missing.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    scopes: frozenset[str] = ALL_SCOPES
    enforce_pace: bool = True
    history_cap: int = 15
    channels: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "C0123456789": {"id": "C0123456789", "is_archived": False, "is_member": True},
            "C0ARCHIVED0": {"id": "C0ARCHIVED0", "is_archived": True, "is_member": True},
            "C0STRANGER0": {"id": "C0STRANGER0", "is_archived": False, "is_member": False},
        }
    )
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    hooked: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refuse_types: set[str] = field(default_factory=set)  # block types that this Slack no longer likes
    mentioned: list[str] = field(default_factory=list)
    base_url: str = ""
    hook_url: str = ""
    socket_url: str = ""  # what apps.connections.open names; tests/fake_socket.py listens there
    answers: list[dict[str, Any]] = field(default_factory=list)  # what was said to those who pressed a button
    _last: dict[str, datetime] = field(default_factory=dict)
    _serial: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    release: threading.Event = field(default_factory=threading.Event)

    def parents(self, channel: str = "C0123456789") -> list[dict[str, Any]]:
        """The messages that stand in a channel itself."""
        return [one for one in self.messages[channel] if "thread_ts" not in one]

    def replies(self, ts: str, channel: str = "C0123456789") -> list[dict[str, Any]]:
        """The messages in one thread."""
        return [one for one in self.messages[channel] if one.get("thread_ts") == ts]

    def page(self) -> str:
        """What a person would see of the whole workspace, threads indented."""
        shown = [
            {"text": one.get("text", ""), "blocks": one.get("blocks") or [bare(one)], "thread": "thread_ts" in one}
            for channel in self.messages
            for parent in self.parents(channel)
            for one in (parent, *self.replies(parent["ts"], channel))
        ]
        shown += [{"text": one["text"], "blocks": one.get("blocks") or [bare(one)]} for one in self.hooked]
        return slack_page(json.dumps(one) for one in shown)

    # ── methods ───────────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, method: str, body: dict[str, Any], token: str) -> tuple[dict[str, Any], dict[str, str]]:
        if method not in SCOPES:
            return {"ok": False, "error": "unknown_method"}, {}
        if not token:
            return {"ok": False, "error": "not_authed"}, {}
        if method == "apps.connections.open":
            opened = token == APP_TOKEN and self.socket_url
            return ({"ok": True, "url": self.socket_url} if opened else {"ok": False, "error": "invalid_auth"}), {}
        if token != TOKEN:
            return {"ok": False, "error": "invalid_auth"}, {}
        missing = SCOPES[method] - self.scopes
        if missing:
            return {
                "ok": False,
                "error": "missing_scope",
                "needed": missing.pop(),
                "provided": ",".join(self.scopes),
            }, {}
        with self._lock:
            return getattr(self, "_" + method.replace(".", "_"))(body), {
                "x-oauth-scopes": ",".join(sorted(self.scopes))
            }

    def _auth_test(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team": "Test", "user": "armswatch", "bot_id": "B1", "user_id": "U1"}

    def _conversations_info(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(body.get("channel", ""))
        return {"ok": True, "channel": channel} if channel else {"ok": False, "error": "channel_not_found"}

    def _place(self, body: dict[str, Any]) -> str:
        channel = self.channels.get(body.get("channel", ""))
        if channel is None:
            return "channel_not_found"
        if channel["is_archived"]:
            return "is_archived"
        return "" if channel["is_member"] else "not_in_channel"

    def _checked(self, body: dict[str, Any]) -> dict[str, Any] | None:
        found = slack_rules.faults(body)
        found += [
            f"type not supported: {block['type']} [json-pointer:/blocks/{place}]"
            for place, block in enumerate(body.get("blocks") or [])
            if block.get("type") in self.refuse_types
        ]
        self.mentioned += slack_rules.mentions(body)
        if not found:
            return None
        long = next((code for code in ("msg_blocks_too_long", "msg_too_long") if any(code in one for one in found)), "")
        return {
            "ok": False,
            "error": long or "invalid_blocks",
            "errors": found,
            "response_metadata": {"messages": [f"[ERROR] {one}" for one in found]},
        }

    def _too_fast(self, channel: str) -> bool:
        now = self.clock()
        last = self._last.get(channel)
        if self.enforce_pace and last is not None and 0 <= (now - last).total_seconds() < 1.0:
            return True
        self._last[channel] = now
        return False

    def _chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:
        refused = self._place(body)
        if refused:
            return {"ok": False, "error": refused}
        invalid = self._checked(body)
        if invalid:
            return invalid
        if self._too_fast(body["channel"]):
            return {"ok": False, "error": "ratelimited"}
        thread = body.get("thread_ts")
        if thread and not any(one["ts"] == thread for one in self.parents(body["channel"])):
            return {"ok": False, "error": "thread_not_found"}
        self._serial += 1
        ts = f"{int(self.clock().timestamp())}.{self._serial:06d}"
        self.messages[body["channel"]].append(
            {key: value for key, value in body.items() if key != "channel"} | {"ts": ts}
        )
        return {"ok": True, "channel": body["channel"], "ts": ts}

    def _chat_update(self, body: dict[str, Any]) -> dict[str, Any]:
        if "unfurl_links" in body or "thread_ts" in body:
            return {"ok": False, "error": "invalid_arguments"}
        if len(body.get("text", "")) > 4000:
            return {"ok": False, "error": "msg_too_long"}
        invalid = self._checked(body | {"unfurl_links": False, "unfurl_media": False})
        if invalid:
            return invalid
        for one in self.messages[body["channel"]]:
            if one["ts"] == body.get("ts"):
                rich = [{block["type"] for block in each.get("blocks", ())} >= {"rich_text"} for each in (one, body)]
                if rich[0] and not rich[1]:
                    return {"ok": False, "error": "block_mismatch"}
                # What an update does not name stays: the metadata by which a lost answer is found again.
                one.update({key: value for key, value in body.items() if key not in ("channel", "ts")})
                return {"ok": True, "ts": one["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _chat_delete(self, body: dict[str, Any]) -> dict[str, Any]:
        kept = [one for one in self.messages[body["channel"]] if one["ts"] != body.get("ts")]
        gone = len(kept) < len(self.messages[body["channel"]])
        self.messages[body["channel"]] = kept
        return {"ok": True} if gone else {"ok": False, "error": "message_not_found"}

    def _conversations_history(self, body: dict[str, Any]) -> dict[str, Any]:
        oldest = float(body.get("oldest", 0))
        listed = [one for one in reversed(self.parents(body["channel"])) if float(one["ts"]) >= oldest]
        return self._paged(listed, body)

    def _conversations_replies(self, body: dict[str, Any]) -> dict[str, Any]:
        ts = body.get("ts", "")
        parent = [one for one in self.parents(body["channel"]) if one["ts"] == ts]
        if not parent:
            return {"ok": False, "error": "thread_not_found"}
        return self._paged([*parent, *self.replies(ts, body["channel"])], body)

    def _paged(self, listed: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        if self.channels.get(body.get("channel", "")) is None:
            return {"ok": False, "error": "channel_not_found"}
        limit = min(int(body.get("limit", 100)), self.history_cap)
        start = int(body.get("cursor") or 0)
        page = [dict(one) for one in listed[start : start + limit]]
        if str(body.get("include_all_metadata", "0")).lower() not in ("1", "true"):
            for one in page:
                one.pop("metadata", None)
        more = start + limit < len(listed)
        return {
            "ok": True,
            "messages": page,
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def hook(self, body: dict[str, Any]) -> tuple[int, str]:
        found = slack_rules.faults(body)
        if "metadata" in body or "thread_ts" in body:
            found.append("house rule: a webhook has no metadata and no thread")
        self.mentioned += slack_rules.mentions(body)
        if found:
            return 400, "invalid_blocks"
        if self._too_fast("webhook"):
            return 429, "rate_limited"
        self.hooked.append(body)
        return 200, "ok"


@contextmanager
def serving(slack: FakeSlack, port: int = 0) -> Iterator[FakeSlack]:
    """`slack` behind a real socket; its `base_url` and `hook_url` are set."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._serve(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            self._serve(json.loads(raw or b"{}") if "json" in kind else dict(parse_qsl(raw.decode())))

        def _serve(self, body: dict[str, Any]) -> None:
            path = urlsplit(self.path).path
            method = "webhook" if path.startswith("/services/") else path.removeprefix("/api/")
            slack.calls.append(method)
            fault = slack.faults[method].popleft() if slack.faults[method] else ""
            if fault == "drop_before":
                return self._drop()
            if path == "/":
                return self._say(200, slack.page().encode(), "text/html; charset=utf-8")
            if path == ANSWERS:
                slack.answers.append(body)
                return self._say(200, b"ok", "text/plain")
            if method == "webhook" and path != HOOK:
                return self._say(404, b"no_service", "text/plain")
            if self._refused(fault):
                return None
            if method == "webhook":
                status, text = slack.hook(body)
                headers, data = {"Retry-After": "1"} if status == 429 else {}, text.encode()
            else:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
                answer, headers = slack.answer(method, body, token)
                status = 429 if answer.get("error") == "ratelimited" else 200
                if status == 429:
                    headers = {"Retry-After": "1"}
                if fault == "ts_missing":
                    answer.pop("ts", None)
                data = json.dumps(answer).encode()
            if fault == "drop_after":
                return self._drop()
            if fault == "hang_after":
                slack.release.wait(20)
                return self._drop()
            if fault == "html_after":
                return self._say(200, b"<html>done, perhaps</html>", "text/html")
            if fault == "500_after":
                return self._say(500, b'{"ok":false,"error":"internal_error"}')
            if fault == "truncated":
                data = data[: len(data) // 2]
            return self._say(status, data, headers=headers)

        def _refused(self, fault: str) -> bool:
            """Whether the fault answered without the work being done."""
            kind, _, detail = fault.partition(":")
            if kind in ("500", "502", "503", "504"):
                self._say(int(kind), b"upstream trouble", "text/plain")
            elif kind in ("html200", "html503"):
                self._say(int(kind[4:]), b"<html><body>maintenance</body></html>", "text/html")
            elif kind == "302":
                self._say(302, b"", headers={"Location": "http://127.0.0.1:9/elsewhere"})
            elif kind == "429":
                later = datetime.fromtimestamp(slack.clock().timestamp() + 12, UTC)
                date = {"date": format_datetime(later, usegmt=True), "none": None}.get(detail, detail)
                self._say(429, b'{"ok":false,"error":"ratelimited"}', headers={"Retry-After": date} if date else {})
            elif kind == "error":
                self._say(200, json.dumps({"ok": False, "error": detail}).encode())
            else:
                return False
            return True

        def _drop(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def _say(
            self, status: int, data: bytes, kind: str = "application/json", headers: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    slack.base_url = f"http://127.0.0.1:{server.server_port}/api/"
    slack.hook_url = f"http://127.0.0.1:{server.server_port}{HOOK}"
    try:
        yield slack
    finally:
        slack.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def bare(message: dict[str, Any]) -> dict[str, Any]:
    """A message without blocks, as a block that shows its text."""
    return {"type": "context", "elements": [{"text": message.get("text", "")}]}


class Talkative(FakeSlack):
    """Says on the terminal what is asked of it."""

    def hook(self, body: dict[str, Any]) -> tuple[int, str]:
        status, text = super().hook(body)
        print(f"slack: webhook {' '.join(str(body.get('text') or '').split())[:100]} → {text}", flush=True)
        return status, text

    def answer(self, method: str, body: dict[str, Any], token: str) -> tuple[dict[str, Any], dict[str, str]]:
        said, headers = super().answer(method, body, token)
        words = " ".join(str(body.get("text") or "").split())[:100]
        place = " ".join(str(body[key]) for key in ("channel", "thread_ts") if body.get(key))
        outcome = "ok" if said["ok"] else said["error"]
        print(f"slack: {method} {place} {words} → {outcome}".replace("  ", " "), flush=True)
        return said, headers


def main() -> None:
    """Serve until Ctrl-C."""
    with serving(Talkative(), int(sys.argv[1]) if len(sys.argv) > 1 else 8099) as workspace:
        print(
            f"A Slack of this machine answers at {workspace.base_url}; its channel is C0123456789. For the watch:\n"
            f"  export ARMSWATCH_SLACK_TOKEN={TOKEN}\n"
            f"  armswatch init --slack C0123456789 --slack-url {workspace.base_url}\n"
            f"Its webhook is {workspace.hook_url}\n"
            f"What is posted is printed here, and can be looked at: {workspace.base_url.removesuffix('api/')}",
            flush=True,
        )
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
