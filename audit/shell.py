"""How does a command become a recording?"""

import uuid
from contextlib import AbstractContextManager

from django.conf import settings

from audit.actors import SHELL, Actor, Origin
from audit.recording import Journal, recording
from wire.clock import now


def recording_from_shell(actor: Actor = SHELL) -> AbstractContextManager[Journal]:
    """Open the transaction of a management command."""
    origin = Origin(request_id=f"shell-{uuid.uuid4().hex}", release=settings.CONTRACT.release)
    return recording(actor=actor, at=now(), origin=origin)
