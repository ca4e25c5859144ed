"""The legs of a sentence: one draft for each amount it moves, and the one that comes back "in exchange for"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core.acts import Act
from bot.core.amounts import Amount
from bot.core.claimants import UNATTRIBUTED
from bot.core.drafts import Draft
from bot.core.exchanges import behind_exchange, exchange_at, opens, paid
from bot.core.passages import Passage
from bot.model import ClaimStatus

_RECKONED = frozenset(
    ["shells", "munitions", "rockets", "tonnes", "barrels", "USD", "shells and rockets"]
)  # no image counts these
_EXCHANGE_GOODS = re.compile(r"^E?(?: for)?\s*(?:of |for )?(?:[^.;DRGT]{0,50}?)M|^E[^.;]{0,90}?N")


def _swap(passage: Passage) -> int:
    """Where "in exchange for" stands in `tagged`, -1 if nowhere; "shells for satellite advice" is one too."""
    if (at := passage.tagged.find("E")) >= 0:
        return at
    found = re.search(r"M (?:for|za|за|gegen|contre|por) (?:[^\WDROKM]+ )?(?=M)", passage.tagged)
    return found.start() + 1 if found else -1


def leg(passage: Passage, live: list[Act]) -> tuple[Passage, tuple[int, int] | None]:
    """(the sentence, the part of it on this side of "in exchange for"); what was paid for before the act is blotted out."""
    at = exchange_at(passage)
    if at < 0 or not live:
        return passage, None
    if not opens(passage):
        return passage, (0, at) if live[0].at < at else (at, len(passage.tagged))
    start, end = paid(passage)
    return replace(passage, tagged=passage.tagged[:start] + "_" * (end - start) + passage.tagged[end:]), None


def plan_wins(passage: Passage, live: list[Act]) -> bool:
    """Whether the act that counts is meant as a plan."""
    verbs = [act for act in live if act.letter not in "SX"] or live
    number = passage.tagged.find("N")
    if number >= 0:  # the act that stands with the figure is the one that is claimed
        verbs = sorted(
            verbs, key=lambda act: (":" in passage.tagged[min(act.at, number) : max(act.at, number)], act.at)
        )
    return verbs[0].planned


def split(passage: Passage, base: Draft, counted: list[Amount], *, planned: bool, live: list[Act]) -> list[Draft]:
    """One draft for each amount (or one without), and the leg behind "in exchange for" where it names goods."""
    status = _status(passage, base, planned=planned, counted=counted, live=live)
    swap = _swap(passage)
    first = next((act.at for act in live), 0)
    back = swap > first and bool(_EXCHANGE_GOODS.match(passage.tagged[swap:]))
    ahead = [one for one in counted if swap < first or not _after_swap(passage, one)]
    behind = [one for one in counted if one not in ahead]
    out: list[Draft] = []
    if back and not ahead and not behind and base.materiel:
        both = tuple(dict.fromkeys(one.canonical for one in passage.of("materiel")))
        leg = "" if "E" in passage.tagged else base.giver
        return [replace(base, status=status, giver="both", leg=leg, materiel=both)]
    for one in ahead:
        goods = one.goods or base.materiel
        here = "planned" if planned and "addition" in passage.text[: one.start - passage.start] and out else status
        if (
            out
            and planned
            and re.search(r"in addition to|on top of|besides", passage.text[: one.start - passage.start])
        ):
            here = "asserted"
        out.append(replace(base, status=here, amount=one, materiel=goods))
    if not ahead:
        out.append(replace(base, status=status))
    if back and behind:
        other = "R" if base.giver == "D" else "D"
        goods = tuple(
            dict.fromkeys(one.canonical for one in passage.of("materiel") if behind_exchange(passage, one.start))
        )
        out += [replace(base, status=status, giver=other, amount=one, materiel=goods) for one in behind]
    return out


def _after_swap(passage: Passage, one: Amount) -> bool:
    return behind_exchange(passage, one.start)


def _status(passage: Passage, base: Draft, *, planned: bool, counted: list[Amount], live: list[Act]) -> ClaimStatus:
    who = base.who or UNATTRIBUTED
    if planned:
        return "planned"
    sees = base.basis in {"imagery", "debris"}
    reckoned = who.figures == "estimated" and any(one.unit in _RECKONED for one in counted)
    if sees and not reckoned and who.type not in {"government", "intelligence-service", "un-body/coalition"}:
        return "observed"
    if counted:
        if who.figures == "estimated" or (
            who.type in {"intelligence-service", "think-tank/ngo"} and who.figures != "asserted"
        ):
            return "estimated"
        if who is UNATTRIBUTED and re.search(
            r"believed|thought to|estimat|추정|추산|推定|szacu|оцен", passage.text.lower()
        ):
            return "estimated"
    if who is UNATTRIBUTED and live[0].letter == "C":
        return "observed"
    return "asserted"
