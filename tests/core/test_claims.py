"""From sentences to claims: who says what moved which way, and what is no claim at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.claims import claims
from bot.core.lexicon import Lexicon, load
from bot.model import Claim, Item

FILE = Path(__file__).parents[2] / "watchlists" / "russia-dprk-arms.lexicon.toml"
LEXICON: Lexicon = load(FILE.read_bytes(), file=FILE.name)
TO_RUSSIA, TO_DPRK = "dprk>russia", "russia>dprk"


def read(text: str, title: str = "", day: str = "2024-11-20") -> tuple[Claim, ...]:
    when = datetime.fromisoformat(day).replace(tzinfo=UTC)
    item = Item(id="a-1", title=title, text=text, date=when)
    found = claims(item, LEXICON)
    for claim in found:
        assert getattr(item, claim.where)[claim.start : claim.end] == claim.quote
    return found


def only(text: str, title: str = "", day: str = "2024-11-20") -> Claim:
    found = read(text, title, day)
    assert len(found) == 1, found
    return found[0]


# ── direction ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.criterion("decision 14")
@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("North Korea has shipped artillery shells to Russia, officials in Seoul said.", TO_RUSSIA),
        ("Russia received artillery shells from North Korea, Seoul said.", TO_RUSSIA),
        ("Russia is being supplied with missiles by North Korea, Seoul said.", TO_RUSSIA),
        ("Russian forces fired North Korean missiles at Kharkiv, Ukraine said.", TO_RUSSIA),
        ("North Korea received air defence systems from Russia, Seoul said.", TO_DPRK),
        ("Russia has given North Korea air defence systems, Seoul said.", TO_DPRK),
        ("Moscow supplied Pyongyang with a Pantsir system, Budanov said.", TO_DPRK),
        ("Korea Północna wysłała Rosji pociski artyleryjskie, podał wywiad Korei Południowej.", TO_RUSSIA),
        ("Rosja dostarczyła Korei Północnej systemy obrony powietrznej, podał wywiad Korei Południowej.", TO_DPRK),
        ("КНДР поставила России артиллерийские снаряды, сообщила разведка Южной Кореи.", TO_RUSSIA),
        ("Росія передала КНДР системи ППО, повідомили в Сеулі.", TO_DPRK),
        ("Nordkorea hat Russland Artilleriegranaten geliefert, teilte Seoul mit.", TO_RUSSIA),
        ("Russland hat Flugabwehrsysteme nach Nordkorea geliefert, teilte Seoul mit.", TO_DPRK),
        ("La Corée du Nord a livré des obus à la Russie, selon Séoul.", TO_RUSSIA),
        ("Corea del Norte envió proyectiles a Rusia, según Seúl.", TO_RUSSIA),
        ("국가정보원은 북한이 러시아에 포탄을 제공했다고 밝혔다.", TO_RUSSIA),
        ("국가정보원은 러시아가 북한에 방공 시스템을 제공했다고 밝혔다.", TO_DPRK),
        ("韓国国防省は、北朝鮮がロシアに砲弾を供与したと発表した。", TO_RUSSIA),
        ("韓國國防部表示，北韓向俄羅斯提供砲彈。", TO_RUSSIA),
        ("Russia is negotiating with North Korea to buy shells, the US said.", TO_RUSSIA),
        ("Half of the shells that Russia fires come from North Korea, Kyiv said.", TO_RUSSIA),
        ("Rosja użyła północnokoreańskich rakiet przeciwko Ukrainie, podał Biały Dom.", TO_RUSSIA),
        ("Rosja prosi Koreę Północną o amunicję, pisze Reuters.", TO_RUSSIA),
        ("Российские войска применили северокорейские ракеты, сообщили в Киеве.", TO_RUSSIA),
        ("Росія отримала від КНДР балістичні ракети, заявили в ГУР.", TO_RUSSIA),
        ("Russland will in Nordkorea Munition kaufen, sagte Kirby.", TO_RUSSIA),
        ("La Russie a utilisé des missiles nord-coréens contre l'Ukraine, a déclaré Washington.", TO_RUSSIA),
        ("Rusia negocia con Corea del Norte la compra de municiones, según Washington.", TO_RUSSIA),
        ("러시아가 북한에서 포탄을 구매하려 한다고 미 정보당국이 밝혔다.", TO_RUSSIA),
        ("ロシアは北朝鮮から砲弾を購入しようとしていると米情報当局が分析した。", TO_RUSSIA),
        ("ロシアが北朝鮮に防空システムを提供したと韓国政府が発表した。", TO_DPRK),
        ("俄羅斯向北韓提供防空系統，南韓政府說。", TO_DPRK),
    ],
)
def test_the_direction_is_the_one_that_is_worded(text, direction):
    assert only(text).direction == direction


def test_an_exchange_is_one_claim_in_both_directions():
    claim = only("North Korea is considering supplying Moscow with rockets in return for food, the US said.")
    assert (claim.direction, claim.status) == ("both", "planned")


def test_a_counted_leg_of_an_exchange_stands_by_itself():
    claim = only("Seoul said North Korea provided over 3 million shells to Moscow in exchange for oil and satellites.")
    assert (claim.direction, claim.quantity, claim.unit) == (TO_RUSSIA, 3e6, "shells")


def test_a_swap_of_words_is_not_resolved_by_knowledge_of_the_event():
    claim = only("The monitors said North Korea transferred a Pantsir air defence system to Russia.")
    assert claim.direction == TO_RUSSIA


# ── claimant, status, basis, hedge ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "claimant", "kind"),
    [
        ("The White House says North Korea sold rockets to Russia.", "White House", "government"),
        ("North Korea sold rockets to Russia, John Kirby told reporters.", "White House (John Kirby)", "government"),
        ("North Korea sold rockets to Russia, South Korea's spy agency says.", "ROK NIS", "intelligence-service"),
        (
            "According to U.S. intelligence, North Korea sold rockets to Russia.",
            "US intelligence",
            "intelligence-service",
        ),
        ("North Korea sold rockets to Russia, a US official tells CNN.", "US officials", "government"),
        ("North Korea sold rockets to Russia, sources said.", "source (unnamed)", "anonymous"),
        ("North Korea sold rockets to Russia.", "unattributed", "unattributed"),
        ("Biały Dom: Korea Północna sprzedała Rosji rakiety.", "White House", "government"),
        (
            "우크라이나 국방부는 북한이 러시아에 미사일을 제공했다고 밝혔다.",
            "Ukrainian Ministry of Defence",
            "government",
        ),
    ],
)
def test_the_claimant_is_who_asserts(text, claimant, kind):
    claim = only(text)
    assert (claim.claimant, claim.claimant_type) == (claimant, kind)


def test_the_paper_that_relays_is_named_apart():
    claim = only("North Korea sold rockets to Russia, a US official told CNN.")
    assert (claim.claimant, claim.via) == ("US officials", "CNN")


def test_states_that_say_it_together_are_one_claimant():
    claim = only("The US, South Korea and Japan condemned North Korea's provision of arms to Russia.")
    assert claim.claimant == "US, South Korea and Japan"


def test_two_flows_of_one_sentence_are_two_claims():
    found = read(
        "Kyiv said North Korea is sending shells to Russia and Russia is giving Pyongyang satellite technology."
    )
    assert {claim.direction for claim in found} == {TO_RUSSIA, TO_DPRK}
    assert {claim.claimant for claim in found} == {"Ukraine"}


def test_a_count_seen_on_imagery_joins_what_is_read_from_it():
    claim = only(
        "Satellite images show about 70 railcars at Tumangang in North Korea. That indicates a supply of arms to Russia."
    )
    assert (claim.op, claim.quantity, claim.unit, claim.status) == ("~", 70, "railcars", "observed")
    assert claim.quote.startswith("Satellite images")


def test_a_state_behind_a_preposition_says_nothing():
    assert only("North Korea delivered arms to Russia for use in Ukraine, US says.").claimant == "US"


def test_the_headline_names_the_claimant_of_its_lead():
    claim = only(
        "Pyongyang supplied up to 1,000 containers of munitions.", title="North Korea arming Russia, US claims"
    )
    assert (claim.claimant, claim.op, claim.quantity) == ("US", "<=", 1000)


def test_headline_and_lead_are_one_claim():
    claim = only(
        "The White House said North Korea has sent more than 1,000 containers of munitions to Russia.",
        title="North Korea sends arms to Russia, White House says",
    )
    assert (claim.where, claim.quantity) == ("text", 1000)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The White House said North Korea delivered rockets to Russia.", "asserted"),
        ("The NIS said North Korea sent about 8 million shells to Russia.", "estimated"),
        ("Satellite images show containers loaded onto Russian ships at Najin in North Korea.", "observed"),
        ("Russia is negotiating with North Korea to buy artillery ammunition, the US said.", "planned"),
        ("Russia is buying millions of shells from North Korea, the US said.", "planned"),
        ("North Korea denies supplying Russia with weapons.", "denied"),
        ("Washington imposed sanctions on a Russian firm over missile deliveries from North Korea.", "sanctioned"),
    ],
)
def test_the_status_is_how_it_is_said(text, status):
    assert only(text).status == status


def test_the_source_s_own_hedge_is_kept_in_its_words():
    assert only("North Korea has likely supplied missiles to Russia, Seoul said.").hedge == "likely"
    assert only("North Korea has supplied missiles to Russia, Seoul said.").hedge == ""


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("The White House released images of North Korea delivering rockets to Russia.", "imagery"),
        ("Ukraine said debris showed that Russia fired a North Korean missile.", "debris"),
        ("The NIS said North Korea sent about 8 million shells to Russia.", "official figure"),
        ("Washington imposed sanctions on a Russian firm over missile deliveries from North Korea.", "legal act"),
        ("North Korea sold rockets to Russia.", "none stated"),
    ],
)
def test_the_basis_is_the_one_that_the_sentence_names(text, basis):
    assert only(text).basis == basis


# ── figures, periods, places ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "op", "quantity", "unit"),
    [
        ("The US said North Korea sent over 1,000 containers of munitions to Russia.", ">", 1000, "containers"),
        ("The US said North Korea sent a million rounds of artillery to Russia.", "=", 1e6, "shells"),
        (
            "Russia is buying millions of rockets and shells from North Korea, the US said.",
            ">",
            1e6,
            "shells and rockets",
        ),
        ("Kyiv said North Korea sent 148 KN-23 ballistic missiles to Russia.", "=", 148, "missiles"),
        ("The NIS said North Korea made at least 10 arms transfers to Russia.", ">=", 10, "shipments"),
        ("북한이 러시아에 컨테이너 2만8000여 개를 보냈다고 국방정보본부가 밝혔다.", ">", 28_000, "containers"),
        ("국가정보원은 북한이 러시아에 포탄 100만발 이상을 제공했다고 밝혔다.", ">=", 1e6, "shells"),
        ("КНДР поставила России более 6,5 млн снарядов, сообщили в ГУР.", ">", 6.5e6, "shells"),
    ],
)
def test_a_figure_has_operator_number_and_unit(text, op, quantity, unit):
    claim = only(text)
    assert (claim.op, claim.quantity, claim.unit) == (op, quantity, unit)


def test_alternatives_stay_alternatives_and_nothing_is_added_up():
    text = (
        "Shin Won-sik said North Korea shipped about 6,700 containers to Russia, which could hold more than "
        "3 million 152mm shells or 500,000 122mm rockets."
    )
    containers, shells, rockets = read(text)
    assert (containers.quantity, shells.quantity, rockets.quantity) == (6700, 3e6, 500_000)
    assert {shells.kind, rockets.kind} == {"equivalent"}
    assert (shells.alternatives, rockets.alternatives) == ((rockets.id,), (shells.id,))
    assert containers.alternatives == ()


def test_two_figures_of_one_sentence_are_two_claims():
    found = read("Ukraine's FISU said North Korea gave Russia about 6.5 million shells and 600 weapons systems.")
    assert [(claim.quantity, claim.unit) for claim in found] == [(6.5e6, "shells"), (600, "weapons systems")]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Seoul said North Korea sent shells to Russia since August.", ("2024-08", "2024-11-20")),
        ("Seoul said North Korea sent shells to Russia last month.", ("2024-10", "2024-10")),
        ("Seoul said North Korea sent shells to Russia in September 2023.", ("2023-09", "2023-09")),
        ("SEOUL, Nov. 20 (Wire) - North Korea sent shells to Russia, Seoul said.", ("", "")),
        ("North Korea sent shells to Russia as of mid-February 2024, Seoul said.", ("", "2024-02")),
        ("Seoul said on Oct. 13 that North Korea sent shells to Russia.", ("", "")),
        ("Russia used North Korean missiles in Ukraine on December 30, 2023, Kyiv said.", ("2023-12-30", "2023-12-30")),
        ("Seoul said North Korea sent shells to Russia.", ("", "")),
    ],
)
def test_the_period_is_that_of_the_movement_and_only_if_stated(text, period):
    claim = only(text)
    assert (claim.period_start, claim.period_end) == period


def test_a_route_of_another_sentence_is_not_hung_on_a_total():
    found = read(
        "The White House said North Korea had sent more than 1,000 containers of arms to Russia. "
        "One tracked set went from Najin to Dunay in the Primorye region between September 7 and October 1."
    )
    total = next(claim for claim in found if claim.quantity == 1000)
    assert (total.route, total.period_start) == ((), "")


def test_a_sentence_that_refers_back_is_quoted_with_the_one_before():
    claim = only(
        "North Korea again sent arms to Russia, the NIS said. It amounted to at least a million artillery shells."
    )
    assert claim.quote.startswith("North Korea again")
    assert claim.quote.endswith("artillery shells.")
    assert claim.quantity == 1e6


# ── denials ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_claim_and_denial_in_one_sentence_are_two_claims():
    said, denied = read("The White House says North Korea provided missiles to Russia, which Pyongyang denies.")
    assert (said.claimant, said.status) == ("White House", "asserted")
    assert (denied.claimant, denied.status, denied.direction) == ("North Korea", "denied", TO_RUSSIA)


def test_what_a_denial_repeats_is_no_claim():
    claim = only("Russia denied a US claim that it took rockets from North Korea.")
    assert (claim.claimant, claim.status) == ("Russia", "denied")


def test_a_denial_of_the_sentence_before_is_quoted_with_it():
    found = read("The US said North Korea delivered shells to Russia. Russia denied the allegations.")
    denial = next(claim for claim in found if claim.status == "denied")
    assert denial.direction == TO_RUSSIA
    assert denial.quote.startswith("The US said")


def test_never_is_a_denial_without_the_word():
    claim = only("North Korea has never exported weapons to Russia, its defence ministry said.")
    assert claim.status == "denied"


# ── what is no claim ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "Will North Korea send 1,000 containers of shells to Russia?",
        "If North Korea sends shells to Russia, the US will impose costs, the White House said.",
        "The White House denied that it had not seen North Korean arms deliveries to Russia.",
        "China sent 500 refugees back to North Korea, while Russia looked on.",
        "The North Korean KN-23 missile has a range of almost 700 km; Russia's minister saw it.",
        "Russia and North Korea voted on resolution 1718 before 40 percent of the members.",
        "North Korea sent 10,000 troops to Russia, Seoul said.",
        "North Korea plans to dispatch 12,000 workers to Russia's drone factories, Kyiv said.",
        "Kim Jong Un and Putin met amid fears that North Korea may arm Russia.",
        "An arms deal between North Korea and Russia could suit both sides.",
        "Seoul sold howitzers to Poland, and Russia and North Korea protested.",
        "Iran gave Russia ballistic missiles; North Korea was not mentioned.",
        "Russia sent flour to North Korea after the floods.",
        "A sanctioned Russian missile maker was attacked by North Korean hackers.",
        "The Angara rocket was launched from Vostochny, where Kim met Putin.",
        "He did not think that North Korea would sell weapons to Russia.",
        "North Korea tested a ballistic missile and Russia condemned it.",
        "",
    ],
)
def test_no_claim_is_read_where_nobody_states_a_movement(text):
    assert read(text) == ()


@pytest.mark.parametrize(
    "title", ["Satire: Kim sends Putin 1,000 containers of jokes", "The Onion: Pyongyang arms Moscow"]
)
def test_satire_makes_no_claims(title):
    assert read("North Korea sent 1,000 containers of shells to Russia, the White House said.", title) == ()


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("North Korea sent 152 mm shells to Russia, Seoul said.", None),
        ("North Korea sent KN-23 missiles to Russia, Seoul said.", None),
        ("North Korea sent shells to a depot 200 km from the border in Russia, Seoul said.", None),
        ("North Korea sent shells to Russia on 19 November, Seoul said.", None),
        ("In breach of resolution 1718 North Korea sent shells to Russia, Seoul said.", None),
        ("North Korea sent 11,000 troops and shells to Russia, Seoul said.", None),
    ],
)
def test_calibres_designations_distances_dates_and_people_are_no_quantities(text, quantity):
    assert [claim.quantity for claim in read(text)] == [quantity]


def test_a_translated_name_counts_only_where_the_place_is_meant():
    assert only("Satellite images show containers shipped from North Korea's Najin to Russia's Danube port.").route == (
        "Najin",
        "Dunay",
    )


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_item_gives_the_same_claims_and_ids():
    text = "The US said North Korea sent over 1,000 containers of munitions to Russia, which Pyongyang denies."
    assert read(text) == read(text)
    assert len({claim.id for claim in read(text)}) == 2


PIECES = st.sampled_from(
    ["North Korea ", "Russia ", "the US said ", "denied ", "sent ", "1,000 ", "shells ", "to ", "from ", "북한이 ", "러시아에 ",
     "포탄을 ", "КНДР ", "России ", "снаряды ", "in exchange for ", "oil ", ". ", "? ", "\n", "sanctions on ", "“", "ｎ", "¼", "Kim ", "它"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_read_and_every_quote_is_exact(text, title):
    for claim in read(text, title):
        assert claim.quote
        assert claim.direction in {TO_RUSSIA, TO_DPRK, "both", "unclear"}
        assert (claim.quantity is None) == (claim.unit == "")


@pytest.mark.parametrize(
    ("text", "claimant"),
    [
        (
            "North Korea has sent 8,000 containers of munitions to Russia in violation of UN sanctions, South Korea said.",
            "South Korea",
        ),
        (
            "North Korea has sent 8,000 containers of munitions to Russia in violation of UN Security Council resolutions, the State Department said.",
            "US State Department",
        ),
        (
            "КНДР отправила России 8000 контейнеров боеприпасов в нарушение резолюций ООН, заявили в Белом доме.",
            "White House",
        ),
        ("North Korea has sent 8,000 containers of munitions to Russia, the UN said on Monday.", "UN"),
    ],
)
def test_whose_sanctions_are_broken_does_not_speak(text: str, claimant: str):
    assert only(text).claimant == claimant
