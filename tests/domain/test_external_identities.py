"""Linking somebody of an outside provider to an account, and cutting the link."""

import pytest
from django.db import IntegrityError

from accounts.errors import IdentityTaken, NoSuchAccount, NoSuchIdentity, UnfitIdentity
from accounts.identities import external_id
from accounts.identity_models import ExternalIdentity
from accounts.operations.identities import link, unlink
from audit.errors import AuditUnavailable
from audit.models import Entry
from tests.concurrency.threads import at_once
from tests.factories import ADMIN, NOON, acting, make_history_unwritable

ISSUER, SUBJECT = "https://login.example.com/", "user_2abC"
OUTSIDE = external_id(ISSUER, SUBJECT)


def make(handle="@alice", issuer=ISSUER, subject=SUBJECT):
    with acting(ADMIN) as journal:
        return link(handle, issuer=issuer, subject=subject, journal=journal)


def cut(handle="@alice", issuer=ISSUER, subject=SUBJECT):
    with acting(ADMIN) as journal:
        unlink(handle, issuer=issuer, subject=subject, journal=journal)


@pytest.mark.parametrize("name", ["@alice", "alice", " @Alice "])
def test_a_link_is_stored_and_told(people, name):
    make(name)

    stored, entry = ExternalIdentity.objects.get(), Entry.objects.get()
    assert (stored.account_id, stored.created_at) == ("@alice", NOON)
    assert (entry.action, entry.target_id) == ("principal.changed", "@alice")
    assert entry.changes == {"external_identity": [None, OUTSIDE]}
    assert entry.context == {"issuer": ISSUER}


def test_a_cut_link_is_gone_and_told(people):
    make()
    cut()

    assert not ExternalIdentity.objects.exists()
    entry = Entry.objects.latest("id")
    assert entry.changes == {"external_identity": [OUTSIDE, None]}


@pytest.mark.parametrize("handle", ["@alice", "@bob"])
def test_an_identity_is_one_account_at_most(people, handle):
    make()

    with pytest.raises(IdentityTaken):
        make(handle)

    assert ExternalIdentity.objects.get().account_id == "@alice"
    assert Entry.objects.count() == 1


def test_an_account_may_have_several_identities(people):
    make()
    make(subject="user_3")
    make(issuer="https://other.example/")

    assert people["@alice"].identities.count() == 3


def test_nobody_is_linked_to_an_account_that_is_not_there(people):
    with pytest.raises(NoSuchAccount):
        make("@nobody")

    assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"handle": "@bob"}, {"subject": "user_3"}, {"issuer": ISSUER + "x"}, {"handle": "@nobody"}],
    ids=str,
)
def test_a_link_that_is_not_there_is_not_cut(people, changes):
    make()

    with pytest.raises(NoSuchIdentity):
        cut(**changes)

    assert ExternalIdentity.objects.count() == Entry.objects.count() == 1


ODD = [
    {"subject": ""}, {"subject": "a\x00b"}, {"subject": "a b"}, {"subject": "x" * 201},
    {"issuer": ""}, {"issuer": "https://a\x00b/"}, {"issuer": "x" * 256},
]  # fmt: skip


@pytest.mark.parametrize("changes", ODD, ids=str)
@pytest.mark.parametrize("act", [make, cut])
def test_what_is_no_identity_is_neither_linked_nor_cut(people, act, changes):
    with pytest.raises(UnfitIdentity):
        act(**changes)


@pytest.mark.parametrize("act", [make, cut])
def test_what_cannot_be_told_is_not_done(people, act):
    if act is cut:
        make()
    before = ExternalIdentity.objects.count()
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        act()

    assert ExternalIdentity.objects.count() == before


@pytest.mark.parametrize("empty", ["issuer", "subject"])
def test_the_database_refuses_half_an_identity(people, empty):
    half = {"issuer": ISSUER, "subject": SUBJECT, empty: ""}

    with pytest.raises(IntegrityError):
        ExternalIdentity.objects.create(**half, account=people["@alice"], created_at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_links_of_one_identity_at_once_are_one(people):
    handles = ["@alice", "@bob"] * 4

    def try_to(number):
        try:
            return make(handles[number]).account_id
        except IdentityTaken:
            return None

    winners = [handle for handle in at_once(8, try_to) if handle]

    assert winners == [ExternalIdentity.objects.get().account_id]
    assert Entry.objects.count() == 1
