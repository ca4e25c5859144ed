"""A newcomer's first ten minutes: the commands of README.md as they stand there, typed into a shell in an empty folder."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEFORE = 3  # git clone, cd, make demo


def commands() -> list[str]:
    block = (ROOT / "README.md").read_text("utf-8").split("<!-- trial -->")[1].split("<!-- /trial -->")[0]
    return re.findall(r"^\$ (.*?)(?: {2,}#.*)?$", block, re.MULTILINE)


def test_eight_commands_lead_to_a_message_in_slack_and_a_report(tmp_path: Path):
    typed = commands()
    assert BEFORE + len(typed) <= 8
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    (tmp_path / ".venv").symlink_to(sys.prefix)
    # The stand-in gets a port that is free here and writes into a file; a person would read its terminal.
    script = [
        line.replace("8099", port).replace("tests.fake_slack &", f"tests.fake_slack {port} > slack.txt &")
        for line in typed
    ]
    awake = f"until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done"
    text = "\n".join(["set -e", script[0], 'trap "kill $!" EXIT', awake, *script[1:]])
    done = subprocess.run(
        ["bash", "-c", text], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), "ARMSWATCH_NETWORK": "loopback"},
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"chat\.postMessage C0123456789 .* → ok", (tmp_path / "slack.txt").read_text("utf-8"))
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "Timeline of claims" in report
    assert "White House asserts &gt;1,500 containers" in report
