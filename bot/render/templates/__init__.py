"""The mail's HTML: Jinja templates that lie beside this file, read once at import; every value in them is escaped."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

_NAMES = ("digest.html.j2", "message.html.j2", "look.css")

ENVIRONMENT = Environment(
    loader=DictLoader({name: (files(__package__) / name).read_text(encoding="utf-8") for name in _NAMES}),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def filled(name: str, **values: object) -> str:
    """Template `name` with `values`; a value that is missing is an error, not a hole in the mail."""
    return ENVIRONMENT.get_template(name).render(**values)
