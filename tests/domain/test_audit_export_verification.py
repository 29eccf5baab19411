"""An exported file is what was exported, or the first place at which it is not is named."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import SigningKey
from audit.ledger import HASHED
from audit.models import Checkpoint, Entry
from audit.operations import sealing
from tests.history import changeable_history, write
from wire.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _five_entries(signing_key):
    """Four entries, and the one about the export."""
    write(4)


@pytest.fixture(params=["jsonl", "csv"])
def file(request, tmp_path):
    """An export of all five."""
    path = tmp_path / f"audit.{request.param}"
    call_command("audit", "export", "--to", str(path), "--format", request.param)
    return path


@pytest.fixture
def jsonl(tmp_path):
    """An export of all five as lines of JSON."""
    path = tmp_path / "audit.jsonl"
    call_command("audit", "export", "--to", str(path))
    return path


@pytest.fixture
def keys(tmp_path):
    """The keys as they are published, in a file."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [key.public_jwk for key in SigningKey.objects.all()]}))
    return str(path)


def refused(path, *arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("audit", "verify", str(path), *arguments)
    return refusal.value.returncode, str(refusal.value)


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def test_a_file_verifies_with_nothing_but_the_keys(file, keys, capsys):
    with changeable_history():
        Entry.objects.all().delete()
        Checkpoint.objects.all().delete()
    SigningKey.objects.all().delete()

    call_command("audit", "verify", str(file), "--jwks", keys)

    assert capsys.readouterr().out.splitlines()[-2:] == [
        "5 entries are as they were exported.",
        "They are all that was sealed at positions 0 to 4.",
    ]


def ids():
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("column", [*HASHED, "occurred_at", "leaf_hash", "id", "position"])
def test_a_change_of_any_member_is_found(jsonl, column):
    lines = lines_of(jsonl)
    entry = json.loads(lines[1])
    entry[column] = 4711
    lines[1] = json.dumps(entry).encode() + b"\n"
    jsonl.write_bytes(b"".join(lines))

    status, told = refused(jsonl)

    assert status == 1
    assert told.startswith(f"Entry {4711 if column == 'id' else ids()[1]} ")


def forge(lines, head):
    """Change an entry so that its own hash fits."""
    entry = Entry.objects.get(pk=ids()[1])
    old = entry.leaf_hash
    entry.actor_id = "@mallory"
    entry.seal_content()
    row = lines[head + 1].replace(b"system:shell", b"@mallory")
    lines[head + 1] = row.replace(old.encode(), entry.leaf_hash.encode())


def swap(lines, head):
    lines[head + 1], lines[head + 2] = lines[head + 2], lines[head + 1]


CHANGES = {
    "forged": (forge, "Entry {1} was changed, or"),
    "taken out": (lambda lines, head: lines.pop(head + 1), "Entry {0} was changed, or"),
    "first taken out": (lambda lines, head: lines.pop(head), "The beginning of the file was"),
    "put in": (lambda lines, head: lines.insert(head + 2, lines[head]), "Entry {1} was changed"),
    "reordered": (swap, "Entry {0} was changed, or what stood behind it"),
    "last taken out": (lambda lines, head: lines.pop(-2), "Entry {3} was changed, or"),
    "cut": (lambda lines, head: lines.pop(), "Entry {4} is followed by no manifest"),
    "cut short": (lambda lines, head: lines.append(lines.pop()[:50]), "Entry {4} is followed by"),
    "longer": (lambda lines, head: lines.append(lines[-1]), "What follows the manifest was put in"),
}


@pytest.mark.parametrize(("change", "named"), CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_taken_or_moved_is_found(file, change, named):
    lines = lines_of(file)
    change(lines, 1 if file.suffix == ".csv" else 0)
    file.write_bytes(b"".join(lines))

    status, told = refused(file)

    assert status == 1
    assert told.startswith(named.format(*ids()))


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("count", 4, "was signed with another count"),
        ("filters", {"actor_id": "@alice"}, "was signed with another filters"),
        ("checkpoint", None, "was signed with another checkpoint"),
        ("tree", None, "was signed with another tree"),
        ("statement", "a.b.c", "was not signed by the issuer"),
        ("statement", None, "was not signed by the issuer"),
    ],
)
def test_a_manifest_that_is_not_what_was_signed_is_found(jsonl, member, value, named):
    lines = lines_of(jsonl)
    manifest = json.loads(lines[-1])
    manifest["manifest"][member] = value
    jsonl.write_bytes(b"".join([*lines[:-1], json.dumps(manifest).encode()]))

    assert refused(jsonl) == (1, f"The manifest {refused(jsonl)[1].partition('manifest ')[2]}")
    assert named in refused(jsonl)[1]


def test_the_manifest_of_another_export_is_found(jsonl, tmp_path):
    other = tmp_path / "other.jsonl"
    write()
    call_command("audit", "export", "--to", str(other))
    jsonl.write_bytes(b"".join([*lines_of(jsonl)[:-1], lines_of(other)[-1]]))

    assert refused(jsonl)[1].startswith(f"Entry {ids()[4]} was changed, or what stood behind it")


def test_a_checkpoint_is_no_manifest(jsonl):
    lines = lines_of(jsonl)
    manifest = json.loads(lines[-1])["manifest"]
    manifest["statement"] = manifest["checkpoint"]
    jsonl.write_bytes(b"".join([*lines[:-1], json.dumps({"manifest": manifest}).encode()]))

    assert "The manifest was not signed by the issuer" in refused(jsonl)[1]


def test_other_keys_prove_nothing(file, tmp_path):
    (tmp_path / "none.json").write_text('{"keys": []}')

    told = refused(file, "--jwks", str(tmp_path / "none.json"))[1]

    assert told.startswith("The manifest was not signed by the issuer")


def test_no_file_is_written_over(jsonl):
    with pytest.raises(CommandError, match="exists"):
        call_command("audit", "export", "--to", str(jsonl))

    assert refused(jsonl.with_suffix(".nowhere"))[0] == 2


def test_the_hash_of_an_entry_can_be_computed_from_its_line_alone(jsonl):
    sealing.seal(now())

    for line in lines_of(jsonl)[:-1]:
        entry = json.loads(line)
        assert entry["leaf_hash"] == Entry.objects.get(pk=entry["id"]).leaf_hash
