"""The plans are what was reviewed, to the last argument: whatever is flipped is noticed."""

import random
import re

import pytest

from deploy.stack import TerraformFailed
from tests.contract.stacks import PLANS, applied, planned, reviewed

# Terraform never meets the database: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

# Who may do what, what is injected how, where traffic goes: each argument of these is flipped.
FLIPPED = {
    "platform": ("identities", "federation", "secrets", "registry", "events"),
    "service": ("environment", "service", "jobs"),
    "shared": ("main",),
}
ARGUMENT = re.compile(
    r'^ +"?[\w.]+"? += (?P<value>[^={(\[].*?|\[[^\[{]*\])(?P<rest> +#.*)?$', re.MULTILINE
)
# Read by people, or about the order in which things are made.
SILENT = re.compile(r"^ +(description|error_message|depends_on) +=")


@pytest.fixture(scope="module")
def stacks():
    with applied() as found:
        yield found


@pytest.mark.parametrize("name", PLANS)
def test_the_plan_is_the_one_that_was_reviewed(name, stacks):
    assert planned(stacks, name) == reviewed(name)


def arguments(root):
    """Yield each argument that may be flipped: its file, where its value is, and the value."""
    for stack, files in FLIPPED.items():
        for file in files:
            text = (root / stack / f"{file}.tf").read_text()
            for found in ARGUMENT.finditer(text):
                if not SILENT.match(found[0]):
                    yield f"{stack}/{file}.tf", found.span("value"), found["value"]


def flipped(value):
    """Another value of the same kind, as far as one can tell."""
    if value in {"true", "false"}:
        return "false" if value == "true" else "true"
    if value.isdigit():
        return str(int(value) + 1)
    if value.startswith("["):
        return "[]"
    return f'"flipped{value[1:]}' if value.startswith('"') and value != '""' else '"flipped"'


def noticed(stacks, stack):
    """Say whether the full plan of the stack fails, or is another."""
    name = f"{stack}.dev"
    try:
        return planned(stacks, name) != reviewed(name)
    except TerraformFailed:
        return True


def test_whatever_argument_is_flipped_is_noticed(stacks, rounds):
    root = stacks["service"].folder.parent
    every = list(arguments(root))
    assert len(every) > 120

    chosen = random.sample(every, rounds(5, full=len(every)))
    for file, (start, end), value in chosen:
        text = (root / file).read_text()
        (root / file).write_text(text[:start] + flipped(value) + text[end:])
        affected = (
            ("service", "platform") if file.startswith("shared") else (file.partition("/")[0],)
        )
        seen = any(noticed(stacks, stack) for stack in affected)
        (root / file).write_text(text)
        assert seen, f"{file}: {value} -> {flipped(value)}"
