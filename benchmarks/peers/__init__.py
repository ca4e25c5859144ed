"""Peers, each in a virtual environment of its own from a pinned file, made on demand; absent where it cannot be made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def python(name: str) -> Path | None:
    """The interpreter with the packages of `<name>.txt`, or None where they cannot be installed here."""
    folder = HERE / name / "venv"
    ready = folder / ".ready"
    pins = (HERE / f"{name}.txt").read_text()
    if ready.exists() and ready.read_text() == pins:
        return folder / "bin" / "python"
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, capture_output=True, timeout=120)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / f"{name}.txt"]
        subprocess.run(pip, check=True, capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError):
        return None
    ready.write_text(pins)
    return folder / "bin" / "python"


def run(name: str, script: str, *words: str, timeout: float = 600) -> dict[str, Any] | None:
    """What `<script>.py` of this folder prints as its last line of JSON, run by the peer's interpreter; None if it cannot."""
    interpreter = python(name)
    if interpreter is None:
        return None
    command = [interpreter, HERE / f"{script}.py", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        print(f"   {name}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")
        return None
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
