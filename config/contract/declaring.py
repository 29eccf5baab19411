"""How is a variable declared? The words in which the table of variables is written."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from config.contract.parsing import Parse, Stage

DEPLOYED = (Stage.DEV, Stage.PROD)


@dataclass(frozen=True, slots=True)
class Derived:
    """A default that follows from other variables; `words` tell people from what."""

    words: str
    needs: tuple[str, ...]
    rule: Callable[[Mapping[str, Any]], object]


Default = str | Derived | None


@dataclass(frozen=True, slots=True)
class Variable:
    """One name: how its text is read, what holds without it, what it is for."""

    name: str
    parse: Parse[object]
    default: Default
    description: str
    _: KW_ONLY
    stages: Mapping[Stage, Default] = field(default_factory=dict)
    example: str | None = None

    def default_in(self, stage: Stage) -> Default:
        """Return what holds when the variable is not set."""
        return self.stages.get(stage, self.default)

    @property
    def default_words(self) -> str | None:
        """The default as people and the published table read it; None where there is none."""
        told = [_words(self.default)]
        told += [f"in {stage} {_words(default)}" for stage, default in self.stages.items()]
        return ", ".join(word for word in told if word) or None


@dataclass(frozen=True, slots=True)
class Category:
    """Variables that come the same way."""

    name: str
    injected_by: str
    required_in: tuple[Stage, ...]
    variables: tuple[Variable, ...]

    @property
    def is_secret(self) -> bool:
        """Whether its values must not be shown."""
        return "secret" in self.name


def _words(default: Default) -> str | None:
    return default.words if isinstance(default, Derived) else default
