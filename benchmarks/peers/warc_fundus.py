"""fundus' CC-NEWS source and parsers over a WARC, served from this machine; prints one line of JSON.

The bench's addresses belong to nobody, so each of its hosts is given to one of fundus' publishers: every page is parsed, as
one of its own publisher would be. Its listing of Common Crawl's files is left out: it asks the network.
"""

import http.server
import json
import sys
import threading
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

from fundus import PublisherCollection
from fundus.scraping.html import CCNewsSource

LIMIT = 400
path = Path(sys.argv[1])
files = partial(http.server.SimpleHTTPRequestHandler, directory=str(path.parent))
files.func.log_message = lambda *_: None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
threading.Thread(target=server.serve_forever, daemon=True).start()
publishers = [publisher for publisher in PublisherCollection if publisher.url_filter is None]
source = CCNewsSource(*publishers, warc_path=f"http://127.0.0.1:{server.server_address[1]}/{path.name}")
source._publisher_mapping = {f"paper{number}.example": publishers[number % len(publishers)] for number in range(97)}
done = failed = 0
started = time.process_time()
for page in source.fetch():
    publisher = source._publisher_mapping[page.requested_url.split("/")[2]]
    try:
        publisher.parser(page.crawl_date).parse(page.content, error_handling="suppress")
    except Exception:
        failed += 1
    done += 1
    if done >= LIMIT:
        break
seconds = time.process_time() - started
print(json.dumps({"documents": done, "read": done, "failed": failed, "seconds": seconds, "version": version("fundus")}))
sys.stdout.flush()
server.shutdown()
