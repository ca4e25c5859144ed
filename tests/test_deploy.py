"""The files for running it elsewhere, read by the tools that will read them, or by what they must say where there is no tool."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.settings_schema import ConfigTable

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "armswatch.service"
WORKER = DEPLOY / "armswatch-worker@.service"
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")


@needs_systemd
@pytest.mark.parametrize("source", [UNIT, WORKER], ids=["watch", "worker"])
def test_systemd_accepts_the_unit(source: Path, tmp_path: Path):
    # The program is looked for where it will be installed; here another one stands in its place.
    unit = tmp_path / source.name.replace("@", "@1")
    unit.write_text(source.read_text("utf-8").replace("/opt/armswatch/.venv/bin/armswatch", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert (done.returncode, said) == (0, [])


@needs_systemd
def test_the_unit_is_as_closed_as_a_reader_of_foreign_pages_should_be(tmp_path: Path):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", str(UNIT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = re.search(r"exposure level for armswatch\.service: ([\d.]+)", done.stdout)
    if found is None:
        pytest.skip("this systemd cannot judge a unit offline (before 250)")
    assert float(found[1]) <= 2.0


def test_the_watchdog_is_longer_than_any_honest_round_and_exits_that_help_nobody_are_not_repeated():
    text = UNIT.read_text("utf-8")
    assert "Type=notify" in text
    assert "WatchdogSec=10min" in text
    assert "RestartPreventExitStatus=2 3" in text
    assert "xoxb" not in text


def test_a_worker_is_started_again_whatever_it_ended_with_and_is_as_closed_as_the_watch():
    text = WORKER.read_text("utf-8")
    assert "Restart=always" in text
    assert "RestartPreventExitStatus=2\n" in text
    walls = re.compile(r"(?m)^(?:No|Protect|Private|Restrict|Lock|System|Capability|Memory|Tasks|UMask).*$")
    assert walls.findall(text) == walls.findall(UNIT.read_text("utf-8"))


def instructions() -> list[tuple[str, str]]:
    """(instruction, rest) of the Dockerfile, continuation lines joined, comments out."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8"))
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(name.upper(), rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def test_the_image_is_small_unprivileged_and_checks_its_health():
    found = instructions()
    names = [name for name, _ in found]
    assert set(names) <= {
        "FROM", "WORKDIR", "ENV", "RUN", "COPY", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    last = len(names) - 1 - names[::-1].index("FROM")
    final = found[last:]
    assert names.count("FROM") == 2, "build tools stay in the first stage"
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+( AS \w+)?", rest) for name, rest in found if name == "FROM")
    assert [rest for name, rest in final if name == "USER"] == ["10001:10001"]
    assert final[-1] == ("CMD", '["run"]')
    health = next(rest for name, rest in final if name == "HEALTHCHECK")
    assert '"armswatch", "status", "--max-age"' in health
    assert not [rest for name, rest in found if name == "ENV" and re.search("TOKEN|PASSWORD|SECRET", rest)]


def test_hadolint_has_nothing_to_say_about_the_dockerfile():
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "`make install-dev` brings hadolint"
    done = subprocess.run([linter, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_accepts_its_file():
    compose = shutil.which("docker-compose")
    if compose is None:
        pytest.skip("no docker-compose on this machine: apt-get install docker-compose")
    done = subprocess.run(
        [compose, "-f", str(DEPLOY / "compose.yaml"), "config"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "read_only: true" in done.stdout


def test_what_the_image_copies_is_there_and_what_it_installs_is_hashed():
    for name, rest in instructions():
        if name == "COPY" and "--from" not in rest:
            *sources, _ = rest.split()
            for source in sources:
                assert (ROOT / source).exists(), source
        if name == "RUN" and "requirements" in rest:
            assert rest.count("--require-hashes") == rest.count("-r requirements")
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    assert {".git", ".venv", "deploy/secrets", "*.db"} <= set(ignored)


def test_compose_names_files_and_variables_that_exist():
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert (DEPLOY / "Dockerfile").exists()
    assert "dockerfile: deploy/Dockerfile" in text
    assert all(line in text for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"))
    for variable in re.findall(r"ARMSWATCH_(\w+)_FILE:", text):
        assert variable in {"SLACK_TOKEN", "SLACK_APP_TOKEN", "SLACK_WEBHOOK", "SMTP_PASSWORD"}
    assert not re.search(r"\t", text), "YAML knows no tabs"
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        assert indent % 2 == 0, line


def test_every_command_that_a_deployment_runs_exists():
    said = []
    for path in (UNIT, DEPLOY / "armswatch.cron", DEPLOY / "compose.yaml"):
        text = re.sub(r"(?m)^\s*#.*$", "", path.read_text("utf-8"))
        said += re.findall(r"armswatch(?: --config \S+)? ([a-z]+)(?= |$)", text, re.MULTILINE)
    assert {"poll", "digest", "backup", "prune", "doctor", "run"} <= set(said) & set(COMMANDS)
    cron = [line for line in (DEPLOY / "armswatch.cron").read_text("utf-8").splitlines() if re.match(r"[\d*]", line)]
    assert all(re.match(r"(\S+\s+){5}armswatch\s+armswatch ", line) for line in cron), "five times, a user, a command"
    assert not [line for line in cron if "%" in line], "cron makes a line break of a percent sign"


def test_the_metrics_in_the_alerts_are_exported():
    exported = (ROOT / "bot" / "serve" / "metrics.py").read_text("utf-8")
    named = set(re.findall(r"armswatch_\w+", (DEPLOY / "alerts.yml").read_text("utf-8")))
    assert named
    for name in named:
        assert f'"{name}"' in exported, name
    assert {"metrics", "heartbeat", "backup"} <= set(ConfigTable.model_fields)
