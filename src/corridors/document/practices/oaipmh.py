"""The provider of an OAI-PMH repository: the parameters of a request in, the answer as XML out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from corridors.document.practices.metadata import dublin_core
from corridors.document.practices.objectives import OBJECTIVES
from corridors.document.practices.record import Practice

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIX = "oai_dc"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"
#: Arguments of each verb: those that must be there, and those that may.
_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        "Identify": (frozenset(), frozenset()),
        "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
        "ListSets": (frozenset(), frozenset()),
        "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
        "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
        "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    }
)
_LISTS = ("ListIdentifiers", "ListRecords")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a repository: identifier, moment of its last change, sets, and Dublin Core; no pairs when it was withdrawn."""

    identifier: str
    changed: datetime
    sets: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository: its items, name, address, administrator's mail, the moment of the answer, and the length of a page."""

    items: tuple[Item, ...]
    name: str
    address: str
    mail: str
    now: datetime
    page: int = 100


class _Fault(Exception):
    """A fault of the request, which the protocol answers with a code."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def items_of(practices: Iterable[Practice], *, host: str, changed: datetime) -> tuple[Item, ...]:
    """Practices as items, each in the sets of its objectives and of its grade; withdrawn ones stay as deleted.

    Drafts and submissions are no items.

    Examples
    --------
    >>> from corridors.document.practices.forms import shipped_practices
    >>> items_of(shipped_practices(), host="example.org", changed=datetime(2024, 1, 1))[0].identifier
    'oai:example.org:nzl-rse'
    """
    return tuple(
        Item(
            f"oai:{host}:{one.id}",
            changed,
            (
                *(f"objective:{number}" for number in one.objectives),
                *([f"grade:{one.grade}"] if one.grade is not None else []),
            ),
            () if one.state == "withdrawn" else dublin_core(one),
        )
        for one in practices
        if one.state in ("in review", "published", "withdrawn")
    )


def answer(request: Mapping[str, Sequence[str]], repository: Repository) -> bytes:
    """The answer to a request of OAI-PMH 2.0; faults of the request are answered by their codes, never raised.

    Parameters
    ----------
    request
        Values by argument, as `urllib.parse.parse_qs` gives them.
    repository
        What is provided.

    References
    ----------
    The Open Archives Initiative Protocol for Metadata Harvesting, version 2.0.

    Examples
    --------
    >>> empty = Repository(items=(), name="A", address="https://example.org/oai", mail="a@example.org", now=datetime(2024, 1, 1))
    >>> b"badVerb" in answer({}, empty)
    True
    """
    for prefix, space in (("", OAI), ("oai_dc", OAI_DC), ("dc", DC), ("xsi", _XSI)):
        ElementTree.register_namespace(prefix, space)
    root = Element(
        _oai("OAI-PMH"), {f"{{{_XSI}}}schemaLocation": f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"}
    )
    _add(root, "responseDate", repository.now.strftime(_STAMP))
    asked = _add(root, "request", repository.address)
    try:
        arguments = _checked(request)
        root.append(_VERBS[arguments["verb"]](arguments, repository))
    except _Fault as fault:
        _add(root, "error", _printable(str(fault))).set("code", fault.code)
        # The protocol forbids to repeat what was not understood.
        arguments = {} if fault.code in ("badVerb", "badArgument") else arguments
    for name, value in arguments.items():
        asked.set(name, _printable(value))
    whole: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + whole


def _printable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def _oai(tag: str) -> str:
    return f"{{{OAI}}}{tag}"


def _add(parent: Element, tag: str, text: str | None = None) -> Element:
    child = SubElement(parent, _oai(tag))
    child.text = text
    return child


def _checked(request: Mapping[str, Sequence[str]]) -> dict[str, str]:
    verbs = request.get("verb", ())
    if len(verbs) != 1 or verbs[0] not in _ARGUMENTS:
        raise _Fault("badVerb", f"one verb is needed, of {', '.join(_ARGUMENTS)}")
    verb = verbs[0]
    required, optional = _ARGUMENTS[verb]
    if repeated := [name for name, values in request.items() if len(values) != 1]:
        raise _Fault("badArgument", f"{', '.join(repeated)} must come once")
    arguments = {name: values[0] for name, values in request.items()}
    given = set(arguments) - {"verb"}
    if "resumptionToken" in given and (verb in _LISTS or verb == "ListSets"):
        if given != {"resumptionToken"}:
            raise _Fault("badArgument", "resumptionToken stands alone")
        return arguments
    if unknown := sorted(given - required - optional):
        raise _Fault("badArgument", f"{verb} takes no {', '.join(unknown)}")
    if missing := sorted(required - given):
        raise _Fault("badArgument", f"{verb} needs {', '.join(missing)}")
    return arguments


def _identify(_: Mapping[str, str], repository: Repository) -> Element:
    part = Element(_oai("Identify"))
    earliest = min((item.changed for item in repository.items), default=repository.now)
    for tag, text in (
        ("repositoryName", repository.name),
        ("baseURL", repository.address),
        ("protocolVersion", "2.0"),
        ("adminEmail", repository.mail),
        ("earliestDatestamp", earliest.strftime(_STAMP)),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(part, tag, text)
    return part


def _formats(arguments: Mapping[str, str], repository: Repository) -> Element:
    if "identifier" in arguments:
        _item(arguments["identifier"], repository)
    part = Element(_oai("ListMetadataFormats"))
    one = _add(part, "metadataFormat")
    _add(one, "metadataPrefix", _PREFIX)
    _add(one, "schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    _add(one, "metadataNamespace", OAI_DC)
    return part


def _sets(arguments: Mapping[str, str], repository: Repository) -> Element:
    if "resumptionToken" in arguments:
        raise _Fault("badResumptionToken", "sets come in one answer")
    part = Element(_oai("ListSets"))
    for name in sorted({name for item in repository.items for name in item.sets}):
        kind, _, number = name.partition(":")
        one = _add(part, "set")
        _add(one, "setSpec", name)
        _add(one, "setName", OBJECTIVES[int(number)] if kind == "objective" else f"Maryland scale {number}")
    return part


def _item(identifier: str, repository: Repository) -> Item:
    for item in repository.items:
        if item.identifier == identifier:
            return item
    raise _Fault("idDoesNotExist", f"no item {identifier!r}")


def _get(arguments: Mapping[str, str], repository: Repository) -> Element:
    item = _item(arguments["identifier"], repository)
    _require_prefix(arguments["metadataPrefix"])
    part = Element(_oai("GetRecord"))
    part.append(_record(item))
    return part


def _require_prefix(prefix: str) -> None:
    if prefix != _PREFIX:
        raise _Fault("cannotDisseminateFormat", f"no metadata in {prefix!r}; there is {_PREFIX}")


def _list(arguments: Mapping[str, str], repository: Repository) -> Element:
    start = 0
    filters = {name: arguments[name] for name in ("from", "until", "set") if name in arguments}
    if "resumptionToken" in arguments:
        start, filters = _resumed(arguments["resumptionToken"])
    else:
        _require_prefix(arguments["metadataPrefix"])
    chosen = _chosen(filters, repository)
    if not chosen or start >= len(chosen):
        code = "badResumptionToken" if start else "noRecordsMatch"
        raise _Fault(code, "no item answers the request")
    page = chosen[start : start + repository.page]
    part = Element(_oai(arguments["verb"]))
    for item in page:
        part.append(_header(item) if arguments["verb"] == "ListIdentifiers" else _record(item))
    if len(chosen) > repository.page:
        more = start + len(page) < len(chosen)
        token = _add(part, "resumptionToken", _token(start + len(page), filters) if more else None)
        token.set("completeListSize", str(len(chosen)))
        token.set("cursor", str(start))
    return part


def _token(start: int, filters: Mapping[str, str]) -> str:
    """Where to go on and what was asked: no state is kept between requests."""
    return "|".join([str(start), *(filters.get(name, "") for name in ("from", "until", "set"))])


def _resumed(token: str) -> tuple[int, dict[str, str]]:
    parts = token.split("|")
    if len(parts) != 4 or not re.fullmatch(r"[1-9]\d{0,8}", parts[0]):
        raise _Fault("badResumptionToken", f"{token!r} is none of ours")
    return int(parts[0]), {name: part for name, part in zip(("from", "until", "set"), parts[1:], strict=True) if part}


def _chosen(filters: Mapping[str, str], repository: Repository) -> list[Item]:
    first, last = _moment(filters.get("from")), _moment(filters.get("until"), end=True)
    if "from" in filters and "until" in filters and len(filters["from"]) != len(filters["until"]):
        raise _Fault("badArgument", "from and until must be of one granularity")
    if first and last and first > last:
        raise _Fault("badArgument", "from lies after until")
    return [
        item
        for item in sorted(repository.items, key=lambda item: (item.changed, item.identifier))
        if (first is None or first <= item.changed.strftime(_STAMP))
        and (last is None or item.changed.strftime(_STAMP) <= last)
        and ("set" not in filters or any(_within(name, filters["set"]) for name in item.sets))
    ]


def _within(name: str, asked: str) -> bool:
    return name == asked or name.startswith(asked + ":")


def _moment(text: str | None, *, end: bool = False) -> str | None:
    if text is None:
        return None
    for form in ("%Y-%m-%d", _STAMP):
        try:
            datetime.strptime(text, form)  # noqa: DTZ007  (the protocol knows one time zone)
        except ValueError:
            continue
        return text if "T" in text else f"{text}T{'23:59:59' if end else '00:00:00'}Z"
    raise _Fault("badArgument", f"{text!r} is no moment; write 2024-05-31 or 2024-05-31T00:00:00Z")


def _header(item: Item) -> Element:
    part = Element(_oai("header"))
    if not item.pairs:
        part.set("status", "deleted")
    _add(part, "identifier", item.identifier)
    _add(part, "datestamp", item.changed.strftime(_STAMP))
    for name in item.sets:
        _add(part, "setSpec", name)
    return part


def _record(item: Item) -> Element:
    part = Element(_oai("record"))
    part.append(_header(item))
    if item.pairs:
        location = {f"{{{_XSI}}}schemaLocation": f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"}
        whole = SubElement(_add(part, "metadata"), f"{{{OAI_DC}}}dc", location)
        for name, value in item.pairs:
            SubElement(whole, f"{{{DC}}}{name}").text = _printable(value)
    return part


_VERBS: Mapping[str, Callable[[Mapping[str, str], Repository], Element]] = MappingProxyType(
    {
        "Identify": _identify,
        "ListMetadataFormats": _formats,
        "ListSets": _sets,
        "GetRecord": _get,
        "ListIdentifiers": _list,
        "ListRecords": _list,
    }
)
