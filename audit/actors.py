"""Who acts, and from where: the values an entry is made of."""

from dataclasses import dataclass
from enum import StrEnum


class ActorType(StrEnum):
    """What kind of actor; unknown is refused, never guessed."""

    HUMAN = "human"
    AGENT = "agent"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one who acts and how that was vouched for."""

    id: str
    type: ActorType
    on_behalf_of: str = ""
    auth_method: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The request or command an entry comes from."""

    request_id: str
    ip: str | None = None
    user_agent: str = ""
    release: str = ""


SHELL = Actor(id="system:shell", type=ActorType.SYSTEM, auth_method="shell")
NOBODY = Actor(id="", type=ActorType.SYSTEM, auth_method="none")
