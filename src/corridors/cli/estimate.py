"""`corridors estimate <noun>`."""

from __future__ import annotations

import argparse

from corridors.cli.printing import DONE, common, print_json, progress


def add_estimate(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `estimate` with its nouns."""
    from corridors.workflow.flow_choices import CHOICES, INPUTS

    parser = verbs.add_parser(
        "estimate",
        help="estimate flows, score methods, read the account behind a flow",
        description="Estimate what nobody measured.",
    )
    text = "Estimate the flows between two dates from two stocks and the births and deaths between them."
    nouns = parser.add_subparsers(title="nouns", metavar="NOUN", required=True)
    noun = nouns.add_parser("flows", help="estimate flows from two stocks, births and deaths", description=text)
    for name, what in INPUTS.items():
        noun.add_argument(f"--{name.replace('_', '-')}", required=True, metavar="F", help=what)
    for name, (words, default, what) in CHOICES.items():
        noun.add_argument(f"--{name}", choices=words, default=default, help=f"{what} (default: %(default)s)")
    noun.add_argument(
        "--seed", metavar="F", help="CSV of what flows should resemble: rows origins, columns destinations"
    )
    noun.add_argument("--stayers", type=float, metavar="S", help="share who stayed of those who can have (default: 1)")
    noun.add_argument("--weight", type=float, metavar="W", help="share of the minimum in pb-closed (default: 0.87)")
    noun.add_argument("--out", required=True, metavar="F", help="CSV to write: origin, destination, flow")
    noun.add_argument("--types", metavar="F", help="CSV to write: origin, destination, outward, return, transit")
    noun.add_argument("--json", action="store_true", help="print one JSON object for machines")
    noun.add_argument("--findings", metavar="FILE", help="also write findings to FILE as CSV")
    noun.set_defaults(run=_estimate_flows, of_each_finding={"areas": [], "persons": None})
    _add_world_flows(nouns)
    _add_explain(nouns)
    _add_scoreboard(nouns)


#: Nouns that estimate what was collected: what each writes, and where to.
_OF_THE_STORE = {
    "birthplaces": ("write the flows of every period by birthplace, sex and method", "F", "Parquet file to write"),
    "years": ("write the flows of every period split to years", "F", "CSV or Parquet file to write"),
    "intervals": ("write the quantiles of every flow, net and total of a period", "DIR", "folder to write to"),
}


def _add_world_flows(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, (text, metavar, what) in _OF_THE_STORE.items():
        noun = nouns.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}, from what was collected.")
        noun.add_argument("--out", required=True, metavar=metavar, help=what)
        noun.add_argument(
            "--method", default="pb-closed", metavar="METHOD", help="code of the method (default: %(default)s)"
        )
        noun.add_argument("--revision", metavar="YEAR", help="revision of the stock (default: the newest with a pair)")
        if name == "intervals":
            noun.add_argument("--period", metavar="P", help="for example 2015-2020 (default: the last)")
            noun.add_argument("--draws", type=int, default=1_000, metavar="N", help="accounts (default: %(default)s)")
            noun.add_argument("--random-seed", type=int, default=1, metavar="N", help="default: %(default)s")
        common(noun)
        noun.set_defaults(run=_world_flows, noun=name)


def _add_explain(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    noun = nouns.add_parser(
        "explain",
        help="read the account behind one flow",
        description="Read the account behind one flow of what was collected: stocks, events, stayers, birthplaces.",
    )
    noun.add_argument("origin", metavar="ORIGIN", help="code of the area, for example MEX")
    noun.add_argument("destination", metavar="DESTINATION", help="code of another area, for example USA")
    noun.add_argument("--period", metavar="P", help="for example 2015-2020; needed where there are several")
    noun.add_argument("--sex", default="_T", choices=("_T", "F", "M"), help="code of SEX (default: %(default)s)")
    noun.add_argument(
        "--method", default="pb-closed", metavar="METHOD", help="code of the method (default: %(default)s)"
    )
    noun.add_argument("--revision", metavar="YEAR", help="revision of the stock (default: the newest with a pair)")
    noun.add_argument("--out", metavar="F", help="CSV to write the account to")
    common(noun)
    noun.set_defaults(run=_explain)


def _explain(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.explain import explain_collected

    read = explain_collected(
        Path(chosen.store),
        chosen.origin,
        chosen.destination,
        period=chosen.period,
        sex=chosen.sex,
        method=chosen.method,
        revision=chosen.revision,
        out=Path(chosen.out) if chosen.out else None,
    )
    if chosen.json:
        print_json(read.as_dict())
    else:
        print(read)
    return DONE


def _world_flows(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow import world_flows

    store, out = Path(chosen.store), Path(chosen.out)
    if chosen.noun == "intervals":
        made = world_flows.write_intervals(
            store,
            out=out,
            method=chosen.method,
            period=chosen.period,
            draws=chosen.draws,
            seed=chosen.random_seed,
            revision=chosen.revision,
        )
    else:
        write = world_flows.write_by_year if chosen.noun == "years" else world_flows.write_by_birthplace
        made = write(store, out=out, methods=[chosen.method], revision=chosen.revision)
    if chosen.json:
        print_json(made.as_dict())
    else:
        print(made)
    return DONE


def _estimate_flows(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.flow_choices import CHOICES, INPUTS
    from corridors.workflow.flows import estimate_files

    made = estimate_files(
        {name: Path(getattr(chosen, name)) for name in INPUTS},
        out=Path(chosen.out),
        types=Path(chosen.types) if chosen.types else None,
        seed=Path(chosen.seed) if chosen.seed else None,
        numbers={"weight": chosen.weight, "stayers": chosen.stayers},
        **{name: getattr(chosen, name) for name in CHOICES},
    )
    if chosen.json:
        print_json(made.as_dict())
    else:
        print(made)
    return DONE


#: Tracks of the scoreboard, said here so that help loads no numeric library.
_TRACKS = ("stocks-only", "any-data", "worlds")


def _add_scoreboard(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    noun = nouns.add_parser(
        "scoreboard",
        help="score every method on observed flows and on worlds with known truth",
        description="Score every method on the observed flows that were collected, and on worlds with known truth.",
    )
    noun.add_argument(
        "--track", choices=_TRACKS, nargs="+", default=list(_TRACKS), help="what to score (default: all of them)"
    )
    noun.add_argument("--file", nargs="+", default=[], metavar="F", help="publishers' files, instead of the store")
    noun.add_argument("--out", metavar="DIR", help="also write tables as CSV and one page there")
    noun.add_argument("--draws", type=int, default=200, metavar="N", help="draws and samples (default: %(default)s)")
    noun.add_argument("--random-seed", type=int, default=1, metavar="N", help="default: %(default)s")
    noun.add_argument("--revision", metavar="YEAR", help="revision of the stock (default: the newest with a pair)")
    common(noun)
    noun.set_defaults(run=_scoreboard)


def _scoreboard(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.scoreboard import make_scoreboard, write_scoreboard

    board = make_scoreboard(
        Path(chosen.store),
        files=[Path(name) for name in chosen.file],
        tracks=chosen.track,
        seed=chosen.random_seed,
        draws=chosen.draws,
        revision=chosen.revision,
        progress=progress(quiet=chosen.json),
    )
    if chosen.out:
        board = write_scoreboard(board, out=Path(chosen.out))
    if chosen.json:
        print_json(board.as_dict())
    else:
        print(board)
    return DONE
