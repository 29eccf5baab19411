"""`manage.py oneshot`, as tests call it."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.oneshots import NAME


def oneshot(*arguments):
    """Call it; returns what it prints."""
    out = io.StringIO()
    call_command("oneshot", *arguments, stdout=out)
    return out.getvalue()


def permit(*arguments):
    """Return a token for the standard operation."""
    return oneshot("token", NAME, *arguments).strip()


def refused(*arguments):
    """Call it in vain; returns the exit status and what is said."""
    with pytest.raises(CommandError) as error:
        oneshot(*arguments)
    return error.value.returncode, str(error.value)
