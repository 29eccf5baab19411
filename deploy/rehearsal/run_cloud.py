"""A cloud that runs what it is told to: revisions as processes here, behind two switches.

Of Cloud Run it keeps what a deployment relies on: a revision's environment and secrets are exactly
its template's; one that never gets ready gets no traffic; traffic and tag go where they should; one
that nobody needs any more is stopped, and started again when it gets the traffic back.
"""

from collections.abc import Iterator
from pathlib import Path

from deploy.rehearsal.paper_cloud import PaperCloud
from deploy.rehearsal.places import image_folder, socket_folder
from deploy.rehearsal.project import Refused
from deploy.rehearsal.provider import State
from deploy.rehearsal.revisions import Revision
from deploy.rehearsal.switch import Switch
from deploy.rehearsal.vault import Standing, Vault

HOST = "taskflow-123456789012.europe-west1.run.app"
SERVICE, JOB = "google_cloud_run_v2_service", "google_cloud_run_v2_job"
SECRET, CLOCK = "google_secret_manager_secret", "google_cloud_scheduler_job"


class RunCloud(PaperCloud):
    """Serves what is applied; images and the databases' sockets are folders of its place."""

    def __init__(self, place: Path) -> None:
        super().__init__({})
        self.place, self.vault = place, Vault()
        self.running: dict[str, Revision] = {}
        self.jobs: dict[str, State] = {}
        self.paused: dict[str, bool] = {}
        self._templates: dict[str, State] = {}
        self._has_traffic = self._tagged = ""
        self.production, self.candidate = Switch(HOST), Switch(f"candidate---{HOST}")

    def made(self, kind: str, wanted: State) -> State:
        """Run a service, know a job, a clock or a secret; put down anything else on paper."""
        if kind == SERVICE:
            self._serve(wanted)
        if kind == JOB:
            self.jobs[wanted["name"]] = self._job(wanted["template"][0]["template"][0])
        if kind == CLOCK:
            self.paused.setdefault(wanted["name"], False)
        if kind == SECRET:
            self.vault.make(wanted["secret_id"])
        return super().made(kind, wanted)

    def found(self, kind: str, state: State) -> State:
        """Tell who has the traffic, whoever gave it."""
        if kind != SERVICE or self._has_traffic == self._serving_in(state):
            return state
        percents = {self._tagged: 0, self._has_traffic: 100}
        blank = dict.fromkeys(state["traffic"][0])
        kind = state["traffic"][0]["type"]
        traffic = [
            {**blank, "type": kind, "revision": name, "percent": percent, "tag": self._tag(name)}
            for name, percent in percents.items()
        ]
        return {**state, "traffic": sorted(traffic, key=lambda each: each["percent"], reverse=True)}

    def enabled(self, secret: str, version: str) -> bool:
        """Tell whether a version can be had. Raises Refused when there is none."""
        return self.vault.version(secret, version).standing is Standing.ENABLED

    def close(self) -> None:
        """Stop everything."""
        for revision in self.running.values():
            revision.stop()
        self.production.close()
        self.candidate.close()

    def serving(self) -> str:
        """The revision that has the traffic now."""
        return self._has_traffic

    def revisions(self) -> list[str]:
        """Every revision that got ready once, the newest first."""
        return [*reversed(self._templates)]

    def shift(self, name: str) -> None:
        """Give a revision all of the traffic. Raises Refused, and the traffic stays."""
        self.production.send_to(self._port(name))
        self.candidate.send_to(self._port(self._tagged))
        before, self._has_traffic = self._has_traffic, name
        self._retire({before, name, self._tagged})

    def _job(self, template: State) -> State:
        """Return where a job runs, with which environment, and what."""
        (container,) = template["containers"]
        return {
            "folder": self._folder(container),
            "environment": dict(self._environment(template, container)),
            "command": container["command"],
            "args": container["args"],
        }

    def _folder(self, container: State) -> Path:
        folder = image_folder(self.place, container["image"])
        if not folder.exists():
            raise Refused(f"Image {container['image']} is not in the registry: build it first.")
        return folder

    def _serve(self, service: State) -> None:
        (template,) = service["template"]
        name, traffic = template["revision"], service["traffic"]
        if name not in self._templates:
            self.running[name] = self._started(name, template)
            self._templates[name] = template
        self._tagged = next(each["revision"] for each in traffic if each["tag"])
        self.shift(self._serving_in(service))

    def _serving_in(self, service: State) -> str:
        return next(str(each["revision"]) for each in service["traffic"] if each["percent"] == 100)

    def _tag(self, name: str) -> str:
        return "candidate" if name == self._tagged else ""

    def _port(self, name: str) -> int:
        if name not in self._templates:
            raise Refused(f"Revision {name} does not exist: traffic stays where it was.")
        if name not in self.running:
            self.running[name] = self._started(name, self._templates[name])
        return self.running[name].port

    def _started(self, name: str, template: State) -> Revision:
        (container,) = template["containers"]
        folder, log = self._folder(container), self.place / f"{name}.log"
        environment = dict(self._environment(template, container))
        revision = Revision(name, folder, environment, log)
        (probe,) = container["startup_probe"]
        path = probe["http_get"][0]["path"]
        if not revision.becomes_ready(path, probe["failure_threshold"]):
            revision.kill()
            raise Refused(
                f"Revision {name} is not ready and gets no traffic: {path} was never answered "
                f"well. Its log ends with: {revision.last_words()}"
            )
        return revision

    def _environment(self, template: State, container: State) -> Iterator[tuple[str, str]]:
        for each in container["env"]:
            value = each["value"] or self._secret(each["value_source"])
            yield each["name"], self._mounted(value, template, container)

    def _secret(self, source: list[State]) -> str:
        (reference,) = source[0]["secret_key_ref"]
        return self.vault.value(reference["secret"], reference["version"])

    def _mounted(self, value: str, template: State, container: State) -> str:
        """Turn the platform's socket folder into the one of this machine, if it is mounted."""
        mounts = {each["name"]: each["mount_path"] for each in container["volume_mounts"]}
        for volume in template["volumes"]:
            for sql in volume["cloud_sql_instance"]:
                for instance in sql["instances"]:
                    place = f"{mounts.get(volume['name'])}/{instance}"
                    value = value.replace(place, str(socket_folder(self.place, instance)))
        return value

    def _retire(self, needed: set[str]) -> None:
        """Stop what neither has a tag nor had traffic of late, once nothing is under way there."""
        for name in set(self.running) - needed:
            revision = self.running.pop(name)
            self.production.drained(revision.port)
            self.candidate.drained(revision.port)
            revision.stop()
