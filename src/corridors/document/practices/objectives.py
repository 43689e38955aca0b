"""The twenty-three objectives of the Global Compact for Migration, in short words of ours."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OBJECTIVES: Mapping[int, str] = MappingProxyType(
    dict(
        enumerate(
            (
                "Data for policy", "Drivers of migration", "Information at all stages", "Identity and documents",
                "Regular pathways", "Fair recruitment and decent work", "Vulnerabilities", "Lives and the missing",
                "Smuggling", "Trafficking", "Borders", "Screening and referral", "Detention", "Consular protection",
                "Basic services", "Inclusion", "Discrimination and public discourse", "Skills and qualifications",
                "Diasporas and development", "Remittances", "Return and reintegration", "Portable social security",
                "International cooperation",
            ),
            1,
        )
    )
)  # fmt: skip
