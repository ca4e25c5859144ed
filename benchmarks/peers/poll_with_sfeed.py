"""Polls with Debian's sfeed_update (sh, curl and C): `poll_with_sfeed.py PORT FEEDS FOLDER`, a round for each line read."""

import json
import pathlib
import subprocess
import sys

port, feeds, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
lines = "".join(f"feed paper{number} http://127.0.0.1:{port}/feed/{number}\n" for number in range(feeds))
(folder / "sfeedrc").write_text(f'sfeedpath="{folder}/feeds"\nmaxjobs=16\nfeeds() {{\n{lines}}}\n')
(folder / "feeds").mkdir()
print(json.dumps({"ready": True}), flush=True)


def count() -> int:
    return sum(path.read_bytes().count(b"\n") for path in (folder / "feeds").iterdir())


for _ in sys.stdin:
    before = count()
    subprocess.run(["sfeed_update", folder / "sfeedrc"], check=True, capture_output=True)
    print(json.dumps({"new": count() - before, "failed": 0}), flush=True)
