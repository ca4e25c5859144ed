"""The front door: `armswatch COMMAND`; every command's module is imported only when it is called."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from bot import __version__
from bot.errors import ArmswatchError

# command → (module, attribute, one line for --help). The line stands here so that --help imports nothing.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "backfill": ("bot.cli.backfill", "backfill", "Read the past: files, folders and archives."),
    "backup": ("bot.cli.backup", "backup", "A checked copy of the database, also beside the daemon."),
    "browse": ("bot.cli.browse", "browse", "The stored watch in a browser, read-only."),
    "case": ("bot.cli.case", "case", "Collect stories and claims under a name, with notes."),
    "cite": ("bot.cli.cite", "cite", "A footnote or RIS record of an article, story or claim."),
    "claims": ("bot.cli.claims", "claims", "The ledger of claims; --jsonl reads claims out of items."),
    "cluster": ("bot.cli.worker", "cluster", "How a watch of many workers stands."),
    "corrections": ("bot.cli.case", "corrections", "The register of corrections."),
    "demo": ("bot.cli.demo", "demo", "The whole job on a bundled world on this machine."),
    "digest": ("bot.cli.digest", "digest", "Preview or send what is due."),
    "doctor": ("bot.cli.doctor", "doctor", "What is wrong with the watch, and how to mend it."),
    "entity": ("bot.cli.entity", "entity", "A ship, port, firm or weapon: names, sightings, mix-ups."),
    "explain": ("bot.cli.explain", "explain", "Why an item matched, or where it stopped."),
    "export": ("bot.cli.export", "export", "Stories as Atom or JSON Feed; tables as CSV or JSON."),
    "extract": ("bot.cli.filters", "extract", "Article text and fields out of HTML files."),
    "feeds": ("bot.cli.feeds", "feeds", "List feeds and their health; add, remove, import, parse."),
    "init": ("bot.cli.init", "init", "Write a commented config.toml to start from."),
    "judge": ("bot.cli.judge", "judge", "Say whether something is in, adjacent, out, or mute it."),
    "mail": ("bot.cli.previews", "mail", "See the mail that a digest would become."),
    "match": ("bot.cli.filters", "match", "Judge items against the watchlists."),
    "outbox": ("bot.cli.outbox", "outbox", "List, retry or drop deliveries."),
    "poll": ("bot.cli.watch", "poll", "One round of what is due, then exit."),
    "prune": ("bot.cli.backup", "prune", "Drop old texts that never matched; evidence stays."),
    "report": ("bot.cli.report", "report", "What was found in a span of time, with what was not read."),
    "restore": ("bot.cli.backup", "restore", "Put a copy in the database's place."),
    "review": ("bot.cli.judge", "review", "What may have been missed, nearest first."),
    "run": ("bot.cli.watch", "run", "The watch itself, until it is stopped."),
    "search": ("bot.cli.search", "search", "Full-text search in what is stored."),
    "slack": ("bot.cli.previews", "slack", "See the Slack messages that a digest would become."),
    "status": ("bot.cli.status", "status", "Is the watch alive, and what did it last do?"),
    "store": ("bot.cli.store", "store", "Copy what is stored to a server or back."),
    "stories": ("bot.cli.stories", "stories", "Stories stored; --jsonl groups items."),
    "story": ("bot.cli.stories", "story", "One story: its articles, evidence and claims."),
    "verify": ("bot.cli.packs", "verify", "Check an evidence pack offline."),
    "worker": ("bot.cli.worker", "worker", "One worker of a watch on many machines."),
    "watchlist": ("bot.cli.watchlist", "watchlist", "Check, show, test, learn and compare watchlists."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in sorted(COMMANDS.items())])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else "; `armswatch --help` lists all commands"
            raise click.UsageError(error.message.rstrip(".") + hint, ctx) from None


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="armswatch")
@click.option("--config", metavar="FILE", help="Configuration [default: $ARMSWATCH_CONFIG, else ./config.toml].")
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """A watch on Russia–North Korea arms transfers: feeds in, judged and grouped stories out.

    Exit codes: 0 done, 1 something failed and is named, 2 bad usage or configuration, 3 another instance holds the lock.
    """
    ctx.ensure_object(dict)
    ctx.obj["config"] = config


def main(argv: list[str] | None = None) -> None:
    """Entry point of the `armswatch` command."""
    for stream in (sys.stdout, sys.stderr):
        # Titles in eleven scripts must not die on a terminal that was set to ASCII.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code: Any = cli.main(args=argv, prog_name="armswatch", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else error.exit_code)
    except ArmswatchError as error:
        click.echo(f"armswatch: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) went away: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.filename is None and error.errno == errno.ENOSPC:
            click.echo(f"armswatch: what is written to: {error.strerror}", err=True)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        if error.filename is None:
            raise  # not a file that somebody named: a mistake of ours, to be seen whole
        click.echo(f"armswatch: {error.filename}: {error.strerror}", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
