"""A run as a person reads it: Markdown, put between the marks of the README."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import chart
from benchmarks.load import Outcome
from benchmarks.results import NotMeasured, Results
from benchmarks.scenarios import LOADS
from benchmarks.targets import TARGETS, Target

README = Path(__file__).with_name("README.md")
CHART = Path(__file__).parent / "results" / "chart.svg"
BEGIN, END = "<!-- report begins -->", "<!-- report ends -->"
NOTHING = "-"

Figure = Callable[[Outcome], float]


def write(results: Results) -> None:
    """Put the report into the README and draw the chart."""
    head, rest = README.read_text().split(BEGIN)
    tail = rest.split(END)[1]
    README.write_text(f"{head}{BEGIN}\n{report(results)}\n{END}{tail}")
    CHART.write_text(chart.drawn(results))


def report(results: Results) -> str:
    """Return the report."""
    about = ", ".join(f"{name} {value}" for name, value in results.about.items())
    parts = [
        f"{about}.",
        "![requests per second, as a multiple of tx](results/chart.svg)",
        table(
            ("target", "floor", "ambitious", "reached", ""),
            (_target(target, results) for target in TARGETS),
        ),
        _figures("Requests per second", results, lambda o: o.per_second, "{:,.0f}"),
        _figures("Milliseconds of processor per request", results, lambda o: o.cpu_ms, "{:.2f}"),
        _figures("p99 at 64 connections, ms", results, lambda o: o.p99_ms, "{:.0f}"),
        _starts(results),
    ]
    return "\n\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"**{title}**\n\n{body}" if title else body


def _target(target: Target, results: Results) -> Sequence[str]:
    sign = "≤" if target.at_most else "≥"
    goal = (target.what, f"{sign} {target.floor:g}", f"{target.ambitious:g}")
    try:
        reached = target.ratio(results)
    except NotMeasured:
        return (*goal, NOTHING, "not measured")
    return (*goal, f"{reached:.2f}", "met" if target.is_met(reached) else "**missed**")


def _figures(title: str, results: Results, figure: Figure, form: str) -> str:
    def cell(load: str, service: str) -> str:
        try:
            return form.format(results.median([load], service, figure))
        except NotMeasured:
            return NOTHING

    names = results.services()
    rows = ((load.name, *(cell(load.name, name) for name in names)) for load in LOADS)
    return table(("", *(f"`{name}`" for name in names)), rows, title)


def _starts(results: Results) -> str:
    names = dict.fromkeys(start.service for start in results.starts)
    rows = [
        (
            f"`{one.service}`",
            f"{one.seconds:.2f}",
            f"{one.cpu_seconds:.2f}",
            f"{one.first_task_ms:.1f}",
            f"{one.peak_megabytes:.0f}",
        )
        for one in map(results.start, names)
    ]
    head = ("", "first 200, s", "processor, s", "first task, ms", "peak of a worker, MB")
    return table(head, rows, "Start with one worker") if rows else ""
