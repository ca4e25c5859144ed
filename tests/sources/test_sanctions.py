"""Sanctions lists as published: small files of our own in each format, and what a day's diff makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.lists import BadList, entries
from bot.core.prefilter import Gate
from bot.core.watchlists import load
from bot.jobs.backfill import BackfillReport
from bot.sources.sanctions import Published, Sanctions
from bot.store import Store
from bot.store.backfill import Backfills
from tests.fakes import FakeClock, FakeFetch
from tests.filling import WATCHLIST, backfiller

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
REMARK = "Linked to arms transfers: shipped North Korean ballistic missiles and ammunition to Russia for use against Ukraine."
GATE = Gate([load(WATCHLIST.read_bytes(), file="russia-dprk-arms.toml")])


def sdn(*rows: tuple[str, str, str, str], action: str = "") -> bytes:
    lines = "".join(
        f"<sdnEntry{f' action={action!r}' if action else ''}><uid>{uid}</uid><lastName>{name}</lastName><sdnType>Entity</sdnType><remarks>{remark}</remarks>"
        f"<programList>{''.join(f'<program>{one}</program>' for one in programs.split())}</programList>"
        "<akaList><aka><uid>1</uid><type>a.k.a.</type><category>strong</category><lastName>OTHER NAME LLC</lastName></aka></akaList>"
        "<addressList><address><uid>2</uid><city>Vladivostok</city><country>Russia</country></address></addressList></sdnEntry>"
        for uid, name, programs, remark in rows
    )
    return (
        '<?xml version="1.0" standalone="yes"?><sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">'
        f"<publshInformation><Publish_Date>03/02/2026</Publish_Date></publshInformation>{lines}</sdnList>"
    ).encode()


UN = b"""<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="2026-03-02T00:00:00Z"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>
<FIRST_NAME>ILSU</FIRST_NAME><SECOND_NAME>HAN</SECOND_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.900</REFERENCE_NUMBER>
<LISTED_ON>2026-03-01</LISTED_ON><COMMENTS1>Trading representative in Moscow who sold artillery shells to Russia.</COMMENTS1></INDIVIDUAL></INDIVIDUALS>
<ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>HARBOUR TRADING</FIRST_NAME><UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>QDe.900</REFERENCE_NUMBER>
<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>H T</ALIAS_NAME></ENTITY_ALIAS></ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
UK = (
    b"Report Date: 02-Mar-2026\n"
    b"Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name 2,Regime Name,Individual; Entity; Ship,UK Statement of Reasons,Other Information,Address 1,Address Country,Date Designated\n"
    b'02/03/2026,RUS9000,99000,PAPERWORKS LLC,,,Russia,Entity,"Involved in the supply of oil to North Korea in exchange for arms, and of North Korean missiles to Russia.",,Wharf 3,Russia,01/03/2026\n'
    b"02/03/2026,RUS9000,99000,PAPER WORKS,,,Russia,Entity,,,,,\n"
)
OFSI = (
    b"Last Updated,02/03/2026\n"
    b"Name 6,Name 1,Name 2,Other Information,Group Type,Regime,Listed On,Group ID\n"
    b'KIMHO,JIN,,"Arms dealer of the DPRK in Russia.",Individual,Democratic People\'s Republic of Korea,01/03/2026,88000\n'
)
EU = b"""<?xml version="1.0" encoding="UTF-8"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-03-02T00:00:00"><sanctionEntity designationDetails="" euReferenceNumber="EU.9000.1" logicalId="1">
<remark>Carried North Korean artillery ammunition to Russia.</remark><regulation programme="PRK" publicationDate="2026-03-01" numberTitle="2026/1"/><subjectType code="enterprise"/>
<nameAlias wholeName="Nordlicht Shipping" logicalId="2"/><nameAlias wholeName="Nordlicht Reederei" logicalId="3"/><address city="Nakhodka" countryDescription="RUSSIAN FEDERATION"/></sanctionEntity></export>"""
SDN_CSV = b'36,"HARBOUR AIR","-0- ","CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Linked to nobody."\n9001,"TRADER, Ivan","individual","RUSSIA-EO14024] [DPRK4",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Arms transfers between North Korea and Russia."\n\x1a'


