"""Which refusals are there, and what do they mean? Read off the table that answers with them."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from http import HTTPStatus

from config.health import DISCONNECTED, NOT_READY
from config.middleware import LENGTH_REQUIRED, TOO_LARGE, UNKNOWN_HOST
from config.openapi_parts import STATUSES
from config.problems import PROBLEMS, UNEXPECTED, Problem
from wire.errors import DomainError

# Refusals that no error class stands for: they are answered outside the API's views.
ELSEWHERE = (LENGTH_REQUIRED, TOO_LARGE, UNKNOWN_HOST, DISCONNECTED, NOT_READY, UNEXPECTED)
_FACT = re.compile(r"\{(\w+)[^}]*\}")


@dataclass(frozen=True, slots=True)
class ListedProblem:
    """One code: what it says, and the reasons behind it."""

    code: str
    says: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The code in words."""
        return self.code.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The codes of one status."""

    status: int
    problems: list[ListedProblem]

    @property
    def phrase(self) -> str:
        """The status in the words of HTTP."""
        return HTTPStatus(self.status).phrase

    @property
    def family(self) -> int:
        """The first digit of the status."""
        return self.status // 100

    @property
    def meaning(self) -> str:
        """What all of them have in common."""
        return STATUSES[self.status].meaning if self.status in STATUSES else ""


def problem_groups() -> list[ProblemGroup]:
    """Return every problem, by status and code."""
    found: dict[int, dict[str, ListedProblem]] = defaultdict(dict)
    for error, problem in [*PROBLEMS.items(), *((None, each) for each in ELSEWHERE)]:
        listed = found[problem.status].setdefault(problem.code, ListedProblem(problem.code))
        _add(listed.says, sentence_of(error, problem))
        _add(listed.reasons, reason_of(error))
    return [
        ProblemGroup(status, [problems[code] for code in sorted(problems)])
        for status, problems in sorted(found.items())
    ]


def sentence_of(error: type[Exception] | None, problem: Problem) -> str:
    """Return the sentence a caller reads, each fact in it as `<name>`."""
    sentence = problem.sentence or getattr(error, "sentence", getattr(error, "default_detail", ""))
    return _FACT.sub(r"<\1>", str(sentence))


def reason_of(error: type[Exception] | None) -> str:
    """Return why one of our own errors is raised; other people's docstrings explain nothing."""
    if error is None or not issubclass(error, DomainError) or not error.__doc__:
        return ""
    return error.__doc__.partition("\n\n")[0].replace("\n", " ").strip()


def _add(texts: list[str], text: str) -> None:
    if text and text not in texts:
        texts.append(text)
