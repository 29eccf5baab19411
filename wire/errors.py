"""The two kinds of refusal every layer can name without knowing HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class DomainError(Exception):
    """A refusal named by what happened.

    `sentence` is the public text; the facts that fill it are public too, so no secret goes in.
    `members` names the facts that programs find under their own name in the answer.
    """

    sentence: ClassVar[str] = "The request was refused."
    members: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where (RFC 6901 pointer), what, and a code for programs."""

    pointer: str
    message: str
    code: str


class InvalidInput(DomainError):
    """The input has the right form but unfit values."""

    sentence = "The input is not valid."

    def __init__(self, faults: Sequence[Fault], **facts: object) -> None:
        super().__init__(**facts)
        self.faults = tuple(faults)

    @classmethod
    def at(cls, pointer: str, message: str, code: str) -> "InvalidInput":
        """Make the refusal of a single place."""
        return cls([Fault(pointer, message, code)])
