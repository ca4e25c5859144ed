"""Words that say nothing about which event an item is about: grammar, newsroom habit, and the daily bread of this subject.

Entries are the first six letters of a word (the first three of a Korean one), as `signatures` cuts them. Counted over
feed items on the subject and kept where they stood in more than about one item of fifty.
"""

from __future__ import annotations

TONGUES: dict[str, frozenset[str]] = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "is",
            "for",
            "on",
            "with",
            "that",
            "by",
            "has",
            "from",
            "as",
            "its",
            "at",
            "after",
            "over",
        ]
    ),
    "pl": frozenset(
        ["w", "z", "na", "do", "i", "się", "że", "nie", "jest", "przez", "od", "po", "dla", "oraz", "o", "ze", "za"]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "das",
            "und",
            "in",
            "von",
            "mit",
            "auf",
            "für",
            "den",
            "dem",
            "ist",
            "im",
            "nicht",
            "zu",
            "ein",
            "eine",
        ]
    ),
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "des",
            "et",
            "du",
            "en",
            "une",
            "un",
            "à",
            "est",
            "pour",
            "dans",
            "que",
            "qui",
            "sur",
            "par",
        ]
    ),
    "es": frozenset(
        ["el", "la", "los", "las", "de", "y", "en", "que", "del", "un", "una", "por", "con", "para", "se", "al"]
    ),
    "vi": frozenset(["của", "và", "các", "cho", "với", "là", "một", "được", "trong", "không", "những", "tại"]),
}
"""Small words by which a text in Latin letters betrays its language; used only to tell whether words can be compared."""

SILENT = frozenset(
    """
    the and for with that this has from its says said are have will was been which their his over betwee more after agains
    were but into while what all would could other also during amid than since had they not one can may under being such
    made most out how about both who where when should there them him any our you your some many much very just even only
    still yet because though howeve throug toward across around near before saying told called accord using used uses use
    did does doing done get gets got give gives given take takes taken make makes making come comes coming go goes going
    way ways part number week weeks month months year years day days time times today monday tuesda wednes thursd friday
    saturd sunday januar februa march april june july august septem octobe novemb decemb latest live news readin read know
    new next last first second two three four five six ten million millio milion report include includ well off end now back then these
    those against whether without within among like own another own top key amid per via say see seen show shows shown
    reveal source sources claims claime saying statem story cover covera watch video photo photos image images pictur
    się dla jest przez nie tym nad pod oraz jak jego jej ich tak ten tego tej ta to też był była było były być będzie będą
    może mogą ma mają miał miała miały został zostal zostały która który które którą którzy którym przy aby tylko jednak
    jeszcz już także między podczas podcza według wedlug ponad nawet niż jako tle oto bardzo właśni poinfo podał podała
    podaje przeka oświad powied twierd inform donosi powołu zaznac twierdzi środę piątek czwart ponied wtorek sobotę
    niedzi miesią roku rok lat dni dzień tydzie wrześn paździ listop grudni styczn lutego marca kwietn maja czerwc lipca
    sierpn media news agencj rzeczn tysiąc milion kolejn pierws ostatn niedaw więcej wielki swoim swoje swojeg
    der die das und mit auf ein eine einer von den dem des sich für hat ist was zum zur bei nach aus über nicht auch
    les des une dans pour sur par que qui est aux avec son ses los las del con una por para como más sus
    что как для это его или при был была были они она все уже так же под над без этом этого также после как чтобы будет
    что заявил сообщи словам как які який для про від що його або також після
    일 년 월 기자 연합뉴 서울 것 것으 것은 것이 있다 있는 했다 위해 지난 이번 대해 통해 등 를 을 가 는 은 이 에 고 며 로 한 두 첫 및 더 등에 밝혔
    보도했 특파 종합 속보 이날 오전 오후 오는 최근 가운 대한 관련 이라 에서 으로 나온 함께 이후 앞서 지난해 올해 내년 현지시 현지 시각 시간 모두 현재 사진
    """.split()  # noqa: SIM905 -- a list of 400 quoted words would hide what is in it
)

COMMON = frozenset(
    """
    war milita leader countr presid minist offici nation states state united suppor secur securi strate foreig supply
    threat people intern operat contin defens world invasi potent partne recent develo annive group region effort govern
    increa respon cooper advanc policy sent suppli target americ relati compan muniti commit joint ties border allies
    challe celebr genera allian possib counci power battle major sendin follow member delega transf servic fighti range
    washin senior streng help likely econom negoti force forces projec agency confli global announ diplom part issues
    concer expect travel secret public hit return histor furthe expand critic role post active critica growing system
    politi decisi strong tensio escala action become told future large transp author demons move kyiv remain move house
    vladim putin moscow pyongy korea korean north south russia ukrain kim jong china chines japan
    wojna wojny wojnie wojsko wojenn państw kraju kraj prezyd minist rządow rząd bezpie obrony rady narodo zjedno stany
    rosji rosja rosję rosją rosyjs rosjan ukrain ukraiń korei korea korean koreań północ połudn ameryk wsparc pomoc
    reżim dyktat władze władim sprzęt przywó działa potrze odpowi siły armii armia sojusz region źródło anonim planuj
    kreml moskwa moskwi moskwy przygo wykorz sytuac gospod admini analit eksper wskazu wynika
    война войны войне страны стран президе глава лидер министр военные военной
    북한 러시아 러시 중국 미국 한국 대통령 국무위 김정 푸틴 블라디 도널 정상 국가 전쟁 관계 정부 군사 협력 세계 방문 만나 참석 우크라
    """.split()  # noqa: SIM905 -- as above
)
