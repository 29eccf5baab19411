"""The pages for people who write clients, and the document behind them."""

import gzip
import json
import re

import pytest
from django.test import Client

from config import docs, fallback, health, middleware, problems
from config.problems import PROBLEMS, Problem

PAGES = ["/docs", "/redoc", "/problems"]
HERE = (docs, fallback, health, middleware, problems)


@pytest.fixture
def reader():
    return Client()


def policy(answer):
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_html_that_names_the_product_and_its_sisters(reader, path):
    answer = reader.get(path)

    page = answer.content.decode()
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>" in page
    assert "TaskFlow" in page
    assert all(f'href="{other}"' in page for other in [*PAGES, "/openapi.json"])
    assert f'href="{path}" aria-current="page"' in page


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_no_script_and_no_style_of_its_own(reader, path):
    page = reader.get(path).content.decode()

    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page) == []


@pytest.mark.parametrize("path", PAGES)
def test_what_a_page_loads_is_our_own(reader, path):
    page = reader.get(path).content.decode()

    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page)
    assert loaded
    assert all(each.startswith("/static/") for each in loaded)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_the_strict_policy(reader, path):
    found = policy(reader.get(path))

    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == {"'none'"}
    assert found["script-src"] == {"'self'"}
    assert not any("unsafe" in source for sources in found.values() for source in sources)


def test_redoc_alone_has_an_exception_and_it_differs_each_time(reader):
    first, second = policy(reader.get("/redoc")), policy(reader.get("/redoc"))

    assert first["style-src"] != second["style-src"]
    assert first["worker-src"] == {"blob:"}
    assert policy(reader.get("/docs"))["style-src"] == {"'self'"}
    assert all("worker-src" not in policy(reader.get(path)) for path in ("/docs", "/problems"))


@pytest.mark.parametrize("path", [*PAGES, "/openapi.json"])
def test_a_page_can_only_be_read(reader, path):
    answer = reader.post(path)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["code"] == "method_not_allowed"
    assert reader.head(path).content == b""


def test_every_code_has_its_place_among_the_problems(reader):
    page = reader.get("/problems").content.decode()

    elsewhere = [each for module in HERE for each in vars(module).values()]
    told = {*PROBLEMS.values(), *(each for each in elsewhere if isinstance(each, Problem))}
    assert [p.code for p in told if f'<article class="problem" id="{p.code}">' not in page] == []


def test_the_type_of_an_error_leads_to_its_place(reader):
    refusal = reader.get("/api/nowhere").json()

    path, _, code = refusal["type"].partition("#")
    assert path.endswith("/problems")
    assert f'id="{code}"' in reader.get("/problems").content.decode()


def test_the_document_is_json_that_anybody_may_read_and_keep(reader):
    answer = reader.get("/openapi.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "public, no-cache"
    assert answer.json()["openapi"].startswith("3.1")


def test_an_unchanged_document_is_not_sent_again(reader):
    etag = reader.get("/openapi.json")["ETag"]

    again = reader.get("/openapi.json", HTTP_IF_NONE_MATCH=etag)

    assert (again.status_code, again.content) == (304, b"")


def test_the_document_travels_compressed_to_who_takes_it(reader):
    plain = reader.get("/openapi.json").content

    packed = reader.get("/openapi.json", HTTP_ACCEPT_ENCODING="gzip")

    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain) / 5
    assert json.loads(gzip.decompress(packed.content)) == json.loads(plain)


def test_the_document_is_made_once_per_process(reader, monkeypatch):
    first = reader.get("/openapi.json").content
    monkeypatch.setattr(docs, "SchemaGenerator", None)

    assert reader.get("/openapi.json").content == first


@pytest.mark.parametrize("path, status", [("/health", 200), ("/api/me", 400)])
def test_a_probe_may_call_us_what_it_likes_and_nobody_else(client, path, status):
    assert client.get(path, headers={"Host": "10.0.0.7:8080"}).status_code == status
