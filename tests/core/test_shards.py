"""Hosts fall into shards: evenly, for ever, and a site never into two."""

from collections import Counter

from bot.core.shards import BUCKETS, Shard, bucket, rest


def test_all_hosts_and_pages_of_a_site_are_in_one_bucket() -> None:
    names = ["https://news.bbc.co.uk/a?x=1", "bbc.co.uk", "WWW.BBC.CO.UK", "http://feeds.bbc.co.uk:8080/rss.xml"]
    assert len({bucket(name) for name in names}) == 1


def test_two_sites_under_one_public_suffix_are_apart() -> None:
    assert bucket("bbc.co.uk") != bucket("guardian.co.uk")


def test_a_bucket_is_the_same_in_every_release() -> None:
    assert bucket("example.org") == 49067
    assert bucket("") == 58288


def test_numbers_that_are_addresses_are_hosts_of_their_own() -> None:
    assert bucket("http://127.0.0.2:8000/feed") != bucket("http://127.0.0.3:8000/feed")


def test_ten_thousand_hosts_fill_sixty_four_shards_evenly() -> None:
    found = Counter(bucket(f"site{n}.example") % 64 for n in range(10_000))
    assert len(found) == 64
    assert max(found.values()) < 1.5 * 10_000 / 64


def test_a_host_is_in_exactly_one_of_all_shards() -> None:
    for of in (1, 2, 7, 1024):
        assert [n for n in range(of) if Shard(n, of).has("https://example.net/x")] == [bucket("example.net") % of]


def test_lone_surrogates_and_nonsense_have_a_bucket_too() -> None:
    assert 0 <= bucket("http://\ud800.example/") < BUCKETS


def test_the_rest_of_a_shard_keeps_all_of_them_at_the_rate() -> None:
    assert rest(64, 2).total_seconds() == 32
