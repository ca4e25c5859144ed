"""Stories, not articles: the one door to signatures, assignment and grouping; what is inside stays replaceable."""

from __future__ import annotations

from bot.core.assignments import SPAN, Assignment, Candidate, assign, stands_apart, story_id
from bot.core.grouping import Grouped, group
from bot.core.signatures import Signature, signature

__all__ = [
    "SPAN",
    "Assignment",
    "Candidate",
    "Grouped",
    "Signature",
    "assign",
    "group",
    "signature",
    "stands_apart",
    "story_id",
]
