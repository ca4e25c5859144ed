"""Evidence packs on the command line: written by `story ID --pack` and `case show CASE --pack`, checked by `verify DIR`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import __version__
from bot.store import Store

if TYPE_CHECKING:
    from bot.store.cases import Case


def write_pack(
    store: Store, refs: Sequence[str], folder: Path, profile: str, now: datetime, *, case: Case | None = None
) -> None:
    """Write a pack of some ids into a folder and say how to verify it."""
    from bot.jobs.pack import gather, seal, write

    contents = gather(store, refs, case=case)
    written = write(store, contents, folder, profile, now, __version__)  # type: ignore[arg-type]
    click.echo(
        f"{folder}: {len(contents.stories)} stories, {len(contents.articles)} articles, {len(contents.claims)} claims "
        f"in {len(written)} files ({profile})"
    )
    click.echo(f"seal {seal(folder)}: note it where the pack is not")
    click.echo(f"verify it with: armswatch verify {folder}   (or, inside it: sha256sum --check SHA256SUMS)")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def verify(folder: Path) -> int:
    """Check an evidence pack offline: every file's hash, the hash log's chain, every quote in its text."""
    from bot.jobs.pack import seal
    from bot.jobs.pack import verify as look

    problems = look(folder)
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{folder}: {len(problems)} problem{'s' * (len(problems) > 1)}")
    else:
        click.echo(f"{folder}: holds, seal {seal(folder)}")
    return int(bool(problems))
