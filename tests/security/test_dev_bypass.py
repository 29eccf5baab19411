"""The developer's word counts in LOCAL, behind a secret in DEV, and never in PROD."""

from dataclasses import replace

import pytest
from django.conf import settings

from config.contract import Stage

SECRET = "q7Zk2v9Xw4Rt6Yb8Nm1Lp3Sd5Fg0Hj-c"


@pytest.fixture
def stage(monkeypatch):
    def enter(env, *, allowed=True, secret=SECRET):
        contract = replace(
            settings.CONTRACT, env=env, allow_dev_auth_bypass=allowed, dev_bypass_secret=secret
        )
        monkeypatch.setattr(settings, "CONTRACT", contract)

    return enter


@pytest.fixture
def knock(anonymous):
    def status(token):
        return anonymous.get("/api/me", HTTP_AUTHORIZATION=f"Bearer {token}").status_code

    return status


@pytest.mark.parametrize("token", ["dev:@alice", "dev:alice", "dev:@zoe"])
def test_local_takes_a_bare_handle(stage, knock, token):
    stage(Stage.LOCAL, secret=None)

    assert knock(token) == 200


@pytest.mark.parametrize("token", ["dev:", "dev:@", "dev:@a b", "dev:@@", "dev:\x00", "dev:@ä"])
def test_local_refuses_what_is_no_handle(stage, knock, token):
    stage(Stage.LOCAL, secret=None)

    assert knock(token) == 401


def test_dev_takes_a_known_handle_behind_the_secret(stage, knock):
    stage(Stage.DEV)

    assert knock(f"dev:{SECRET}:@alice") == 200


@pytest.mark.parametrize(
    "token",
    ["dev:@alice", "dev::@alice", "dev:wrong:@alice", f"dev:{SECRET}", f"dev:{SECRET}:@zoe",
     f"dev:{SECRET}x:@alice", "dev:gehéim:@alice", f"dev:{SECRET.lower()}:@alice"],
)  # fmt: skip
def test_dev_refuses_everything_else(stage, knock, token):
    stage(Stage.DEV)

    assert knock(token) == 401


@pytest.mark.parametrize("token", ["dev:@alice", f"dev:{SECRET}:@alice"])
@pytest.mark.parametrize(("env", "allowed"), [(Stage.PROD, True), (Stage.DEV, False)])
def test_it_is_off_where_it_is_not_switched_on_and_always_in_prod(
    stage, knock, token, env, allowed
):
    stage(env, allowed=allowed)

    assert knock(token) == 401
