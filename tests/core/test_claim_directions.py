"""Which way a sentence moves things, in the word orders of ten languages: inverted, passive, cases instead of prepositions."""

from __future__ import annotations

import pytest

from tests.core.test_claims import TO_DPRK, TO_RUSSIA, read

INTO_RUSSIA = (
    "Seit zwei Jahren liefert Nordkorea Artilleriegranaten und Raketen an Russland.",
    "Im Oktober schickte Nordkorea laut Seoul Munition nach Russland.",
    "An Russland hat Nordkorea nach Angaben Seouls Granaten geliefert.",
    "Munition für Russland kommt aus Nordkorea, sagt Kiew.",
    "Russland erhält von Nordkorea Granaten, sagte Budanow.",
    "Von Nordkorea hat Russland laut Washington Raketen gekauft.",
    "Nordkoreanische Raketen wurden von Russland gegen die Ukraine eingesetzt, teilte Kiew mit.",
    "Снаряды России поставила КНДР, сообщили в Сеуле.",
    "России снаряды поставляет КНДР, заявил Буданов.",
    "Из КНДР в Россию пришли снаряды, сообщили в Сеуле.",
    "Россия закупила у КНДР ракеты, сообщил Белый дом.",
    "У Северной Кореи Россия купила миллионы снарядов, сообщила разведка США.",
    "Пхеньян передал Москве гаубицы, сообщили в ГУР.",
    "Российская армия получила северокорейские гаубицы, сообщили в ГУР.",
    "По словам собеседников, контейнеры со снарядами приходят из порта Восточный, куда их доставляют морем из Раджина.",
    "Снаряди Росії передала КНДР, повідомили в ГУР.",
    "Росія отримує снаряди з КНДР, заявив Буданов.",
    "Від Північної Кореї Росія отримала ракети KN-23, повідомили в ГУР.",
    "Москва закупила в Пхеньяна мільйон снарядів, повідомив Білий дім.",
    "Pociski Rosji dostarczyła Korea Północna, podał Seul.",
    "Rosji amunicję sprzedaje Korea Północna, twierdzi Biały Dom.",
    "Rosja kupiła od Korei Północnej rakiety, podał Biały Dom.",
    "Z Korei Północnej do Rosji trafiła amunicja, podał Seul.",
    "Amunicja z Korei Północnej trafia na front po stronie Rosji, podał HUR.",
    "Rosyjska armia używa północnokoreańskich pocisków, podał HUR.",
    "La Russie a reçu de la Corée du Nord des obus, selon Séoul.",
    "La Russie a acheté des obus à la Corée du Nord, selon Washington.",
    "Des obus nord-coréens ont été livrés à la Russie, selon Séoul.",
    "Pyongyang a fourni des missiles à Moscou, selon Kiev.",
    "L'armée russe a tiré des missiles livrés par Pyongyang, selon Kiev.",
    "Rusia compró proyectiles a Corea del Norte, según Washington.",
    "Corea del Norte ha vendido misiles a Rusia, según Washington.",
    "Rusia ha recibido de Corea del Norte proyectiles, según Seúl.",
    "Los misiles norcoreanos que usa Rusia fallan menos, según Kiev.",
    "Rusia se abastece de munición norcoreana, según Kiev.",
    "러시아는 북한으로부터 포탄을 공급받았다고 국정원이 밝혔다.",
    "국정원은 북한산 포탄이 러시아로 반출됐다고 밝혔다.",
    "러시아군이 북한제 미사일을 우크라이나에 발사했다고 백악관이 밝혔다.",
    "러시아에 북한이 탄약을 보냈다고 국방부가 밝혔다.",
    "북한, 러시아에 미사일 수출…국정원 확인",
    "ロシアは北朝鮮から砲弾を受け取ったと韓国政府が発表した。",
    "ロシアに対して北朝鮮が弾薬を供与したと米政府が発表した。",
    "北朝鮮製のミサイルをロシア軍が使用したとウクライナ国防省が発表した。",
    "ロシア向けに北朝鮮が砲弾を輸出したと韓国国防省が述べた。",
    "俄罗斯从朝鲜获得炮弹，韩国国防部表示。",
    "俄军使用朝鲜导弹袭击乌克兰，白宫表示。",
    "白宮表示，北韓軍火運往俄羅斯。",
    "朝鲜卖给俄罗斯数百万发炮弹，美国情报称。",
    "Among the weapons Moscow has bought from Pyongyang are KN-23 missiles, Kyiv said.",
    "Shells from the DPRK arrived in Russia by rail, Seoul said.",
    "Artillery shells sold to Russia by North Korea are duds, Kyiv said.",
    "Kim gave Putin a million shells, Seoul said.",
    "It was North Korea that supplied Russia with the shells, Washington said.",
    "Russia, which received a million shells from North Korea, fired most of them, Kyiv said.",
    "North Korea's missiles, delivered to Russia last year, struck Kyiv, HUR said.",
)
INTO_DPRK = (
    "Nordkorea bekommt von Russland Flugabwehrsysteme, sagte Seoul.",
    "Russland soll Nordkorea im Gegenzug Flugabwehrraketen geliefert haben, berichtete Seoul.",
    "Südkoreas Geheimdienst geht davon aus, dass Russland im Gegenzug für die Munition aus Nordkorea Flugabwehrsysteme geliefert hat.",
    "КНДР получила от России системы ПВО, заявили в Сеуле.",
    "Москва передала Пхеньяну комплекс «Панцирь», сообщили в ГУР.",
    "Північній Кореї Росія передала засоби РЕБ, заявив Буданов.",
    "КНДР отримала від Росії технології, заявив Буданов.",
    "Korea Północna dostała od Rosji systemy obrony powietrznej, podał Seul.",
    "Moskwa przekazała Pjongjangowi technologie rakietowe, twierdzi Budanow.",
    "Moscou a fourni à Pyongyang des systèmes antiaériens, selon Séoul.",
    "La Corée du Nord a obtenu de la Russie des missiles antiaériens, selon Séoul.",
    "Moscú entregó a Pionyang un sistema Pantsir, según Seúl.",
    "Corea del Norte recibió de Rusia sistemas antiaéreos, según Seúl.",
    "북한은 러시아로부터 방공 미사일을 받았다고 신원식 실장이 밝혔다.",
    "러시아가 북한에 판치르를 넘겼다고 MSMT가 밝혔다.",
    "북한에 러시아가 전파교란 장비를 제공했다고 국정원이 밝혔다.",
    "러, 北에 방공무기 제공…국정원",
    "北朝鮮はロシアから防空システムを受け取ったと韓国政府が発表した。",
    "北朝鮮に対し、ロシアがミサイル技術を提供したと米政府が明らかにした。",
    "朝鲜从俄罗斯得到防空系统，韩国国家情报院表示。",
    "韓國國防部表示，俄羅斯向北韓轉移飛彈技術。",
    "俄罗斯卖给朝鲜战机，韩国国防部表示。",
    "Air-defence missiles were handed to North Korea by Russia, Seoul said.",
    "Kim got missile technology from Putin, Seoul said.",
    "Putin gave Kim air-defence systems, Seoul said.",
    "North Korea, which received air defence systems from Russia, sent troops, Seoul said.",
    "In return for shells, Russia gave North Korea fighter jets, Seoul said.",
)


@pytest.mark.parametrize("text", INTO_RUSSIA)
def test_it_goes_to_russia_in_any_order_of_words(text):
    assert {claim.direction for claim in read(text)} == {TO_RUSSIA}


@pytest.mark.parametrize("text", INTO_DPRK)
def test_it_goes_to_north_korea_in_any_order_of_words(text):
    assert {claim.direction for claim in read(text)} == {TO_DPRK}
