"""`init`: a commented configuration to start from, and the few questions that a first set-up needs."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.errors import ArmswatchError
from bot.places import config_path, packaged

_FEEDS = "# The feeds that ship with armswatch"
"""Where the feeds begin in the shipped configuration; what is added stands before it."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a first set-up wants to know; "" is: not now."""

    contact: str = ""
    zone: str = "UTC"
    hour: int = 7
    slack: str = ""
    slack_url: str = ""
    mail: str = ""
    smtp: str = ""

    @property
    def any(self) -> bool:
        """Whether there is anything to write."""
        return self != Answers()


def _checked(good: Callable[[str], Any], wanted: str) -> Callable[..., str]:
    """A click callback, and a check of what is typed at a prompt: "" or what `good` likes."""

    def check(*given: Any) -> str:
        text = str(given[-1]).strip()
        if text and not good(text):
            raise click.BadParameter(f"{text!r}: {wanted}")
        return text

    return check


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except Exception:  # noqa: BLE001 (zoneinfo raises five kinds for a bad name)
        return False
    return True


_zone = _checked(_is_zone, 'a zone of the IANA list such as "Europe/Kyiv" or "UTC"')
_contact = _checked(re.compile(r"https?://\S+|[^@\s]+@[^@\s]+").fullmatch, "a URL or a mail address")
_mail = _checked(re.compile(r"[^@\s]+@[^@\s]+").fullmatch, "a mail address")
_host = _checked(
    re.compile(r"[\w.-]+|\[?[0-9a-f:]+:[0-9a-f:]*\]?").fullmatch, "a host name; its port goes into config.toml"
)
_slack = _checked(
    re.compile(r"[CGD][A-Z0-9]{6,}|webhook").fullmatch,
    "the channel's id such as C0123456789 (channel name → About → at the bottom), not its name",
)


@click.command()
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.option(
    "--contact", default="", callback=_contact, help="A URL or mail address by which publishers can reach you."
)
@click.option("--zone", default="UTC", callback=_zone, help="Your time zone, such as Europe/Kyiv.")
@click.option("--hour", default=7, type=click.IntRange(0, 23), help="The local hour of the daily digest.")
@click.option(
    "--slack", default="", metavar="ID", callback=_slack, help="A Slack channel id (C…): a digest a day, and alerts."
)
@click.option(
    "--slack-url", default="", metavar="URL", help="The Slack API, if it is another: GovSlack, or a stand-in."
)
@click.option("--mail", default="", metavar="ADDRESS", callback=_mail, help="A mail address: a digest a day.")
@click.option("--smtp", default="", metavar="HOST", callback=_host, help="The mail server, with --mail.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_obj
def init(
    obj: dict[str, Any], force: bool, contact: str, zone: str, hour: int, slack: str, slack_url: str, mail: str, smtp: str,
    yes: bool,
) -> None:  # fmt: skip
    """Write config.toml with every key explained, and the watchlists beside it; on a terminal, ask for what is yours."""
    target = config_path(obj.get("config"))
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there already; --force overwrites it")
    answers = Answers(contact=contact, zone=zone, hour=hour, slack=slack, slack_url=slack_url, mail=mail, smtp=smtp)
    if not yes and not answers.any and sys.stdin.isatty():
        answers = _asked()
    target.parent.mkdir(parents=True, exist_ok=True)
    lists = target.resolve().parent / "watchlists"
    fresh = not lists.exists()
    written = _copied(packaged("watchlists"), lists, force)
    if answers.any or target.resolve() != packaged("config.toml").resolve():
        try:
            _write(target, _filled_in(packaged("config.toml").read_text(encoding="utf-8"), answers))
        except ArmswatchError:
            if fresh:
                shutil.rmtree(lists, ignore_errors=True)
            raise
    click.echo(f"wrote {target}" + (f" and {written} files in {lists}" if written else ""))
    for number, step in enumerate(_steps(answers), 1):
        click.echo(f"{number}. {step}")


def _asked() -> Answers:
    click.echo("Enter leaves a question open; everything can be changed in config.toml later.")
    answers = Answers(
        contact=click.prompt(
            "How can publishers reach you (URL or mail address)", default="", show_default=False, value_proc=_contact
        ),
        zone=click.prompt("Your time zone", default="UTC", value_proc=_zone),
        hour=click.prompt("Local hour of the daily digest", default=7, type=click.IntRange(0, 23)),
        slack=click.prompt("Slack channel id (C…)", default="", show_default=False, value_proc=_slack),
        mail=click.prompt("Mail address", default="", show_default=False, value_proc=_mail),
    )
    if answers.mail:
        answers = replace(answers, smtp=click.prompt("Mail server", default="", show_default=False, value_proc=_host))
    return answers


def _write(target: Path, text: str) -> None:
    """The file, if what stands in it can be used; else a ConfigError, and nothing is written."""
    from bot.errors import ConfigError
    from bot.settings import load

    aside = target.with_name(f".{target.name}.new")
    try:
        aside.write_text(text, encoding="utf-8")
        load(aside)
        aside.replace(target)
    except ConfigError as error:
        raise ConfigError([replace(one, file=str(target)) for one in error.problems], subject=str(target)) from None
    finally:
        aside.unlink(missing_ok=True)


def _filled_in(text: str, answers: Answers) -> str:
    """The configuration with the answers in their places, comments kept."""
    import tomlkit

    tables: Any = tomlkit.parse(text)
    if answers.contact:
        tables["polling"]["contact"] = answers.contact
    if answers.slack_url:
        tables["slack"]["base_url"] = answers.slack_url
    if answers.smtp:
        tables["smtp"]["host"] = answers.smtp
        tables["smtp"]["user"] = tables["smtp"]["from"] = answers.mail
    for one in tables["subscriptions"]:
        one["zone"], one["hour"] = answers.zone, answers.hour
    when = f"zone = {json.dumps(answers.zone)}\nhour = {answers.hour}\n"
    added = ""
    if answers.slack:
        added += f'[[subscriptions]]\nname = "team-slack"\nchannel = "slack"\ntarget = {json.dumps(answers.slack)}\n{when}alerts = true\n\n'
    if answers.mail:
        added += (
            f'[[subscriptions]]\nname = "team-mail"\nchannel = "email"\ntarget = {json.dumps(answers.mail)}\n{when}\n'
        )
    head, mark, tail = str(tomlkit.dumps(tables)).partition(_FEEDS)
    return f"{head}{added}{mark}{tail}" if mark else f"{head}\n{added}"


def _steps(answers: Answers) -> list[str]:
    steps = []
    if answers.slack:
        steps.append("put the bot's token into ARMSWATCH_SLACK_TOKEN (docs/slack.md: app, scopes, /invite)")
    if answers.mail and not answers.smtp:
        steps.append("write your mail server under [smtp] in config.toml (docs/mail.md)")
    if answers.mail:
        steps.append("put the mail password into ARMSWATCH_SMTP_PASSWORD (docs/mail.md)")
    return [
        *steps,
        "armswatch doctor             what is still wrong, and how to mend it",
        "armswatch poll               one round: reads the feeds, judges, stores",
        "armswatch digest --preview   what it would tell",
        "armswatch run                the watch itself",
    ]


def _copied(source: Path, target: Path, force: bool) -> int:
    if source.resolve() == target.resolve():
        return 0
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted(source.iterdir()):
        if (
            path.is_file()
            and path.suffix in {".toml", ".jsonl", ".tsv", ".json"}
            and (force or not (target / path.name).exists())
        ):
            shutil.copyfile(path, target / path.name)
            count += 1
    return count
