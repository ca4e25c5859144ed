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
            # Images would be fetched from the pages' hosts: nothing here leaves this machine.
            NewsPlease.from_warc(record, decode_errors="replace", fetch_images=False)
        except Exception:
            failed += 1
        done += 1
        if done >= LIMIT:
            break
seconds = time.process_time() - started
print(
    json.dumps(
        {"documents": done, "read": done, "failed": failed, "seconds": seconds, "version": version("news-please")}
    )
)
