"""The switch passes a request on whole, under the public name, to whoever has the traffic."""

import http.client
import threading
from contextlib import closing

import pytest

from deploy.rehearsal.switch import Switch
from tests.servers.endpoint import listening

NAME = "taskflow.example.com"


@pytest.fixture
def switch():
    with closing(Switch(NAME)) as found:
        yield found


def ask(switch, method="GET", body=None, **headers):
    connection = http.client.HTTPConnection(switch.url.removeprefix("http://"), timeout=10)
    connection.request(method, "/", body, headers)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def port(endpoint):
    return endpoint.server.server_port


def named(name):
    """Answer with a name of one's own and the name that was asked for."""
    return lambda exchange: exchange.document(f"{name} {exchange.headers['Host']}".encode())


def test_nobody_has_the_traffic_at_first(switch):
    assert ask(switch) == (502, "")


def test_the_public_name_is_what_the_revision_sees(switch):
    with listening(named("one")) as one:
        switch.send_to(port(one))

        assert ask(switch, Host="elsewhere.example.com") == (200, f"one {NAME}")


def test_traffic_moves_with_the_next_request(switch):
    with listening(named("one")) as one, listening(named("two")) as two:
        switch.send_to(port(one))
        first = ask(switch)
        switch.send_to(port(two))

        assert (first, ask(switch)) == ((200, f"one {NAME}"), (200, f"two {NAME}"))


def test_whoever_is_gone_is_a_bad_gateway(switch):
    with listening(named("one")) as one:
        switch.send_to(port(one))

    assert ask(switch) == (502, "")


def test_what_is_under_way_is_waited_for(switch):
    let_go = threading.Event()

    def slow(exchange):
        assert let_go.wait(10)
        exchange.document(b"late")

    with listening(slow) as one:
        switch.send_to(port(one))
        asking = threading.Thread(target=ask, args=(switch,))
        asking.start()
        one.wait_for_hit(1)
        assert not switch.drained(port(one), seconds=0.01)

        let_go.set()

        assert switch.drained(port(one), seconds=10)
        asking.join()
