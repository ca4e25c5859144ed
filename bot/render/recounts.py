"""A Slack message that was posted, with today's number of carriers or of votes in it and nothing else changed (decision 15)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.render.blocks import voted

_OF_STORY = re.compile(r"(?P<stem>st:\d+|al):(?P<story>s-[0-9a-z-]+?)(?::\d+)?")
"""The block ids of `storyblocks` and `messages`, with the count that an earlier edit put behind them."""

_COUNT = re.compile(r"\A(?: · |\n).*carried by (?P<count>[\d,]+)\Z", re.DOTALL)
"""A leaf of ours that ends with a count; headlines and quotes stand in leaves that begin otherwise."""


_ROW = re.compile(r"(?P<stem>fb:\d+):(?P<story>s-[0-9a-z-]+?)(?::\d+\+\d+)?")
"""The block ids of the rows of buttons, with the votes that an earlier edit put behind them."""


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


def rows_in(payload: str) -> set[str]:
    """The stories under which a message has buttons."""
    found = (_ROW.fullmatch(block.get("block_id", "")) for block in json.loads(payload)["blocks"])
    return {match["story"] for match in found if match}


def tallied(payload: str, votes: Mapping[str, tuple[int, int]]) -> str | None:
    """The payload with (relevant, not relevant) of its stories on their buttons; None where no number changed.

    Only the labels of the two buttons are touched, and the id of their row. A vote that was taken back is gone.
    """
    message: dict[str, Any] = json.loads(payload)
    changed = False
    for block in message["blocks"]:
        match = _ROW.fullmatch(block.get("block_id", ""))
        if not match or match["story"] not in votes:
            continue
        relevant, not_relevant = votes[match["story"]]
        behind = f":{relevant}+{not_relevant}" if relevant or not_relevant else ""
        named = f"{match['stem']}:{match['story']}{behind}"
        if named != block["block_id"]:
            block["block_id"] = named
            block["elements"] = voted(block["elements"], relevant, not_relevant)
            changed = True
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")) if changed else None
