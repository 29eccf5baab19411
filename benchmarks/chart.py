"""The chart of a run: bars of requests per second as multiples of `tx`, as SVG."""

from benchmarks.results import NotMeasured, Results
from benchmarks.scenarios import LOADS
from benchmarks.services import BY_NAME

BAR, GAP, LEFT, WIDTH = 14, 8, 90, 640
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#6b7280}.note{font-size:11px}"
    "rect{fill:#c3c9d2}.taskflow{fill:#2f6fdf}.tx{fill:#8a94a3}"
)
TITLE = "requests per second, as a multiple of tx"


def drawn(results: Results) -> str:
    """Return the chart."""
    shown = {load.name: _multiples(results, load.name) for load in LOADS}
    longest = max((value for bars in shown.values() for value in bars.values()), default=1.0)
    parts, y = [f'<text x="8" y="14">{TITLE}</text>'], 26
    for load, bars in shown.items():
        parts.append(f'<text x="{LEFT - 8}" y="{y + BAR - 3}" text-anchor="end">{load}</text>')
        for name, value in bars.items():
            parts += _bar(name, value, value / longest * (WIDTH - LEFT - 120), y)
            y += BAR + 2
        y += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}">'
        f"<style>{STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _bar(name: str, value: float, width: float, y: int) -> list[str]:
    after = f"{LEFT + width + 6:.1f}"
    return [
        f'<rect class="{name}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
        f'<text class="note" x="{after}" y="{y + BAR - 3}">{name} {value:.1f}</text>',
    ]


def _multiples(results: Results, load: str) -> dict[str, float]:
    def rate(service: str) -> float:
        return results.rate([load], service)

    found = {}
    for name in results.services():
        if BY_NAME[name].has_schema:
            try:
                found[name] = rate(name) / rate("tx")
            except NotMeasured:
                continue
    return found
