"""news-please over the first records of a WARC, as its CC-NEWS crawler does it; prints one line of JSON."""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from newsplease import NewsPlease
from warcio.archiveiterator import ArchiveIterator

LIMIT = 120
done = failed = 0
with Path(sys.argv[1]).open("rb") as stream:
    started = time.process_time()
    for record in ArchiveIterator(stream):
        if record.rec_type != "response":
            continue
        try:
            NewsPlease.from_warc(record, decode_errors="replace")
        except Exception:
            failed += 1
        done += 1
        if done >= LIMIT:
            break
print(
    json.dumps(
        {
            "documents": done,
            "failed": failed,
            "seconds": time.process_time() - started,
            "version": version("news-please"),
        }
    )
)
