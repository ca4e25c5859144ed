"""A filled database, made once by the demo, and the front door as a function."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one demo run; tests that write take a copy (`watch`)."""
    folder = tmp_path_factory.mktemp("demo") / "armswatch-demo"
    out = (folder.parent / "out.txt").open("w", encoding="utf-8")
    with out, redirect_stdout(out), pytest.raises(SystemExit) as end:
        main(["demo", "--out", str(folder)])
    assert end.value.code == 0
    return folder


@pytest.fixture
def watch(world: Path, tmp_path: Path) -> Path:
    """A filled watch of one's own: the path of its config.toml."""
    shutil.copytree(world, tmp_path / "watch")
    config = tmp_path / "watch" / "config.toml"
    config.write_text(config.read_text("utf-8").replace(str(world), str(config.parent)), encoding="utf-8")
    return config


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("status", config=…)`: what `armswatch status` would print and end with."""

    def call(*words: str, config: Path | None = None) -> Done:
        capsys.readouterr()
        code = 0
        try:
            main([*(("--config", str(config)) if config else ()), *words])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return call
