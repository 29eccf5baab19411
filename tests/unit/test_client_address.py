"""Whose address is it? The client's own claims never count."""

import pytest

from config.client_address import client_address


@pytest.mark.parametrize(
    ("remote", "forwarded", "hops", "expected"),
    [
        ("10.0.0.1", "", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.1.1.1", 2, "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4", 2, "10.0.0.1"),
        ("10.0.0.1", "garbage", 1, None),
        ("", "", 0, None),
        ("[::1]", "", 0, "::1"),
    ],
)
def test_only_what_trusted_proxies_saw_counts(remote, forwarded, hops, expected):
    assert client_address(remote, forwarded, hops) == expected
