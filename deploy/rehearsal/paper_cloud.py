"""A cloud on paper: it says yes to everything and tells what Google would tell."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from deploy.rehearsal.project import NUMBER, PROJECT, REGION, Refused
from deploy.rehearsal.provider import State


def _account(wanted: State) -> State:
    email = f"{wanted['account_id']}@{PROJECT}.iam.gserviceaccount.com"
    name = f"projects/{PROJECT}/serviceAccounts/{email}"
    return {"email": email, "member": f"serviceAccount:{email}", "name": name, "id": name}


def _pool(wanted: State) -> State:
    pool = wanted["workload_identity_pool_id"]
    return {"name": f"projects/{NUMBER}/locations/global/workloadIdentityPools/{pool}"}


def _pool_provider(wanted: State) -> State:
    return {
        "name": f"{_pool(wanted)['name']}/providers/{wanted['workload_identity_pool_provider_id']}"
    }


_TOLD: Mapping[str, Callable[[State], State]] = MappingProxyType(
    {
        "google_service_account": _account,
        "google_iam_workload_identity_pool": _pool,
        "google_iam_workload_identity_pool_provider": _pool_provider,
        "google_secret_manager_secret": lambda wanted: {
            "id": f"projects/{PROJECT}/secrets/{wanted['secret_id']}"
        },
        "google_sql_database_instance": lambda wanted: {
            "connection_name": f"{PROJECT}:{REGION}:{wanted['name']}"
        },
        "google_pubsub_topic": lambda wanted: {"id": f"projects/{PROJECT}/topics/{wanted['name']}"},
        "google_monitoring_uptime_check_config": lambda _: {"uptime_check_id": "taskflow"},
    }
)


class PaperCloud:
    """Takes all; knows the secrets it is given, with the number of their one version."""

    def __init__(self, secrets: Mapping[str, int]) -> None:
        self.secrets = dict(secrets)

    def made(self, kind: str, wanted: State) -> State:
        """Tell what it is called."""
        told = _TOLD[kind](wanted) if kind in _TOLD else {}
        return {"id": f"{kind}/{wanted.get('name')}", **told}

    def found(self, _: str, state: State) -> State:
        """Find everything as it was left."""
        return state

    def told(self, kind: str, asked: State) -> State:
        """Tell the project's number, or whether a version of a secret is there."""
        if kind == "google_project":
            return {"id": f"projects/{PROJECT}", "number": NUMBER, "name": PROJECT}
        secret, version = asked["secret"], asked["version"]
        name = f"projects/{NUMBER}/secrets/{secret}/versions/{version}"
        return {"id": name, "name": name, "enabled": self.enabled(secret, version)}

    def enabled(self, secret: str, version: str) -> bool:
        """Tell whether a version can be had. Raises Refused when there is none."""
        if str(self.secrets.get(secret)) != version:
            raise Refused(f"Secret {secret} has no version {version}: add it, and pin that.")
        return True
