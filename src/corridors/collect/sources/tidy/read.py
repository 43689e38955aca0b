"""An office's own table of any dataflow, with a small mapping in TOML that says what its columns mean.

The mapping stands beside the table (two files, or both in one zip), in the first lines of a CSV file after `#`, or on a
sheet called `mapping`. It names the dataflow, the heads of the columns, what is the same in every row, the office's words
for codes, its marks in place of figures, and its spellings of areas.
"""

from __future__ import annotations

from corridors.collect.reading import Reading
from corridors.collect.sources.tidy._files import bundle, open_given
from corridors.collect.sources.tidy._mapping import parse_mapping
from corridors.collect.sources.tidy._table import open_table, read_table

__all__ = ["bundle", "read"]


def read(raw: bytes, *, file: str) -> Reading:
    """The table of the dataflow that the mapping names.

    Parameters
    ----------
    raw
        CSV file or workbook with its mapping, or a zip with a table and its mapping.
    file
        What findings call it.

    Raises
    ------
    DataError
        There is no mapping, it is not complete, or cells of the table cannot be read.
    """
    given = open_given(raw, file=file)
    mapping = parse_mapping(given.mapping, place=given.mapping_place)
    opened = open_table(given, mapping)
    table = read_table(opened, mapping)
    unused = [head for head in opened.heads if head not in mapping.columns.values()]
    evidence = [
        f"the mapping says {mapping.dataflow} of {mapping.publisher}",
        f"columns: {', '.join(f'{name} from {head!r}' for name, head in mapping.columns.items())}",
    ]
    if unused:
        evidence.append(f"columns not used: {', '.join(unused)}")
    return Reading(
        product=mapping.product,
        revision=mapping.revision,
        layout=f"an office's own table with its mapping, {len(opened.heads)} columns",
        tables={mapping.dataflow: table},
        evidence=tuple(evidence),
        cited=mapping.cited,
    )
