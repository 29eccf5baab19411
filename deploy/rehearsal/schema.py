"""What has a resource of the stand-in: attributes and blocks, as the wire protocol spells them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from tf.gen import tfplugin_pb2 as pb

SCHEMA = Path(__file__).with_name("google.json")

Value = Any  # as JSON and msgpack have it

_NESTING = {
    "list": pb.Schema.NestedBlock.NestingMode.LIST,
    "set": pb.Schema.NestedBlock.NestingMode.SET,
    "single": pb.Schema.NestedBlock.NestingMode.SINGLE,
}


@dataclass
class Block:
    """Attributes by name as (type, required, optional, computed); blocks by name."""

    attributes: dict[str, tuple[Any, bool, bool, bool]] = field(default_factory=dict)
    blocks: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Read what `told` gives."""
        return cls({name: tuple(each) for name, each in told["attributes"].items()}, told["blocks"])

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"attributes": self.attributes, "blocks": self.blocks}

    def to_pb(self) -> Any:
        """Return it as Terraform asks for it."""
        return pb.Schema.Block(
            attributes=[_attribute(name, *each) for name, each in sorted(self.attributes.items())],
            block_types=[_nested(name, each) for name, each in sorted(self.blocks.items())],
        )

    def computed(self) -> list[str]:
        """Return the names of what the cloud tells where the configuration does not."""
        return [name for name, (*_, computed) in self.attributes.items() if computed]


def _attribute(name: str, kind: Any, required: bool, optional: bool, computed: bool) -> Any:
    return pb.Schema.Attribute(
        name=name,
        type=json.dumps(kind).encode(),
        required=required,
        optional=optional,
        computed=computed,
    )


def _nested(name: str, told: Mapping[str, Any]) -> Any:
    return pb.Schema.NestedBlock(
        type_name=name,
        block=Block.read(told["block"]).to_pb(),
        nesting=_NESTING[told["nesting"]],
        min_items=told["min"],
        max_items=told["max"],
    )


@cache
def whole() -> dict[str, dict[str, Block]]:
    """Return all of it: resources and data sources by name."""
    told = json.loads(SCHEMA.read_text())
    return {
        kind: {name: Block.read(each) for name, each in told[kind].items()}
        for kind in ("provider", "resource", "data")
    }
