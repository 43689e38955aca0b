"""The layouts of records of victims, and what their words mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: What the publisher's notes call missing, and blanks: nothing is known, which is neither "no" nor zero.
UNKNOWN = ("-99", "", "Unknown")
NOT_STATED = "Not stated"
#: Sex by word; persons of another gender are in the totals and in no row by sex.
SEXES: Mapping[str, str | None] = MappingProxyType(
    {
        "Female": "F",
        "Woman": "F",
        "Male": "M",
        "Man": "M",
        "Transgender/NonConforming": None,
        "Trans/Transgender/NonConforming": None,
        "Transgender": None,
    }
)
LABOUR, SEXUAL, MARRIAGE, OTHER = (
    "Forced labour",
    "Sexual exploitation",
    "Forced marriage",
    "Other exploitation",
)
#: Purpose by code, from the definitions that come with the extract.
PURPOSES = MappingProxyType(
    {
        "0": LABOUR,
        "1": SEXUAL,
        "2": f"{LABOUR} and {SEXUAL.lower()}",
        "3": MARRIAGE,
        "4": "Forced military service",
        "5": "Removal of organs",
        "6": OTHER,
    }
)
KINDS = MappingProxyType(
    {"Forced Labor": LABOUR, "Sexual Exploitation": SEXUAL, "Forced Marriage": MARRIAGE, "Other": OTHER}
)
#: Flags of exploitation, of which a record may have several.
FLAGS = MappingProxyType({"isForcedLabour": LABOUR, "isSexualExploit": SEXUAL, "isOtherExploit": OTHER})


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout.

    Parameters
    ----------
    name
        Middle part of its product's identifier.
    year, gender, age
        Columns that every layout has in its own words.
    destination
        Column of the country of exploitation; blank where the layout has none.
    kind, kinds
        Column of the exploitation and what its words mean; blank where flags say it.
    own
        Columns that no other layout has.
    status, note
        Status of its counts and what is to be said with each.
    victim
        Column that says whether the record is a victim at all.
    """

    name: str
    year: str
    gender: str
    age: str
    destination: str
    own: tuple[str, ...]
    kind: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    status: str = "A"
    note: str | None = None
    victim: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        named = (self.year, self.gender, self.age, "citizenship", self.destination, self.kind, self.victim)
        flags = () if self.kind else tuple(FLAGS)
        return tuple(name for name in (*named, *flags, *self.own) if name)


LAYOUTS = (
    Layout(
        "sample",
        "registration_year",
        "gender",
        "age_range",
        "country_of_exploitation",
        ("majority_status", "trafficker_relationship"),
        kind="victim_purpose",
        kinds=PURPOSES,
        # Whoever cut the extract added each victim's record again with all exploitation set to none.
        victim="was_trafficked",
    ),
    Layout(
        "cleaned",
        "yearOfRegistration",
        "gender",
        "ageCategories",
        "",
        ("ControlCategory", "RecruiterCategory"),
        kind="ExploitType",
        kinds=KINDS,
        note="the file does not say the country of exploitation",
    ),
    Layout(
        "kanon",
        "yearOfRegistration",
        "gender",
        "ageBroad",
        "CountryOfExploitation",
        ("Datasource", "majorityStatus", "meansOfControlDebtBondage"),
    ),
    Layout(
        "synthetic",
        "yearOfRegistration",
        "gender",
        "ageBroad",
        "CountryOfExploitation",
        ("traffickMonths", "meansDebtBondageEarnings"),
        status="E",
        note="count of synthetic records",
    ),
)
