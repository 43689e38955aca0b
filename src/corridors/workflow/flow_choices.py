"""What `corridors estimate flows` takes: its files and its words, in a module that loads nothing to show help."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Files of one account and what they hold.
INPUTS: Mapping[str, str] = MappingProxyType(
    {
        "stock_start": "CSV of the stock at the start: rows birthplaces, columns areas of residence, natives included",
        "stock_end": "CSV of the stock at the end, on the same areas",
        "vital": "CSV of events: areas, births, deaths",
    }
)
_METHODS = "sd-drop-neg sd-rev-neg mig-rate rvr min-closed min-open min-open-dr ind-closed ind-open-dr pb-closed"
#: Words that a command offers: those allowed, the default, and what they choose.
CHOICES: Mapping[str, tuple[tuple[str, ...], str, str]] = MappingProxyType(
    {
        "method": (tuple(_METHODS.split()), "min-closed", "how stocks become flows"),
        "match": (
            ("after", "before"),
            "after",
            "when the world's growth is matched to its natural increase, if closed",
        ),
        "births": (("native", "proportional"), "native", "whether the newborn are natives or of all birthplaces"),
        "deaths": (("proportional", "accounting"), "proportional", "how deaths fall on birthplaces"),
        "natives": (("repair", "refuse"), "repair", "what is done where native-born are below zero"),
        "missing": (
            ("refuse", "zero", "carry"),
            "refuse",
            "what a blank cell is: a fault, nobody, as at the other date",
        ),
        "relax": (("none", "nearest"), "none", "what is done where no closed account exists: findings, or the nearest"),
    }
)
