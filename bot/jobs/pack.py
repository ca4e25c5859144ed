"""An evidence pack: stories with their articles, quotes and kept records in a folder that anybody can verify offline.

Two profiles. `internal`: raw records as received, full texts, notes of colleagues. `shareable`: quotes of at most 240
characters, URLs, dates and hashes; no raw copy, nothing of a paywalled text, no colleague's name, no feed list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from bot.errors import UsageError
from bot.model import Article, Claim, Story
from bot.store import Store
from bot.store.cases import Case

Profile = Literal["internal", "shareable"]
LONGEST_QUOTE: Final = 240
"""Characters of a quote that leave the house; more is no longer a quotation but a copy."""

_README = """An evidence pack of armswatch, profile {profile}, made {made}.

manifest.json   what is in it: stories, claims with their exact quotes, articles with URLs, dates and hashes
hash-log.jsonl  the append-only log of the watch: each chain is sha256(chain before + sha256 of the record)
{files}SHA256SUMS      the hash of every file here

Verify it, offline:   sha256sum --check SHA256SUMS
With armswatch:       armswatch verify {name}
which also checks that every quote stands in its text and every record in the log.
The seal of a pack is the sha256 of SHA256SUMS. It was told when the pack was made: noted elsewhere, it shows that nobody
rewrote the pack with all its sums.
A .warc.gz file is a WARC record (ISO 28500): `gzip -dc` shows the headers and bytes as the server sent them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a pack will hold, gathered in one reading of the store."""

    stories: tuple[Story, ...]
    claims: tuple[tuple[Claim, str], ...]  # (claim, article)
    articles: tuple[Article, ...]
    case: Case | None = None


def gather(store: Store, refs: Iterable[str], *, case: Case | None = None) -> Contents:
    """Everything that hangs on stories (s-…), claims (c-…) and articles (a-…); UsageError for an id that is not stored."""
    stories: dict[str, Story] = {}
    claims: dict[str, tuple[Claim, str]] = {}
    articles: dict[str, Article] = {}
    for ref in refs:
        if ref.startswith("s-"):
            story = store.stories.get(ref)
            if story is None:
                raise UsageError(f"{ref}: no such story")
            stories[story.id] = story
            wanted = story.articles
        elif ref.startswith("c-"):
            found = store.stories.claim(ref)
            if found is None:
                raise UsageError(f"{ref}: no such claim")
            claims[ref] = (found[0], found[1])
            wanted = (found[1],)
        else:
            wanted = (ref,)
        for name in wanted:
            article = store.articles.get(name)
            if article is None:
                raise UsageError(f"{name}: no such article")
            articles[name] = article
            if not ref.startswith("c-"):
                claims |= {claim.id: (claim, name) for claim in store.stories.claims(article=name)}
    if not articles:
        raise UsageError("there is nothing to pack")
    return Contents(
        stories=tuple(stories.values()), claims=tuple(claims.values()), articles=tuple(articles.values()), case=case
    )


def write(store: Store, contents: Contents, folder: Path, profile: Profile, now: datetime, version: str) -> list[Path]:
    """Write the pack into an empty or absent folder; the files written, SHA256SUMS last. UsageError where it is not empty."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def put(name: str, body: bytes) -> str:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        written.append(path)
        return hashlib.sha256(body).hexdigest()

    internal = profile == "internal"
    described = []
    for article in contents.articles:
        records = []
        for number, (record, sha) in enumerate(store.evidence.of(article.id), 1):
            line = {"what": record.what, "sha256": sha, "url": record.url, "fetched": record.fetched.isoformat()}
            if internal:
                line["file"] = f"articles/{article.id}/{number}-{record.what}.warc.gz"
                put(line["file"], record.record)
            records.append(line)
        if internal:
            put(f"articles/{article.id}/text.txt", article.text.encode("utf-8", "replace"))
        described.append(_article(article, records, internal=internal))
    manifest = {
        "schema": 1,
        "made_by": f"armswatch {version}",
        "made": now.isoformat(),
        "profile": profile,
        "stories": [_story(story) for story in contents.stories],
        "claims": [_claim(claim, article, contents, internal=internal) for claim, article in contents.claims],
        "articles": described,
    }
    if contents.case is not None:
        manifest["case"] = _case(contents.case, internal=internal)
    put("manifest.json", _json(manifest))
    log = ({"seq": seq, "sha256": sha, "chain": chain} for seq, sha, chain in store.evidence.log())
    put("hash-log.jsonl", "".join(json.dumps(line) + "\n" for line in log).encode())
    files = "articles/       raw records as received (WARC, gzip) and the text that was judged\n" if internal else ""
    readme = _README.format(profile=profile, made=f"{now:%Y-%m-%d %H:%M} UTC", files=files, name=folder.name)
    put("README.txt", readme.encode())
    sums = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in sorted(written)
    )
    put("SHA256SUMS", sums.encode())
    return written


