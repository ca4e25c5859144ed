"""What nobody states is no claim: double denials, questions, suppositions, fiction, other things that are sent, in ten languages."""

from __future__ import annotations

import pytest

from tests.core.test_claims import TO_RUSSIA, read

NO_CLAIM = (
    "The Kremlin denied that it had not received shells from North Korea.",
    "Moscow has never denied not receiving North Korean missiles.",
    "Кремль не отрицал, что не получал снаряды из КНДР.",
    "Kreml nie zaprzeczył, że nie otrzymał pocisków z Korei Północnej.",
    "Did North Korea ship 5,000 containers to Russia? Nobody in Seoul would say.",
    "Has Moscow received the missiles from Pyongyang yet?",
    "Czy Korea Północna wysłała Rosji milion pocisków?",
    "Передала ли КНДР России ракеты? Неизвестно.",
    "북한이 러시아에 포탄을 보냈을까?",
    "北朝鮮はロシアに砲弾を送ったのか？",
    "朝鲜是否向俄罗斯提供了导弹？",
    "If Pyongyang were to send ballistic missiles to Russia, Seoul would arm Ukraine, Yoon said.",
    "Seoul warned it could arm Ukraine if Russia transfers nuclear technology to North Korea.",
    "Wenn Nordkorea Raketen an Russland liefert, wird Seoul reagieren, sagte Yoon.",
    "Si la Corée du Nord livrait des missiles à la Russie, Séoul réagirait.",
    "Si Corea del Norte enviara misiles a Rusia, Seúl respondería.",
    "Gdyby Korea Północna wysłała Rosji rakiety, Seul odpowie.",
    "Якщо КНДР передасть Росії ракети, Сеул відповість.",
    "もし北朝鮮がロシアにミサイルを供与すれば、韓国は対応すると表明した。",
    "如果朝鲜向俄罗斯提供导弹，韩国将作出回应。",
    "북한이 러시아에 미사일을 제공한다면 한국은 대응할 것이라고 대통령실이 밝혔다.",
    "He played a North Korean general who sells missiles to Russia in the new TV thriller.",
    "In the video game, North Korea ships 300 nuclear missiles to Russia.",
    "April Fools: Kim sends Putin 10,000 containers of shells.",
    "The Danube flooded Russia's consulate in Romania while North Korean officials watched.",
    "Police seized 152 mm shells in Poland; Russia and North Korea declined to comment.",
    "China sent 500 refugees back to North Korea as Russia vetoed resolution 1718.",
    "About 40 percent of North Koreans are hungry, and Russia sent condolences.",
    "Russia's KN-23 look-alike, the Iskander, flew 500 km; North Korea cheered.",
    "North Korea sent 10,000 workers to Russia on 19 November, 200 km from the border.",
    "Ukraine sent 152 mm shells captured from Russia to its brigades; North Korea was not mentioned.",
    "Kim Jong Un sent Putin a letter and two hunting dogs.",
    "Russia gave North Korea a lion and two bears for its zoo.",
    "North Korean hackers stole missile designs from a Russian firm, Reuters found.",
    "It is unlikely that North Korea will give Russia its newest missiles, analysts said.",
    "There is no evidence that Russia has given North Korea submarine technology, Seoul said.",
    "Seoul has not confirmed that Russia handed over missile technology to North Korea.",
    "Experts doubt that Moscow would share its missile technology with Pyongyang.",
    "South Korea sold K9 howitzers to Poland; Russia and North Korea protested.",
    "Kim visited Russia's Vostochny cosmodrome, where an Angara rocket was launched.",
    "Russian troops trained North Korean soldiers to use drones, Kyiv said.",
    "Fears grow that Russia may hand North Korea nuclear submarine technology.",
    "The resolution bars North Korea from exporting arms, and Russia voted for it in 2006.",
)
DENIALS = (
    "Russia denied receiving shells from North Korea.",
    "Peskov: reports of North Korean shells are fake.",
    "«Это ложь»: Песков о поставках снарядов из КНДР.",
    'The Kremlin called reports that North Korea had shipped missiles to Russia "rubbish".',
    "Kim Yo Jong said the idea that Pyongyang sells arms to Russia is 'the most absurd paradox'.",
    "Kim Yo Jong: Behauptung, Nordkorea liefere Waffen an Russland, sei absurd.",
    "북한 국방성은 러시아에 무기를 수출했다는 주장을 날조라고 일축했다.",
    "北朝鮮国防省は、ロシアに武器を輸出したとの主張を捏造だと否定した。",
)


@pytest.mark.parametrize("text", NO_CLAIM)
def test_what_is_asked_supposed_doubted_or_made_up_is_no_claim(text):
    assert read(text) == ()


@pytest.mark.parametrize("text", DENIALS)
def test_a_denial_is_one_whatever_its_words(text):
    assert {(claim.status, claim.direction) for claim in read(text)} == {("denied", TO_RUSSIA)}


def test_what_is_said_and_what_is_denied_in_one_sentence_are_two_claims():
    said, denied = read('"North Korea has sent shells to Russia," Kirby said, adding that Pyongyang denies it.')
    assert (said.claimant, said.status) == ("White House (John Kirby)", "asserted")
    assert (denied.claimant, denied.status) == ("North Korea", "denied")


def test_a_quote_within_an_answer_is_never_the_word_of_who_answers():
    found = read(
        'Asked about Kirby\'s remark that "North Korea sent Russia over 1,000 containers", Peskov said: "No proof."'
    )
    assert all(claim.claimant == "White House (John Kirby)" or claim.status == "denied" for claim in found)
