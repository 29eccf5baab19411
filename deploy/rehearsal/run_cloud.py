"""A cloud that runs what it is told to: revisions as processes here, behind two switches.

Of Cloud Run it keeps what a deployment relies on: a revision's environment and secrets are exactly
its template's; one that never gets ready gets no traffic; traffic and tag go where they should.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.rehearsal.paper_cloud import PaperCloud
from deploy.rehearsal.provider import Refused, State
from deploy.rehearsal.revisions import Revision
from deploy.rehearsal.switch import Switch

HOST = "taskflow-123456789012.europe-west1.run.app"
SERVICE, JOB = "google_cloud_run_v2_service", "google_cloud_run_v2_job"


class RunCloud(PaperCloud):
    """Serves what is applied."""

    def __init__(self, secrets: Mapping[str, str], sockets: Mapping[str, Path], var: Path) -> None:
        super().__init__(dict.fromkeys(secrets, 1))
        self.values, self.sockets, self.var = dict(secrets), sockets, var
        self.images: dict[str, Path] = {}
        self.revisions: dict[str, Revision] = {}
        self.jobs: dict[str, State] = {}
        self._has_traffic = ""
        self.production, self.candidate = Switch(HOST), Switch(f"candidate---{HOST}")

    def made(self, kind: str, wanted: State) -> State:
        """Run a service, know how to run a job; put down anything else on paper."""
        if kind == SERVICE:
            self._serve(wanted)
        if kind == JOB:
            self.jobs[wanted["name"]] = self._job(wanted["template"][0]["template"][0])
        return super().made(kind, wanted)

    def close(self) -> None:
        """Stop everything."""
        for revision in self.revisions.values():
            revision.stop()
        self.production.close()
        self.candidate.close()

    def serving(self) -> str:
        """The revision that has the traffic now."""
        return self._has_traffic

    def _job(self, template: State) -> State:
        """Return where a job runs, with which environment, and what."""
        (container,) = template["containers"]
        return {
            "folder": str(self._folder(container)),
            "environment": dict(self._environment(template, container)),
            "command": container["command"],
            "args": container["args"],
        }

    def _folder(self, container: State) -> Path:
        if container["image"] not in self.images:
            raise Refused(f"Image {container['image']} is not in the registry: build it first.")
        return self.images[container["image"]]

    def _serve(self, service: State) -> None:
        (template,) = service["template"]
        name = template["revision"]
        if name not in self.revisions:
            self.revisions[name] = self._started(name, template)
        traffic = service["traffic"]
        before = self._has_traffic
        self._has_traffic = next(each["revision"] for each in traffic if each["percent"] == 100)
        tagged = next(each["revision"] for each in traffic if each["tag"])
        self.production.send_to(self._port(self._has_traffic))
        self.candidate.send_to(self._port(tagged))
        self._retire({before, self._has_traffic, tagged})

    def _port(self, name: str) -> int:
        if name not in self.revisions:
            raise Refused(f"Revision {name} does not exist: traffic stays where it was.")
        return self.revisions[name].port

    def _started(self, name: str, template: State) -> Revision:
        (container,) = template["containers"]
        folder, log = self._folder(container), self.var / f"{name}.log"
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
        if str(self.secrets.get(reference["secret"])) != reference["version"]:
            raise Refused(f"Secret {reference['secret']} has no version {reference['version']}.")
        return self.values[reference["secret"]]

    def _mounted(self, value: str, template: State, container: State) -> str:
        """Turn the platform's socket folder into the one of this machine, if it is mounted."""
        mounts = {each["name"]: each["mount_path"] for each in container["volume_mounts"]}
        for volume in template["volumes"]:
            for sql in volume["cloud_sql_instance"]:
                for instance in sql["instances"]:
                    place = f"{mounts.get(volume['name'])}/{instance}"
                    value = value.replace(place, str(self.sockets[instance]))
        return value

    def _retire(self, needed: set[str]) -> None:
        """Stop what neither has a tag nor had traffic of late, once nothing is under way there."""
        for name in set(self.revisions) - needed:
            revision = self.revisions.pop(name)
            self.production.drained(revision.port)
            self.candidate.drained(revision.port)
            revision.stop()


def secret_values(migrator_url: str, required: Mapping[str, str]) -> dict[str, str]:
    """Spell the secrets of a stage by Secret Manager's names."""
    named = {f"taskflow-{name.lower().replace('_', '-')}": text for name, text in required.items()}
    return {**named, "taskflow-migrator-database-url": migrator_url}
