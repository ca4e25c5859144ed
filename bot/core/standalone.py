"""Which items are no report of one event: live-blogs, newsletters, round-ups, opinion and analysis, by their form alone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LIVE = re.compile(
    r"\blive(?: updates?| blog|blog| coverage|:)|[–-] live\b|\bas it happened\b|\bat a glance\b|\bwhat we know on day\b|\bday \d{2,4} of\b"
    r"|\bminute by minute\b|\bna żywo\b|\brelacja live\b|\bliveticker\b|\bticker\b|\ben direct\b|\ben vivo\b|\bминута за минутой\b"
    r"|\bонлайн\b|실시간|\[라이브\]|速報まとめ|实时更新|滚动更新|ライブ",
    re.IGNORECASE,
)
_NEWSLETTER = re.compile(
    r"\byour \w+ briefing\b|\b(?:live|war|news) briefing:|^first ?ft\b|^\S+ first:|\bwelcome to the\b.{0,30}\bnewsletter\b|\b(?:morning|evening|daily|weekly|week[- ]end|pm|am) (?:briefing|brief|report|bid|edition|digest|newsletter|wrap|roundup|round-up)\b"
    r"|\bthe morning after\b|\bmore top headlines\b|\btop headlines\b|\bthings to know\b|\bweek in (?:review|pictures|photos)\b|\bthis week in\b|\bthe week\b"
    r"|\bnews(?:letter| quiz| wrap| roundup)\b|\bpodcast\b|\bin pictures\b|\bfirst thing:|\bnewsfeed\b|\bpress review\b|\bfrom our\b.{0,20}\bdesk\b"
    r"|\bprzegląd (?:prasy|wydarzeń|tygodnia)\b|\bpodsumowanie (?:dnia|tygodnia)\b|\bnajważniejsze (?:informacje|wydarzenia)\b|\bdayli\b"
    r"|\b(?:weekly|daily) (?:summary|assessment|report|recap)\b|\bcampaign assessment\b|\bдайджест\b|\bглавное за\b|\bитоги (?:дня|недели)\b"
    r"|\[(?:주간|모닝|뉴스레터|오늘의|이 시각|아침신문|조간|간추린)|단신\]|주요뉴스|주요 뉴스|헤드라인|^\[[^\]]*(?:브리핑|톱뉴스|다이제스트)\]|一周|周报|今日要闻|新闻联播|要闻回顾|ニュースまとめ",
    re.IGNORECASE,
)
_ANALYSIS = re.compile(
    r"^(?:why|how|opinion|analysis|explainer|explained|commentary|editorial|perspective|view|comment|column|essay|review|q&a|factbox|timeline|profile)\b(?!.{0,30}\bsays\b)"
    r"|\b(?:explained|explainer|analysis)\s*$|\|\s*(?:opinion|analysis|editorial|letters|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}(?: and [A-Z][\w.'’-]+ [A-Z][\w.'’-]+)?)\s*$"
    r"|^what (?:is|are|to know|does|do|can|could|would|we know|kim|putin|russia|north)\b|\bhere(?:'|’)s (?:why|what|how)\b|\bwhat (?:it|that|this) means\b|\bwhat(?:'|’)s (?:behind|next|at stake)\b"
    r"|^(?:czy|dlaczego|jak|co)\b.*\?|\b(?:analiza|komentarz|opinia|felieton|wywiad|rozmowa|wideo komentarz)\b\s*[:\]|]|^(?:opinia|analiza|komentarz|felieton)\b"
    r"|^\[(?:사설|칼럼|시론|기고|분석|해설|기자수첩|오피니언|특파원 칼럼|논설|인터뷰|팩트체크|데스크|취재수첩|월드|포커스|전문가)[^\]]*\]|^(?:사설|칼럼)\b|[<\[](?:사설|칼럼)[>\]]|(?:시론|칼럼)[:\]]"
    r"|^(?:社论|社論|评论|評論|分析|观察|觀察|专栏|解读|社説|解説|コラム)|(?:専門家|社説|解説)[】:：]|^(?:мнение|анализ|аналитика|колонка|почему|зачем|как)\b|^(?:kommentar|analyse|meinung|warum|wieso|essay|gastbeitrag)\b",
    re.IGNORECASE,
)
_PATHS = re.compile(
    r"/(?:opinions?|commentisfree|editorials?|columns?|columnists?|analysis|analyses|explainers?|newsletters?|podcasts?|live|live-news|liveblog|live-updates|"
    r"opinia|opinie|komentarze|felietony|analizy|briefing|commentary|perspectives?|comment|insights?)(?:/|$)|-live-\d|/live-",
    re.IGNORECASE,
)
_LIVE_PATHS = re.compile(r"/(?:live|liveblog|live-updates)/|/newsletters?/|/briefing/|/podcasts?/", re.IGNORECASE)


def standalone(title: str, text: str, url: str = "") -> str:
    """The kind of an item ("live", "newsletter", "analysis") that is no report of one event, else "".

    Form only: what the title and the address say of themselves, never what the item is about. A title that lists
    events ("A; B; C") makes a newsletter, too.
    """
    head = title[:400].strip()
    path = urlsplit(url).path if url.startswith("http") else ""
    if _LIVE.search(head):
        return "live"
    if _NEWSLETTER.search(head) or head.count(";") >= 2:
        return "newsletter"
    if _LIVE_PATHS.search(path):
        return "live"
    if _ANALYSIS.search(head) or (_PATHS.search(path) and not _LIVE_PATHS.search(path)):
        return "analysis"
    return ""
