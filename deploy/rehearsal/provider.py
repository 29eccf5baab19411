"""The stand-in of Google's provider: Terraform's own protocol, with a cloud of ours behind it.

It checks every argument against the real provider's schema, plans as that one would, and hands what
is applied to a cloud that may refuse. What it does not know is what Google would say of a value.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import grpc
import msgpack
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from deploy.rehearsal.project import Refused
from deploy.rehearsal.schema import Block, whole

UNKNOWN = msgpack.ExtType(0, b"\0")

State = dict[str, Any]


class Cloud(Protocol):
    """What stands behind the provider."""

    def made(self, kind: str, wanted: State) -> State:
        """Carry out what was planned; return what only the cloud can tell. Raises Refused."""

    def found(self, kind: str, state: State) -> State:
        """Return what is there of what was stored last."""

    def told(self, kind: str, asked: State) -> State:
        """Answer a data source. Raises Refused."""


class Provider(rpc.ProviderServicer):  # type: ignore[misc]
    """What Terraform calls. Names and casts are the protocol's."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def GetMetadata(self, request: Any, context: Any) -> Any:
        """Tell what is optional here: nothing."""
        return pb.GetMetadata.Response(
            resources=[
                pb.GetMetadata.ResourceMetadata(type_name=name) for name in whole()["resource"]
            ],
            data_sources=[
                pb.GetMetadata.DataSourceMetadata(type_name=name) for name in whole()["data"]
            ],
        )

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        """Tell every argument there is."""
        known = {kind: _schemas(blocks.items()) for kind, blocks in whole().items()}
        return pb.GetProviderSchema.Response(
            provider=known["provider"]["google"],
            resource_schemas=known["resource"],
            data_source_schemas=known["data"],
        )

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        """Find nothing wrong; the schema was enough."""
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        """Find nothing wrong."""
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        """Find nothing wrong."""
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        """Need no credential."""
        return pb.ConfigureProvider.Response()

    def StopProvider(self, request: Any, context: Any) -> Any:
        """Have nothing to stop."""
        return pb.StopProvider.Response()

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        """Take the state as it was stored, in JSON."""
        return pb.UpgradeResourceState.Response(
            upgraded_state=pb.DynamicValue(json=request.raw_state.json)
        )

    def ReadResource(self, request: Any, context: Any) -> Any:
        """Look at what is there now."""
        state = _read(request.current_state)
        found = state and self.cloud.found(request.type_name, state)
        return pb.ReadResource.Response(new_state=_written(found))

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        """Plan what is wanted; what the cloud alone can tell is not known before it is made."""
        planned = _read(request.proposed_new_state)
        if planned is not None and _read(request.prior_state) is None:
            for name in whole()["resource"][request.type_name].computed():
                if planned[name] is None:
                    planned[name] = UNKNOWN
        return pb.PlanResourceChange.Response(
            planned_state=_written(planned), legacy_type_system=True
        )

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        """Have the cloud do it; when it refuses, what was there stays."""
        planned = _read(request.planned_state)
        try:
            state = planned and self._made(request.type_name, planned)
        except Refused as refusal:
            return pb.ApplyResourceChange.Response(
                new_state=request.prior_state, diagnostics=[_error(refusal)]
            )
        return pb.ApplyResourceChange.Response(new_state=_written(state), legacy_type_system=True)

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        """Ask the cloud."""
        asked = _read(request.config) or {}
        try:
            told = self.cloud.told(request.type_name, asked)
        except Refused as refusal:
            return pb.ReadDataSource.Response(diagnostics=[_error(refusal)])
        given = {name: value for name, value in asked.items() if value is not None}
        return pb.ReadDataSource.Response(state=_written({**asked, **told, **given}))

    def _made(self, kind: str, planned: State) -> State:
        wanted = {name: None if value == UNKNOWN else value for name, value in planned.items()}
        told = self.cloud.made(kind, wanted)
        block = whole()["resource"][kind]
        return {
            name: told.get(name, _nothing(block, name)) if planned[name] == UNKNOWN else value
            for name, value in wanted.items()
        }


def _schemas(blocks: Iterable[tuple[str, Block]]) -> dict[str, Any]:
    return {name: pb.Schema(block=block.to_pb()) for name, block in blocks}


def _nothing(block: Block, name: str) -> Any:
    """Return the value of an attribute that nobody says anything about."""
    kind = block.attributes[name][0]
    empty = {"string": "", "number": 0, "bool": False}
    return empty[kind] if isinstance(kind, str) else {} if kind[0] == "map" else []


def _read(value: Any) -> State | None:
    found: State | None = msgpack.unpackb(value.msgpack) if value.msgpack else None
    return found


def _written(state: State | None) -> Any:
    return pb.DynamicValue(msgpack=msgpack.packb(state))


def _error(refusal: Refused) -> Any:
    return pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=str(refusal))


def serve(cloud: Cloud, address: str) -> grpc.Server:
    """Serve the provider at the address until it is stopped."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    rpc.add_ProviderServicer_to_server(Provider(cloud), server)
    server.add_insecure_port(address)
    server.start()
    return server
