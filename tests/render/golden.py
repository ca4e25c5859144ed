"""The looks as they were last looked at by a person: `python -m tests.render.golden` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bot.render import console, email, feed, record, slack
from tests.render import samples

FOLDER = Path(__file__).resolve().parents[1] / "data" / "looks"
DIGESTS = ("busy", "quiet", "update", "hole")


def looks() -> Iterator[tuple[str, str]]:
    """(file name, content) of every look of every sample digest."""
    for name in DIGESTS:
        digest = getattr(samples, name)()
        yield f"{name}.txt", console.text(digest)
        payloads = [json.loads(one.payload) for one in slack.deliveries(digest, samples.SLACK)]
        yield f"{name}.slack.json", json.dumps(payloads, ensure_ascii=False, indent=1) + "\n"
        (mail,) = email.deliveries(getattr(samples, name)(samples.MAIL), samples.MAIL)
        yield (
            f"{name}.mail.txt",
            f"Subject: {json.loads(mail.payload)['subject']}\n\n{json.loads(mail.payload)['plain']}",
        )
    yield "week.mail.html", json.loads(email.deliveries(samples.weekly(), samples.MAIL)[0].payload)["html"]
    yield "busy.json", record.dumped(samples.busy())
    yield "busy.atom", feed.atom([samples.busy()], title="DPRK–Russia arms", self_url="https://example.org/feed.atom")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, content in looks():
        (FOLDER / file).write_text(content, encoding="utf-8")
        print(FOLDER / file)
