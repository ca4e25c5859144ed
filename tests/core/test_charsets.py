"""Which charset a page is read with: bytes that are well-formed UTF-8 outside of scripts are UTF-8."""

from __future__ import annotations

import re2
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.charsets import MALFORMED, decoded, is_utf8

OPTIONS = re2.Options()
OPTIONS.encoding = re2.Options.Encoding.LATIN1
OPTIONS.dot_nl = True
MALFORMED_PATTERN = re2.compile(MALFORMED, OPTIONS)
HARD = (
    b"\x80",
    b"\xbf",
    b"\xc2",
    b"\xe0",
    b"\xa0",
    b"\xed",
    b"\x9f",
    b"\xf0",
    b"\x90",
    b"\xf4",
    b"\x8f",
    b"\xf5",
    b"\xc0",
    b"a",
    b"\n",
)


@given(st.one_of(st.binary(max_size=12), st.lists(st.sampled_from(HARD), max_size=9).map(b"".join)))
@example("\u0800\uffff\U00010000\U0010ffff".encode())
@example(b"\xed\xa0\x80")
@example(b"\xf4\x90\x80\x80")
def test_the_pattern_for_malformed_utf8_finds_what_a_decoder_refuses_and_nothing_else(said: bytes):
    assert (MALFORMED_PATTERN.search(said) is None) == is_utf8(said)


def page(script: bytes, text: str, charset: str = "utf-8") -> bytes:
    head = f"<html><head><meta charset={charset}><script>".encode()
    return head + script + b"</script></head><body><p>" + text.encode(charset) + b"</p></body></html>"


def test_stray_bytes_in_a_script_make_no_other_charset_of_a_page():
    read = decoded(page(b"var s = '\xff\xfe\xc0';" * 40, "Пхеньян"), "text/html; charset=windows-1251")
    assert (read.codec, "Пхеньян" in read.text) == ("utf-8", True)
    assert read.note == "bad bytes in a script replaced"


def test_a_page_in_another_charset_is_read_in_it_whatever_its_scripts_hold():
    for script in (b"", "// Пхеньян".encode(), b"var s = '\xff\xfe\xc0';"):
        read = decoded(page(script, "Снаряды из Пхеньяна прибыли в порт", "windows-1251"))
        assert (read.codec, "Пхеньяна" in read.text) == ("cp1251", True)


def test_scripts_alone_do_not_tell_the_charset():
    read = decoded(page("// подпись".encode("cp1251"), "plain words", "windows-1251"))
    assert read.codec == "cp1251"
