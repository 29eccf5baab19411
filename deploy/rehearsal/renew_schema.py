"""What may Terraform say to Google? Read out of the provider's bindings, for what we use of it.

    pip download --no-deps cdktn-provider-google && unzip cdktn_provider_google-*.whl
    python -m deploy.rehearsal.renew_schema cdktn_provider_google/_jsii/provider-google@*.jsii.tgz

The bindings name every argument, its type, and whether it is required, optional or computed.
"""

import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.rehearsal.schema import SCHEMA, Block

USED = re.compile(r'^(resource|data) "google_(\w+)"', re.MULTILINE)
STACKS = Path(__file__).resolve().parents[1] / "terraform"

_FACTS = re.compile(
    r"// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n(.*\n.*\n)"
)
_ATTRIBUTE = re.compile(
    r"^\s+(\w+): \{\n\s+value: (.*),\n\s+isBlock: (true|false),\n\s+type: \"(\w+)\",\n"
    r"\s+storageClassType: \"(\w+)\"",
    re.MULTILINE,
)
_STRUCT = re.compile(r"(\w+)ToHclTerraform(?:, true)?\)?\(")
_TYPES: dict[str, Any] = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "stringMap": ["map", "string"],
}
_GETTERS = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
}


class Bindings:
    """The source of one resource's bindings."""

    def __init__(self, source: str) -> None:
        self.source = source

    def whole(self) -> Block:
        """Return the resource itself: the last class, which alone has no struct function."""
        start = self.source.rindex("\nclass ")
        return self._block(
            self.source[start:], self.source[self.source.rindex("const attrs = {") :]
        )

    def nested(self, struct: str) -> Block:
        """Return a block inside it, by the name of its struct."""
        start = self.source.index(f"function {struct}ToHclTerraform(")
        attributes = self.source[start : self.source.index("\n}\n", start)]
        start = self.source.index(f"\nclass {struct[0].upper()}{struct[1:]}OutputReference ")
        return self._block(self.source[start : self.source.index("\n}\n", start)], attributes)

    def _block(self, body: str, attributes: str) -> Block:
        facts = {found[1]: found for found in _FACTS.finditer(body)}
        block = Block()
        for name, value, is_block, kind, storage in _ATTRIBUTE.findall(attributes):
            if is_block == "true":
                block.blocks[name] = self._nesting(value, kind, facts[name])
            else:
                outer = ["set", _TYPES[storage][1]] if kind == "set" else _TYPES[storage]
                block.attributes[name] = (outer, *_three(facts[name]))
        for name, kind in _computed(facts):
            block.attributes.setdefault(name, (kind, False, False, True))
        return block

    def _nesting(self, value: str, kind: str, fact: re.Match[str]) -> dict[str, Any]:
        struct = _STRUCT.findall(value)[-1]
        nesting = "single" if kind == "struct" else kind
        is_one = "Mapper" not in value and nesting != "single"
        return {
            "nesting": nesting,
            "min": int(fact[4] == "true"),
            "max": int(is_one),
            "block": self.nested(struct).told(),
        }


def _three(fact: re.Match[str]) -> tuple[bool, bool, bool]:
    """Return required, optional, computed."""
    return fact[4] == "true", fact[3] == "true", fact[2] == "true"


def _computed(facts: dict[str, re.Match[str]]) -> Iterator[tuple[str, Any]]:
    """Yield what is told by the cloud alone, where it is simple."""
    for name, fact in facts.items():
        getter = next((each for each in _GETTERS if each in fact[5]), None)
        if getter and (fact[2], fact[3], fact[4]) == ("true", "false", "false"):
            yield name, _GETTERS[getter]


def main(archive: str) -> None:
    """Write the schema of every resource and data source that the stacks name."""
    named = {found for path in STACKS.rglob("*.tf") for found in USED.findall(path.read_text())}
    own = dict.fromkeys(("project", "region"), ("string", False, True, False))
    provider = {"google": Block(attributes=own).told()}
    schema: dict[str, Any] = {"provider": provider, "resource": {}, "data": {}}
    with tarfile.open(archive) as bindings:
        for kind, name in sorted(named):
            folder = f"{'data-google-' if kind == 'data' else ''}{name.replace('_', '-')}"
            member = bindings.extractfile(f"package/lib/{folder}/index.js")
            assert member is not None
            schema[kind][f"google_{name}"] = Bindings(member.read().decode()).whole().told()
    SCHEMA.write_text(_lines(schema))


def _lines(schema: dict[str, Any]) -> str:
    """Return JSON with one line for each resource, so that changes can be read."""
    parts = [
        f'"{kind}": {{\n'
        + ",\n".join(f'"{name}": {json.dumps(told)}' for name, told in sorted(each.items()))
        + "\n}"
        for kind, each in schema.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main(sys.argv[1])
