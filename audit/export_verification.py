"""Is a file what was exported? If not, where is the first place at which it is not?"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.comparison import Tampered
from audit.formats import FORMATS, MANIFEST, MEMBERS, SO_FAR, Line, Members, Unreadable
from audit.ledger import HASHED, leaf_hash
from audit.signing import CHECKPOINT
from audit.signing import MANIFEST as MANIFEST_TYPE
from audit.tree import Frontier
from audit.verification import Judge, Unproven

MANIFEST_CLAIMS = ("count", "first_id", "last_id", "sha256", "filters", "tree", "checkpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedExport:
    """What a file was found to hold; `covers` where it holds all entries of a range of the tree."""

    entries: int
    claims: Mapping[str, Any]
    statement: str
    covers: range | None


@dataclass(slots=True)
class _Reading:
    """How far a file was read."""

    ids: list[int] = field(default_factory=list)
    places: dict[int, bytes] = field(default_factory=dict)
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def here(self) -> str:
        return f"Entry {self.ids[-1]}" if self.ids else "The beginning of the file"


def verify_export(path: Path, judge: Judge) -> VerifiedExport:
    """Check each line, their order, the manifest and what it refers to. Raises Tampered, OSError.

    Needs neither database nor service: what the issuer signed decides.
    """
    reading = _Reading()
    lines = _lines(path, reading)
    manifest: Any = None
    for raw, said in lines:
        if MANIFEST in said:
            manifest = said[MANIFEST]
            break
        _take(raw, said, reading)
    if next(lines, None) is not None:
        raise Tampered("What follows the manifest", "was put in")
    claims = _claims(manifest, reading, judge)
    return VerifiedExport(
        entries=len(reading.ids),
        claims=claims,
        statement=manifest["statement"],
        covers=_covered(claims, reading, judge),
    )


def _lines(path: Path, reading: _Reading) -> Iterator[Line]:
    with path.open("rb") as file:
        form = FORMATS["jsonl" if file.peek(1)[:1] == b"{" else "csv"]
        try:
            yield from form.read(file)
        except Unreadable as error:
            raise Tampered(reading.here, "is followed by a line that is none of ours") from error


def _take(raw: bytes, said: Members, reading: _Reading) -> None:
    if said or reading.ids:  # the head of a table says nothing
        _check_entry(said, reading)
        reading.ids.append(said["id"])
        if said["position"] is not None:
            reading.places[said["position"]] = bytes.fromhex(said["leaf_hash"])
    reading.digest.update(raw)


def _check_entry(said: Members, reading: _Reading) -> None:
    if said.keys() != set(MEMBERS) or type(said["id"]) is not int:
        raise Tampered(reading.here, "is followed by a line that is no entry")
    if said["so_far"] != reading.digest.hexdigest()[:SO_FAR]:
        raise Tampered(reading.here, "was changed, or what stood behind it taken out or put in")
    if _leaf_hash(said) != said["leaf_hash"]:
        raise Tampered(f"Entry {said['id']}", "is not what its leaf_hash says")


def _leaf_hash(said: Members) -> str | None:
    try:
        return leaf_hash({name: said[name] for name in (*HASHED, "occurred_at")})
    except UnicodeEncodeError:  # half a surrogate pair
        return None


def _claims(manifest: Any, reading: _Reading, judge: Judge) -> Mapping[str, Any]:
    if not isinstance(manifest, dict):
        raise Tampered(reading.here, "is followed by no manifest: the end is missing")
    if manifest.get("sha256") != reading.digest.hexdigest():
        raise Tampered(reading.here, "was changed, or what stood behind it taken out or put in")
    claims = _judged(judge, manifest.get("statement"), MANIFEST_TYPE, "The manifest")
    for name in MANIFEST_CLAIMS:
        if claims.get(name) != manifest.get(name):
            raise Tampered("The manifest", f"was signed with another {name}")
    return claims


def _covered(claims: Mapping[str, Any], reading: _Reading, judge: Judge) -> range | None:
    """Rebuild the tree where the file holds all of a range, and compare it with what was signed."""
    if claims["checkpoint"] is None:
        return None
    signed = _judged(judge, claims["checkpoint"], CHECKPOINT, "The manifest's checkpoint")
    if claims["tree"] is None:
        return None
    start, peaks = claims["tree"]["start"], claims["tree"]["peaks"]
    frontier = Frontier(start, [bytes.fromhex(peak) for peak in peaks])
    covers = range(start, signed["size"])
    for position in covers:
        if position not in reading.places:
            raise Tampered(f"The entry at position {position}", "is missing")
        frontier.append(reading.places[position])
    if frontier.root().hex() != signed["root"]:
        raise Tampered("The entries together", "are not what the checkpoint was signed for")
    return covers


def _judged(judge: Judge, statement: object, typ: str, name: str) -> Mapping[str, Any]:
    try:
        return judge(str(statement), typ)
    except Unproven as error:
        raise Tampered(name, f"was not signed by the issuer: {error}") from error
