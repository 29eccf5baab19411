"""Small charts as SVG, drawn here because the pages run no script. Words tell them too.

Where history was not read, a chart is hatched: nothing known is not the same as nothing there.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, LOW, GAP = 360, 96, 56, 2


def stacked(parts: Mapping[str, int], words: str) -> SafeString:
    """Return one bar of several parts; the class of each part is its name."""
    total = sum(parts.values()) or 1
    pieces, left = [], 0.0
    for name, value in parts.items():
        wide = value / total * WIDTH
        if value:
            pieces.append((name, round(left, 1), round(max(wide - 1, 1), 1), f"{name}: {value}"))
        left += wide
    bars = format_html_join(
        "",
        '<rect class="of-{}" x="{}" y="0" width="{}" height="14"><title>{}</title></rect>',
        pieces,
    )
    return _svg(14, words, bars)


def columns(
    series: Mapping[str, Sequence[int]], days: Sequence[date], words: str, unread: int = 0
) -> SafeString:
    """Return columns for each day, one beside the other for each series."""
    highest = max((max(values, default=0) for values in series.values()), default=0) or 1
    slot = WIDTH / max(len(days), 1)
    thick = max((slot - GAP) / max(len(series), 1), 1)
    bars = format_html_join("", "{}", (
        (_column(name, value, day, round(n * slot + k * thick, 1), thick, highest),)
        for k, (name, values) in enumerate(series.items())
        for n, (day, value) in enumerate(zip(days, values, strict=True))
    ))  # fmt: skip
    ground = format_html('<line class="ground" x1="0" x2="{}" y1="{y}" y2="{y}"/>', WIDTH, y=HEIGHT)
    return _svg(HEIGHT + 1, words, _unread(unread * slot, HEIGHT) + ground + bars)


def area(name: str, values: Sequence[int | None], words: str) -> SafeString:
    """Return how a number went, day by day, above nothing; above its least where it fell below."""
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    if not known:
        return _svg(LOW, words, _unread(WIDTH, LOW))
    low, high = min(0, *(value for _, value in known)), max(1, *(value for _, value in known))
    slot, high = WIDTH / len(values), max(high, low + 1)
    line = [
        (round(x, 1), round(LOW - 2 - (value - low) / (high - low) * (LOW - 6), 1))
        for n, value in known
        for x in (n * slot, (n + 1) * slot)  # a step each day: nothing is known between
    ]
    drawn = format_html(
        '<polygon class="of-{name} ground-of" points="{first},{h} {points} {last},{h}"/>'
        '<polyline class="line-of-{name}" points="{points}"/>',
        name=name, h=LOW, first=line[0][0], last=line[-1][0],
        points=" ".join(f"{x},{y}" for x, y in line),
    )  # fmt: skip
    return _svg(LOW, words, _unread(known[0][0] * slot, LOW) + drawn)


def _unread(width: float, height: int) -> SafeString:
    if not width:
        return SafeString("")
    return format_html(
        '<rect class="unread" width="{}" height="{}"><title>not read</title></rect>',
        round(width, 1), height,
    )  # fmt: skip


def _column(
    name: str, value: int, day: date, left: float, thick: float, highest: int
) -> SafeString:
    tall = round(value / highest * (HEIGHT - 4), 1)
    if not tall:
        return SafeString("")
    return format_html(
        '<rect class="of-{}" x="{}" y="{}" width="{}" height="{}"><title>{}: {} {}</title></rect>',
        name, left, round(HEIGHT - tall, 1), round(thick, 1), tall, day.isoformat(), value, name,
    )  # fmt: skip


def _svg(height: int, words: str, inner: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}</svg>',
        WIDTH, height, words, inner,
    )  # fmt: skip
