"""The views that people browse: matches with evidence, stories, the ledger of claims, entities, press attention, feeds.

They are made by migrations, so what a released one says is never edited here; a better one comes with a migration of
its own. Where the databases differ they hold fragments of bot.store.dialects.
"""

from __future__ import annotations

from typing import Final

VIEWS: Final[dict[str, str]] = {
    "matches": """
SELECT COALESCE(a.published, a.first_seen) AS published, a.title, COALESCE(NULLIF(a.outlet, ''), a.host) AS outlet, a.outlet_kind, a.lang, v.rank,
       v.direction, v.kind, v.stream, {field:v.verdict_json; missing} AS missing_leg,
       {field:v.verdict_json; evidence} AS evidence, a.quality, a.url, m.story, a.id AS article, v.watchlist,
       a.first_seen, a.policy
FROM verdicts AS v JOIN articles AS a ON a.id = v.article LEFT JOIN members AS m ON m.article = a.id
WHERE v.rank IN ('match', 'borderline')""",
    "story_list": """
SELECT s.latest, s.title, s.direction, s.kind,
       (SELECT COUNT(*) FROM members WHERE members.story = s.id) AS articles,
       (SELECT COUNT(DISTINCT COALESCE(NULLIF(sightings.outlet, ''), a.outlet)) FROM members
          JOIN sightings ON sightings.article = members.article JOIN articles AS a ON a.id = members.article
          WHERE members.story = s.id) AS carriers,
       {length:COALESCE(NULLIF(s.origins_json, ''), '[]')} AS origins,
       (SELECT {joined}({field:value; claimant} || ' (' || {field:value; basis} || ')', '; ')
          FROM {items:COALESCE(NULLIF(s.origins_json, ''), '[]')}) AS rests_on,
       s.watchlist, s.lang, s.founded, s.follows, s.state, s.id AS story
FROM stories AS s WHERE COALESCE(s.alias_of, '') = ''""",
    "claim_ledger": """
SELECT c.published, c.claimant, c.status, c.direction, c.materiel, {field:c.claim_json; op} AS op, c.quantity,
       {number:c.claim_json; quantity_max} AS quantity_max, c.unit, {field:c.claim_json; kind} AS kind,
       {field:c.claim_json; period_start} AS period_start, {field:c.claim_json; period_end} AS period_end,
       {field:c.claim_json; basis} AS basis, {field:c.claim_json; hedge} AS hedge,
       {field:c.claim_json; quote} AS quote, COALESCE(NULLIF(a.outlet, ''), a.host) AS outlet, a.url, c.story, c.article, c.id AS claim
FROM claims AS c LEFT JOIN articles AS a ON a.id = c.article""",
    "entities": """
SELECT named.value AS name, 'vessel' AS what, COUNT(DISTINCT c.id) AS claims, COUNT(DISTINCT c.story) AS stories,
       MIN(c.published) AS first_named, MAX(c.published) AS last_named
FROM claims AS c, {listed:c.claim_json; vessels} AS named GROUP BY 1
UNION ALL
SELECT named.value, 'entity', COUNT(DISTINCT c.id), COUNT(DISTINCT c.story), MIN(c.published), MAX(c.published)
FROM claims AS c, {listed:c.claim_json; entities} AS named GROUP BY 1
UNION ALL
SELECT named.value, 'place on a route', COUNT(DISTINCT c.id), COUNT(DISTINCT c.story), MIN(c.published), MAX(c.published)
FROM claims AS c, {listed:c.claim_json; route} AS named GROUP BY 1
UNION ALL
SELECT named.value, 'materiel', COUNT(DISTINCT c.id), COUNT(DISTINCT c.story), MIN(c.published), MAX(c.published)
FROM claims AS c, {listed:c.claim_json; materiel} AS named GROUP BY 1
UNION ALL
SELECT c.claimant, 'claimant', COUNT(*), COUNT(DISTINCT c.story), MIN(c.published), MAX(c.published)
FROM claims AS c GROUP BY 1""",
    "press_attention": """
SELECT substr(COALESCE(a.published, a.first_seen), 1, 10) AS day, v.watchlist, v.direction, v.rank, COUNT(*) AS articles,
       COUNT(DISTINCT COALESCE(NULLIF(a.outlet, ''), a.host)) AS outlets, COUNT(DISTINCT a.lang) AS languages
FROM verdicts AS v JOIN articles AS a ON a.id = v.article WHERE v.rank IN ('match', 'borderline') GROUP BY 1, 2, 3, 4""",
    "feed_health": """
SELECT url, health, last_status, last_error, last_ok, last_new, last_polled, next_check, polls, unchanged, unconditional,
       entries, lang_seen
FROM feeds""",
}

