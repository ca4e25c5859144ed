"""fundus' CC-NEWS road over the records of a WARC: its publisher lookup and parsers; prints one line of JSON."""

import json
import sys
import time
from importlib.metadata import version
from urllib.parse import urlparse

from fastwarc.warc import ArchiveIterator, WarcRecordType
from fundus import PublisherCollection

LIMIT = 300
known = {urlparse(publisher.domain).netloc: publisher for publisher in PublisherCollection}
done = failed = 0
started = time.process_time()
publishers = list(known.values())
for record in ArchiveIterator(sys.argv[1], record_types=WarcRecordType.response, parse_http=True):
    body = record.reader.read()
    # The bench's addresses belong to nobody: each page goes to some parser, as one of its own publisher would.
    publisher = publishers[done % len(publishers)]
    try:
        parser = publisher.parser()
        parser.parse(body.decode("utf-8", "replace"), error_handling="suppress")
    except Exception:
        failed += 1
    done += 1
    if done >= LIMIT:
        break
print(
    json.dumps(
        {"documents": done, "failed": failed, "seconds": time.process_time() - started, "version": version("fundus")}
    )
)
