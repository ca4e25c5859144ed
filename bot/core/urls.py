"""One name for one page: canonical URLs, registrable domains and links that are safe to show."""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

MAX_URL = 2048  # characters; R-35

# Parameters that say how a reader came, never what is shown. Compared in lower case.
_TRACKING_PREFIXES = ("utm_", "utm-", "mtm_", "pk_", "piwik_", "hsa_", "vero_", "oly_", "itm_", "_hsenc", "_hsmi")
_TRACKING_WORDS = (
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid igshid igsh ttclid li_fat_id epik "
    "_openstat oc jsessionid phpsessid aspsessionid cfid cftoken ref_src ref_url referrer mkt_tok s_cid ncid "
    "cmpid cmp icid smid xtor srnd soc_src soc_trk guccounter guce_referrer guce_referrer_sig spm share_source "
    "__twitter_impression _ga _gl ga_source sr_share fb_action_ids fb_action_types fb_source traffic_source "
    "mc_cid mc_eid at_medium at_campaign ns_mchannel ns_source ns_campaign ns_linkname ns_fee wtmc"
)
_TRACKING = frozenset(_TRACKING_WORDS.split())
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HEX = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = _UNRESERVED | frozenset("/!$&'()*+,;=:@%[]")
_IN_QUERY = _UNRESERVED | frozenset("/!$'()*+,;=:@%?[]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
# Most links are already what all functions here would make of them: found by one look instead of twenty.
_PLAIN = re.compile(
    r"https?://((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,20})(?:/(?!\.)[A-Za-z0-9_~.-]*)+", re.ASCII
)
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})
_DEFAULT_PORT = {"http": 80, "https": 443}


def canonical(url: str, base: str = "") -> str:
    """The one name of a page, or "" for what is no http(s) URL.

    Lower-case scheme and IDNA host, no default port, user, trailing dot, dot segments, tracking parameters, session ids
    or fragment (but `#!…` and `#/…`, which name pages); parameters sorted by name. Everything else is kept: an unknown
    parameter may be the article's number. Scheme and `www.` stay: see `alias`. canonical(canonical(x)) == canonical(x).
    """
    if len(url) <= MAX_URL and _PLAIN.fullmatch(url):
        return url
    parts = _split(url, base)
    if parts is None:
        return ""
    netloc = _netloc(parts)
    if not netloc:
        return ""
    path = _without_dots(_escaped(_SESSION_IN_PATH.sub("", parts.path), _IN_PATH)) or "/"
    query = _without_tracking(parts.query)
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    result = f"{parts.scheme}://{netloc}{path}"
    if query:
        result += f"?{query}"
    if fragment:
        result += f"#{_escaped(fragment.split(':~:', 1)[0], _IN_QUERY)}"
    return result if len(result) <= MAX_URL else ""


@lru_cache(maxsize=4096)
def alias(url: str) -> str:
    """The canonical URL without scheme, `www.` and a trailing slash: equal for a page that moved to https (R-20)."""
    name = canonical(url)
    if not name:
        return ""
    rest = name.split("://", 1)[1]
    rest = rest.removeprefix("www.") if rest.count(".") > 1 else rest
    head, mark, query = rest.partition("?")
    return head.rstrip("/") + mark + query


def safe_link(url: str, base: str = "") -> str:
    r"""The URL made absolute if it is http or https and harmless in every sink, else "".

    Nothing is dropped from it but user and password; what could end an attribute or a Slack link (space, quotes, < > | \ ^ `)
    is percent-encoded.
    """
    if len(url) <= MAX_URL and _PLAIN.fullmatch(url):
        return url
    parts = _split(url, base)
    if parts is None:
        return ""
    netloc = _netloc(parts)
    if not netloc:
        return ""
    result = f"{parts.scheme}://{netloc}{_escaped(parts.path, _IN_PATH) or '/'}"
    if parts.query:
        result += f"?{_escaped(parts.query, _IN_QUERY | {'&'})}"
    if parts.fragment:
        result += f"#{_escaped(parts.fragment, _IN_QUERY | {'&'})}"
    return result if len(result) <= MAX_URL else ""


