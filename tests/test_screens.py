"""What a person would see: the demo's previews in a real browser, light and dark, kept as pictures for whoever wants to look."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ARTEFACTS = ROOT / "artefacts"
ENVIRON = {**os.environ, "ARMSWATCH_NETWORK": "loopback", "PYTHONPATH": str(ROOT)}
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def test_the_gate_has_a_browser():
    if os.environ.get("ARMSWATCH_CI"):
        assert BROWSER, "the gate installs chromium; a missing browser would skip what it has to look at"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--out", str(folder)],
        env=ENVIRON,
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def shot(page: Path, name: str, tmp_path: Path, *flags: str) -> tuple[int, int]:
    """A picture of a page; its size in pixels from the PNG's own header."""
    assert BROWSER
    ARTEFACTS.mkdir(exist_ok=True)
    picture = ARTEFACTS / f"{name}.png"
    picture.unlink(missing_ok=True)
    command = [
        BROWSER,
        *QUIET,
        *flags,
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--screenshot={picture}",
        "--window-size=900,1600",
        page.as_uri(),
    ]
    subprocess.run(command, capture_output=True, timeout=120, check=False)
    header = picture.read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000, "an empty page"
    width, height = struct.unpack(">II", header[16:24])
    return width, height


@pytest.mark.criterion("M-23")
@pytest.mark.criterion("M-47")
@pytest.mark.criterion("T-9")
@pytest.mark.skipif(not BROWSER, reason="no chromium on this machine: apt-get install chromium")
@pytest.mark.parametrize(
    ("page", "flags", "name"),
    [
        ("mail.html", (), "mail-light"),
        ("mail.html", ("--force-dark-mode", "--blink-settings=preferredColorScheme=0"), "mail-dark"),
        ("slack.html", (), "slack"),
        ("report.html", (), "report"),
    ],
)
def test_the_previews_open_in_a_browser(
    demo: tuple[Path, str], tmp_path: Path, page: str, flags: tuple[str, ...], name: str
):
    assert shot(demo[0] / page, name, tmp_path, *flags) == (900, 1600)


def test_the_demo_shows_the_whole_job(demo: tuple[Path, str]):
    folder, said = demo
    for part in (
        "Round 1",
        "Round 2",
        "an HTML page instead of a feed",
        "304 to a conditional request",
        "Stored:",
        "in scope",
        "Adjacent:",
        "Coverage:",
        "What to try next",
    ):
        assert part in said, part
    assert sorted(path.name for path in folder.glob("*.html") if not path.name.startswith("20")) == [
        "mail.html",
        "report.html",
        "slack.html",
    ]
    second = said[said.index("Round 2") : said.index("Stored:")]
    assert "0 failed" in second
    assert "1 matches" in second


def test_the_readme_shows_a_digest_of_the_demo(demo: tuple[Path, str]):
    said = demo[1]
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- digest -->")[1]
    headlines = [
        line.split("  ", 1)[1].strip() for line in said.splitlines() if line[:1].isdigit() and line[1:3] == "  "
    ]
    assert headlines
    for headline in headlines:
        assert headline[:40] in shown, f"README.md shows another digest than `make demo`: {headline}"
