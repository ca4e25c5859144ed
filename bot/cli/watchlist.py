"""`watchlist`: check, show, test and learn the files that say what is looked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bot.cli.tables import listing
from bot.cli.watchlists import chosen, files
from bot.errors import UsageError, WatchlistError


@click.group()
def watchlist() -> None:
    """Check, show, test, learn and compare watchlists."""


@watchlist.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def check(obj: dict[str, Any], paths: tuple[Path, ...]) -> int:
    """Lint watchlist FILES [default: those of the configuration]: errors, then what can never match."""
    from bot.core.watchlists import lint, load

    wrong = 0
    for path in paths or tuple(files(obj)):
        try:
            found = load(path.read_bytes(), file=str(path))
        except WatchlistError as error:
            for problem in error.problems:
                click.echo(str(problem))
            wrong = 2
            continue
        except OSError as error:
            raise click.UsageError(f"{path}: {error.strerror}") from error
        problems = lint(found)
        for problem in problems:
            click.echo(str(problem))
        wrong = wrong or int(bool(problems))
        click.echo(
            f"{path}: {len(found.concepts)} concepts, {len(found.terms)} terms, {len(found.rules)} rules; {len(problems)} remarks"
        )
    return wrong


@watchlist.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--seeds", "seeded", is_flag=True, help="Only terms that seed articles support.")
@click.pass_obj
def show(obj: dict[str, Any], name: str | None, as_json: bool, seeded: bool) -> None:
    """Each term of a watchlist with its concept, language and the seed articles that support it."""
    for one in chosen(obj, name):
        rows = []
        for term in one.terms:
            support = term.seeds
            if seeded and not support:
                continue
            rows.append(
                {
                    "concept": term.concept,
                    "lang": term.lang,
                    "term": term.written,
                    "seeds": " ".join(f"{number:03d}" for number in support),
                }
            )
        listing(rows, as_json=as_json, title=f"{one.name} ({one.hash}): {one.title}", empty="no terms")


def _figures(report: Any) -> dict[str, Any]:
    tallies = {"all": report.whole, **{tally.name: tally for tally in report.by_lang}}
    return {
        "count": report.count,
        "digest": report.digest,
        "slices": {
            name: {
                "precision": tally.precision,
                "recall": tally.recall,
                "f1": tally.f1,
                "direction": tally.direction,
                "borderline_matched": tally.borderline_matched,
                "borderline": tally.borderline,
            }
            for name, tally in tallies.items()
        },
        "misses": [{"id": miss.example.id, "wrong": miss.wrong} for miss in report.misses],
    }


@watchlist.command()
@click.argument("name", required=False)
@click.option(
    "--examples",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Labelled JSON lines [default: <name>.examples.jsonl].",
)
@click.option(
    "--rename", multiple=True, metavar="OLD=NEW", help="A direction as others label it, such as 'nk>ru=dprk>russia'."
)
@click.option(
    "--from-judgements", "judged", is_flag=True, help="What people judged (`armswatch judge`) instead of a file."
)
@click.option(
    "--fragile",
    is_flag=True,
    help="Also which items hang on one term that no other needs: an estimate for unseen ones.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def test(
    obj: dict[str, Any],
    name: str | None,
    examples: Path | None,
    rename: tuple[str, ...],
    judged: bool,
    fragile: bool,
    as_json: bool,
) -> int:
    """Run labelled examples: precision, recall and F1 by language and length, every miss named."""
    from bot.core.evaluation import evaluate, read_examples
    from bot.core.fragility import fragility
    from bot.core.matches import Matcher

    missed = 0
    wrong = next((pair for pair in rename if "=" not in pair), "")
    if wrong:
        raise UsageError(f"--rename {wrong}: write it as OLD=NEW, such as nk>ru=dprk>russia", subject=wrong)
    names = {"-": "", **dict(pair.split("=", 1) for pair in rename)}
    for one in chosen(obj, name):
        path = examples or Path(one.file).with_name(f"{one.name}.examples.jsonl")
        if not judged and not path.exists():
            click.echo(f"{one.name}: no examples ({path.name})")
            continue
        try:
            lines = _judged(obj) if judged else path.read_text(encoding="utf-8").splitlines()
            labelled = read_examples(lines, names=names)
        except ValueError as error:
            raise UsageError(f"{path}: {error}", subject=str(path)) from error
        if not labelled:
            click.echo(f"{one.name}: no labelled items in {'the judgements' if judged else path}", err=True)
            missed += not judged
            continue
        matcher = Matcher([one])
        report = evaluate(labelled, lambda item, one=matcher: one.verdicts(item)[0])  # type: ignore[misc]
        thin = fragility(labelled, matcher.hanging) if fragile else ()
        if as_json:
            shares = {
                side.label: {
                    "right": side.right,
                    "hanging": side.hanging,
                    "alone": side.alone,
                    "memorised": side.memorised,
                }
                for side in thin
            }
            click.echo(json.dumps({**_figures(report), **({"fragile": shares} if fragile else {})}, ensure_ascii=False))
        else:
            click.echo(
                f"{one.name} ({one.hash}), {'judgements' if judged else path.name}\n" + "\n".join(report.lines())
            )
            for side in thin:
                click.echo("\n".join(side.lines()))
        missed += len(report.misses)
    return int(missed > 0)


def _judged(obj: dict[str, Any]) -> list[str]:
    from bot.cli.judge import labelled_lines
    from bot.cli.tables import opened

    with opened(obj) as (store, _):
        return labelled_lines(store)


@watchlist.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--top", default=60, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def learn(paths: tuple[Path, ...], top: int, as_json: bool) -> None:
    """Terms that example articles (FILES of text or HTML) suggest, with their keyness and a sentence that supports each."""
    from bot.cli.explain import _file
    from bot.core.learning import Background, propose
    from bot.places import packaged

    counts = Background.from_json(packaged("watchlists/background.json").read_bytes())
    items = [_file(path) for path in paths]
    rows = [
        {
            "term": one.term,
            "articles": " ".join(paths[number].name for number in one.seeds),
            "count": one.count,
            "keyness": round(one.keyness, 1),
            "sentence": one.quotes[0] if one.quotes else "",
        }
        for one in propose([f"{item.title}\n{item.text}" for item in items], counts, most=top)
    ]
    listing(rows, as_json=as_json, title="proposed terms", empty="nothing stands out")


@watchlist.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--since", default="180d", show_default=True, help="A date, or a time back such as 30d.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def diff(obj: dict[str, Any], old: Path, new: Path, since: str, as_json: bool) -> None:
    """Which stored articles an edit would gain or lose: OLD and NEW are two states of a watchlist file."""
    from datetime import UTC, datetime

    from bot.cli.tables import day, opened
    from bot.core.matches import Matcher
    from bot.core.watchlists import load

    before, after = (Matcher([load(path.read_bytes(), file=str(path))]) for path in (old, new))
    rows = []
    read = 0
    with opened(obj) as (store, now):
        for article in store.articles.since(day(since, now)):
            item = article.item()
            read += 1
            was, now_is = before.verdicts(item)[0], after.verdicts(item)[0]
            if was.rank != now_is.rank:
                change = "gained" if now_is.rank == "match" else "lost" if was.rank == "match" else "moved"
                at = article.published or article.first_seen or datetime.now(UTC)
                rows.append(
                    {
                        "change": change,
                        "was": was.rank,
                        "is": now_is.rank,
                        "article": article.id,
                        "date": at.date().isoformat(),
                        "title": article.title,
                        "why": "; ".join((now_is.why or was.why)[:2]),
                    }
                )
    rows.sort(key=lambda row: (row["change"], row["date"]))
    listing(
        rows,
        as_json=as_json,
        title=f"{len(rows)} of {read} stored articles change",
        empty=f"none of {read} stored articles changes",
    )
