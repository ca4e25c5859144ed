"""Public sanctions lists as a live source: what was added or changed since the last look, where it joins both parties."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.core.lists import BadList, ListEntry, entries
from bot.core.units import Finding, ListSeen, Missed, Partial, Read, Unit, Window, Words
from bot.errors import FetchError
from bot.ports import Clock, Fetch
from bot.sources.asking import Ask

CAP = 300 * 1024 * 1024  # bytes of one list
NAMED = 12  # aliases and places that an item repeats


@dataclass(frozen=True, slots=True)
class Published:
    """One list: who issues it, in words for a reader, and where."""

    issuer: str
    title: str
    url: str


LISTS: Mapping[str, Published] = {
    "ofac": Published(
        "US Treasury (OFAC)", "SDN list", "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.XML"
    ),
    "un": Published("UN Security Council", "consolidated list", "https://scsanctions.un.org/resources/xml/en/consolidated.xml"),
    "uk": Published("UK government", "UK Sanctions List", "https://docs.fcdo.gov.uk/docs/UK-Sanctions-List.csv"),
    "ofsi": Published(
        "UK Treasury (OFSI)", "consolidated list", "https://ofsistorage.blob.core.windows.net/publishlive/2022format/ConList.csv"
    ),
    "eu": Published(
        "European Union",
        "consolidated list",
        "https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/content?token=dG9rZW4tMjAxNw",
    ),
}  # fmt: skip


class Sanctions:
    """One unit a list and day. `known` is uid → digest as last seen, `joins` says whether a text names both parties.

    The first look at a list is its baseline: entries that join the parties are stored, and nobody is told of them.
    """

    name = "sanctions"

    def __init__(
        self, fetch: Fetch, clock: Clock, pause: Callable[[float], None], known: Callable[[str], Mapping[str, str]],
        joins: Callable[[str], bool], lists: Mapping[str, Published] = LISTS,
    ) -> None:  # fmt: skip
        self._fetch, self._clock, self._pause = fetch, clock, pause
        self._known, self._joins, self._lists = known, joins, lists

    def plan(self, window: Window) -> Iterator[Unit]:
        """Today's look at each list."""
        for name, published in self._lists.items():
            key = {"list": name, "url": published.url, "day": f"{self._clock():%Y-%m-%d}"}
            yield Unit(source=self.name, key=json.dumps(key), requests=1, bytes=30_000_000)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """New and changed entries, and the state of the list."""
        key = json.loads(unit.key)
        name, published = key["list"], self._lists[key["list"]]
        ask = Ask(self._fetch, self._pause, purpose="archive")
        answer = ask(published.url, cap=CAP)
        yield ask.read()
        if answer.status != 200:
            raise FetchError(f"{published.url}: HTTP {answer.status}", subject=published.url)
        known = self._known(name)
        seen: dict[str, str] = {}
        whole = True
        try:
            for entry in entries(answer.body):
                seen[entry.uid] = entry.digest
                yield from self._compared(entry, known, published)
        except BadList as error:
            whole = False
            yield Missed(place=published.url, reason=str(error))
            yield Partial(reason=f"the {published.issuer} {published.title} could not be read whole")
        # A list that breaks off says nothing of what stands behind: what was known stays known.
        yield ListSeen(name=name, digests=seen if whole else {**known, **seen})

    def _compared(self, entry: ListEntry, known: Mapping[str, str], published: Published) -> Iterator[Finding]:
        before = known.get(entry.uid)
        if before == entry.digest or entry.removed or not self._joins(entry.text()):
            yield Read(documents=1, dropped=1)
            return
        yield _item(entry, published, changed=before is not None, quiet=not known)


def _item(entry: ListEntry, published: Published, *, changed: bool, quiet: bool) -> Words:
    """The entry as an item: only what the list says, in sentences."""
    programmes = ", ".join(entry.named())
    verb = "changed its sanctions entry for" if changed else "sanctioned"
    lines = [f"{published.issuer} {verb} {entry.name} under {programmes or 'its ' + published.title}."]
    if entry.aliases:
        lines.append(f"Also known as {'; '.join(entry.aliases[:NAMED])}.")
    if entry.places:
        lines.append(f"Listed at {'; '.join(entry.places[:NAMED])}.")
    lines += [reason if reason.endswith(".") else f"{reason}." for reason in entry.reasons]
    return Words(
        # The entry's number tells two entries apart whose reasons are in the same words: neither is the other's copy.
        title=f"{published.issuer} {'changes entry on' if changed else 'sanctions'} {entry.name} ({published.title}, entry {entry.uid}: {programmes})",
        text="\n".join(lines),
        place=f"{published.url} entry {entry.uid}",
        published=entry.listed,
        published_basis="given" if entry.listed else "none",
        lang="en",
        outlet=published.issuer,
        primary=True,
        quiet=quiet,
        notes=(f"entry {entry.uid} of the {published.title}, {published.url}",),
    )
