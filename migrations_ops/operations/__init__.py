"""What can happen to a one-shot operation? The same for the routes, the shell and the console."""

from migrations_ops.operations.approving import approve, check_approved
from migrations_ops.operations.batching import advance, ease, fail, let_go, standing_of, take
from migrations_ops.operations.marking import claim, work
from migrations_ops.operations.people import approver, operator
from migrations_ops.operations.previewing import Preview, check_fresh, preview, record_preview
from migrations_ops.operations.stopping import cancel, pause, resume
from migrations_ops.operations.telling import (
    TARGET,
    record_minted,
    record_refusal,
    record_started,
)

__all__ = [
    "TARGET",
    "Preview",
    "advance",
    "approve",
    "approver",
    "cancel",
    "check_approved",
    "check_fresh",
    "claim",
    "ease",
    "fail",
    "let_go",
    "operator",
    "pause",
    "preview",
    "record_minted",
    "record_preview",
    "record_refusal",
    "record_started",
    "resume",
    "standing_of",
    "take",
    "work",
]
