"""Digests to render: a busy day, a quiet one, an update, a hole, a weekly brief; all sentences written for the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.core.digests import Candidate, compose
from bot.model import (
    Article,
    Change,
    ChangeKind,
    Claim,
    Coverage,
    Digest,
    Evidence,
    Origin,
    Quality,
    Story,
    Subscription,
    Verdict,
)

DAY = date(2023, 10, 14)
CUTOFF = datetime(2023, 10, 14, 7, 0, tzinfo=UTC)
SINCE = CUTOFF - timedelta(days=1)
SLACK = Subscription(name="arms-desk", channel="slack", target="C0123456789")
MAIL = Subscription(name="arms-desk", channel="email", target="desk@example.org")
SEEN = Coverage(by_lang=(("ko", 5, 5), ("ru", 4, 4), ("uk", 3, 3), ("en", 20, 20)), items_read=1912)
LABELS = {"dprk": "DPRK", "russia": "Russia", "monitoring": "monitoring", "routes": "routes and crossings"}


def article(
    name: str,
    title: str,
    text: str = "",
    *,
    outlet: str = "Example Wire",
    host: str = "wire.example",
    lang: str = "en",
    quality: Quality = "full",
    published: datetime | None = CUTOFF - timedelta(hours=12),
    url: str = "",
) -> Article:
    return Article(
        id=f"a-{name}",
        url=url or f"https://www.{host}/{name}",
        canonical_url="",
        title=title,
        text=text,
        quality=quality,
        outlet=outlet,
        host=host,
        lang=lang,
        published=published,
        first_seen=CUTOFF - timedelta(hours=11),
    )


def verdict(
    kind: str = "shipment-claim", direction: str = "dprk>russia", evidence: tuple[Evidence, ...] = ()
) -> Verdict:
    return Verdict(
        watchlist="arms", watchlist_hash="0", rank="match", score=0.9, kind=kind, direction=direction, evidence=evidence
    )


def adjacent(name: str, stream: str, title: str, missing: str = "no weapons sentence") -> tuple[Article, Verdict]:
    return (
        article(name, title, "", outlet="Daily Example", host="daily.example"),
        Verdict(
            watchlist="arms",
            watchlist_hash="0",
            rank="borderline",
            score=0.4,
            stream=stream,
            missing=missing,
            kind=None,
        ),
    )


def candidate(
    name: str,
    title: str,
    *,
    badge: ChangeKind = "NEW",
    kind: str = "shipment-claim",
    text: str = "",
    claim: Claim | None = None,
    origins: tuple[Origin, ...] = (),
    carriers: int = 1,
    story: str = "",
    at: datetime = CUTOFF - timedelta(hours=11),
    direction: str = "dprk>russia",
    fact: str = "",
    **more: object,
) -> Candidate:
    piece = article(name, title, text, **more)  # type: ignore[arg-type]
    key = story or f"s-{name}"
    return Candidate(
        change=Change(
            id=f"x-{name}",
            story=key,
            watchlist="arms",
            kind=badge,
            article=piece.id,
            at=at,
            fact=fact,
            claim=claim.id if claim else "",
        ),
        story=Story(id=key, watchlist="arms", title=title, founded=at, latest=at, kind=kind, direction=direction),
        article=piece,
        verdict=verdict(kind, direction),
        claims=(claim,) if claim else (),
        origins=origins,
        carriers=carriers,
        watchlists=("arms",),
    )


def claim(
    name: str,
    claimant: str,
    status: str,
    quote: str,
    *,
    quantity: float | None = None,
    op: str = "",
    unit: str = "",
    materiel: tuple[str, ...] = (),
    basis: str = "none stated",
    kind: str = "",
    claimant_type: str = "government",
    direction: str = "dprk>russia",
    period_end: str = "",
) -> Claim:
    return Claim(
        id=f"c-{name}",
        claimant=claimant,
        claimant_type=claimant_type,
        status=status,  # type: ignore[arg-type]
        direction=direction,
        quantity=quantity,
        op=op,
        unit=unit,
        materiel=materiel,
        basis=basis,
        kind=kind,
        quote=quote,
        period_end=period_end,
    )


BOXES = (
    "Officials in Washington say that over 1,000 boxes of military equipment have gone to Russia since early September."
)
KOREAN = "미국 정부는 컨테이너 천 개 이상이 러시아로 넘어갔다고 설명했다."


def candidates() -> list[Candidate]:
    return [
        candidate(
            "talk1",
            "Foreign minister expected in Pyongyang for talks on cooperation",
            kind="deal-talk",
            carriers=7,
            origins=(Origin(claimant="Russian MFA", basis="statement", carriers=7),),
            outlet="Example Post",
            host="post.example",
        ),
        candidate(
            "talk2", "Summit follow-up: what the two sides may trade", kind="deal-talk", host="a.example", outlet="A"
        ),
        candidate("talk3", "Analysts weigh an arms bargain", kind="deal-talk", host="b.example", outlet="B"),
        candidate("talk4", "Another look at the summit", kind="deal-talk", host="c.example", outlet="C"),
        candidate(
            "boxes",
            "US says North Korea sent arms to Russia by the shipload",
            text=f"An opening line. {BOXES} A closing line.",
            claim=claim(
                "boxes",
                "White House",
                "asserted",
                BOXES,
                quantity=1000,
                op=">",
                unit="containers",
                materiel=("military equipment", "ammunition"),
                basis="satellite imagery",
                kind="cumulative",
            ),
            origins=(Origin(claimant="White House", basis="satellite imagery", carriers=38),),
            carriers=38,
        ),
        candidate(
            "no",
            "Кремль: доказательств нет",
            badge="DENIAL",
            kind="denial",
            lang="ru",
            outlet="Пример",
            host="primer.example",
            text="Представитель Кремля сказал, что доказательств передачи боеприпасов никто не показал.",
            claim=claim(
                "no",
                "Kremlin",
                "denied",
                "доказательств передачи боеприпасов никто не показал",
                materiel=("ammunition",),
            ),
            origins=(Origin(claimant="Kremlin", basis="statement", carriers=3),),
            carriers=3,
            direction="unclear",
        ),
        candidate(
            "ships",
            "Two freighters shuttle between Najin and a Russian naval pier, imagery shows",
            kind="logistics-imagery",
            text="The institute counted at least five voyages by two ships. It could not see what was inside.",
            claim=claim(
                "ships",
                "Example Institute",
                "observed",
                "The institute counted at least five voyages by two ships.",
                quantity=5,
                op=">=",
                unit="voyages",
                basis="satellite imagery",
                claimant_type="think-tank/ngo",
            ),
            origins=(Origin(claimant="Example Institute", basis="satellite imagery", carriers=4),),
            carriers=4,
            outlet="Example Institute",
            host="institute.example",
        ),
        candidate(
            "ko",
            "백악관 “북한, 러시아에 컨테이너 천 개 이상 보내”",
            badge="UPDATE",
            lang="ko",
            outlet="예시통신",
            host="yesi.example",
            text=KOREAN,
            fact="new figure: more than 1,000 containers",
            quality="teaser",
            claim=claim("ko", "White House", "asserted", KOREAN, quantity=1000, op=">", unit="containers"),
            origins=(Origin(claimant="White House", basis="briefing", carriers=2),),
            carriers=2,
        ),
    ]


NEAR = [
    adjacent("d1", "diplomacy", "Minister to visit Pyongyang on 18 October"),
    adjacent("d2", "diplomacy", "Embassy reception in Moscow"),
    adjacent("m1", "monitoring", "Panel of experts mandate debated"),
    adjacent("r1", "routes", "New platform at the Tumangang crossing", "no transfer sentence"),
    adjacent("p1", "personnel", "Workers seen in Vladivostok"),
    adjacent("u1", "passing-mention", "Live blog of the day"),
]


def busy(subscription: Subscription = SLACK) -> Digest:
    return compose(
        subscription,
        candidates(),
        NEAR,
        10,
        SEEN,
        local_date=DAY,
        since=SINCE,
        cutoff=CUTOFF,
        labels=LABELS,
        corrections=("12 Oct, item 2: the outlet changed “5,000” to “500” in its title after we showed it",),
    )


def quiet(subscription: Subscription = SLACK) -> Digest:
    return compose(
        subscription,
        [],
        NEAR[3:4],
        3,
        SEEN,
        local_date=DAY,
        since=SINCE,
        cutoff=CUTOFF,
        labels=LABELS,
        last_fact="3 days ago, s-0139",
    )


def update(subscription: Subscription = SLACK) -> Digest:
    """A new figure against the old one, the figures of others beside it, and a denial that answers it."""
    said = "The agency now puts the number at more than 33,000 containers as of 1 March, in place of 28,000."
    figure = claim(
        "dia", "ROK DIA", "estimated", said, quantity=33_000, op=">", unit="containers", kind="cumulative", period_end="2023-10-01",
        basis="official figure", claimant_type="intelligence-service",
    )  # fmt: skip
    told = candidate(
        "dia", "South Korea raises its count of containers", badge="UPDATE", text=f"An opening line. {said} A closing line.", claim=figure,
        fact="ROK DIA: >33,000 containers (was >28,000 containers)", origins=(Origin(claimant="ROK DIA", basis="official figure", carriers=9),),
        carriers=9,
    )  # fmt: skip
    others = (
        claim("oth1", "Example Institute", "observed", "x", quantity=15_809, unit="containers"),
        claim("oth2", "White House", "asserted", "x", quantity=1000, op=">", unit="containers"),
    )
    beside = tuple(zip(others, (date(2023, 4, 15), DAY), strict=True))
    no = candidates()[5]
    repeated = claim("again", "ROK DIA", "estimated", said, quantity=33_000, op=">", unit="containers")
    return compose(
        subscription,
        [
            replace(told, predecessor=">28,000 containers (13 Jul 2023)", others=beside),
            replace(no, claims=(*no.claims, repeated)),
        ],
        [],
        2,
        SEEN,
        local_date=DAY,
        since=SINCE,
        cutoff=CUTOFF,
        labels=LABELS,
    )


def hole(subscription: Subscription = SLACK) -> Digest:
    blind = Coverage(
        by_lang=(("ko", 3, 5), ("ru", 4, 4)),
        items_read=700,
        holes=(
            "Korean 3/5: Example News (ko) answers 403 since Wed 09:10 UTC (usual 60 a day; blocked here?)",
            "Do not read silence from Seoul as silence",
        ),
    )
    late = replace(candidates()[4], change=replace(candidates()[4].change, at=CUTOFF + timedelta(days=2)))
    return compose(
        subscription,
        [late],
        NEAR,
        5,
        blind,
        local_date=DAY,
        since=SINCE,
        cutoff=CUTOFF,
        labels=LABELS,
        late_run="caught up: was due Sat 14 Oct 07:00",
    )


def many(count: int, subscription: Subscription = SLACK) -> Digest:
    made = [
        candidate(
            f"n{n}",
            f"Story number {n}: " + "длинный заголовок о поставках " * 5,
            text=BOXES,
            lang="ru",
            claim=claim(f"n{n}", f"Claimant {n}", "asserted", BOXES, quantity=n, unit="shells"),
        )
        for n in range(count)
    ]
    return compose(subscription, made, NEAR, 5, SEEN, local_date=DAY, since=SINCE, cutoff=CUTOFF, labels=LABELS)


def weekly() -> Digest:
    subscription = replace(MAIL, every="week")
    return compose(
        subscription,
        candidates(),
        NEAR,
        40,
        SEEN,
        local_date=DAY,
        since=CUTOFF - timedelta(days=7),
        cutoff=CUTOFF,
        labels=LABELS,
    )
