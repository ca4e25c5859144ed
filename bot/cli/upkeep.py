"""What the daemon wires beside its jobs: upkeep, pulse, metrics, and the word to systemd."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.app import App
from bot.core.evaluation import read_examples
from bot.jobs.backfill import BackfillReport
from bot.jobs.canary import Canary
from bot.jobs.pulse import Pulse
from bot.jobs.sanctions import Lists
from bot.jobs.upkeep import Upkeep
from bot.places import Server
from bot.serve.metrics import Metrics
from bot.settings import Settings


def upkeep(app: App) -> Upkeep:
    """The daily work on the store of an app."""
    table = app.settings.table.backup
    return Upkeep(
        store=app.store,
        clock=app.clock,
        folder=app.settings.config.parent / table.folder,
        keep=table.keep,
        every=table.every,
        bodies=table.bodies,
        canary=lambda: canaries(app),
    )


def lists(app: App) -> Lists:
    """The daily look at the sanctions lists of an app's configuration."""
    table = app.settings.table.sanctions

    def look(names: Sequence[str]) -> BackfillReport:
        """The run that `backfill sanctions` makes of the same lists on the same day."""
        from bot.cli import archives
        from bot.cli.backfill import Wants, filler
        from bot.core.units import Window, run_id

        wants = Wants(app)
        sources = {"sanctions": archives.lists(app, names, (), wants.joins)}
        job = filler(app, sources, Window(), jobs=1, notify=True, fetch=app.fetch, wants=wants, alerts=True)
        places = [f"{app.clock():%Y-%m-%d}", *names]
        run = run_id("sanctions", list(sources), Window(), [*places, "True"], [one.hash for one in app.watchlists])
        return job.run(run, "sanctions", {"sources": list(sources), "places": places, "notify": True})

    return Lists(store=app.store, clock=app.clock, names=table.lists, look=look, every=table.every)


def canaries(app: App) -> list[tuple[str, str]]:
    """(watchlist, where its canary stopped or "") for every watchlist that has labelled examples beside it."""
    found = []
    with tempfile.TemporaryDirectory(prefix="armswatch-canary-") as folder:
        canary = Canary(
            matcher=app.matcher, lexicon=app.lexicon, parse=app.workers, clock=app.clock, folder=Path(folder)
        )
        for one, path in zip(app.watchlists, app.settings.watchlist_files, strict=True):
            examples = path.with_name(f"{path.stem}.examples.jsonl")
            if examples.exists():
                lines = examples.read_text(encoding="utf-8").splitlines()
                found.append((one.name, canary.sing(one.name, read_examples(lines))))
    return found


def pulse(app: App) -> Pulse:
    """The proof of life of an app."""
    table = app.settings.table.heartbeat
    return Pulse(
        clock=app.clock,
        fetch=app.fetch,
        file=app.settings.config.parent / table.file if table.file else None,
        url=os.environ.get("ARMSWATCH_HEARTBEAT_URL", "") or table.url,
        every=table.every,
    )


def metrics(app: App) -> Metrics | None:
    """The endpoint for Prometheus, listening already; None where none is wanted."""
    port = app.settings.table.metrics.port
    return Metrics(app.settings.store, port, app.clock).start() if port else None


def secrets(settings: Settings) -> list[str]:
    """Everything that no log line may hold: the secrets of the environment and the logins of feeds."""
    known = settings.secrets
    found = [known.slack_token, known.slack_app_token, known.slack_webhook, known.smtp_password]
    found += [os.environ.get(feed.auth_env, "") for feed in settings.feeds if feed.auth_env]
    found += [os.environ.get("ARMSWATCH_HEARTBEAT_URL", "")]
    found += settings.store.secrets if isinstance(settings.store, Server) else []
    return [one for one in found if one]
