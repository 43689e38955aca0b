"""From the files of one account to files of flows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from corridors.concepts.findings import DataError, Finding
from corridors.store.disk import remove, temporary_beside, whole_or_nothing, write_file
from corridors.workflow.flow_choices import CHOICES

if TYPE_CHECKING:
    import polars as pl
    import xarray as xr

    from corridors.estimate.flows import FlowEstimate


@dataclass(frozen=True, slots=True)
class FlowsMade:
    """An estimate, the cells that were filled for it, and the files it was written to by name (`flows`, `types`)."""

    estimate: FlowEstimate
    filled: int
    files: Mapping[str, Path]

    def __str__(self) -> str:
        filled = [f"{self.filled:,} blank cells were filled."] if self.filled else []
        return "\n".join([self.estimate.describe(), *filled, *map(str, self.files.values())])

    def as_dict(self) -> dict[str, object]:
        """The estimate as a value that JSON can hold."""
        made = self.estimate
        parts = {"outward": made.outward, "return": made.returned, "transit": made.transit}
        return {
            "method": made.method,
            "match": made.match,
            "weight": made.weight,
            "areas": made.flow.sizes["origin"],
            "birthplaces": made.end.sizes["birthplace"],
            "persons": {
                "flow": float(made.flow.sum()),
                **{name: None if part is None else float(part.sum()) for name, part in parts.items()},
                "repaired": made.repaired,
                "matched": made.matched,
                "shifted": made.shifted,
            },
            "filled": self.filled,
            "relaxed": None if made.relaxed is None else _by_area(made.relaxed),
            "files": {name: str(path) for name, path in self.files.items()},
            "findings": [],
        }


def estimate_files(
    inputs: Mapping[str, Path],
    *,
    out: Path,
    types: Path | None = None,
    seed: Path | None = None,
    numbers: Mapping[str, float | None] = MappingProxyType({}),
    **choices: str,
) -> FlowsMade:
    """Estimate the flows of one account, and write them whole or not at all.

    Parameters
    ----------
    inputs
        Paths of `stock_start`, `stock_end` and `vital`, see `corridors.estimate.tables.read_account`.
    out
        CSV file to write: `origin`, `destination`, `flow`, a row for each two different areas, figures to the last digit.
    types
        CSV file to write: `origin`, `destination`, `outward`, `return`, `transit`.
    seed
        CSV file of what flows should resemble, see `corridors.estimate.tables.read_seed`.
    numbers
        `weight` of the minimum in the mix and share of `stayers`, as `corridors.estimate.flows.estimate_flows` takes them;
        None where nothing else is asked for than usual.
    choices
        Words of `CHOICES`.

    Raises
    ------
    ValueError
        A choice is none of those allowed, the method has no types, or a file would be overwritten by another.
    DataError
        All faults of the files, or why there is no account; nothing was written.
    Unavailable
        The disk refused; nothing was written.
    """
    from corridors.estimate.flows import DIRECT, estimate_flows
    from corridors.estimate.tables import flow_rows, read_account, read_seed

    chosen = {name: choices.get(name, default) for name, (_, default, _) in CHOICES.items()}
    if types is not None and chosen["method"] in DIRECT:
        raise ValueError(
            f"{chosen['method']} has no types of move: it reads flows off the stocks and does not say where those who moved "
            "were born; leave out --types or choose an accounting method such as min-closed"
        )
    _refuse_idle(chosen)
    if numbers.get("weight") is not None and chosen["method"] != "pb-closed":
        raise ValueError(f"{chosen['method']} mixes nothing; leave out --weight or choose pb-closed")
    inputs = {**inputs, **({} if seed is None else {"seed": seed})}
    _require_distinct([*inputs.values(), out, *([types] if types else [])])
    read = _read(inputs)
    account = read_account(
        read["stock_start"],
        read["stock_end"],
        read["vital"],
        files=(str(inputs["stock_start"]), str(inputs["stock_end"]), str(inputs["vital"])),
        missing=cast("Any", chosen["missing"]),
    )
    made = estimate_flows(
        account.stock_start,
        account.stock_end,
        births=account.births,
        deaths=account.deaths,
        method=cast("Any", chosen["method"]),
        match=cast("Any", chosen["match"]),
        born_as=cast("Any", chosen["births"]),
        died_by=cast("Any", chosen["deaths"]),
        negatives=cast("Any", chosen["natives"]),
        relax=cast("Any", chosen["relax"]),
        seed=None
        if seed is None
        else read_seed(
            read["seed"], file=str(seed), areas=account.areas, stays=not chosen["method"].startswith("min-")
        ),
        **{name: number for name, number in numbers.items() if number is not None},
    )
    parts = {"outward": made.outward, "return": made.returned, "transit": made.transit}
    written = (
        {} if types is None else {types: _csv(flow_rows(**{n: part for n, part in parts.items() if part is not None}))}
    )
    written[out] = _csv(flow_rows(flow=made.flow))
    files = {"flows": out} if types is None else {"flows": out, "types": types}
    with whole_or_nothing(" and ".join(map(str, written))):
        _write_together(written)
    return FlowsMade(made, account.filled, files)


def _refuse_idle(chosen: Mapping[str, str]) -> None:
    """Refuse words, other than the usual ones, that play no part in the method."""
    from corridors.estimate.flows import DIRECT, METHODS

    method = cast("Any", chosen["method"])
    without: tuple[str, ...] = ()
    if method in DIRECT:
        without, why = ("match", "births", "deaths", "natives", "relax"), "makes no account"
    elif method in METHODS and not METHODS[method].matches:
        without, why = ("match",), "has an outside and matches nothing"
    idle = [f"--{name} {chosen[name]}" for name in without if chosen[name] != CHOICES[name][1]]
    if idle:
        raise ValueError(f"{method} {why}; leave out {', '.join(idle)}")


def _by_area(relaxed: xr.Dataset) -> dict[str, dict[str, float]]:
    """Persons by which an account was relaxed, of each area where it was."""
    return {
        str(name): {
            str(code): persons
            for code, persons in zip(part[part.dims[0]].values, part.values.tolist(), strict=True)
            if persons
        }
        for name, part in relaxed.items()
    }


def _require_distinct(paths: list[Path]) -> None:
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise ValueError(f"{path} is named twice; every table needs a file of its own")
        seen.add(path.resolve())


def _read(inputs: Mapping[str, Path]) -> dict[str, bytes]:
    read, findings = {}, []
    for name, path in inputs.items():
        try:
            read[name] = path.read_bytes()
        except OSError as error:
            fact = f"cannot be read: {error.strerror or error}"
            findings.append(Finding("file-unreadable", str(path), fact, "name a file that is there and can be read"))
    if findings:
        raise DataError(findings)
    return read


def _csv(table: pl.DataFrame) -> bytes:
    # The shortest text that reads back as the same number.
    return table.write_csv().encode()


def _write_together(files: Mapping[Path, bytes]) -> None:
    """Put files in place, the last one last; when the disk refuses one, all are as they were."""
    staged = {path: temporary_beside(path) for path in files}
    kept = {path: temporary_beside(path) for path in files}
    try:
        for path, raw in files.items():
            if path.is_dir():
                raise IsADirectoryError(21, f"{path} is a folder")
            write_file(staged[path], raw)
        with ExitStack() as undo:
            for path in files:
                if path.exists():
                    kept[path].write_bytes(path.read_bytes())
                    undo.callback(kept[path].replace, path)
                else:
                    undo.callback(remove, path)
                staged[path].replace(path)
            undo.pop_all()
    finally:
        for path in (*staged.values(), *kept.values()):
            remove(path)
