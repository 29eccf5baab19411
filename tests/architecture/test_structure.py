"""What imports cannot show: string foreign keys, error tables, migrations."""

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from config.problems import PROBLEMS, problem_of
from tasks.errors import NoSuchTask
from wire.errors import DomainError

LAYERS = ["migrations_ops", "events", "tasks", "outbox", "accounts", "idempotency", "audit"]
OURS = [model for app in LAYERS for model in apps.get_app_config(app).get_models()]


def leaves(kind):
    for child in kind.__subclasses__():
        yield from leaves(child) if child.__subclasses__() else [child]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_the_layers(model):
    own = LAYERS.index(model._meta.app_label)
    targets = [f.related_model for f in model._meta.get_fields() if f.many_to_one or f.one_to_one]

    for target in targets:
        if target is not None and target._meta.app_label in LAYERS:
            assert LAYERS.index(target._meta.app_label) >= own


def test_history_holds_no_foreign_key():
    entry = apps.get_model("audit.Entry")

    assert not [field for field in entry._meta.get_fields() if field.is_relation]


@pytest.mark.parametrize("kind", sorted(leaves(DomainError), key=str), ids=lambda k: k.__name__)
def test_every_error_has_its_own_problem(kind):
    found = next(k for k in kind.__mro__ if k in PROBLEMS)

    assert found is not DomainError


def test_the_table_is_looked_up_along_the_classes():
    class Special(NoSuchTask):
        """A kind of a known error."""

    assert problem_of(Special()) is PROBLEMS[NoSuchTask]


@pytest.mark.parametrize("app", LAYERS)
def test_each_app_has_one_last_migration(app):
    assert len(MigrationLoader(None).graph.leaf_nodes(app)) == 1


@pytest.mark.parametrize("app", LAYERS)
def test_no_app_listens_to_signals(app, repository):
    for file in (repository / app).rglob("*.py"):
        assert "django.dispatch" not in file.read_text()
        assert "db.models.signals" not in file.read_text()
