"""The lives of keys as a picture: a bar each, from its publication to its removal, and a now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import SigningKey

WIDTH, LEFT, ROW, TOP = 720, 6, 46, 30
LONGEST, MARGIN = timedelta(days=100), 0.08


def timeline(keys: Sequence[SigningKey], at: datetime) -> SafeString:
    """Return the keys' dates as SVG; it has words for those who do not see it."""
    begin, end = _span(keys, at)

    def place(moment: datetime) -> float:
        share = (min(max(moment, begin), end) - begin) / (end - begin)
        return round(LEFT + share * (WIDTH - LEFT - 10), 1)

    rows = format_html_join(
        "", "{}", ((_row(key, n, place, at, end),) for n, key in enumerate(keys))
    )
    height = TOP + ROW * len(keys) + 14
    today = place(at)
    return format_html(
        '<svg class="timeline" viewBox="0 0 {w} {h}" role="img" aria-label="Lives of the signing '
        'keys, from {begin} to {end}"><line class="now" x1="{t}" x2="{t}" y1="22" y2="{b}"/>'
        '<text class="note" x="{t}" y="18" text-anchor="middle">now</text>{rows}</svg>',
        w=WIDTH, h=height, begin=begin.date(), end=end.date(), t=today, b=height - 8, rows=rows,
    )  # fmt: skip


def _span(keys: Sequence[SigningKey], at: datetime) -> tuple[datetime, datetime]:
    """Return what the picture shows: all dates that are near, and some room beside them."""
    dates = [at, *(key.published_at for key in keys)]
    for key in keys:
        dates += filter(None, (key.signs_from, key.retires_at, key.removed_at))
    near = [date for date in dates if abs(date - at) <= LONGEST]
    first, last = min(near), max(near)
    room = max((last - first) * MARGIN, timedelta(minutes=30))
    return first - room, last + room


def _row(key: SigningKey, number: int, place, at: datetime, end: datetime) -> SafeString:  # type: ignore[no-untyped-def]
    y = TOP + ROW * number + 26  # below its label
    over = min(filter(None, (key.revoked_at, key.removed_at)), default=end)
    signs_until = min(filter(None, (key.retires_at, over)), default=end)
    state = key.dates.state(at).value
    return format_html(
        '<g><title>{kid}: {state}</title><text class="label" x="{lx}" y="{ty}">'
        '{short} · {state}</text><rect class="published" x="{p}" y="{y}" width="{pw}" height="12"/>'
        '<rect class="signing is-{state}" x="{s}" y="{y}" width="{sw}" height="12"/></g>',
        kid=key.kid, state=state, short=f"{key.kid[:8]}…", lx=LEFT, ty=y - 6, y=y,
        p=place(key.published_at), pw=max(place(over) - place(key.published_at), 1),
        s=place(key.signs_from), sw=max(place(signs_until) - place(key.signs_from), 0),
    )  # fmt: skip
