"""The fetcher against a server on this machine that fails in the ways servers fail."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from corridors.collect.transport import fetch
from corridors.concepts.findings import Refused, Unavailable

BODY = bytes(range(256)) * 4_000
ETAG = '"one"'


@dataclass
class Script:
    """What the server does with each request, in order; after the last, it answers well."""

    steps: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    etag: str = ETAG
    body: bytes = BODY


@pytest.fixture
def server(monkeypatch) -> Iterator[tuple[str, Script]]:
    """Address of a file on a server that follows a script."""
    script = Script()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            script.asked.append(dict(self.headers))
            step = script.steps.pop(0) if script.steps else "whole"
            if step.isdigit():
                self.send_error(int(step))
                return
            if step == "page":
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!DOCTYPE html><title>Sign in</title>")
                return
            if step == "busy":
                self.send_response(429)
                self.send_header("Retry-After", "1")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if step == "elsewhere":
                self.send_response(302)
                self.send_header("Location", "/moved/World%20stock.csv")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = self._start()
            body = script.body[start:]
            self.send_response(206 if start else 200)
            self.send_header("ETag", script.etag)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(script.body) - 1}/{len(script.body)}")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if step == "half" else body)

        def _start(self) -> int:
            asked = self.headers.get("Range", "")
            same = self.headers.get("If-Range") == script.etag
            return int(asked.removeprefix("bytes=").rstrip("-")) if asked and same else 0

        def log_message(self, *_):
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("CORRIDORS_OFFLINE", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/files/World%20stock.csv?x=1", script
        running.shutdown()
        thread.join()


def get(address, folder, **how):
    return fetch(address, folder=folder, wait=0.001, **how)


def test_a_file_comes_whole_under_its_own_name(server, tmp_path):
    seen = []
    path = get(server[0], tmp_path / "new", progress=lambda done, total: seen.append((done, total)))
    assert path == tmp_path / "new" / "World stock.csv"
    assert path.read_bytes() == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert [p.name for p in path.parent.iterdir()] == ["World stock.csv"]


def test_a_broken_download_goes_on_where_it_broke_off(server, tmp_path):
    address, script = server
    script.steps = ["half", "half"]
    seen = []
    path = get(address, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == BODY
    assert [asked.get("Range") for asked in script.asked] == [None, "bytes=512000-", "bytes=768000-"]
    assert {total for _, total in seen} == {len(BODY)}


def test_what_an_earlier_run_left_is_taken_up(server, tmp_path):
    address, script = server
    script.steps = ["half"] * 4
    with pytest.raises(Unavailable, match="the connection broke"):
        get(address, tmp_path)
    assert get(address, tmp_path).read_bytes() == BODY
    assert script.asked[-1]["Range"] == "bytes=960000-"


def test_a_file_that_changed_meanwhile_comes_whole(server, tmp_path):
    address, script = server
    script.steps = ["half"] * 4
    with pytest.raises(Unavailable):
        get(address, tmp_path)
    script.etag, script.body = '"two"', BODY[::-1]
    assert get(address, tmp_path).read_bytes() == BODY[::-1]


def test_a_range_the_server_cannot_give_starts_anew(server, tmp_path):
    address, script = server
    script.steps = ["half", "416"]
    assert get(address, tmp_path).read_bytes() == BODY


def test_a_busy_server_is_asked_again(server, tmp_path):
    address, script = server
    script.steps = ["503", "429", "500"]
    assert get(address, tmp_path).read_bytes() == BODY
    assert len(script.asked) == 4


def test_a_server_that_stays_down_is_unavailable(server, tmp_path):
    address, script = server
    script.steps = ["503"] * 9
    with pytest.raises(Unavailable, match="the publisher answers 503 Service Unavailable; try again later"):
        get(address, tmp_path)
    assert len(script.asked) == 4


@pytest.mark.parametrize("status", ["403", "404", "410"])
def test_a_no_is_not_asked_again(server, tmp_path, status):
    address, script = server
    script.steps = [status]
    with pytest.raises(Refused, match=f"the publisher answers {status} .*see the source's card"):
        get(address, tmp_path)
    assert len(script.asked) == 1


def test_the_checksum_must_agree(server, tmp_path):
    address, _ = server
    expected = hashlib.sha256(BODY).hexdigest()
    assert get(address, tmp_path, checksum=expected.upper()).read_bytes() == BODY
    with pytest.raises(Refused, match=f"has SHA-256 {expected}, expected {'0' * 64}; the publisher changed it"):
        get(address, tmp_path / "other", checksum="0" * 64)
    assert list((tmp_path / "other").iterdir()) == []


def test_without_a_network_the_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.delenv("CORRIDORS_OFFLINE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(Unavailable, match=r"no network, or the host does not answer .* name it with --file"):
        get("http://127.0.0.1:9/file.csv", tmp_path)


def test_offline_nothing_is_fetched(server, monkeypatch, tmp_path):
    monkeypatch.setenv("CORRIDORS_OFFLINE", "1")
    with pytest.raises(Refused, match="nothing is fetched while CORRIDORS_OFFLINE=1"):
        get(server[0], tmp_path)
    assert server[1].asked == []


@pytest.mark.parametrize("address", ["ftp://example.org/a", "a.csv", "https:///a"])
def test_only_web_addresses_are_fetched(address, tmp_path):
    with pytest.raises(ValueError, match="is no address to fetch from; write https"):
        get(address, tmp_path)


def test_a_download_gives_name_and_bytes_and_leaves_nothing(server, monkeypatch, tmp_path):
    from corridors.workflow.download import download

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert download(server[0], quiet=True) == ("World stock.csv", BODY)
    assert list((tmp_path / "corridors").iterdir()) == []


def test_a_web_page_in_place_of_the_file_is_refused_and_leaves_nothing(server, tmp_path):
    address, script = server
    script.steps = ["page"]
    with pytest.raises(Refused, match="answers with a web page and not with the file"):
        get(address, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_busy_server_is_given_the_rest_it_asks_for(server, tmp_path, monkeypatch):
    rests = []
    monkeypatch.setattr("corridors.collect.transport.time.sleep", rests.append)
    address, script = server
    script.steps = ["busy"]
    assert get(address, tmp_path).read_bytes() == BODY
    assert 1 in rests


def test_a_file_that_moved_is_followed(server, tmp_path):
    address, script = server
    script.steps = ["elsewhere"]
    assert get(address, tmp_path).read_bytes() == BODY
