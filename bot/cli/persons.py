"""Who is at the keyboard: the name under notes and judgements, kept apart from what the machine found."""

from __future__ import annotations

import getpass
import os
from typing import Any

import click


def author() -> str:
    """ARMSWATCH_AUTHOR, else the login name, else "unknown"."""
    named = os.environ.get("ARMSWATCH_AUTHOR", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def by(command: Any) -> Any:
    """The --by option."""
    return click.option(
        "--by", default=author, show_default="ARMSWATCH_AUTHOR, else the login name", help="Who says it."
    )(command)
