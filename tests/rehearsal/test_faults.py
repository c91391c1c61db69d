"""Faults on demand, and the log of changes, on every service of a running rehearsal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.rehearsal.serving import PATIENCE, served, until

SERVICES = ("google_play", "app_store", "prometheus", "sentry", "crashlytics", "github", "exporter")
QUERY = "/api/v1/query?query=up"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    with served(tmp_path_factory.mktemp("rehearsal")) as serving:
        yield serving


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_tells_what_changed_it(rehearsal, service):
    assert rehearsal.log(service) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_fault_is_told_while_it_lasts_and_is_cured_by_an_empty_object(rehearsal, service):
    assert rehearsal.get(service, "/_rehearsal/faults") == {}
    told = rehearsal.post(service, "/_rehearsal/faults", {"status": 502, "body": "<html>", "times": 2})
    assert (told["status"], told["body"], told["times"]) == (502, "<html>", 2)
    answer = httpx.get(rehearsal.url(service) + "/anything", timeout=PATIENCE)
    assert (answer.status_code, answer.text) == (502, "<html>")
    assert rehearsal.get(service, "/_rehearsal/faults")["times"] == 1
    assert rehearsal.post(service, "/_rehearsal/faults", {}) == {}
    assert httpx.get(rehearsal.url(service) + "/anything", timeout=PATIENCE).status_code != 502


def test_a_fault_is_over_after_its_times(rehearsal):
    rehearsal.post("prometheus", "/_rehearsal/faults", {"times": 1})
    answers = [httpx.get(rehearsal.url("prometheus") + QUERY, timeout=PATIENCE).status_code for _ in range(2)]
    assert answers == [503, 200]
    assert rehearsal.get("prometheus", "/_rehearsal/faults") == {}


def test_who_waits_for_a_late_answer_goes_on_once_that_is_cured(rehearsal):
    rehearsal.post("prometheus", "/_rehearsal/faults", {"delay": 300, "times": 1})
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(httpx.get, rehearsal.url("prometheus") + QUERY, timeout=PATIENCE)
        until(lambda: rehearsal.get("prometheus", "/_rehearsal/faults") == {}, "the request")
        rehearsal.post("prometheus", "/_rehearsal/faults", {})
        assert waiting.result().status_code == 503


def test_an_answer_breaks_off_in_the_middle(rehearsal):
    broken = {"status": 200, "body": '{"status":"succ', "content_type": "application/json", "missing": 90, "times": 1}
    rehearsal.post("prometheus", "/_rehearsal/faults", broken)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        httpx.get(rehearsal.url("prometheus") + QUERY, timeout=PATIENCE)
    assert httpx.get(rehearsal.url("prometheus") + QUERY, timeout=PATIENCE).json()["status"] == "success"


def test_a_fault_that_is_none_is_refused_in_words(rehearsal):
    answer = httpx.post(rehearsal.url("exporter") + "/_rehearsal/faults", json={"stats": 503}, timeout=PATIENCE)
    assert answer.status_code == 400
    assert "unknown: stats; known:" in answer.json()["error"]
    assert httpx.get(rehearsal.url("exporter") + "/metrics", timeout=PATIENCE).status_code == 200


def test_what_fails_in_a_service_is_written_to_its_log_and_never_to_the_terminal(tmp_path, capfd):
    with served(tmp_path) as serving:
        broken = {"status": 200, "body": "x", "missing": 1, "times": 1}
        serving.post("prometheus", "/_rehearsal/faults", broken)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(serving.url("prometheus") + QUERY, timeout=PATIENCE)
        assert "Too little data" in (serving.folder / "services.log").read_text()
    assert capfd.readouterr().err == ""
