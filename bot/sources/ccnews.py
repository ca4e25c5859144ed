"""CC-NEWS, Common Crawl's news archive: every WARC of the months of a window, fetched in parts and gated."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.units import MARGIN, Finding, Missed, Partial, Unit, Window
from bot.errors import FetchError, WorkerError
from bot.ports import Clock, Fetch
from bot.sources.asking import Ask, unzipped
from bot.sources.scanning import BATCH_RECORDS
from bot.sources.warcs import Scan, found

BASE = "https://data.commoncrawl.org"
PART = 64 * 1024 * 1024  # bytes of a file that are one unit
MOST = 256 * 1024 * 1024  # a part grows to this where one record is larger
LATE = timedelta(days=7)  # an article may be crawled so much later than it was published
DOWNLOADS = 2  # parts that are fetched at the same time, whatever --jobs says: memory, and the archive's patience
SIZE = 1_073_000_000  # bytes of a usual file, for the estimate
_NAME = re.compile(r"CC-NEWS-(\d{14})-\d+\.warc\.gz$")


class CcNews:
    """Units are a part of a WARC; each ends at a record and names the next. The listing of a month is asked at every run."""

    name = "ccnews"

    def __init__(
        self, fetch: Fetch, scan: Scan, clock: Clock, pause: Callable[[float], None], spool: Path, base: str = BASE, part: int = PART
    ) -> None:  # fmt: skip
        self._fetch, self._scan, self._clock, self._pause = fetch, scan, clock, pause
        self._spool, self._base, self._part = spool, base.rstrip("/"), part
        self._downloads = threading.Semaphore(DOWNLOADS)

    def plan(self, window: Window) -> Iterator[Unit]:
        """The first part of every file whose crawl may have met the window. Months are counted, not days added."""
        reach = Window(since=window.since, until=min(window.until, self._clock()) + LATE if window.until else None)
        for year, month in reach.months():
            if datetime(year, month, 1, tzinfo=UTC) > self._clock():
                break
            yield from self._month(year, month, reach)

    def _month(self, year: int, month: int, reach: Window) -> Iterator[Unit]:
        url = f"{self._base}/crawl-data/CC-NEWS/{year:04d}/{month:02d}/warc.paths.gz"
        answer = Ask(self._fetch, self._pause)(url)
        if answer.status != 200:
            # No file of this month exists for the archive itself; the unit says so in the report.
            yield Unit(source=self.name, key=json.dumps({"url": url, "month": f"{year:04d}-{month:02d}"}), requests=1)
            return
        stamps: list[tuple[datetime, str]] = []
        for line in unzipped(answer.body).decode("ascii", "replace").split():
            name = _NAME.search(line)
            if name:
                stamps.append((datetime.strptime(name[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC), line))
        stamps.sort()
        for number, (begun, path) in enumerate(stamps):
            # A file holds what was crawled from its stamp on until the next one's.
            ended = stamps[number + 1][0] if number + 1 < len(stamps) else begun + timedelta(days=2)
            if (reach.since and ended < reach.since - MARGIN) or (reach.until and begun >= reach.until):
                continue
            yield self._unit(path, 0, requests=-(-SIZE // self._part), size=SIZE)

    def _unit(self, path: str, start: int, *, requests: int, size: int, part: int = 0) -> Unit:
        key: dict[str, object] = {"path": path, "byte": start}
        if part:
            key["part"] = part
        return Unit(source=self.name, key=json.dumps(key), requests=requests, bytes=size)

    def read(self, unit: Unit, window: Window) -> Iterator[Finding]:
        """The candidates of one part, and where the next begins."""
        key = json.loads(unit.key)
        if "month" in key:
            ask = Ask(self._fetch, self._pause)
            answer = ask(key["url"])
            yield ask.read()
            if answer.status != 200:
                yield Missed(place=key["url"], reason=f"HTTP {answer.status}")
                yield Partial(reason=f"no listing of {key['month']}")
                return
            yield from self._month(int(key["month"][:4]), int(key["month"][5:]), Window())
            return
        with self._downloads:
            yield from self._part_of(key["path"], key["byte"], key.get("part") or self._part, window)

    def _part_of(self, path: str, start: int, part: int, window: Window) -> Iterator[Finding]:
        url = f"{self._base}/{path}"
        ask = Ask(self._fetch, self._pause)
        answer = ask(url, headers=(("range", f"bytes={start}-{start + part - 1}"),), cap=max(part + 1024, 2 * SIZE))
        yield ask.read()
        if answer.status == 416:
            return  # the file ended exactly where the last part did
        if answer.status not in {200, 206}:
            if answer.status in {403, 404}:
                yield Missed(place=url, reason=f"HTTP {answer.status}")
                yield Partial(reason=f"{path} could not be had")
                return
            raise FetchError(f"{url}: HTTP {answer.status}", subject=url)
        body = answer.body if answer.status == 206 else answer.body[start : start + part]
        total = _total(answer.header("content-range")) or (
            start + len(body) if answer.status == 206 else len(answer.body)
        )
        last = start + len(body) >= total
        after = yield from self._scanned(body, path, start, last, window)
        if last or not body:
            return
        if after > start:
            yield self._unit(path, after, requests=1, size=min(self._part, total - after))
        elif part < MOST:
            yield self._unit(path, start, requests=1, size=part * 4, part=part * 4)
        else:
            yield Missed(place=f"{path} at byte {start}", reason=f"one record larger than {MOST // 1024**2} MB")
            yield Partial(reason=f"{path} was left at byte {start}")

    def _scanned(self, body: bytes, path: str, start: int, last: bool, window: Window) -> Generator[Finding, None, int]:
        """Scan one part from a file of its own; returns the byte of the archive at which its last whole record ended."""
        self._spool.mkdir(parents=True, exist_ok=True)
        since = window.since - MARGIN if window.since else None
        with tempfile.NamedTemporaryFile(dir=self._spool, prefix="ccnews-", suffix=".warc.gz") as spooled:
            spooled.write(body)
            spooled.flush()
            file, place, strikes, limit = Path(spooled.name), 0, 0, BATCH_RECORDS
            while place < len(body):
                try:
                    batch = self._scan(file, place, len(body), since=since, whole=last, limit=limit)
                except WorkerError:
                    strikes += 1
                    if strikes > 2:
                        raise
                    continue
                yield from found(batch, self._clock, name=path, base=start)
                place = batch.after
                if batch.ended:
                    break
        return start + place


def _total(content_range: str) -> int:
    whole = content_range.rpartition("/")[2]
    return int(whole) if whole.isdigit() else 0
