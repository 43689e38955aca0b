"""SDMX-ML 2.1 and 3.0 data, generic and structure-specific, in one pass; document types and entities are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from corridors.collect.sources.sdmx._message import TIME, VALUE, WANTED, Message, Named, deleted, message, named_in
from corridors.concepts.findings import DataError, Finding

_ROOTS = (
    "GenericData",
    "GenericTimeSeriesData",
    "StructureSpecificData",
    "StructureSpecificTimeSeriesData",
)
#: Attributes of the data set that describe the message, not the figures.
_OF_MESSAGE = ("structureRef", "dataScope", "action", "setID", "validFromDate", "validToDate", "publicationYear")


@dataclass(slots=True)
class _State:
    """What has been read so far: the element path, the levels' values, the observations."""

    file: str
    root: str = ""
    version: str = "2.1"
    path: list[str] = field(default_factory=list)
    named: list[Named | None] = field(default_factory=list)
    at_observation: str = TIME
    data_set: dict[str, str] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    observation: dict[str, str] = field(default_factory=dict)
    group: dict[str, str] = field(default_factory=dict)
    groups: list[dict[str, str]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def is_xml(raw: bytes) -> bool:
    """Whether the bytes begin as a document of markup does."""
    start = raw[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<"))


def read_xml(raw: bytes, *, file: str) -> Message:
    """The observations of a data message.

    Raises
    ------
    DataError
        The document is damaged, declares a type or entities, or is no data message.
    """
    state = _State(file)
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: _start(state, name, attributes)
    parser.EndElementHandler = lambda name: _end(state, name)
    parser.CharacterDataHandler = state.text.append
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(file, "a document type")
    parser.EntityDeclHandler = lambda *_: _refuse(file, "an entity")
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        fact = f"no well-formed document: {error}"
        raise DataError([Finding("file-unreadable", file, fact, "ask the registry again")]) from error
    generic = state.root.startswith("Generic")
    kind = f"SDMX-ML {state.version}, {'generic' if generic else 'structure-specific'} data"
    _apply_groups(state)
    return message(kind, state.named, state.rows, where="observation", file=file)


def _refuse(file: str, what: str) -> None:
    fact = f"the document declares {what}"
    raise DataError([Finding("markup-refused", file, fact, "give the message without it: none needs one")])


def _start(state: _State, name: str, attributes: dict[str, str]) -> None:
    local = name.rpartition(":")[2]
    if not state.path:
        state.root = local
        state.version = "3.0" if any("/schemas/v3_" in value for value in attributes.values()) else "2.1"
        if local not in _ROOTS:
            fact = f"a document {local}"
            raise DataError([Finding("table-wrong", state.file, fact, f"wanted is {WANTED}")])
    state.path.append(local)
    state.text.clear()
    if "Header" in state.path:
        _header(state, local, attributes)
    elif local == "DataSet":
        if attributes.get("action") == "Delete":
            raise deleted(state.file)
        state.data_set = {k: v for k, v in attributes.items() if ":" not in k and k not in _OF_MESSAGE}
    elif local == "Series":
        state.series = _own(attributes)
    elif local == "Group":
        state.group = _own(attributes)
    elif local == "Obs":
        state.observation = {"row": str(len(state.rows) + 1), **_own(attributes)}
    elif local in ("Value", "ObsDimension", "ObsValue"):
        _generic(state, local, attributes)


def _own(attributes: dict[str, str]) -> dict[str, str]:
    """Values of structure-specific data; what has a prefix belongs to the schema."""
    return {name: value for name, value in attributes.items() if ":" not in name}


def _header(state: _State, local: str, attributes: dict[str, str]) -> None:
    if local == "Structure" and "dimensionAtObservation" in attributes:
        state.at_observation = attributes["dimensionAtObservation"]
        # Structure-specific data name their structure by the namespace alone.
        state.named.append(named_in(attributes.get("namespace", "").split(":ObsLevelDim")[0]))
    elif local == "Ref" and "agencyID" in attributes and "id" in attributes:
        named = Named(attributes["agencyID"], attributes["id"], attributes.get("version", ""))
        state.named.insert(0, named)


def _generic(state: _State, local: str, attributes: dict[str, str]) -> None:
    value = attributes.get("value", "")
    if local == "ObsValue":
        state.observation[VALUE] = value
    elif local == "ObsDimension":
        state.observation[attributes.get("id", state.at_observation)] = value
    elif "id" in attributes:
        level = next((one for one in reversed(state.path[:-1]) if one in ("Obs", "Group", "Series", "DataSet")), "")
        target = {"Obs": state.observation, "Group": state.group, "Series": state.series, "DataSet": state.data_set}
        if level:
            target[level][attributes["id"]] = value


def _end(state: _State, name: str) -> None:
    local = name.rpartition(":")[2]
    state.path.pop()
    if local == "URN" and "Header" in state.path:
        state.named.insert(0, named_in("".join(state.text)))
    elif local == "Obs":
        state.rows.append({**state.data_set, **state.series, **state.observation})
        state.observation = {}
    elif local == "Series":
        state.series = {}
    elif local == "Group":
        state.groups.append(state.group)
        state.group = {}


def _apply_groups(state: _State) -> None:
    """Give attributes of a group (a power of ten, for example) to the observations that have its dimensions."""
    if not state.rows:
        return
    components = state.rows[0].keys()
    indexed: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, str]]] = {}
    for group in state.groups:
        dimensions = tuple(sorted(group.keys() & components))
        key = tuple(group[name] for name in dimensions)
        indexed.setdefault(dimensions, {})[key] = {k: v for k, v in group.items() if k not in components}
    for dimensions, by_key in indexed.items():
        for row in state.rows:
            attributes = by_key.get(tuple(row.get(name, "") for name in dimensions))
            if attributes:
                row.update({name: value for name, value in attributes.items() if name not in row})
