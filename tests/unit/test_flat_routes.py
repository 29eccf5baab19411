"""Routes that are looked up are the routes that would be found by trying each."""

import pytest
from django.urls import Resolver404, URLResolver, get_resolver, path
from django.urls.resolvers import RegexPattern

from wire.flat import LookedUp, flat


def view(request):
    """Answer nothing; it is only found."""


def other(request):
    """Answer nothing either."""


ROUTES = [
    path("a", view, name="first"),
    path("a/<int:number>", view),
    path("a", other, name="second"),
    path("b/c", view, {"said": True}),
    path("", view),
]


def resolver(routes):
    return URLResolver(RegexPattern(r"^/"), routes)


def facts(match):
    return (match.func, match.args, match.kwargs, match.route, match.view_name)


@pytest.mark.parametrize("asked", ["/a", "/a/7", "/b/c", "/"])
def test_a_path_leads_where_it_did(asked):
    found, expected = resolver(flat(ROUTES)).resolve(asked), resolver(ROUTES).resolve(asked)

    assert facts(found) == facts(expected)


@pytest.mark.parametrize("asked", ["/a/", "/A", "/b", "/a/x", "a"])
def test_what_leads_nowhere_still_does(asked):
    with pytest.raises(Resolver404):
        resolver(flat(ROUTES)).resolve(asked)


def test_what_a_view_is_given_is_its_own():
    routes = resolver(flat(ROUTES))
    routes.resolve("/b/c").kwargs["more"] = 1

    assert routes.resolve("/b/c").kwargs == {"said": True}


def test_names_are_reversed_as_before():
    assert resolver(flat(ROUTES)).reverse("second") == "a"


def test_no_route_with_something_variable_hides_one_that_is_looked_up():
    looked_up, *others = get_resolver().url_patterns
    variable = [route for route in others if not isinstance(route, URLResolver)]

    assert isinstance(looked_up, LookedUp)
    assert not [
        str(route.pattern)
        for route in looked_up.url_patterns
        if any(each.resolve(str(route.pattern)) for each in variable)
    ]