READ_FIRST: Final[dict[str, str]] = {
    "matches": """
SELECT COALESCE(a.published, a.first_seen) AS published, a.title, {field:v.verdict_json; evidence} AS evidence,
       COALESCE(NULLIF(a.outlet, ''), a.host) AS outlet, v.rank, v.direction, v.kind, v.stream,
       {field:v.verdict_json; missing} AS missing_leg, a.lang, a.outlet_kind, a.quality, a.url, m.story, a.id AS article,
       v.watchlist, a.first_seen, a.policy
FROM verdicts AS v JOIN articles AS a ON a.id = v.article LEFT JOIN members AS m ON m.article = a.id
WHERE v.rank IN ('match', 'borderline')""",
    "claim_ledger": """
SELECT c.published, c.claimant, c.status, c.direction, {field:c.claim_json; op} AS op, c.quantity, c.unit, c.materiel,
       {field:c.claim_json; quote} AS quote, {field:c.claim_json; basis} AS basis, {field:c.claim_json; hedge} AS hedge,
       {field:c.claim_json; kind} AS kind, {number:c.claim_json; quantity_max} AS quantity_max,
       {field:c.claim_json; period_start} AS period_start, {field:c.claim_json; period_end} AS period_end,
       COALESCE(NULLIF(a.outlet, ''), a.host) AS outlet, a.url, c.story, c.article, c.id AS claim
FROM claims AS c LEFT JOIN articles AS a ON a.id = c.article""",
}
"""The two widest again, by migration 0015: sentences and quotes stand where a screen ends, not behind it."""

QUERIES: Final[dict[str, str]] = {
    "search": """
WITH found AS MATERIALIZED (
    SELECT a.*, bm25(search, 0.0, 4.0, 1.0) AS place FROM search JOIN articles AS a ON a.id = search.article
    WHERE search MATCH watch_query(:words) ORDER BY place, a.first_seen DESC LIMIT 200)
SELECT a.title, watch_excerpt(a.text, :words) AS where_it_stands, COALESCE(NULLIF(a.outlet, ''), a.host) AS outlet,
       a.lang, a.rank, COALESCE(a.published, a.first_seen) AS published, a.url, a.id AS article,
       (SELECT story FROM members WHERE members.article = a.id LIMIT 1) AS story
FROM found AS a ORDER BY a.place, a.first_seen DESC""",
    "figures": """
SELECT claimant, direction, unit, published, op, quantity, kind, period_start, period_end, basis, quote, story, claim
FROM claim_ledger WHERE quantity IS NOT NULL AND (:unit = '' OR unit = :unit) ORDER BY claimant, unit, published""",
    "named": """
SELECT claim_ledger.* FROM claim_ledger JOIN claims AS c ON c.id = claim_ledger.claim
WHERE c.claimant = :name OR :name IN (
    SELECT value FROM json_each(c.claim_json, '$.vessels')
    UNION ALL SELECT value FROM json_each(c.claim_json, '$.entities')
    UNION ALL SELECT value FROM json_each(c.claim_json, '$.route')
    UNION ALL SELECT value FROM json_each(c.claim_json, '$.materiel'))
ORDER BY claim_ledger.published DESC""",
}
"""What can be asked beside the views; `watch_query` and `watch_excerpt` are functions that the browser brings."""
