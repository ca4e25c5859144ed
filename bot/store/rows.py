"""How values lie in columns: sortable UTC stamps, and JSON for what is never queried by its parts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


def stamp(moment: datetime | None) -> str | None:
    """An aware datetime as sortable text of fixed width, always UTC with microseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str | None) -> datetime | None:
    """The datetime that `stamp` wrote."""
    if not text:
        return None
    return datetime.fromisoformat(text)  # 20 times faster than strptime


def known(text: str) -> datetime:
    """Like `moment`, for a column that is never empty."""
    found = moment(text)
    if found is None:
        raise ValueError("a stamp that must be there is empty")
    return found


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # Building an adapter costs a millisecond, using one microseconds.
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def dump(value: object, kind: Any = None) -> str:
    """A value of the model as JSON."""
    return _adapter(kind or type(value)).dump_json(value).decode()


def load(kind: type[T], text: str) -> T:
    """The value that `dump` wrote; keys that a newer version added are ignored."""
    return _adapter(kind).validate_json(text)  # type: ignore[no-any-return]
