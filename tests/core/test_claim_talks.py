"""Talks about arms, requests for them and demands to stop, in ten languages: who is asked gives, who only talks does not."""

from __future__ import annotations

import pytest

from tests.core.test_claims import TO_DPRK, TO_RUSSIA, read

TALKS = (
    (
        "Kim Jong Un and Putin plan to meet to discuss weapons supplies for the war in Ukraine, US officials said.",
        TO_RUSSIA,
    ),
    (
        "Nordkoreas Machthaber Kim will nach Angaben des Weißen Hauses mit Putin über Waffenlieferungen für den Krieg in der Ukraine verhandeln.",
        TO_RUSSIA,
    ),
    ("Kim und Putin wollen laut US-Regierung über Waffenlieferungen sprechen.", "unclear"),
    (
        "Según un funcionario estadounidense, Kim viajará a Rusia para hablar con Putin sobre la venta de armas.",
        "unclear",
    ),
    ("Selon Washington, Kim et Poutine doivent discuter de livraisons d'armes à la Russie.", TO_RUSSIA),
    ("Ким Чен Ын намерен обсудить с Путиным поставки оружия России, сообщил представитель Белого дома.", TO_RUSSIA),
    ("За даними Білого дому, Кім Чен Ин і Путін планують обговорити постачання зброї для війни в Україні.", TO_RUSSIA),
    ("백악관은 김정은이 러시아를 방문해 푸틴과 무기 공급을 논의할 것이라고 밝혔다.", "unclear"),
    (
        "米政府高官によると、金正恩氏はロシアを訪れ、プーチン氏とウクライナ侵攻用の武器供与について協議する見通しだ。",
        TO_RUSSIA,
    ),
    ("美国官员称，金正恩计划访问俄罗斯，与普京讨论向俄罗斯提供武器。", TO_RUSSIA),
)
REQUESTS = (
    (
        "Kim will ask Putin for satellite and submarine technology, South Korea's spy agency told lawmakers.",
        TO_DPRK,
    ),
    ("Russia is desperate for North Korean ammunition, a US general said.", TO_RUSSIA),
    ("Według wywiadu Korei Płd. Kim poprosi Putina o technologię satelitarną.", TO_DPRK),
    ("По данным разведки Южной Кореи, КНДР хочет получить от России технологии для спутников.", TO_DPRK),
    ("국정원은 북한이 러시아에 위성 기술을 요구하고 있다고 보고했다.", TO_DPRK),
    ("韓国の国情院は、北朝鮮がロシアに衛星技術を求めていると報告した。", TO_DPRK),
    ("韩国国情院称，朝鲜希望从俄罗斯获得卫星技术。", TO_DPRK),
    ("Россия ведет переговоры с КНДР о закупке минометных мин, сообщил представитель Белого дома.", TO_RUSSIA),
    ("Laut Seoul hofft Kim auf russische Satellitentechnik.", TO_DPRK),
)
NO_CLAIM = (
    "Kim asked Putin about the missiles on display, state media said.",
    "South Korea asked Russia to stop buying North Korean arms, the ministry said.",
    "Seoul demanded that Russia halt arms trade with North Korea, an official said.",
    "The UN called on Russia to end its purchases of North Korean arms.",
    "한국은 러시아에 북한과의 무기거래 중단을 요구했다고 외교부가 밝혔다.",
    "정부는 러시아에 북한제 무기 도입 중단을 요청했다고 밝혔다.",
    "韓国はロシアに北朝鮮との武器取引の停止を求めたと発表した。",
    "韩国外交部要求俄罗斯停止与朝鲜的武器交易。",
    "中国外交部呼吁朝鲜停止向俄罗斯提供武器。",
    "Der Sprecher forderte Russland auf, die Waffenimporte aus Nordkorea einzustellen.",
    "Séoul a appelé la Russie à cesser d'acheter des armes à la Corée du Nord, a dit le ministère.",
    "Seúl exigió a Rusia que deje de comprar armas a Corea del Norte, dijo el ministerio.",
    "Seul wezwał Rosję do zaprzestania kupowania broni od Korei Północnej - podało MSZ.",
    "Сеул призвал Россию прекратить закупки оружия у КНДР, заявили в МИД.",
    "Сеул закликав Росію припинити закупівлю зброї в КНДР, заявили в МЗС.",
    "Zelensky asked allies for missiles as Russia and North Korea draw closer, his office said.",
    "ゼレンスキー氏はロシアと北朝鮮に対抗するため米国にミサイルを求めたと述べた。",
    "젤렌스키는 러시아와 북한에 맞서 미국에 미사일을 요청했다고 말했다.",
    "Токіо називає Китай, КНДР і Росію й планує закупити ракети «Томагавк».",
    "东京点名中国、朝鲜和俄罗斯，计划采购战斧导弹。",
    "Putin and Kim discussed the situation in Ukraine, Peskov said.",
    "US and South Korean officials discussed Russia, North Korea and arms sales to Poland.",
)
SAYERS = (
    ("米政府高官によると、北朝鮮はロシアに砲弾を供与した。", "US officials"),
    ("韓国国防省によれば、北朝鮮はロシアに砲弾を送った。", "ROK Ministry of Defense"),
    ("미 정부 고위 관계자는 북한이 러시아에 포탄을 제공했다고 말했다.", "US officials"),
    ("미국 국무부 대변인은 북한이 러시아에 포탄을 제공했다고 밝혔다.", "US State Department"),
    ("美国政府高级官员称，朝鲜向俄罗斯提供了炮弹。", "US officials"),
    ("美国国务院发言人米勒表示，朝鲜向俄罗斯提供了炮弹。", "US State Department"),
    ("据韩国国防部消息，朝鲜向俄罗斯运送了炮弹。", "ROK Ministry of Defense"),
    (
        "Le chef du renseignement militaire ukrainien a affirmé que Moscou avait fourni à Pyongyang un système Pantsir.",
        "HUR",
    ),
    ("A US general said North Korea sent Russia shells.", "US military officer"),
)


@pytest.mark.parametrize(("text", "direction"), TALKS + REQUESTS)
def test_talks_and_requests_are_plans_that_go_only_the_way_that_is_said(text, direction):
    (claim,) = read(text)
    assert (claim.status, claim.direction) == ("planned", direction)
    assert claim.claimant != "unattributed"


@pytest.mark.parametrize("text", NO_CLAIM)
def test_a_demand_to_stop_a_question_and_a_request_to_somebody_else_are_no_claim(text):
    assert read(text) == ()


@pytest.mark.parametrize(("text", "name"), SAYERS)
def test_sayers_before_and_behind_the_word_that_names_them(text, name):
    assert [one.claimant for one in read(text)] == [name]


@pytest.mark.parametrize(
    ("title", "name", "direction"),
    [
        ('부다노프 "러, 북한 샤헤드 생산 지원"', "HUR chief Kyrylo Budanov", TO_DPRK),
        ('국정원 "北, 러에 포탄 100만발 지원"', "ROK NIS", TO_RUSSIA),
        ("국정원 “러, 북한에 위성기술 제공”", "ROK NIS", TO_DPRK),
    ],
)
def test_korean_headlines_name_the_sayer_before_the_quote(title, name, direction):
    assert [(one.claimant, one.direction) for one in read("", title=title)] == [(name, direction)]
