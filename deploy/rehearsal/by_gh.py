"""What gh does to the rehearsal: the stage's variables, and the last pipeline once more."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.rehearsal.by_gcloud import Said, table
from deploy.rehearsal.pipeline import Pipeline, Stopped
from deploy.rehearsal.project import Refused
from local.environment import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "pipeline.yml"
# TF_VAR_settings: ${{ vars.SETTINGS || '{}' }}
GIVEN_ON = re.compile(r"TF_VAR_(\w+): .*vars\.(\w+)")
REPOSITORY = {".id": "100000001", ".owner.id": "200000002"}


RUN = "1000000001"


class Gh:
    """Every method returns an exit status and what is printed, or raises Refused."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._ended: Said = (0, "")

    def do(self, asked: Mapping[str, Any]) -> Said:
        """Carry out a command."""
        said: Said = getattr(self, asked["command"].replace(" ", "_"))(asked)
        return said

    def api(self, asked: Mapping[str, Any]) -> Said:
        """Tell a number of the repository."""
        return 0, f"{REPOSITORY[asked['jq']]}\n"

    def run_list(self, _: Mapping[str, Any]) -> Said:
        """Tell the last run's number."""
        return 0, f"{RUN}\n"

    def run_rerun(self, asked: Mapping[str, Any]) -> Said:
        """Run the last pipeline again, with what the variables say now."""
        if asked["run"] != RUN:
            raise Refused(f"There is no run {asked['run']}.")
        try:
            self.pipeline.again()
        except Stopped as stopped:
            self._ended = 1, f"{' '.join(self.pipeline.stages)}\n{stopped}\n"
        else:
            self._ended = 0, f"{' '.join(self.pipeline.stages)}\n"
        return 0, f"Requested rerun of run {asked['run']}\n"

    def run_watch(self, _: Mapping[str, Any]) -> Said:
        """Tell how the run that was started last has ended."""
        return self._ended

    def variable_list(self, _: Mapping[str, Any]) -> Said:
        """Tell each variable."""
        rows = ((variable, self.pipeline.variables[name]) for name, variable in self._asked_for())
        return 0, table(("NAME", "VALUE"), *sorted(rows))

    def variable_set(self, asked: Mapping[str, Any]) -> Said:
        """Set one that the workflow asks for."""
        given_on = {variable: name for name, variable in GIVEN_ON.findall(WORKFLOW.read_text())}
        if asked["name"] not in given_on:
            raise Refused(f"No workflow asks for {asked['name']}.")
        self.pipeline.variables[given_on[asked["name"]]] = asked["body"]
        return 0, f"Updated variable {asked['name']}\n"

    def _asked_for(self) -> Iterator[tuple[str, str]]:
        for name, variable in GIVEN_ON.findall(WORKFLOW.read_text()):
            if name in self.pipeline.variables:
                yield name, variable
