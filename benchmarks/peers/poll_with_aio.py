"""Polls with a bare loop of aiohttp and feedparser into SQLite: `poll_with_aio.py PORT FEEDS FOLDER`, a round a line."""

import asyncio
import json
import sqlite3
import sys

import aiohttp
import feedparser

port, feeds, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
db = sqlite3.connect(f"{folder}/aio.sqlite", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")  # synchronous is FULL, as everywhere here
db.execute("CREATE TABLE feeds (url TEXT PRIMARY KEY, etag TEXT)")
db.execute("CREATE TABLE entries (feed TEXT, id TEXT, link TEXT, title TEXT, summary TEXT, published TEXT, PRIMARY KEY (feed, id))")
db.executemany("INSERT INTO feeds VALUES (?, '')", [(f"http://127.0.0.1:{port}/feed/{number}",) for number in range(feeds)])
print(json.dumps({"ready": True}), flush=True)


def store(url: str, etag: str, body: bytes) -> int:
    rows = [
        (url, entry.get("id"), entry.get("link"), entry.get("title"), entry.get("summary"), entry.get("published"))
        for entry in feedparser.parse(body).entries
    ]
    db.execute("BEGIN IMMEDIATE")
    new = db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows).rowcount
    db.execute("UPDATE feeds SET etag = ? WHERE url = ?", (etag, url))
    db.execute("COMMIT")
    return new


async def once() -> int:
    gate = asyncio.Semaphore(50)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50)) as session:

        async def one(url: str, etag: str) -> int:
            async with gate, session.get(url, headers={"If-None-Match": etag} if etag else {}) as answer:
                body = await answer.read()
            return store(url, answer.headers.get("ETag", ""), body) if answer.status == 200 else 0

        return sum(await asyncio.gather(*(one(*row) for row in db.execute("SELECT url, etag FROM feeds").fetchall())))


for _ in sys.stdin:
    print(json.dumps({"new": asyncio.run(once()), "failed": 0}), flush=True)
