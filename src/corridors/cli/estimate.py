"""`corridors estimate <noun>`."""

from __future__ import annotations

import argparse

from corridors.cli.printing import DONE, print_json


def add_estimate(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `estimate` with its nouns."""
    from corridors.workflow.flows import CHOICES, INPUTS

    parser = verbs.add_parser("estimate", help="estimate flows", description="Estimate what nobody measured.")
    text = "Estimate the flows between two dates from two stocks and the births and deaths between them."
    noun = parser.add_subparsers(title="nouns", metavar="NOUN", required=True).add_parser(
        "flows", help="estimate flows from two stocks, births and deaths", description=text
    )
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


def _estimate_flows(chosen: argparse.Namespace) -> int:
    from pathlib import Path

    from corridors.workflow.flows import CHOICES, INPUTS, estimate_files

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
