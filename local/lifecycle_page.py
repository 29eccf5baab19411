"""The lifecycle in docs/tasks.md is made from the table in tasks/lifecycle; `--check` compares."""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence

from local.environment import ROOT
from tasks.lifecycle import STEPS, By, Status, Step, Verb

PAGE = ROOT / "docs" / "tasks.md"
COMMAND = "python -m local.lifecycle_page"
BEGIN, END = f"<!-- made by {COMMAND} -->", "<!-- end -->"
WHO = {
    By.ANYBODY: ("anybody", "who may write there"),
    By.HOLDER: ("the holder", "or who rules there; while nobody holds the task, anybody"),
    By.REVIEWER: ("a reviewer", "a person who may write there and did not do the work"),
}


def main() -> None:
    """Write the part, or compare it. Ends with 1 and what to run when it is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, compare")
    page = PAGE.read_text()
    if not parser.parse_args().check:
        PAGE.write_text(renewed(page))
    elif renewed(page) != page:
        sys.exit(f"Run `{COMMAND}`: docs/tasks.md tells another lifecycle than the code has.")


def renewed(page: str) -> str:
    """Return the page with the lifecycle as it is now."""
    legend = "; ".join(f"*{name}*: {meaning}" for name, meaning in WHO.values())
    part = "\n".join((BEGIN, "", *diagram(), "", *table(), "", f"{legend}.", "", END))
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: part, page, flags=re.DOTALL)


def diagram() -> Iterator[str]:
    """Yield a Mermaid state diagram: an arrow for each two places, with the verbs on it."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for verb in Verb:
        for source, target in arrows_of(STEPS[verb]):
            arrows[source, target].append(verb)
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {Status.PENDING}: create"
    for (source, target), verbs in arrows.items():
        yield f"    {source} --> {target}: {' or '.join(verbs)}"
    yield "```"


def arrows_of(step: Step) -> Iterator[tuple[str, str]]:
    """Yield from where to where a step leads; what was blocked goes back to where it was."""
    for source in _in_order(step.sources):
        targets = blocked_from() if step.target is None else [step.target]
        yield from ((source, target) for target in targets)


def blocked_from() -> Sequence[Status]:
    """Return from where tasks come to be blocked."""
    return [one for step in STEPS.values() if step.target is Status.BLOCKED
            for one in _in_order(step.sources)]  # fmt: skip


def table() -> Iterator[str]:
    """Yield a table of the verbs."""
    yield "| verb | from | to | who | with it | in the history |"
    yield "|---|---|---|---|---|---|"
    for verb, step in STEPS.items():
        target = f"`{step.target}`" if step.target else "where it was"
        told = [f"`{step.needs}`"] if step.needs else []
        told += ["`fence?`"] if step.fenced else []
        cells = (f"`{verb}`", _listed(step.sources), target, WHO[step.by][0], " ".join(told),
                 f"`{step.action}`")  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _listed(places: frozenset[Status]) -> str:
    return " ".join(f"`{place}`" for place in _in_order(places))


def _in_order(places: frozenset[Status]) -> list[Status]:
    return [place for place in Status if place in places]


if __name__ == "__main__":
    main()
