"""Is it the right password? At the console tries are counted as they are at the API."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import guesses, openid
from accounts.errors import SignInPaused
from accounts.models import Account
from accounts.operations import sessions
from accounts.purse import PURSE
from accounts.throttles import address_of, policy_named
from audit.http import Situated, recording_for


def console_takes_passwords() -> bool:
    """Tell whether a password opens the console: not where staff come through a provider alone."""
    return settings.CONTRACT.allow_password_sign_in or not openid.is_set_up()


class CountedPasswords(ModelBackend):
    """Looks at no password beyond the budgets of its address and its name."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Account | None:
        """Return the account, None when the password is not its own, which is recorded.

        Raises PermissionDenied past the budget, where none can be kept, or where no password is
        taken: the form then says what it says of a wrong one.
        Without a request whoever asks has counted, as the API does, which answers 429.
        """
        if request is None:
            return self._account(None, username, password, **kwargs)
        if not console_takes_passwords():
            raise PermissionDenied
        guess = _guess(request, username or "")
        account = self._account(request, username, password, **kwargs)
        if account is None:
            with recording_for(request) as journal:
                sessions.note_failure(username or "", journal)
        else:
            guess.was_right(cast("Situated", request).at)
        return account

    def _account(self, request: HttpRequest | None, *given: Any, **kwargs: Any) -> Account | None:
        return super().authenticate(request, *given, **kwargs)


def _guess(request: HttpRequest, username: str) -> guesses.Guess:
    """Take a try out of the budgets. Raises PermissionDenied where there is none left."""
    address, at = address_of(request), cast("Situated", request).at
    call = PURSE.spend(policy_named("token"), address, at)
    if call is not None and not call.admitted:
        raise PermissionDenied
    try:
        guess = guesses.take(username, address, at)
    except SignInPaused as error:
        raise PermissionDenied from error
    if guess.is_refused:
        raise PermissionDenied
    return guess
