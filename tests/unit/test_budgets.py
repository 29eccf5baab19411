"""Budgets by their arithmetic alone: slices, windows, leases, and who counts as one caller."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.budgets import FINE, Lease, Policy, Verdict, Window, network_of

NOON = 43_200
SLICED = Policy("user", 100, 60, skew=30)
EXACT = Policy("sign-in", 100, 60, skew=30, slices=None)
BY_ADDRESS = Policy("token", 12_000, 60, skew=30, slices=FINE)
numbers = st.integers(1, 300)


@pytest.mark.parametrize(("left", "asked"), [(100, 5), (60, 3), (39, 1), (19, 1), (0, 1)])
def test_a_slice_is_a_twentieth_of_what_is_left_and_never_nothing(left, asked):
    assert SLICED.slice_of(left) == asked


@given(numbers)
def test_what_is_counted_exactly_is_asked_for_call_by_call(left):
    assert EXACT.slice_of(left) == 1
    assert EXACT.is_exact


@pytest.mark.parametrize(("left", "asked"), [(12_000, 120), (250, 2), (199, 1), (1, 1), (0, 1)])
def test_of_an_address_s_budget_a_process_takes_a_hundredth_at_most(left, asked):
    assert BY_ADDRESS.slice_of(left) == asked


@pytest.mark.parametrize(("limit", "is_exact"), [(120, True), (199, True), (200, False)])
def test_a_small_budget_of_an_address_is_counted_call_by_call(limit, is_exact):
    assert replace(BY_ADDRESS, limit=limit).is_exact is is_exact


@given(limit=numbers, slices=st.lists(numbers))
def test_however_it_is_sliced_the_limit_is_granted_and_never_more(limit, slices):
    policy, used, granted = Policy("user", limit, 60, skew=30), 0, 0

    for asked in slices:
        used += asked
        granted += policy.granted(used, asked)

    assert granted == min(limit, sum(slices))


@pytest.mark.parametrize(
    ("ends", "is_open"),
    [
        (NOON, False),
        (NOON + 1, True),
        (NOON + 60, True),
        (NOON + 90, True),  # begun by a process whose clock is fast
        (NOON + 91, False),
        (NOON + 86_400, False),
    ],
)
def test_a_window_is_open_until_it_ends_unless_it_ends_later_than_it_can(ends, is_open):
    assert SLICED.is_open(ends, NOON) is is_open


@pytest.mark.parametrize(
    ("used", "held", "now", "decides"),
    [
        (5, 5, NOON, True),
        (5, 0, NOON, False),
        (100, 0, NOON, True),
        (104, 0, NOON, True),
        (5, 5, NOON + 60, False),
        (100, 0, NOON + 60, False),
    ],
)
def test_a_process_decides_alone_while_it_holds_calls_or_none_are_left(used, held, now, decides):
    lease = Lease(Window(used, NOON + 60), held)

    assert lease.decides(SLICED, now) is decides


def test_two_slices_of_one_window_are_one_lease():
    first, second = Lease(Window(5, NOON), held=5), Lease(Window(10, NOON), held=4)

    assert first.joined(second) == second.joined(first) == Lease(Window(10, NOON), held=9)


@pytest.mark.parametrize("other", [None, Lease(Window(100, NOON - 60), held=50)])
def test_a_slice_of_another_window_is_lost(other):
    lease = Lease(Window(5, NOON), held=5)

    assert lease.joined(other) == lease


@pytest.mark.parametrize(
    ("used", "held", "left"), [(5, 5, 100), (5, 4, 99), (100, 3, 3), (104, 0, 0)]
)
def test_what_is_announced_as_left_is_the_rest_of_the_window_and_of_the_slice(used, held, left):
    assert Lease(Window(used, NOON), held).left(SLICED) == left


def test_no_lease_is_spent_below_nothing():
    assert Lease(Window(100, NOON), held=0).spent().held == 0


def test_policies_and_verdicts_are_spelled_as_the_draft_says():
    verdict = Verdict(SLICED, admitted=True, left=99, ends=NOON + 58, wait=58)

    assert str(SLICED) == '"user";q=100;w=60'
    assert str(verdict) == '"user";r=99;t=58'


@pytest.mark.parametrize(
    ("ip", "caller"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        (None, "unknown"),
    ],
)
def test_an_address_of_ipv4_and_a_network_of_ipv6_are_one_caller(ip, caller):
    assert network_of(ip) == caller
