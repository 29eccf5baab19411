"""Files become operations, or say why not."""

import hashlib

import pytest

from migrations_ops import parameters
from migrations_ops.errors import NoSuchOneshot, Tombstoned
from migrations_ops.loading import BrokenOperation
from migrations_ops.parameter_types import described
from migrations_ops.registry import FOLDER, Registry
from tests.oneshots import NAME, SOURCE, STANDARD
from wire.errors import InvalidInput

pytest_plugins = ["tests.oneshot_fixtures"]


@pytest.fixture
def kind(oneshots):
    """An operation with parameters of every type."""
    declared = 'text: str\n    number: int = 1\n    flag: bool = False\n    hint: str | None = "h"'
    return oneshots.write(parameters=declared).find(NAME).kind


def test_an_operation_is_known_by_the_hash_of_its_source(raise_cache):
    found = Registry(raise_cache.path).find(NAME)

    source = (raise_cache.path / f"0001_{NAME}.py").read_bytes()
    assert found.code_sha256 == hashlib.sha256(source).hexdigest()
    assert parameters.spelled(found.kind()) == {"step": 1}


def test_what_is_hashed_is_what_runs(raise_cache):
    before = Registry(raise_cache.path).find(NAME)
    raise_cache.write(parameters="step: int = 2")

    after = Registry(raise_cache.path).find(NAME)

    assert parameters.spelled(before.kind()) == {"step": 1}
    assert parameters.spelled(after.kind()) == {"step": 2}
    assert before.code_sha256 != after.code_sha256
    assert not list(raise_cache.path.rglob("*.pyc"))


def test_operations_come_in_the_order_of_their_files(oneshots):
    oneshots.write("0002_first.py", name='"first"')
    found = oneshots.write("0010_second.py", name='"second"')

    assert list(found.operations) == ["first", "second"]


def test_the_shipped_operations_load():
    found = Registry(FOLDER)

    assert "lowercase_project_slugs" in found.operations
    assert found.index() == {name: op.code_sha256 for name, op in found.operations.items()}


def test_an_unknown_name_and_a_buried_one_are_told_apart(raise_cache):
    raise_cache.bury(NAME)
    found = Registry(raise_cache.path)

    with pytest.raises(Tombstoned):
        found.find(NAME)
    with pytest.raises(NoSuchOneshot):
        found.find("0001_raise_cache")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": '"other"'}, "the file says 'raise_cache'"),
        ({"name": "5"}, "name is not a str"),
        ({"sunset": '"2999-12-31"'}, "sunset is not a date"),
        ({"max_rows": "True"}, "max_rows is not a int"),
        ({"max_rows": "0"}, "max_rows is less than 1"),
        ({"parameters": "tags: list[str]"}, "parameter tags is not one of str, int, bool"),
        ({"parameters": "either: str | int"}, "parameter either is not one of str, int, bool"),
        ({"imports": "import requests"}, "it imports requests"),
        ({"imports": "from urllib.request import urlopen"}, "it imports urllib"),
        ({"imports": "import nothing_of_the_kind"}, "No module named"),
        ({"imports": "def"}, "invalid syntax"),
        ({"imports": "class Second(AtOnce): ..."}, "2 are there"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_reason(oneshots, changes, reason):
    with pytest.raises(BrokenOperation) as refused:
        oneshots.write(**changes).find(NAME)

    assert str(refused.value).startswith(f"0001_{NAME}.py: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize("file", ["raise_cache.py", "1_raise_cache.py", "0001-raise.py"])
def test_a_file_is_named_by_number_and_name(oneshots, file):
    with pytest.raises(BrokenOperation, match="NNNN_name"):
        oneshots.write(file).find(NAME)


@pytest.mark.parametrize("file", ["0001_another.py", "0002_raise_cache.py"])
def test_neither_number_nor_name_is_given_twice(raise_cache, file):
    name = file[5:-3]

    with pytest.raises(BrokenOperation, match="another file has its number or its name"):
        raise_cache.write(file, name=f'"{name}"').find(NAME)


@pytest.mark.parametrize(
    ("part", "instead", "reason"),
    [
        ("@dataclass(frozen=True, kw_only=True)", "", "not a dataclass"),
        ("def affected", "def rows", "not a dataclass that has affected, and run or batch"),
        ("def run", "def do", "not a dataclass that has affected, and run or batch"),
        ('owner = "@carol"', "", "owner is not a str"),
        ("class Operation(AtOnce)", "class Operation", "0 are there"),
    ],
)
def test_an_incomplete_operation_is_refused(oneshots, part, instead, reason):
    source = SOURCE.format(**STANDARD).replace(part, instead)
    (oneshots.path / f"0001_{NAME}.py").write_text(source)

    with pytest.raises(BrokenOperation, match=reason):
        oneshots.read().find(NAME)


def test_parameters_are_described(kind):
    told = [
        (parameter.name, parameter.type, parameter.nullable, parameter.required)
        for parameter in described(kind)
    ]

    assert told == [
        ("text", "string", False, True),
        ("number", "integer", False, False),
        ("flag", "boolean", False, False),
        ("hint", "string", True, False),
    ]


def test_parameters_have_one_spelling(kind):
    one = parameters.read(kind, {"text": "ä", "number": 1})
    same = parameters.read(kind, {"hint": "h", "flag": False, "text": "ä"})

    assert parameters.canonical(one) == parameters.canonical(same)
    assert parameters.canonical(one) == '{"flag":false,"hint":"h","number":1,"text":"ä"}'


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({}, "/parameters/text", "required"),
        ({"text": None}, "/parameters/text", "invalid"),
        ({"text": 5}, "/parameters/text", "invalid"),
        ({"text": "nul\x00"}, "/parameters/text", "invalid"),
        ({"text": "", "number": True}, "/parameters/number", "invalid"),
        ({"text": "", "number": 2**63}, "/parameters/number", "invalid"),
        ({"text": "", "flag": 1}, "/parameters/flag", "invalid"),
        ({"text": "", "x~/y": 1}, "/parameters/x~0~1y", "unknown_member"),
        ({"text": "t" * 500_000}, "/parameters", "too_long"),
    ],
)
def test_unfit_parameters_are_named(kind, given, pointer, code):
    with pytest.raises(InvalidInput) as refused:
        parameters.read(kind, given)

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_an_operation_may_judge_its_parameters_itself(oneshots):
    judged = (
        "step: int = 1\n\n    def __post_init__(self):\n"
        "        if self.step < 1:\n            raise ValueError('step starts at 1')"
    )
    kind = oneshots.write(parameters=judged).find(NAME).kind

    with pytest.raises(InvalidInput) as refused:
        parameters.read(kind, {"step": 0})

    assert refused.value.faults[0].message == "step starts at 1"


def test_the_index_keeps_the_names_of_files_that_are_gone(raise_cache):
    before = Registry(raise_cache.path).write_index()
    (raise_cache.path / f"0001_{NAME}.py").unlink()

    after = Registry(raise_cache.path).write_index()

    assert before == after == raise_cache.read().index()
