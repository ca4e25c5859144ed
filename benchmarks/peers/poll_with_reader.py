"""Polls with lemon24/reader: `poll_with_reader.py PORT FEEDS FOLDER`, a round for each line read, one line of JSON for each."""

import json
import sys

from reader import make_reader

port, feeds, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
reader = make_reader(f"{folder}/reader.sqlite", search_enabled=False)
for number in range(feeds):
    reader.add_feed(f"http://127.0.0.1:{port}/feed/{number}")
print(json.dumps({"ready": True}), flush=True)
for _ in sys.stdin:
    new = failed = 0
    for result in reader.update_feeds_iter(scheduled=False, workers=16):
        if isinstance(result.value, Exception):
            failed += 1
        elif result.value is not None:
            new += result.value.new
    print(json.dumps({"new": new, "failed": failed}), flush=True)
