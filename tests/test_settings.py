"""config.toml at the door: what is right is taken, what is wrong is told, all of it at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.places import config_path, database_path, packaged
from bot.settings import load

GOOD = """
schema = 1
watchlists = ["w.toml"]
[polling]
floor = "90m"
[[subscriptions]]
name = "team"
channel = "slack"
target = "C0123456789"
zone = "Asia/Seoul"
[[feeds]]
url = "https://wire.example/rss"
name = "Wire"
lang = "ko"
kind = "wire"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "w.toml").write_bytes(packaged("watchlists/russia-dprk-arms.toml").read_bytes())
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text), environ or {})
    assert caught.value.exit_code == 2
    return [str(problem) for problem in caught.value.problems]


def test_a_good_configuration_is_taken_as_written(tmp_path: Path):
    settings = load(written(tmp_path, GOOD), {"ARMSWATCH_SLACK_TOKEN": "xoxb-1"})
    assert settings.database == tmp_path / "armswatch.db"
    assert settings.table.polling.floor == timedelta(minutes=90)
    assert settings.feeds[0].name == "Wire"
    assert settings.subscriptions[0].zone == "Asia/Seoul"
    assert settings.secrets.slack_token == "xoxb-1"
    assert "xoxb-1" not in repr(settings)


def test_a_secret_may_lie_in_a_file_that_the_environment_names(tmp_path: Path):
    (tmp_path / "token").write_text("xoxb-2\n")
    settings = load(written(tmp_path, GOOD), {"ARMSWATCH_SLACK_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.secrets.slack_token == "xoxb-2"


def test_every_mistake_is_told_at_once(tmp_path: Path):
    found = problems(
        tmp_path,
        """
schema = 1
watchlists = ["w.toml", "missing.toml"]
colour = "blue"
[polling]
floor = "soon"
concurrency = "many"
[slack]
token = "xoxb-123-456"
[[subscriptions]]
name = "team"
channel = "slack"
zone = "Mars/Olympus"
[[feeds]]
url = "https://wire.example/rss"
name = "One"
[[feeds]]
url = "https://wire.example/rss"
name = "Two"
""",
    )
    wanted = [
        "missing.toml",
        "colour: found an unknown key",
        "polling.floor",
        "polling.concurrency",
        "a secret (not shown)",
        "subscriptions[0].zone",
        "https://wire.example/rss twice",
    ]
    for part in wanted:
        assert any(part in problem for problem in found), (part, found)
    assert not any("xoxb-123" in problem for problem in found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ('database = "a.db"', "database = 5"),
        ('floor = "90m"', 'floor = "90 parsecs"'),
        ('zone = "Asia/Seoul"', 'zone = "Seoul"'),
        ('channel = "slack"', 'channel = "fax"'),
        ('kind = "wire"', 'kind = "blog"'),
        ('url = "https://wire.example/rss"', 'url = "wire.example"'),
        ('url = "https://wire.example/rss"', 'url = "https://user:pass@wire.example/rss"'),
        ("schema = 1", "schema = 2"),
        ('floor = "90m"', 'floor = "48h"'),
        ('name = "team"', 'name = "Team One"'),
    ],
)
def test_a_wrong_value_names_file_key_and_what_is_expected(tmp_path: Path, change: str, expected: str):
    text = GOOD.replace(change, expected) if change in GOOD else GOOD.replace("schema = 1", f"schema = 1\n{expected}")
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert "config.toml: " in found[0]
    assert "expected" in found[0]


def test_a_syntax_error_has_its_line(tmp_path: Path):
    assert "config.toml:3" in problems(tmp_path, 'schema = 1\n\nfloor = "90m\n')[0]


def test_a_missing_configuration_says_how_to_get_one(tmp_path: Path):
    with pytest.raises(ConfigError, match="armswatch init"):
        load(tmp_path / "none.toml", {})


def test_a_subscription_can_only_name_a_watchlist_that_is_loaded(tmp_path: Path):
    found = problems(tmp_path, GOOD.replace('zone = "Asia/Seoul"', 'watchlists = ["other"]'))
    assert "a watchlist that is loaded" in found[0]


def test_feeds_may_stand_in_an_opml_file(tmp_path: Path):
    (tmp_path / "more.opml").write_text(
        '<opml version="2.0"><body><outline text="B" xmlUrl="https://b.example/feed"/></body></opml>'
    )
    settings = load(written(tmp_path, GOOD.replace("schema = 1", 'schema = 1\nfeed_files = ["more.opml"]')), {})
    assert [feed.url for feed in settings.feeds] == ["https://wire.example/rss", "https://b.example/feed"]


def test_the_configuration_is_found_by_option_then_environment_then_here():
    assert config_path("a.toml", {"ARMSWATCH_CONFIG": "b.toml"}) == Path("a.toml")
    assert config_path(None, {"ARMSWATCH_CONFIG": "b.toml"}) == Path("b.toml")
    assert config_path(None, {}) == Path("config.toml")


def test_status_finds_the_database_of_a_configuration_that_is_broken_elsewhere(tmp_path: Path):
    path = written(tmp_path, 'schema = 9\ndatabase = "x.db"\nnonsense = true\n')
    assert database_path(path) == tmp_path / "x.db"


def test_the_shipped_configuration_holds_forty_feeds_of_all_languages():
    settings = load(packaged("config.toml"), {})
    google = [feed for feed in settings.feeds if "news.google.com" in feed.url]
    assert len(settings.feeds) >= 40
    assert {feed.lang for feed in settings.feeds} >= {"en", "ko", "ru", "uk", "ja", "zh", "de", "fr"}
    assert len(google) <= 6
    assert not any(feed.pages for feed in google)
    assert all(feed.kind != "other" for feed in settings.feeds)


@pytest.mark.criterion("D-14")
def test_a_quiet_day_is_a_line_in_a_channel_and_no_mail_where_nobody_says_otherwise(tmp_path: Path):
    def quiet(channel: str, more: str = "") -> str:
        table = f'schema = 1\n[[subscriptions]]\nname = "n"\nchannel = "{channel}"\ntarget = "a@b.example"\n{more}'
        return load(written(tmp_path, table), {}).subscriptions[0].quiet

    assert (quiet("slack"), quiet("console"), quiet("email")) == ("line", "line", "nothing")
    assert (quiet("slack", 'quiet = "nothing"'), quiet("email", 'quiet = "line"')) == ("nothing", "line")


@pytest.mark.criterion("A-6")
def test_only_a_user_group_can_be_called(tmp_path: Path):
    table = 'schema = 1\n[[subscriptions]]\nname = "n"\nchannel = "console"\nmention = "{}"\n'
    assert load(written(tmp_path, table.format("S0123456789")), {}).subscriptions[0].mention == "S0123456789"
    assert "mention" in problems(tmp_path, table.format("<!channel>"))[0]


@pytest.mark.criterion("I-6")
@pytest.mark.parametrize("named", ['"lena"', '"@lena"', '"C0123456789"', "7"])
def test_who_may_press_is_named_by_id_and_a_name_is_answered_with_where_the_id_is(tmp_path: Path, named: str):
    (told,) = problems(tmp_path, f'schema = 1\n[slack]\nallowed_users = ["U0123ABCD", {named}]\n')
    assert "slack.allowed_users[1]" in told
    assert "Copy member ID" in told
    allowed = load(written(tmp_path, 'schema = 1\n[slack]\nallowed_users = ["U0123ABCD"]\n'), {}).table.slack
    assert allowed.allowed_users == ["U0123ABCD"]
