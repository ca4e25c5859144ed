"""A Slack message that was posted, with today's number of carriers in it and nothing else changed (decision 15)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_OF_STORY = re.compile(r"(?P<stem>st:\d+|al):(?P<story>s-[0-9a-z-]+?)(?::\d+)?")
"""The block ids of `storyblocks` and `messages`, with the count that an earlier edit put behind them."""

_COUNT = re.compile(r"\A(?: · |\n).*carried by (?P<count>[\d,]+)\Z", re.DOTALL)
"""A leaf of ours that ends with a count; headlines and quotes stand in leaves that begin otherwise."""


def stories_in(payload: str) -> set[str]:
    """The stories whose carriers a message counts."""
    found = (_OF_STORY.fullmatch(block.get("block_id", "")) for block in json.loads(payload)["blocks"])
    return {match["story"] for match in found if match}


def recounted(payload: str, carriers: Mapping[str, int]) -> str | None:
    """The payload with the carriers of its stories counted anew; None where no number grew.

    Only the words "carried by N" at the end of a leaf of ours are touched: a printed claim, figure or quote is never edited.
    A block that changed gets a new id, as Slack asks.
    """
    message: dict[str, Any] = json.loads(payload)
    changed = False
    for block in message["blocks"]:
        match = _OF_STORY.fullmatch(block.get("block_id", ""))
        count = carriers.get(match["story"], 0) if match else 0
        leaves = [leaf for element in block.get("elements", ()) for leaf in element.get("elements", ())]
        for leaf in leaves if match else ():
            plain = leaf["type"] == "text" and "style" not in leaf
            said = _COUNT.match(leaf["text"]) if plain else None
            if said and int(said["count"].replace(",", "")) < count:
                leaf["text"] = f"{leaf['text'][: said.start('count')]}{count:,}"
                block["block_id"] = f"{match['stem']}:{match['story']}:{count}"  # type: ignore[index] # leaves only with it
                changed = True
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")) if changed else None
