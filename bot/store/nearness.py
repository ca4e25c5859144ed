"""What the store hands core to place an article: stories that share an index key in time, or a fingerprint band; bounded work.

However much is stored, a key yields its latest reports only and a band a few, a story is shown by its first and its last
reports and by the distinct voices of its claims: the cost of one look grows with the depth of an index, not with its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.model import Claim
from bot.store.connection import Connection, Row
from bot.store.rows import load, moment, stamp

A_KEY = 40  # the latest reports under one key that are looked at
A_BAND = 40  # articles under one band: they are copies of one another, and lead to one story
REPORTS = 60  # reports that share most, of which the stories are taken
PRINTS = 60  # fingerprints that are compared in full
FIRST, LAST = 1, 19  # reports of one story that are compared
VOICES = 40  # distinct main claims of one story that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """One stored story that an article may belong to, with texts as core wrote them.

    `reports` are signatures (its first and last ones, oldest first, without copies), `prints` are (article, time,
    fingerprint) of those that share a band, `voices` its main claims, each distinct one once.
    """

    story: str
    founded: datetime | None
    latest: datetime | None
    reports: tuple[str, ...]
    prints: tuple[tuple[str, datetime | None, str], ...]
    voices: tuple[Claim, ...]


def near(
    c: Connection, keys: Mapping[str, float], bands: Sequence[str], *, earliest: datetime, latest: datetime, limit: int
) -> list[Near]:
    """Stories that share a band at any time, then those that share most weight of keys within the time window."""
    copied = _prints(c, bands)
    names = list(dict.fromkeys([row["story"] for row in copied] + _alike(c, keys, earliest, latest)))[:limit]
    reports = _reports(c, names)
    voices = _voices(c, names)
    found = []
    for name in names:
        mine = reports.get(name, [])
        found.append(
            Near(
                story=name,
                founded=moment(mine[0]["at"]) if mine else None,
                latest=moment(mine[-1]["at"]) if mine else None,
                reports=tuple(row["signature_json"] for row in mine),
                prints=tuple(
                    (row["article"], moment(row["at"]), row["fingerprint_json"])
                    for row in copied
                    if row["story"] == name
                ),
                voices=tuple(voices.get(name, ())),
            )
        )
    return found


def _alike(c: Connection, keys: Mapping[str, float], earliest: datetime, latest: datetime) -> list[str]:
    if not keys:
        return []
    looks = " UNION ALL ".join(
        f"""SELECT article, :weight{n} AS weight FROM (SELECT article FROM signature_keys
            WHERE key = :key{n} AND at BETWEEN :earliest AND :latest ORDER BY at DESC LIMIT {A_KEY}) AS k{n}"""  # noqa: S608 -- our own numbers
        for n in range(len(keys))
    )
    rows = c.rows(
        f"""WITH shared AS (SELECT article, SUM(weight) AS weight FROM ({looks}) AS looks
                           GROUP BY article ORDER BY 2 DESC, article LIMIT {REPORTS})
           SELECT signatures.story FROM shared JOIN signatures ON signatures.article = shared.article
           GROUP BY signatures.story ORDER BY MAX(shared.weight) DESC, signatures.story""",  # noqa: S608
        {
            "earliest": stamp(earliest),
            "latest": stamp(latest),
            **{f"key{n}": key for n, key in enumerate(keys)},
            **{f"weight{n}": weight for n, weight in enumerate(keys.values())},
        },
    )
    return [row["story"] for row in rows]


def _prints(c: Connection, bands: Sequence[str]) -> list[Row]:
    if not bands:
        return []
    looks = " UNION ALL ".join(
        f"SELECT article FROM (SELECT article FROM bands WHERE band = :band{n} ORDER BY article LIMIT {A_BAND}) AS b{n}"  # noqa: S608
        for n in range(len(bands))
    )
    return c.rows(
        f"""WITH shared AS (SELECT article, COUNT(*) AS n FROM ({looks}) AS looks
                           GROUP BY article ORDER BY 2 DESC, article LIMIT {PRINTS})
           SELECT members.story, members.article, members.at, fingerprint_json FROM shared
           JOIN members ON members.article = shared.article JOIN fingerprints ON fingerprints.article = shared.article
           ORDER BY members.at, members.article""",  # noqa: S608
        {f"band{n}": band for n, band in enumerate(bands)},
    )


def _reports(c: Connection, stories: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if not stories:
        return found
    looks = " UNION ".join(
        f"SELECT article FROM (SELECT article FROM signatures WHERE story = :s{n} ORDER BY {order} LIMIT {most}) AS s{n}"  # noqa: S608
        for n in range(len(stories))
        for order, most in (("at, article", FIRST), ("at DESC, article DESC", LAST))
    )
    rows = c.rows(
        f"""SELECT story, at, signature_json FROM signatures WHERE article IN ({looks}) ORDER BY at, article""",  # noqa: S608
        _named(stories),
    )
    for row in rows:
        found.setdefault(row["story"], []).append(row)
    return found


def _voices(c: Connection, stories: Sequence[str]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    if not stories:
        return found
    marks = ", ".join(f":{name}" for name in _named(stories))
    rows = c.rows(
        f"""SELECT story, claim_json FROM claims WHERE id IN (
             SELECT MIN(id) FROM claims WHERE main = 1 AND story IN ({marks})
             GROUP BY story, claimant, status, direction, materiel) ORDER BY published, id""",  # noqa: S608
        _named(stories),
    )
    for row in rows:
        mine = found.setdefault(row["story"], [])
        if len(mine) < VOICES:
            mine.append(_claim(row["claim_json"]))
    return found


@lru_cache(maxsize=4096)  # the stories of a day are candidates again and again
def _claim(raw: str) -> Claim:
    return load(Claim, raw)


def _named(stories: Sequence[str]) -> dict[str, str]:
    return {f"s{n}": story for n, story in enumerate(stories)}
