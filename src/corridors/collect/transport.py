"""The only fetcher: one file from one address, resumed where an earlier attempt broke off."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from corridors.concepts.findings import Refused, Unavailable

#: Called with the bytes there are so far and, where the publisher says it, the bytes there will be.
Progress = Callable[[int, int | None], None]
#: Publishers' gateways turn away clients that do not look like a browser.
_AGENT = "Mozilla/5.0 (compatible; corridors)"
_ATTEMPTS = 4
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_RETRY = {408, 425, 429, 500, 502, 503, 504}
_LONGEST_REST = 60
_OK, _PARTIAL, _RANGE_UNSATISFIABLE = 200, 206, 416


@dataclass(frozen=True, slots=True)
class _Partial:
    """What an earlier attempt left: its bytes, and the mark by which the publisher knows the same file again."""

    data: Path
    mark: Path

    @property
    def size(self) -> int:
        return self.data.stat().st_size if self.data.is_file() and self.mark.is_file() else 0

    def headers(self) -> dict[str, str]:
        if not self.size:
            return {}
        validator = json.loads(self.mark.read_text(encoding="utf-8"))["validator"]
        # If-Range: a file that changed meanwhile comes whole, never half old and half new.
        return {"Range": f"bytes={self.size}-", "If-Range": validator}

    def begin(self, validator: str | None) -> None:
        self.discard()
        if validator:
            self.mark.write_text(json.dumps({"validator": validator}), encoding="utf-8")

    def discard(self) -> None:
        self.data.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)


def fetch(
    address: str,
    *,
    folder: Path,
    checksum: str | None = None,
    progress: Progress | None = None,
    wait: float = 1.0,
) -> Path:
    """Fetch a file into a folder and return its path.

    Four attempts, each waiting twice as long as the one before. An attempt goes on where the last one, of this run or
    an earlier one, broke off, when the publisher vouches that the file is the same.

    Parameters
    ----------
    address
        `https` or `http` address of the file.
    folder
        Where to put it, under the last part of its address; made when it is not there.
    checksum
        SHA-256 that the file must have, in hexadecimal, or None.
    progress
        Told of every block.
    wait
        Seconds before the second attempt.

    Raises
    ------
    ValueError
        The address is none of the web's.
    Refused
        The publisher says no, the file has another checksum, or `CORRIDORS_OFFLINE=1` forbids to fetch.
    Unavailable
        No network, or the publisher does not answer.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{address!r} is no address to fetch from; write https://...")
    if os.environ.get("CORRIDORS_OFFLINE") == "1":
        raise Refused(f"nothing is fetched while CORRIDORS_OFFLINE=1; {address} was wanted")
    folder.mkdir(parents=True, exist_ok=True)
    name = unquote(parts.path).rsplit("/", 1)[-1] or "download"
    key = hashlib.sha256(address.encode()).hexdigest()[:16]
    partial = _Partial(folder / f".{key}.partial", folder / f".{key}.json")
    _complete(address, partial, progress, wait)
    _require_checksum(address, partial, checksum)
    target = folder / name
    partial.data.replace(target)
    partial.discard()
    return target


def _complete(address: str, partial: _Partial, progress: Progress | None, wait: float) -> None:
    fault = ""
    with httpx.Client(headers={"User-Agent": _AGENT}, follow_redirects=True, timeout=_TIMEOUT) as client:
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(wait * 2 ** (attempt - 1))
            try:
                fault = _attempt(client, address, partial, progress)
            except httpx.ConnectError as error:
                fault = f"no network, or the host does not answer ({error})"
            except httpx.HTTPError as error:
                fault = f"the connection broke ({error or type(error).__name__})"
            except OSError as error:
                raise Unavailable(f"could not write {partial.data}: {error}") from error
            if not fault:
                return
    raise Unavailable(
        f"could not fetch {address}: {fault}; try again later, or download it by hand and name it with --file"
    )


def _rest(asked: str) -> None:
    """Rest as long as a busy publisher asks for, up to a minute; a date in place of seconds is not waited for."""
    if asked.isdigit():
        time.sleep(min(int(asked), _LONGEST_REST))


def _attempt(client: httpx.Client, address: str, partial: _Partial, progress: Progress | None) -> str:
    """One attempt; returns what went wrong when another may help, and nothing when the file is whole."""
    with client.stream("GET", address, headers={"Accept-Encoding": "identity", **partial.headers()}) as answer:
        if answer.status_code == _RANGE_UNSATISFIABLE and partial.size:
            partial.discard()
            return "the file changed while it was fetched"
        if answer.status_code in _RETRY:
            _rest(answer.headers.get("Retry-After", ""))
            return f"the publisher answers {answer.status_code} {answer.reason_phrase}"
        if answer.status_code not in (_OK, _PARTIAL):
            said = f"{answer.status_code} {answer.reason_phrase}"
            raise Refused(
                f"{address}: the publisher answers {said}; the address may have changed, see the source's card"
            )
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml"):
            raise Refused(
                f"{address}: the publisher answers with a web page and not with the file; open the address in a browser, "
                "download the file by hand and name it with --file"
            )
        resumed = answer.status_code == _PARTIAL and answer.headers.get("Content-Range", "").startswith(
            f"bytes {partial.size}-"
        )
        if not resumed:
            # Only a strong mark names one exact file: by a weak one, two files might be joined.
            strong = answer.headers.get("ETag", "")
            partial.begin(strong if strong and not strong.startswith("W/") else answer.headers.get("Last-Modified"))
        _write(answer, partial, progress, start=partial.size if resumed else 0)
    return ""


def _write(answer: httpx.Response, partial: _Partial, progress: Progress | None, *, start: int) -> None:
    length = answer.headers.get("Content-Length")
    total = start + int(length) if length else None
    done = start
    with partial.data.open("ab" if start else "wb") as target:
        for block in answer.iter_raw():
            target.write(block)
            done += len(block)
            if progress is not None:
                progress(done, total)


def _require_checksum(address: str, partial: _Partial, checksum: str | None) -> None:
    if checksum is None:
        return
    with partial.data.open("rb") as data:
        found = hashlib.file_digest(data, "sha256").hexdigest()
    if found != checksum.lower():
        partial.discard()
        raise Refused(f"{address}: the file has SHA-256 {found}, expected {checksum}; the publisher changed it")