def host_of(parts: SplitResult | str) -> str:
    """The host in lower-case ASCII (IDNA, no trailing dot, IPv6 without brackets), or "" if it cannot be one."""
    if isinstance(parts, str):
        plain = _PLAIN.fullmatch(parts) if len(parts) <= MAX_URL else None
        if plain:
            return plain[1]
        split = _split(parts, "")
        if split is None:
            return ""
        parts = split
    try:
        host = parts.hostname or ""
    except ValueError:
        return ""
    host = host.translate(_DOTS).rstrip(".")
    if not host or len(host) > 255:
        return ""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host).compressed
        except ValueError:
            return ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return ""
    return host if _HOST.fullmatch(host) and all(len(label) <= 63 for label in host.split(".")) else ""


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The registrable domain of a host or URL ("news.bbc.co.uk" → "bbc.co.uk"); addresses and bare names as they are.

    From the public suffix list bundled with `publicsuffixlist`; never updated over the network.
    """
    if "/" in host:
        host = host_of(host)
    host = host.lower().rstrip(".")
    if not host or ":" in host or host.replace(".", "").isdigit():
        return host
    return _suffixes().privatesuffix(host) or host


def same_site(first: str, second: str) -> bool:
    """Two URLs of one registrable domain: only then may one name the other as its canonical (R-24)."""
    one, two = registrable(host_of(first)), registrable(host_of(second))
    return bool(one) and one == two


class _Suffixes:
    """The bundled public suffix list behind one typed method."""

    def __init__(self) -> None:
        from publicsuffixlist import PublicSuffixList

        self._list = PublicSuffixList()

    def privatesuffix(self, host: str) -> str:
        return str(self._list.privatesuffix(host) or "")


@cache
def _suffixes() -> _Suffixes:
    return _Suffixes()


def _netloc(parts: SplitResult) -> str:
    """Host and port as they stand in a URL, without user and default port; "" where either is none."""
    host = host_of(parts)
    try:
        port = parts.port
    except ValueError:
        return ""
    netloc = f"[{host}]" if ":" in host else host
    return f"{netloc}:{port}" if host and port is not None and port != _DEFAULT_PORT[parts.scheme] else netloc


def _split(url: str, base: str) -> SplitResult | None:
    text = _UNSEEN.sub("", url).strip()
    if len(text) > 4 * MAX_URL or _SURROGATE.search(text):
        return None
    text = text.replace("\\", "/") if text[:8].lower().startswith(("http:", "https:")) else text
    try:
        if base:
            text = urljoin(base, text)
        parts = urlsplit(text)
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    return parts._replace(scheme=scheme) if scheme in _DEFAULT_PORT and parts.netloc else None


def _escaped(text: str, kept: frozenset[str]) -> str:
    """Percent-encoding made uniform: unreserved characters bare, everything outside `kept` encoded, hex in upper case."""
    if "%" in text:
        text = _HEX.sub(_one_spelling, text)
    if "%" not in text and kept.issuperset(text):
        return text
    out = []
    for index, character in enumerate(text):
        if character == "%" and not _HEX.match(text, index):
            out.append("%25")
        elif character in kept:
            out.append(character)
        else:
            out.append("".join(f"%{byte:02X}" for byte in character.encode()))
    return "".join(out)


def _one_spelling(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == ".":
            if last:
                kept.append("")
        elif segment == "..":
            if len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        else:
            kept.append(segment)
    result = "/".join(kept)
    return result if result.startswith("/") else f"/{result}"


def _without_tracking(query: str) -> str:
    if not query:
        return ""
    kept = []
    for pair in query.split("&"):
        name = pair.split("=", 1)[0].lower()
        if not name or name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
            continue
        kept.append(_escaped(pair, _IN_QUERY))
    return "&".join(sorted(kept, key=lambda pair: pair.split("=", 1)[0]))
