"""What the two databases say differently; everything else in the store is one set of statements (docs/why/040).

A statement is SQL with parameters as `:name` and, where the databases part, a fragment `{name}` or `{name:argument; argument}`
that stands in `_FRAGMENTS` once for each.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from bot.core.searching import Term, expression, words

Name = Literal["sqlite", "postgresql"]

_STAMP = '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''

# fragment → (SQLite, PostgreSQL); {0} and {1} are its arguments.
_FRAGMENTS: Final[dict[str, tuple[str, str]]] = {
    # ── lists handed in as a JSON parameter ──
    "each": ("json_each(:{0})", "jsonb_array_elements_text(CAST(:{0} AS jsonb))"),
    "pairs": (
        "(SELECT value ->> 0 AS one, value ->> 1 AS two FROM json_each(:{0})) AS pairs",
        "(SELECT value ->> 0 AS one, value ->> 1 AS two FROM jsonb_array_elements(CAST(:{0} AS jsonb))) AS pairs",
    ),
    # ── reading JSON columns: a field as text or number, the items of a list ──
    "field": ("json_extract({0}, '$.{1}')", "(CAST({0} AS json) ->> '{1}')"),
    "number": ("json_extract({0}, '$.{1}')", "CAST(CAST({0} AS json) ->> '{1}' AS double precision)"),
    "listed": ("json_each({0}, '$.{1}')", "json_array_elements_text(CAST({0} AS json) -> '{1}')"),
    "items": ("json_each({0})", "json_array_elements(CAST({0} AS json))"),
    "length": ("json_array_length({0})", "json_array_length(CAST({0} AS json))"),
    "joined": ("group_concat", "string_agg"),
    # ── the database's own time, as a stamp: leases are never measured with a worker's clock ──
    "now": (
        "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')",
        f"to_char(statement_timestamp() AT TIME ZONE 'UTC', {_STAMP})",
    ),
    "now_and": (
        "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :{0} || ' seconds')",
        ("to_char((statement_timestamp() + CAST(:{0} AS double precision) * interval '1 second') AT TIME ZONE 'UTC', "
        f"{_STAMP})"),
    ),
    "exists": (
        "EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{0}')",
        "to_regclass('{0}') IS NOT NULL",
    ),
    "version": ("'SQLite ' || sqlite_version()", "'PostgreSQL ' || current_setting('server_version')"),
    # ── full text: {matches:q} and {rank:q} over the table `search`, where q is what `Dialect.wanted` made ──
    # PostgreSQL finds the articles that hold all words by its index, and tells phrases and beginnings by the text itself:
    # its own phrase search forgets places beyond 16,383 words, and its parser knows no CJK.
    "matches": (
        "search MATCH :{0}",
        ("search.words @@ CAST(CAST(:{0} AS json) ->> 'words' AS tsquery) AND EXISTS ("
        "SELECT 1 FROM json_array_elements(CAST(:{0} AS json) -> 'any') AS one(terms) WHERE NOT EXISTS ("
        "SELECT 1 FROM json_array_elements_text(one.terms) AS term(spelled)"
        " WHERE search.title NOT LIKE term.spelled AND search.body NOT LIKE term.spelled))"),
    ),
    "rank": (
        "bm25(search, 0.0, 4.0, 1.0)",
        "-ts_rank(CAST('{{0, 0, 0.25, 1}}' AS real[]), search.words, CAST(CAST(:{0} AS json) ->> 'words' AS tsquery))",
    ),
    "search_values": ("", ", words"),
    "search_params": ("", ", CAST(:words AS tsvector)"),
    "search_table": (
        "CREATE VIRTUAL TABLE search USING fts5(article UNINDEXED, title, body, tokenize = 'unicode61')",
        ('CREATE TABLE search (article text COLLATE "C" NOT NULL, title text COLLATE "C" NOT NULL, '
        'body text COLLATE "C" NOT NULL, words tsvector NOT NULL); '
        "CREATE INDEX search_article ON search (article); CREATE INDEX search_words ON search USING gin (words)"),
    ),
}  # fmt: skip

_FRAGMENT = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_NAMED = re.compile(r"'(?:[^']|'')*'|(?<![:\w]):([a-z_]\w*)")

NUL: Final = "\ufffd"
"""What stands for the character 0 in PostgreSQL, which has none. What comes from outside is rid of it at the door."""

LONGEST_WORD = 200
"""Characters of a word in PostgreSQL's index; longer ones are found by their beginning."""
_MOST_BYTES = 800_000  # of words of one article: a tsvector holds less than 1 MB
_MOST_PLACES = 255  # of one word, as many as a tsvector keeps
_LAST_PLACE = 16_383


