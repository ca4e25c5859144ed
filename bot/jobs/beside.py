"""The files that stand beside a watchlist and come with it: the words of claims, and who owns whom among publishers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.core import lexicon, publishers
from bot.core.lexicon import Lexicon
from bot.core.publishers import Publishers
from bot.places import packaged


def lexicon_beside(watchlist: Path) -> Lexicon | None:
    """The lexicon of claims beside a watchlist (`<name>.lexicon.toml`), or None."""
    path = watchlist.with_name(f"{watchlist.stem}.lexicon.toml")
    return lexicon.load(path.read_bytes(), file=str(path)) if path.exists() else None


def publishers_beside(watchlists: Sequence[Path]) -> Publishers:
    """The families and wires in the `publishers.toml` beside the first watchlist, else the shipped ones."""
    own = watchlists[0].with_name("publishers.toml") if watchlists else None
    path = own if own is not None and own.exists() else packaged("watchlists/publishers.toml")
    return publishers.load(path.read_bytes(), file=str(path))
