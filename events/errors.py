"""What can go wrong between the board and those who follow it?"""

from wire.errors import DomainError, InvalidInput


class EventsError(DomainError):
    """Following was refused."""


class OvertakenByAnother(EventsError):
    """A pushed message lost a race that another delivery may win."""

    sentence = "Another change came between; deliver the message again."


class TooManyStreams(EventsError):
    """This process follows for as many as it can; `wait` says for how many seconds to leave it."""

    sentence = "Too many streams are open here; try again, or ask without a stream."
    wait = 5


class NoSuchWebhook(EventsError):
    """There is no such webhook, or none that the caller may see: the two are told alike."""

    sentence = "There is no such webhook."


class UnfitAddress(InvalidInput):
    """The address of a webhook is not one that may be called from here."""
