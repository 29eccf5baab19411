"""Which error is which problem? The one table from what happened to what HTTP says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions as drf

from accounts import errors as accounts
from accounts import key_errors
from accounts import registry_errors as registry
from audit import errors as audit
from events import errors as events
from idempotency import errors as idempotency
from migrations_ops import errors as oneshots
from outbox import errors as outbox
from tasks import errors as tasks
from wire import entity_tags
from wire.errors import DomainError, InvalidInput
from wire.parsers import BodyTooLarge


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of refusal: status, code for programs, and a sentence when the error has none."""

    status: int
    code: str
    sentence: str = ""
    oauth: str = ""


PROBLEMS: Mapping[type[Exception], Problem] = MappingProxyType({
    # wire
    DomainError: Problem(400, "refused"),
    InvalidInput: Problem(422, "validation_failed"),
    BodyTooLarge: Problem(413, "body_too_large", "The body is larger than the limit."),
    drf.ValidationError: Problem(422, "validation_failed", "The input is not valid."),
    drf.ParseError: Problem(400, "malformed"),
    UnreadablePostError: Problem(400, "malformed", "The body broke off."),
    drf.UnsupportedMediaType: Problem(
        415, "unsupported_media_type", "No body of this type or encoding is read here."
    ),
    drf.NotAcceptable: Problem(406, "not_acceptable", "This service answers in JSON."),
    drf.MethodNotAllowed: Problem(405, "method_not_allowed"),
    drf.NotAuthenticated: Problem(401, "unauthorized", accounts.BadCredential.sentence),
    drf.AuthenticationFailed: Problem(401, "unauthorized", accounts.BadCredential.sentence),
    drf.PermissionDenied: Problem(403, "forbidden", "The caller may not do this."),
    drf.NotFound: Problem(404, "not_found", "There is nothing here."),
    drf.Throttled: Problem(429, "throttled", oauth="temporarily_unavailable"),
    Http404: Problem(404, "not_found", "There is nothing here."),
    entity_tags.PreconditionFailed: Problem(412, "precondition_failed"),
    entity_tags.MalformedPrecondition: Problem(400, "malformed"),
    # the database
    OperationalError: Problem(503, "unavailable", "The database is away or busy; try again."),
    InterfaceError: Problem(503, "unavailable", "The database is away or busy; try again."),
    DataError: Problem(422, "validation_failed", "A value does not fit."),
    IntegrityError: Problem(409, "conflict", "The change collides with another one."),
    ProtectedError: Problem(409, "in_use", "Something else still refers to it."),
    # audit
    audit.AuditUnavailable: Problem(503, "audit_unavailable"),
    audit.NoSuchEntry: Problem(404, "not_found", "There is nothing here."),
    audit.NotSealedYet: Problem(404, "not_sealed_yet"),
    audit.NoSuchCheckpoint: Problem(404, "no_such_checkpoint"),
    audit.NothingToArchive: Problem(409, "nothing_to_archive"),
    audit.FileUnfit: Problem(409, "file_unfit"),
    audit.ArchivedMeanwhile: Problem(409, "conflict"),
    # idempotency
    idempotency.KeyReused: Problem(422, "idempotency_key_reused"),
    idempotency.KeyInUse: Problem(409, "idempotency_key_in_use"),
    # events
    events.OvertakenByAnother: Problem(503, "overtaken"),
    events.TooManyStreams: Problem(503, "too_many_streams"),
    events.NoSuchWebhook: Problem(404, "no_such_webhook"),
    events.UnfitAddress: Problem(422, "unfit_address"),
    # outbox
    outbox.CursorExpired: Problem(410, "cursor_expired"),
    # accounts
    accounts.BadCredential: Problem(401, "unauthorized"),
    accounts.SignInFailed: Problem(401, "sign_in_failed"),
    accounts.SignInPaused: Problem(503, "sign_in_paused"),
    accounts.SignInOff: Problem(404, "not_found", "There is nothing here."),
    accounts.SignInLost: Problem(400, "sign_in_lost"),
    accounts.NotVouchedFor: Problem(403, "not_vouched_for"),
    accounts.MayNotEnter: Problem(403, "may_not_enter"),
    accounts.ProviderUnavailable: Problem(503, "identity_provider_unavailable"),
    accounts.RefreshRefused: Problem(401, "refresh_refused", oauth="invalid_grant"),
    accounts.InvalidGrant: Problem(400, "invalid_grant", oauth="invalid_grant"),
    accounts.InvalidClient: Problem(401, "invalid_client", oauth="invalid_client"),
    accounts.InvalidScope: Problem(400, "invalid_scope", oauth="invalid_scope"),
    accounts.InvalidTarget: Problem(422, "invalid_target", oauth="invalid_target"),
    accounts.UnsupportedGrant: Problem(
        400, "unsupported_grant_type", oauth="unsupported_grant_type"
    ),
    accounts.InvalidTokenRequest: Problem(400, "invalid_request", oauth="invalid_request"),
    accounts.NoSuchSession: Problem(404, "not_found", "There is nothing here."),
    accounts.NoSuchAccount: Problem(404, "no_such_account"),
    accounts.HandleTaken: Problem(409, "handle_taken"),
    accounts.UnfitHandle: Problem(422, "unfit_handle"),
    accounts.ScopeNotForAgents: Problem(422, "scope_not_for_agents"),
    accounts.SigningUnavailable: Problem(503, "signing_unavailable"),
    accounts.NotSigningYet: Problem(503, "not_signing_yet"),
    accounts.ImportedKeyUnfit: Problem(
        503, "signing_unavailable", accounts.SigningUnavailable.sentence
    ),
    key_errors.TooEarly: Problem(409, "too_early"),
    key_errors.PrivateHalfLost: Problem(409, "private_half_lost"),
    key_errors.KeysChanged: Problem(409, "conflict"),
    key_errors.NoSuchKey: Problem(404, "no_such_key"),
    key_errors.KeyRevokedBefore: Problem(409, "key_revoked_before"),
    accounts.SubjectRefused: Problem(400, "subject_refused", oauth="invalid_request"),
    registry.AlreadySo: Problem(409, "already_so"),
    registry.LastAdmin: Problem(409, "last_admin"),
    registry.RolesAreForPeople: Problem(422, "roles_are_for_people"),
    registry.NotAClient: Problem(422, "not_a_client"),
    registry.TooManySecrets: Problem(409, "too_many_secrets"),
    registry.NoSuchSecret: Problem(404, "no_such_secret"),
    registry.UnfitClientKeys: Problem(422, "unfit_client_keys"),
    registry.NoSuchAudience: Problem(404, "no_such_audience"),
    registry.AudienceTaken: Problem(409, "audience_taken"),
    registry.UnfitAudience: Problem(422, "unfit_audience"),
    registry.VersionStillDeclared: Problem(409, "version_still_declared"),
    accounts.KeySourceUnavailable: Problem(503, "identity_provider_unavailable"),
    accounts.IdentityTaken: Problem(409, "identity_taken"),
    accounts.NoSuchIdentity: Problem(404, "no_such_identity"),
    accounts.UnfitIdentity: Problem(422, "unfit_identity"),
    # one-shots
    oneshots.NoSuchOneshot: Problem(404, "no_such_oneshot"),
    oneshots.Tombstoned: Problem(410, "tombstoned"),
    oneshots.AlreadyRunning: Problem(409, "already_running"),
    oneshots.RunPaused: Problem(409, "paused"),
    oneshots.RunCancelled: Problem(409, "cancelled"),
    oneshots.NotInThatState: Problem(409, "not_in_that_state"),
    oneshots.StalePreview: Problem(412, "stale_preview"),
    oneshots.NothingToUndo: Problem(409, "nothing_to_undo"),
    oneshots.WorkFailed: Problem(409, "work_failed"),
    oneshots.NotApproved: Problem(403, "not_approved"),
    oneshots.OwnRequest: Problem(403, "own_request"),
    oneshots.ApproverNotPerson: Problem(403, "approver_not_a_person"),
    oneshots.TooManyRows: Problem(409, "too_many_rows"),
    oneshots.RowsRemain: Problem(409, "rows_remain"),
    oneshots.TokenMissing: Problem(403, "migration_token_missing"),
    oneshots.TokenNotOurs: Problem(403, "migration_token_not_ours"),
    oneshots.TokenExpired: Problem(403, "migration_token_expired"),
    oneshots.TokenForOtherOperation: Problem(403, "migration_token_other_operation"),
    oneshots.TokenOfOtherRequester: Problem(403, "migration_token_other_requester"),
    oneshots.TokenOfOtherEnvironment: Problem(403, "migration_token_other_environment"),
    oneshots.TokenForOtherParameters: Problem(403, "migration_token_other_parameters"),
    oneshots.CodeChanged: Problem(403, "code_changed"),
    oneshots.MayNotOperate: Problem(403, "forbidden"),
    # tasks
    tasks.NoSuchTask: Problem(404, "no_such_task"),
    tasks.NoSuchProject: Problem(404, "no_such_project"),
    tasks.ViewersOnlyLook: Problem(403, "viewers_only_look"),
    tasks.NotProjectOwner: Problem(403, "not_project_owner"),
    tasks.ProjectExists: Problem(409, "project_exists"),
    tasks.TasksOfOthers: Problem(403, "tasks_of_others"),
    tasks.ProjectHasTasks: Problem(409, "project_has_tasks"),
    tasks.NoSuchMember: Problem(404, "no_such_member"),
    tasks.AlreadyMember: Problem(409, "already_member"),
    tasks.LastOwner: Problem(409, "last_owner"),
    tasks.OwnersArePeople: Problem(422, "owners_are_people"),
    tasks.StepNotAllowed: Problem(400, "step_not_allowed"),
    tasks.StatusOutOfReach: Problem(400, "step_not_allowed"),
    tasks.NotHolder: Problem(403, "not_holder"),
    tasks.StaleFence: Problem(409, "stale_fence"),
    tasks.AssignedToOther: Problem(409, "assigned_to_other"),
    tasks.DependenciesOpen: Problem(409, "dependencies_open"),
    tasks.ReviewRequired: Problem(409, "review_required"),
    tasks.SubtasksOpen: Problem(409, "subtasks_open"),
    tasks.ParentCompleted: Problem(409, "parent_completed"),
    tasks.OwnWork: Problem(403, "own_work"),
    tasks.PeopleOnly: Problem(403, "people_only"),
    tasks.NotCreator: Problem(403, "not_creator"),
    tasks.HolderNeeded: Problem(409, "holder_needed"),
    tasks.HasSubtasks: Problem(409, "has_subtasks"),
    tasks.HasDependents: Problem(409, "has_dependents"),
    tasks.UnknownPrincipal: Problem(422, "unknown_principal"),
    tasks.RowsRefused: Problem(422, "validation_failed"),
})  # fmt: skip

UNEXPECTED = Problem(500, "internal_error", "Something went wrong on our side; it has been logged.")


def problem_of(error: BaseException) -> Problem | None:
    """Return the kind of an error, looked up along its classes; None for one nobody foresaw."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), None)