def verify(folder: Path) -> list[str]:
    """What is wrong with a pack, in words; [] if all holds. Needs nothing but the folder."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
        sums = {name: sha for sha, _, name in (line.partition("  ") for line in lines)}
        log = [json.loads(line) for line in (folder / "hash-log.jsonl").read_text("utf-8").splitlines()]
    except (OSError, ValueError) as error:
        return [f"{folder}: no evidence pack ({error})"]
    try:
        return [
            *_sums(folder, sums),
            *_chain(log),
            *_records(manifest, {line.get("sha256") for line in log}, sums),
            *_texts(folder, manifest),
            *_quotes(folder, manifest),
        ]
    except (KeyError, TypeError, AttributeError, OSError) as error:
        return [f"{folder}: its manifest or log is not as armswatch writes them ({type(error).__name__}: {error})"]


def seal(folder: Path) -> str:
    """One hash over all hashes of a pack: whoever can rewrite the pack cannot rewrite it where it was noted."""
    return hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()


def _sums(folder: Path, sums: dict[str, str]) -> Iterator[str]:
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    for name in sorted(there - set(sums)):
        yield f"{name}: was added after the pack was made"
    for name, sha in sorted(sums.items()):
        path = folder / name
        if name not in there:
            yield f"{name}: is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha:
            yield f"{name}: was changed"


def _chain(log: list[dict[str, Any]]) -> Iterator[str]:
    chain = ""
    for line in log:
        chain = hashlib.sha256(f"{chain}{line.get('sha256')}".encode()).hexdigest()
        if chain != line.get("chain"):
            yield f"hash-log.jsonl: the chain breaks at {line.get('seq')}"
            return


def _records(manifest: dict[str, Any], logged: set[Any], sums: dict[str, str]) -> Iterator[str]:
    for article in manifest["articles"]:
        for record in article["records"]:
            if record["sha256"] not in logged:
                yield f"{article['id']}: its {record['what']} record stands in no log"
            if "file" in record and sums.get(record["file"]) != record["sha256"]:
                yield f"{record['file']}: is not the record that was logged"


def _texts(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    for article in manifest["articles"]:
        text = folder / "articles" / str(article["id"]) / "text.txt"
        if text.exists() and hashlib.sha256(text.read_bytes()).hexdigest() != article["text_sha256"]:
            yield f"{text.relative_to(folder)}: is not the text that was judged"


def _quotes(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    titles = {article["id"]: article["title"] for article in manifest["articles"]}
    for claim in manifest["claims"]:
        text = folder / "articles" / str(claim["article"]) / "text.txt"
        if not text.exists():
            continue
        source = titles[claim["article"]] if claim["where"] == "title" else text.read_bytes().decode("utf-8", "replace")
        if source[claim["start"] : claim["end"]] != claim["quote"]:
            yield f"{claim['id']}: its quote does not stand in the text of {claim['article']}"


def _article(article: Article, records: list[dict[str, Any]], *, internal: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "url": article.canonical_url or article.url,
        "outlet": article.outlet or article.host,
        "lang": article.lang,
        "published": article.published,
        "published_basis": article.published_basis,
        "first_seen": article.first_seen,
        "quality": article.quality,
        "revision": article.revision,
        "extractor": article.extractor,
        "text_sha256": hashlib.sha256(article.text.encode("utf-8", "replace")).hexdigest(),
        "records": records,
    }
    if internal:
        value |= {"feed": article.feed, "authors": article.authors, "notes": article.notes}
    return value


def _story(story: Story) -> dict[str, Any]:
    return asdict(story)


def _claim(claim: Claim, article: str, contents: Contents, *, internal: bool) -> dict[str, Any]:
    value = {**asdict(claim), "article": article}
    if internal:
        return value
    quality = next((one.quality for one in contents.articles if one.id == article), "full")
    if quality == "paywalled" and claim.where == "text":
        return {**value, "quote": "", "hedge": "", "withheld": "the text is behind a paywall"}
    if len(claim.quote) > LONGEST_QUOTE:
        return {**value, "quote": claim.quote[: LONGEST_QUOTE - 1].rstrip() + "…", "cut": True}
    return value


def _case(case: Case, *, internal: bool) -> dict[str, Any]:
    if internal:
        return asdict(case)
    # Notes are for colleagues: what leaves the house is what the sources said.
    return {"id": case.id, "name": case.name, "items": [item.ref for item in case.items]}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=_text) + "\n").encode("utf-8", "replace")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
