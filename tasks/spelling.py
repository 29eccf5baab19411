"""How is a task spelled as JSON text? From its row, or from how PostgreSQL spells it. Pure.

Most of what a list costs is to read times and tags and to write them again. PostgreSQL's spelling
of them is the wire's but for a letter, so they are passed on.
"""

import json
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import NamedTuple

from tasks.rows import INSTANTS, WORDS, TaskRow, told

ROWS_KEPT = 256
# Characters of a description: of longer ones a process would keep fifty megabytes.
LONGEST_KEPT = 1000
_DESCRIPTION = TaskRow._fields.index("description")
_DAY = len("2026-11-22")
_SECONDS, _MICROSECONDS = len("12:00:00"), len("12:00:00.123456")
_NULL = "null"
_BOOLEANS = {"t": "true", "f": "false"}
_PRIORITIES = {str(rank): word for rank, word in enumerate(WORDS)}

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_quoted = encode_basestring


class SpelledTask(NamedTuple):
    """A task ready to be sent, and where it stands in a list."""

    id: int
    text: str


def member(task: SpelledTask, name: str) -> object:
    """Return the value of what a spelled task says of itself."""
    if name == "id":
        return task.id
    told = json.loads(task.text)[name]
    if told is not None and name in INSTANTS:
        return datetime.fromisoformat(told)
    return WORDS.index(told) if name == "priority" else told


def spelled(task: TaskRow) -> SpelledTask:
    """Spell a row."""
    return SpelledTask(task.id, _compact(told(task)))


def respelled(columns: tuple[str | None, ...]) -> SpelledTask:
    """Spell a row that came as PostgreSQL spells it, its times in UTC.

    Whoever follows a list gets most rows of it as they were the last time: all columns are
    compared, so what is kept is never out of date.
    """
    return (_kept if len(columns[_DESCRIPTION] or "") <= LONGEST_KEPT else _respelled)(columns)


def _respelled(columns: tuple[str | None, ...]) -> SpelledTask:
    # One long form rather than a loop: it is filled fifty times for a list.
    (
        pk, title, description, status, priority, percent, assigned_to, project_slug, parent_id,
        due_date, tags, depends_on, blocked_reason, created_by, created_at, updated_at, started_at,
        completed_at, version, fence, lease_expires_at, cancel_requested, children,
    ) = columns  # fmt: skip
    subtasks, _, completed = (children or "").partition(",")
    return SpelledTask(
        int(pk or 0),
        f'{{"id":{pk},"title":{_text(title)},"description":{_text(description)},'
        f'"status":"{status}","priority":"{_PRIORITIES[priority or ""]}",'
        f'"progress_percent":{percent},"assigned_to":{_text(assigned_to)},'
        f'"project_slug":{_text(project_slug)},"parent_id":{parent_id or _NULL},'
        f'"due_date":{_time(due_date)},"tags":{_list(tags)},"depends_on":{_list(depends_on)},'
        f'"blocked_reason":{_text(blocked_reason)},"created_by":{_text(created_by)},'
        f'"created_at":{_time(created_at)},"updated_at":{_time(updated_at)},'
        f'"started_at":{_time(started_at)},"completed_at":{_time(completed_at)},'
        f'"version":{version},"fence":{fence},"lease_expires_at":{_time(lease_expires_at)},'
        f'"cancel_requested":{_BOOLEANS[cancel_requested or ""]},'
        f'"subtask_count":{subtasks},"subtasks_completed":{completed}}}',
    )


_kept = lru_cache(maxsize=ROWS_KEPT)(_respelled)


def _text(value: str | None) -> str:
    return _NULL if value is None else _quoted(value)


def _time(value: str | None) -> str:
    if value is None:
        return _NULL
    # Without its offset, which is that of UTC.
    clock = value[_DAY + 1 : -len("+00")]
    if len(clock) > _SECONDS:  # the wire has all six digits or none, PostgreSQL no zeros at the end
        clock = clock.ljust(_MICROSECONDS, "0")
    return f'"{value[:_DAY]}T{clock}Z"'


@lru_cache(maxsize=1024)
def _list(value: str | None) -> str:
    # Lists of tags are few and come again; the wire has no spaces in them.
    return _compact(json.loads(value or _NULL))