class Dialect:
    """One database's way of saying things."""

    def __init__(self, name: Name) -> None:
        self.name = name
        self._place = 0 if name == "sqlite" else 1

    def statement(self, sql: str) -> str:
        """A statement of the store as this database takes it."""
        return _statement(self._place, sql)

    def definition(self, sql: str) -> str:
        """The same for what takes no parameters: the SELECT of a view, a table."""
        return _with_fragments(self._place, sql)

    def wanted(self, alternatives: Sequence[Sequence[Term]]) -> str:
        """The parameter of {matches:…} and {rank:…}: all terms of one alternative at least; "" where there is none."""
        found = [tuple(terms) for terms in alternatives if terms]
        if self.name == "sqlite":
            return " OR ".join(expression(terms) if len(found) == 1 else f"({expression(terms)})" for terms in found)
        found = [terms for terms in found if all(words(term.spelled) for term in terms)]
        if not found:
            return ""
        return json.dumps(
            {
                "words": " | ".join(f"({' & '.join(_asked(term) for term in terms)})" for terms in found),
                "any": [[_pattern(term) for term in terms] for terms in found],
            },
            ensure_ascii=False,
        )

    def row_of_search(self, title: str, body: str) -> dict[str, object]:
        """The parameters of a row of `search` from texts as `searchable` spells them."""
        if self.name == "sqlite":
            return {"title": title, "body": body}
        heading, text = words(title), words(body)
        return {
            "title": f" {' '.join(heading)} ",
            "body": f" {' '.join(text)} " if text else "",
            "words": _vector(heading, text),
        }


SQLITE: Final = Dialect("sqlite")
POSTGRESQL: Final = Dialect("postgresql")


@lru_cache(maxsize=1024)
def _statement(place: int, sql: str) -> str:
    sql = _with_fragments(place, sql)
    if place == 0:
        return sql
    return _NAMED.sub(lambda found: f"%({found[1]})s" if found[1] else found[0], sql.replace("%", "%%"))


def _with_fragments(place: int, sql: str) -> str:
    def said(found: re.Match[str]) -> str:
        arguments = [part.strip() for part in (found[2] or "").split(";")]
        return _FRAGMENTS[found[1]][place].format(*arguments)

    return _FRAGMENT.sub(said, sql)


def _asked(term: Term) -> str:
    return " & ".join(f"'{word[:LONGEST_WORD]}'" for word in words(term.spelled)) + (":*" if term.prefix else "")


def _pattern(term: Term) -> str:
    return f"% {' '.join(words(term.spelled))}" + ("%" if term.prefix else " %")


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    """A tsvector as text: each word with its places, those of the title with the weight A."""
    places: dict[str, list[str]] = defaultdict(list)
    size = 0
    for number, word in enumerate([*title, *body], 1):
        key = word[:LONGEST_WORD]
        if key not in places:
            size += len(key.encode()) + 4
        found = places[key]
        if len(found) < _MOST_PLACES:
            size += 2
            found.append(f"{min(number, _LAST_PLACE)}{'A' if number <= len(title) else ''}")
        if size > _MOST_BYTES:
            break
    return " ".join(f"'{word}':{','.join(dict.fromkeys(found))}" for word, found in places.items())