@pytest.mark.parametrize(
    ("body", "uid", "name"),
    [
        (sdn(("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK)), "1", "AEROVOST LLC"),
        (UN, "KPi.900", "ILSU HAN"),
        (UK, "RUS9000", "PAPERWORKS LLC"),
        (OFSI, "88000", "JIN KIMHO"),
        (EU, "EU.9000.1", "Nordlicht Shipping"),
        (SDN_CSV, "9001", "TRADER, Ivan"),
    ],
)
def test_each_format_gives_its_entries_with_names_programmes_and_reasons(body: bytes, uid: str, name: str):
    found = {entry.uid: entry for entry in entries(body)}
    assert found[uid].name == name
    assert found[uid].programmes
    assert found[uid].reasons
    assert GATE.joins(found[uid].text())


def test_only_entries_that_join_the_parties_do():
    joined = [entry.uid for body in (UN, SDN_CSV) for entry in entries(body) if GATE.joins(entry.text())]
    assert joined == ["KPi.900", "9001"]


def test_the_order_of_aliases_changes_nothing():
    one = sdn(("1", "A", "DPRK", REMARK))
    again = one.replace(b"<akaList>", b"<!-- moved --><akaList>")
    assert [entry.digest for entry in entries(one)] == [entry.digest for entry in entries(again)]


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>maintenance</body></html>", b"<xml/>", b"hello", sdn(("1", "A", "DPRK", "x"))[:-30]]
)
def test_what_is_no_list_or_breaks_off_is_said(body: bytes):
    with pytest.raises(BadList):
        list(entries(body))


URL = "https://lists.example/sdn.xml"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.opened(tmp_path / "watch.db") as opened:
        yield opened


def look(store: Store, body: bytes, day: int) -> BackfillReport:
    clock = FakeClock(NOW.replace(day=day))
    source = Sanctions(
        FakeFetch({URL: body}),
        clock,
        lambda _: None,
        Backfills(store).listed,
        GATE.joins,
        {"ofac": Published("US Treasury (OFAC)", "SDN list", URL)},
    )
    filler = backfiller(store, source, clock=clock)
    return filler.run(f"b-{day}", "sanctions", {})


def test_the_first_look_is_quiet_and_the_next_tells_what_is_new(store: Store):
    first = sdn(("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK), ("2", "HARBOUR AIR", "CUBA", "Nothing."))
    assert look(store, first, 2).matches == 1
    assert look(store, first, 3).articles == 0
    second = sdn(
        ("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK),
        ("3", "VOSTKARGO LLC", "RUSSIA-EO14024 DPRK4", f"{REMARK} Operates two vessels."),
    )
    assert look(store, second, 4).matches == 1
    found = {article.title: article for article in store.articles.since(NOW.replace(year=2000))}
    [new] = [article for title, article in found.items() if "VOSTKARGO" in title]
    [old] = [article for title, article in found.items() if "AEROVOST" in title]
    assert old.policy == "first_poll"
    assert new.outlet == "US Treasury (OFAC)"
    assert new.outlet_kind == "government"
    assert store.articles.verdicts(new.id)[0].kind == "sanctions"


def test_a_changed_entry_is_told_as_changed(store: Store):
    look(store, sdn(("1", "AEROVOST LLC", "RUSSIA-EO14024", "A firm."), ("2", "B", "CUBA", "x")), 2)
    report = look(store, sdn(("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK), ("2", "B", "CUBA", "x")), 3)
    assert report.matches == 1
    assert any(
        "changes entry on AEROVOST LLC" in article.title for article in store.articles.since(NOW.replace(year=2000))
    )


def test_a_list_that_breaks_off_forgets_nothing(store: Store):
    whole = sdn(
        ("1", "AEROVOST LLC", "RUSSIA-EO14024 DPRK4", REMARK),
        ("2", "VOSTKARGO LLC", "RUSSIA-EO14024 DPRK4", f"{REMARK} Two vessels."),
    )
    look(store, whole, 2)
    report = look(store, whole[: whole.index(b"VOSTKARGO")], 3)
    assert report.partial
    assert look(store, whole, 4).articles == 0
