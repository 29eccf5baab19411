"""One assertion shown twice at once, a third secret, two last administrators, one name."""

import pytest

from accounts.models import Account, Audience, ClientSecret, SpentAssertion
from accounts.operations import audiences, credentials, principals
from accounts.registry_errors import AudienceTaken, LastAdmin, TooManySecrets
from accounts.scopes import Role
from audit.models import Entry
from audit.shell import recording_from_shell
from tests.concurrency.threads import at_once

pytest_plugins = ["tests.oauth_fixtures"]
pytestmark = pytest.mark.django_db(transaction=True)


def outcome(operation, *refusals):
    """Run the operation in a recording of this thread; tell which refusal came, if any."""
    try:
        with recording_from_shell() as journal:
            operation(journal)
    except refusals as refused:
        return type(refused)
    return None


def test_an_assertion_shown_by_twenty_at_once_buys_one_token(by_assertion, assertion):
    jwt = assertion()

    answers = at_once(20, lambda _: by_assertion(jwt))

    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(401)) == (1, 19)
    assert SpentAssertion.objects.count() == 1
    assert Entry.objects.filter(action="token.issued").count() == 1
    assert Entry.objects.filter(action="token.reused").count() == 19


def test_different_assertions_at_once_all_buy_while_old_ones_are_swept(by_assertion, assertion):
    SpentAssertion.objects.bulk_create(
        SpentAssertion(digest=str(number), expires_at="2020-01-01T00:00:00Z")
        for number in range(100)
    )
    jwts = [assertion(jti=str(number)) for number in range(20)]

    answers = at_once(20, lambda number: by_assertion(jwts[number]))

    assert {answer.status_code for answer in answers} == {200}
    assert not SpentAssertion.objects.filter(expires_at__year=2020).exists()


def test_ten_who_add_a_secret_at_once_leave_two(worker):
    account = Account.objects.get(pk="@worker")

    told = at_once(
        10,
        lambda _: outcome(lambda journal: credentials.add_secret(account, journal), TooManySecrets),
    )

    assert (told.count(None), told.count(TooManySecrets)) == (1, 9)
    assert ClientSecret.objects.filter(account=account, revoked_at=None).count() == 2


def test_two_last_administrators_who_leave_at_once_do_not_both_go(people):
    Account.objects.filter(pk="@bob").update(role=Role.ADMIN)
    leaves = [
        lambda journal: principals.disable("@admin", journal=journal),
        lambda journal: principals.change_role("@bob", Role.USER, journal=journal),
    ]

    told = at_once(2, lambda number: outcome(leaves[number], LastAdmin))

    assert sorted(map(str, told)) == sorted(["None", str(LastAdmin)])
    admins = Account.objects.filter(role=Role.ADMIN, disabled_at=None)
    assert admins.count() == 1


def test_a_name_registered_by_ten_at_once_is_registered_once(db):
    told = at_once(
        10,
        lambda _: outcome(
            lambda journal: audiences.register("billing", journal=journal), AudienceTaken
        ),
    )

    assert (told.count(None), told.count(AudienceTaken)) == (1, 9)
    assert Entry.objects.filter(action="audience.changed").count() == 1
    assert Audience.objects.filter(pk="billing").count() == 1
