"""How long do changes of the keys wait, given what the audiences declare?"""

from django.conf import settings
from django.db.models import Max

from accounts.models import Audience
from accounts.windows import Windows


def declared_windows() -> Windows:
    """Return the windows that the longest declared cache asks for."""
    longest = Audience.objects.aggregate(longest=Max("jwks_cache_seconds"))["longest"]
    return Windows.of(settings.CONTRACT, longest_declared=longest or 0)
