"""`slack preview` and `mail preview`: what a person would see, as files to open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bot.places import config_path


@click.group()
def slack() -> None:
    """See the Slack messages that a digest would become."""


@click.group()
def mail() -> None:
    """See the mail that a digest would become."""


def _out(command: Any) -> Any:
    command = click.option("--subscription", "name", default="", help="Draft it as for this subscription.")(command)
    command = click.option(
        "--digest", "digest_id", default="", help="A stored digest by its id [default: a draft as of now]."
    )(command)
    return click.option(
        "--out",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder to write into [default: the configured output].",
    )(command)


@slack.command("preview")
@_out
@click.pass_obj
def slack_preview(obj: dict[str, Any], folder: Path | None, digest_id: str, name: str) -> None:
    """Write slack.html (as Slack would show it) and slack.json (the payloads)."""
    from bot.app import App
    from bot.settings import load

    with App(load(config_path(obj.get("config")))) as app:
        for path in write_slack(app, folder or app.settings.output, digest_id, name):
            click.echo(path)


@mail.command("preview")
@_out
@click.pass_obj
def mail_preview(obj: dict[str, Any], folder: Path | None, digest_id: str, name: str) -> None:
    """Write mail.html, mail.txt and mail.eml."""
    from bot.app import App
    from bot.settings import load

    with App(load(config_path(obj.get("config")))) as app:
        for path in write_mail(app, folder or app.settings.output, digest_id, name):
            click.echo(path)


def write_slack(app: Any, folder: Path, digest_id: str = "", name: str = "") -> list[Path]:
    """Write the Slack preview of a digest; the paths."""
    from bot.render import preview
    from bot.render import slack as render

    digest, subscription = _digest(app, digest_id, name, "slack", "C0PREVIEW")
    payloads = [one.payload for one in render.deliveries(digest, subscription)]
    return _written(
        folder,
        {
            "slack.html": preview.slack_page(payloads),
            "slack.json": json.dumps([json.loads(one) for one in payloads], ensure_ascii=False, indent=1),
        },
    )


def write_mail(app: Any, folder: Path, digest_id: str = "", name: str = "") -> list[Path]:
    """Write the mail preview of a digest; the paths."""
    from bot.render import email as render
    from bot.render import mime, preview

    digest, subscription = _digest(app, digest_id, name, "email", "reader@example.org")
    made = render.deliveries(
        digest, subscription, render.MailIdentity(from_address=app.settings.table.smtp.from_ or "armswatch@example.org")
    )
    if not made:
        return []
    message = mime.assembled(made[0], from_address=app.settings.table.smtp.from_ or "armswatch@example.org")
    payload = json.loads(made[0].payload)
    return _written(
        folder,
        {
            "mail.html": preview.mail_page([made[0].payload]),
            "mail.txt": payload["plain"],
            "mail.eml": message.as_bytes().decode("ascii", "replace"),
        },
    )


def _digest(app: Any, digest_id: str, name: str, channel: str, target: str) -> tuple[Any, Any]:
    from dataclasses import replace

    found = [one for one in app.settings.subscriptions if name in {"", one.name}]
    if not found:
        raise click.BadParameter(f"no subscription {name!r}", param_hint="--subscription")
    subscription = next((one for one in found if one.channel == channel), found[0])
    subscription = replace(
        subscription,
        channel=channel,
        target=subscription.target if subscription.channel == channel else target,
        quiet="line",
    )
    if digest_id:
        digest = app.store.digests.get(digest_id)
        if digest is None:
            raise click.ClickException(f"{digest_id}: no such digest")
    else:
        digest = app.digester.draft(subscription, app.clock())
    return digest, subscription


def _written(folder: Path, files: dict[str, str]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in files.items():
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="" if name.endswith(".eml") else None)
        paths.append(path)
    return paths
