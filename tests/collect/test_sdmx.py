"""Data in SDMX: one table in six formats, codes and flags of the standard, and what is refused."""

import contextlib
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.collect.catalogue import read
from corridors.collect.reading import Reading
from corridors.collect.sources.sdmx._maps import structures
from corridors.concepts.codelists import codelist
from corridors.concepts.dataflows import dataflow
from corridors.concepts.findings import DataError

URN = "urn:sdmx:org.sdmx.infomodel.datastructure."
FLOW = ("ESTAT", "MIGR_IMM5PRV", "1.0")
DIMENSIONS = ("freq", "partner", "agedef", "age", "unit", "sex", "geo")
# Figures are invented. Each: dimensions, year, value or None, flag.
ROWS = (
    (("A", "NO", "COMPLET", "TOTAL", "NR", "T", "SE"), "2020", "1200", ""),
    (("A", "NO", "COMPLET", "TOTAL", "NR", "T", "SE"), "2021", "1300", "P"),
    (("A", "UK", "COMPLET", "Y_LT15", "NR", "F", "EL"), "2020", None, "Q"),
    (("A", "EU28", "COMPLET", "TOTAL", "NR", "T", "SE"), "2020", "9", ""),
    (("A", "NO", "REACH", "Y15", "NR", "T", "SE"), "2020", "7", ""),
)


def as_csv(rows=ROWS, *, version="1.0", separator=",", labels=False, flow="ESTAT:MIGR_IMM5PRV(1.0)"):
    first = ["STRUCTURE", "STRUCTURE_ID", "ACTION"] if version == "2.0" else ["DATAFLOW"]
    start = ["dataflow", flow, "I"] if version == "2.0" else [flow]
    heads = [f"{name}: {name.title()}" if labels else name for name in DIMENSIONS]
    lines = [separator.join([*first, *heads, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"])]
    for keys, year, value, flag in rows:
        cells = [f"{key}: Some label" if labels else key for key in keys]
        lines.append(separator.join([*start, *cells, year, value or "", flag]))
    return "\n".join(lines).encode()


def header(flow=FLOW, *, namespace=None, at="TIME_PERIOD"):
    agency, name, version = flow
    inner = f'<c:StructureUsage><Ref agencyID="{agency}" id="{name}" version="{version}"/></c:StructureUsage>'
    given = f' namespace="{namespace}"' if namespace else ""
    return (
        f'<m:Header><m:Structure structureID="S" dimensionAtObservation="{at}"{given}>{inner}</m:Structure></m:Header>'
    )


def document(root, body, head=None):
    spaces = 'xmlns:m="urn:m" xmlns:c="urn:c" xmlns:g="urn:g" xmlns:ns="urn:ns"'
    return (
        f'<?xml version="1.0"?><m:{root} {spaces}>{head or header()}<m:DataSet>{body}</m:DataSet></m:{root}>'.encode()
    )


def as_specific(rows=ROWS, *, flat=False, **given):
    parts = []
    for keys, year, value, flag in rows:
        series = " ".join(f'{name}="{key}"' for name, key in zip(DIMENSIONS, keys, strict=True))
        obs = f'TIME_PERIOD="{year}"' + (f' OBS_VALUE="{value}"' if value else "")
        obs += f' OBS_STATUS="{flag}"' if flag else ""
        parts.append(f"<Obs {series} {obs}/>" if flat else f"<Series {series}><Obs {obs}/></Series>")
    return document("StructureSpecificData", "\n".join(parts), **given)


def as_generic(rows=ROWS):
    parts = []
    for keys, year, value, flag in rows:
        series = "".join(f'<g:Value id="{n}" value="{k}"/>' for n, k in zip(DIMENSIONS, keys, strict=True))
        obs = f'<g:ObsDimension value="{year}"/>' + (f'<g:ObsValue value="{value}"/>' if value else "")
        if flag:
            obs += f'<g:Attributes><g:Value id="OBS_STATUS" value="{flag}"/></g:Attributes>'
        parts.append(f"<g:Series><g:SeriesKey>{series}</g:SeriesKey><g:Obs>{obs}</g:Obs></g:Series>")
    return document("GenericData", "".join(parts))


def as_json(rows=ROWS, *, version="2.0", flat=False):
    columns = [*zip(*(keys for keys, *_ in rows), strict=True)]
    lists = {n: list(dict.fromkeys(column)) for n, column in zip(DIMENSIONS, columns, strict=True)}
    years, flags = (list(dict.fromkeys(row[at] for row in rows)) for at in (1, 3))
    series: dict = {}
    for keys, year, value, flag in rows:
        key = ":".join(str(lists[n].index(k)) for n, k in zip(DIMENSIONS, keys, strict=True))
        cells = [float(value) if value else None, flags.index(flag)]
        series.setdefault(key, {})[str(years.index(year))] = cells
    described = [{"id": n, "values": [{"id": code} for code in codes]} for n, codes in lists.items()]
    time = {"id": "TIME_PERIOD", "values": [{"value": year} for year in years]}
    if flat:
        levels = {"observation": [*described, time]}
        data = {"observations": {f"{k}:{y}": cells for k, found in series.items() for y, cells in found.items()}}
    else:
        levels = {"series": described, "observation": [time]}
        data = {"series": {key: {"observations": found} for key, found in series.items()}}
    structure = {
        "links": [{"rel": "dataflow", "urn": f"{URN}Dataflow=ESTAT:MIGR_IMM5PRV(1.0)"}],
        "dimensions": levels,
        "attributes": {"observation": [{"id": "OBS_STATUS", "values": [{"id": flag} for flag in flags]}]},
    }
    if version == "2.0":
        return json.dumps({"data": {"structures": [structure], "dataSets": [data]}}).encode()
    return json.dumps({"structure": structure, "dataSets": [data]}).encode()


FORMATS = {
    "SDMX-ML 2.1, structure-specific data": as_specific(),
    "SDMX-ML 2.1, structure-specific data, flat": as_specific(flat=True),
    "SDMX-ML 2.1, generic data": as_generic(),
    "SDMX-JSON 2.0": as_json(),
    "SDMX-JSON 2.0, flat": as_json(flat=True),
    "SDMX-JSON 1.0": as_json(version="1.0"),
}


def sorted_rows(reading):
    table = reading.tables["FLOW_OBSERVED"]
    return table.select(sorted(table.columns)).sort("ORIGIN", "TIME_PERIOD").rows()


@pytest.mark.parametrize("name", FORMATS)
def test_one_table_in_every_format_is_one_table(name):
    reading = read("sdmx", FORMATS[name], file="f")
    assert (reading.product, reading.revision) == ("sdmx-eurostat-imm5prv", "1.0")
    assert reading.layout.startswith(name.removesuffix(", flat"))
    assert sorted_rows(reading) == sorted_rows(read("sdmx", as_generic(), file="f"))
    table = reading.tables["FLOW_OBSERVED"]
    assert table.select("ORIGIN", "DESTINATION", "AGE", "OBS_VALUE", "OBS_STATUS").sort(
        "ORIGIN", "OBS_STATUS"
    ).rows() == [
        ("EU28", "SWE", "_T", 9, "A"),
        ("GBR", "GRC", "Y0T14", None, "Q"),
        ("NOR", "SWE", "_T", 1200, "A"),
        ("NOR", "SWE", "_T", 1300, "P"),
    ]
    assert "left out: 1 observations of freq A, agedef REACH, unit NR, sex T" in reading.layout
    assert reading.cited.short == "Eurostat, Immigration by country of previous residence"


def test_csv_of_a_structure_with_its_own_source_is_left_to_it(findings_of):
    for version in ("1.0", "2.0"):
        [finding] = findings_of("sdmx", as_csv(version=version), file="f.csv")
        assert (finding.code, finding.mend) == ("table-wrong", "its own source reads it: corridors collect eurostat")


WDI = "WB:WDI(1.0)"


def wdi_csv(*rows, version="1.0", separator=",", labels=False):
    first = "STRUCTURE,STRUCTURE_ID,ACTION" if version == "2.0" else "DATAFLOW"
    start = f"dataflow,{WDI},I" if version == "2.0" else WDI
    head = "FREQ: Frequency,SERIES: Series,REF_AREA: Area" if labels else "FREQ,SERIES,REF_AREA"
    lines = [f"{first},{head},TIME_PERIOD,OBS_VALUE,UNIT_MULT,OBS_STATUS", *(f"{start},{row}" for row in rows)]
    return "\n".join(lines).replace(",", separator).encode()


@pytest.mark.parametrize(("version", "separator"), [("1.0", ","), ("2.0", ","), ("1.0", ";"), ("2.0", ";")])
def test_csv_is_read_in_both_versions_and_with_both_separators(version, separator):
    raw = wdi_csv("A,BX_TRF_PWKR_CD_DT,KEN,2020,3.1,9,E", version=version, separator=separator)
    reading = read("sdmx", raw, file="f.csv")
    assert reading.layout == f"SDMX-CSV {version}"
    [row] = reading.tables["INDICATOR"].rows(named=True)
    assert (row["AREA"], row["MEASURE"], row["UNIT_MEASURE"]) == ("KEN", "REMITTANCES_IN", "USD")
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["SOURCE"]) == (3.1e9, "E", "sdmx-worldbank-wdi-1.0")


def test_labels_beside_the_codes_fall_away():
    raw = wdi_csv("A: Annual,SL_UEM_TOTL_ZS: Unemployment: total,KEN: Kenya,2020,5.5,0,A", labels=True)
    [row] = read("sdmx", raw, file="f.csv").tables["INDICATOR"].rows(named=True)
    assert (row["AREA"], row["MEASURE"], row["OBS_VALUE"], row["UNIT_MEASURE"]) == ("KEN", "UNEMPLOYMENT", 5.5, "PT")


@pytest.mark.parametrize(
    ("flag", "value", "status", "note"),
    [
        ("A", "5", "A", None),
        ("B", "5", "B", None),
        ("F", "5", "E", "F forecast"),
        ("U", "5", "A", "U low reliability"),
        ("O", "", "O", None),
        ("L", "", "L", None),
        ("Q", "", "Q", None),
        ("M", "NaN", "M", None),
        ("", "", "O", None),
    ],
)
def test_flags_of_the_standard_become_statuses(flag, value, status, note):
    raw = wdi_csv(f"A,SL_UEM_TOTL_ZS,KEN,2020,{value},0,{flag}", "A,SL_UEM_TOTL_ZS,UGA,2020,1,0,F")
    table = read("sdmx", raw, file="f.csv").tables["INDICATOR"]
    [row] = table.filter(AREA="KEN").rows(named=True)
    assert (row["OBS_STATUS"], row["NOTE"]) == (status, note)
    assert row["OBS_VALUE"] == (5 if value == "5" else None)


def test_a_power_of_ten_may_stand_at_the_series_the_group_or_the_data_set():
    series = (
        '<Series FREQ="A" SERIES="NY_GDP_MKTP_CD" REF_AREA="KEN"{}><Obs TIME_PERIOD="2020" OBS_VALUE="2.5"/></Series>'
    )
    group = '<Group ns:type="ns:Sibling" SERIES="NY_GDP_MKTP_CD" REF_AREA="KEN" UNIT_MULT="6"/>'
    head = header(("WB", "WDI", "1.0"))
    at_series = document("StructureSpecificData", series.format(' UNIT_MULT="6"'), head)
    at_group = document("StructureSpecificData", series.format("") + group, head)
    at_set = at_series.replace(b' UNIT_MULT="6"', b"").replace(b"<m:DataSet>", b'<m:DataSet UNIT_MULT="6">')
    for raw in (at_series, at_group, at_set):
        assert read("sdmx", raw, file="f").tables["INDICATOR"]["OBS_VALUE"].to_list() == [2_500_000]


@pytest.mark.parametrize(
    ("period", "ours"), [("2020", "2020"), ("2020-Q3", "2020-Q3"), ("2020-M03", "2020-03"), ("2020-A1", "2020")]
)
def test_periods_of_the_standard_become_ours(period, ours):
    raw = wdi_csv(f"A,SL_UEM_TOTL_ZS,KEN,{period},5,0,A")
    assert read("sdmx", raw, file="f.csv").tables["INDICATOR"]["TIME_PERIOD"].to_list() == [ours]


def test_a_dataflow_of_corridors_needs_no_map():
    key = "ORIGIN,DESTINATION,SEX,AGE,TIME_PERIOD,SOURCE,UNIT_MEASURE,OBS_VALUE,OBS_STATUS,BASIS"
    raw = f"DATAFLOW,{key}\nXX.Y:DF_STOCK(2.1),MEX,USA,_T,_T,2024-07-01,undesa-ims2024,PS,11279561,I,BCR\n".encode()
    reading = read("sdmx", raw, file="f.csv")
    assert (reading.product, reading.revision) == ("sdmx-xx-y-stock", "2.1")
    [row] = reading.tables["STOCK"].rows(named=True)
    assert (row["ORIGIN"], row["OBS_VALUE"], row["SOURCE"], row["BASIS"]) == (
        "MEX",
        11_279_561,
        "undesa-ims2024",
        "BCR",
    )


# --- what is refused --------------------------------------------------------------------------------------------------------

SERIES = "A,SL_UEM_TOTL_ZS,KEN,2020,5,0,A"


@pytest.mark.parametrize(
    ("raw", "code", "fact"),
    [
        (b"year,total\n2020,5\n", "table-wrong", "begins like none of the formats"),
        (as_csv(flow="XX:UNKNOWN(1.0)"), "structure-unknown", "the structure is XX:UNKNOWN(1.0)"),
        (as_csv(flow="nothing"), "structure-unknown", "the structures are nothing"),
        (
            as_csv() + b"\n" + as_csv(flow="XX:OTHER(1.0)").split(b"\n", 1)[1],
            "structure-unknown",
            "the structures are ESTAT",
        ),
        (wdi_csv(SERIES, version="2.0").replace(b",I,A", b",D,A"), "table-wrong", "deletes observations"),
        (wdi_csv(SERIES).replace(b"OBS_VALUE", b"VALUE"), "column-missing", "no column OBS_VALUE"),
        (wdi_csv(SERIES).replace(b"REF_AREA", b"AREA"), "column-missing", "no dimension REF_AREA"),
        (wdi_csv(SERIES.replace("KEN", "ATL")), "area-unknown", "'ATL' is no known area"),
        (wdi_csv(SERIES.replace("2020", "2020-T1")), "period-unreadable", "'2020-T1' is not allowed"),
        (wdi_csv(SERIES.replace(",5,", ",five,")), "value-unreadable", "'five' is no figure"),
        (wdi_csv(SERIES.replace(",A", ",?")), "code-unknown", "'?' is not allowed"),
        (wdi_csv(SERIES.replace(",0,", ",x,")), "code-unknown", "'x' is not allowed"),
        (wdi_csv(SERIES, SERIES.replace(",5,", ",6,")), "key-duplicate", "5 and 6 for KEN"),
        (wdi_csv(SERIES.replace(",A", ",O")), "value-missing", "figure and status disagree"),
        (wdi_csv(SERIES.replace("SL_UEM_TOTL_ZS", "SP_POP_TOTL")), "table-wrong", "no observation is of a kind"),
        (as_specific()[:-40], "file-unreadable", "no well-formed document"),
        (document("Structure", ""), "table-wrong", "a document Structure"),
        (document("GenericData", ""), "table-missing", "no observation"),
        (as_generic().replace(b"<Ref", b"<Other"), "structure-unknown", "nothing says which structure"),
        (as_generic().replace(b"<m:DataSet>", b'<m:DataSet action="Delete">'), "table-wrong", "deletes observations"),
        (b'{"data": {', "file-unreadable", "no JSON"),
        (b'{"id": "not a message"}', "table-wrong", "no data message of SDMX-JSON"),
        (as_json().replace(b'"dataSets": [{', b'"dataSets": [{"action": "Delete", '), "table-wrong", "deletes"),
        (as_json().replace(b'"0:0:0:0:0:0:0"', b'"0:0"'), "table-wrong", "no data message of SDMX-JSON: IndexError"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(findings_of, raw, code, fact):
    found = findings_of("sdmx", raw, file="f")
    assert [f for f in found if f.code == code and fact in f.fact], found


def test_equal_observations_given_twice_are_no_contradiction():
    assert read("sdmx", wdi_csv(SERIES, SERIES), file="f").tables["INDICATOR"].height == 1


@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE x [<!ENTITY e "text">]>',
        b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
def test_document_types_and_entities_are_never_followed(findings_of, declared):
    raw = as_generic().replace(b"?>", b"?>" + declared, 1)
    [finding] = findings_of("sdmx", raw, file="f.xml")
    assert (finding.code, finding.fact) == ("markup-refused", "the document declares a document type")


def test_an_unknown_structure_is_told_what_is_known(findings_of):
    [finding] = findings_of("sdmx", as_csv(flow="XX:UNKNOWN(1.0)"), file="f.csv")
    assert "ESTAT:MIGR_IMM5PRV" in finding.mend
    assert "corridors collect tidy" in finding.mend


def test_the_map_of_structures_holds_columns_and_codes_that_are_ours():
    for structure in structures():
        for table in structure.tables:
            columns = {column.name: column for column in dataflow(table.dataflow).columns}
            given = {*table.columns, *table.constants}
            assert given <= set(columns), structure.id
            key = {column.name for column in dataflow(table.dataflow).key} - {"SOURCE"}
            assert table.dataflow == "INDICATOR" or key <= given, structure.id
            for name, code in table.constants.items():
                if columns[name].kind in ("CRITERION", "COVERAGE", "UNIT_MEASURE", "SEX"):
                    assert code in codelist(columns[name].kind)
            for code in table.values.get("MEASURE", {}).values():
                assert code in codelist("MEASURE")


def test_the_published_file_of_the_oecd_is_left_to_its_source(shared_data, findings_of):
    raw = (shared_data / "flows" / "OECD_DSD_MIG_sdmx_csv_2025_extract.csv").read_bytes()
    [finding] = findings_of("sdmx", raw, file="f.csv")
    assert finding.mend == "its own source reads it: corridors collect oecd"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.floats(0, 1), flips=st.integers(0, 20), name=st.sampled_from(sorted(FORMATS)))
def test_damaged_messages_end_in_a_reading_or_in_findings(seed, cut, flips, name):
    rng = random.Random(seed)
    good = FORMATS[name]
    raw = bytearray(good[: int(len(good) * cut)] if flips % 2 else good)
    for _ in range(min(flips, len(raw))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    with contextlib.suppress(DataError):
        assert isinstance(read("sdmx", bytes(raw), file="f"), Reading)


@settings(max_examples=30, deadline=None)
@given(figures=st.lists(st.integers(0, 10**9), min_size=1, max_size=8))
def test_figures_are_the_same_in_every_format(figures):
    rows = [(ROWS[0][0], str(2000 + at), str(figure), "") for at, figure in enumerate(figures)]
    for write in (as_generic, as_specific, as_json):
        table = read("sdmx", write(rows), file="f").tables["FLOW_OBSERVED"].sort("TIME_PERIOD")
        assert table["OBS_VALUE"].to_list() == figures


def test_no_agency_is_named_twice():
    pairs = [(structure.agency, name) for structure in structures() for name in structure.names]
    assert len(set(pairs)) == len(pairs)
    assert all(re.fullmatch(r"[a-z0-9-]+", structure.id) for structure in structures())


#: Written by pysdmx 1.21 from two small tables of invented figures; nothing of them is ours but the figures.
MESSAGES = Path(__file__).parent / "sdmx_messages"
WRITTEN = {
    "imm5prv_generic.xml": "SDMX-ML 2.1, generic data",
    "imm5prv_generic_series.xml": "SDMX-ML 2.1, generic data",
    "imm5prv_specific.xml": "SDMX-ML 2.1, structure-specific data",
    "imm5prv_specific_series.xml": "SDMX-ML 2.1, structure-specific data",
    "wdi_generic.xml": "SDMX-ML 2.1, generic data",
    "wdi_generic_series.xml": "SDMX-ML 2.1, generic data",
    "wdi_specific.xml": "SDMX-ML 2.1, structure-specific data",
    "wdi_specific_series.xml": "SDMX-ML 2.1, structure-specific data",
    "wdi_3.0.xml": "SDMX-ML 3.0, structure-specific data",
    "wdi_1.0.csv": "SDMX-CSV 1.0",
    "wdi_2.0.csv": "SDMX-CSV 2.0",
}


def test_there_is_a_test_of_every_written_message():
    assert {path.name for path in MESSAGES.iterdir()} == set(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_another_program_writes_is_read(name):
    reading = read("sdmx", (MESSAGES / name).read_bytes(), file=name)
    assert (reading.layout, reading.revision) == (WRITTEN[name], "1.0")
    if name.startswith("imm5prv"):
        columns = ("ORIGIN", "DESTINATION", "SEX", "AGE", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
        assert sorted(reading.tables["FLOW_OBSERVED"].select(columns).rows()) == [
            ("EU28", "SWE", "F", "_T", "2020", 9, "A"),
            ("GRC", "GBR", "_U", "_U", "2020", 3, "A"),
            ("NOR", "SWE", "_T", "_T", "2019", 1234, "A"),
            ("NOR", "SWE", "_T", "_T", "2020", 1300, "P"),
        ]
    else:
        assert sorted(reading.tables["INDICATOR"].select(INDICATOR).rows()) == GDP_AND_UNEMPLOYMENT


INDICATOR = ("AREA", "MEASURE", "TIME_PERIOD", "UNIT_MEASURE", "OBS_VALUE", "OBS_STATUS")
GDP_AND_UNEMPLOYMENT = [
    ("KEN", "GDP", "2019", "USD", 100_400_000, "A"),
    ("KEN", "GDP", "2020", "USD", 100_000_000, "P"),
    ("W097", "UNEMPLOYMENT", "2020", "PT", 7.1, "E"),
]


def as_standard_json(*, series=True, groups=False):
    """The same figures as SDMX-JSON 2.0, in the shapes of the standard's own samples (exr, constructed-sample-full)."""
    dimensions = [
        {"id": "SERIES", "keyPosition": 1, "values": [{"id": "NY_GDP_MKTP_CD"}, {"id": "SL_UEM_TOTL_ZS"}]},
        {"id": "REF_AREA", "keyPosition": 2, "values": [{"id": "KEN"}, {"id": "EUU"}]},
    ]
    time = {"id": "TIME_PERIOD", "keyPosition": 3, "values": [{"id": "2019", "name": "2019"}, {"id": "2020"}]}
    powers = {"id": "UNIT_MULT", "values": [None, {"id": "6"}, {"id": "9"}]}
    status = {"id": "OBS_STATUS", "default": "A", "values": [None, {"id": "P"}, {"id": "E"}]}
    cells = {"0:0": {"0": [100.4, 1], "1": [0.1, 2, 1]}, "1:1": {"1": [7.1, 0, 2]}}
    own = [powers, status]
    data: dict = {"structure": 0, "action": "Information"}
    if groups:
        own = [status]
        cells = {"0:0": {"0": [100.4], "1": [100, 1]}, "1:1": {"1": [7.1, 2]}}
        data["dimensionGroupAttributes"] = {":0:0:": [1]}
    if series:
        levels = {"series": dimensions, "observation": [time]}
        data["series"] = {key: {"annotations": [0], "observations": found} for key, found in cells.items()}
    else:
        levels = {"series": [], "observation": [*dimensions, time]}
        data["observations"] = {f"{key}:{at}": cell for key, found in cells.items() for at, cell in found.items()}
    structure = {
        "name": "World Development Indicators",
        "dataSets": [0],
        "links": [
            {"rel": "datastructure", "urn": f"{URN}DataStructure=WB:WDI(1.0)"},
            {"rel": "dataflow", "urn": f"{URN}Dataflow=WB:WDI(1.0)"},
            {"rel": "provisionagreement", "urn": "urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=WB:PA(1.0)"},
        ],
        "dimensions": {"dataSet": [{"id": "FREQ", "keyPosition": 0, "values": [{"id": "A"}]}], **levels},
        "measures": {"observation": [{"id": "OBS_VALUE", "format": {"dataType": "Double"}}]},
        "attributes": {"dimensionGroup": [powers] if groups else [], "series": [], "observation": own},
        "annotations": [{"text": "a note"}],
    }
    meta = {"id": "x", "sender": {"id": "WB"}, "schema": "sdmx-json-data-schema.json"}
    keys_alone = {"structure": 0, "observations": {"0:0:0": []}} if not series else {"structure": 0, "series": {}}
    return json.dumps({"meta": meta, "data": {"structures": [structure], "dataSets": [data, keys_alone]}}).encode()


@pytest.mark.parametrize("series", [True, False])
@pytest.mark.parametrize("groups", [True, False])
def test_json_as_the_standards_samples_write_it_is_read(series, groups):
    reading = read("sdmx", as_standard_json(series=series, groups=groups), file="f.json")
    assert (reading.layout, reading.revision) == ("SDMX-JSON 2.0", "1.0")
    assert sorted(reading.tables["INDICATOR"].select(INDICATOR).rows()) == GDP_AND_UNEMPLOYMENT


def test_a_group_of_another_number_of_dimensions_is_refused(findings_of):
    [finding] = findings_of("sdmx", as_standard_json(groups=True).replace(b'":0:0:"', b'"0:0"'), file="f.json")
    assert (finding.code, "group 0:0 for 4 dimensions" in finding.fact) == ("table-wrong", True)


def test_unemployment_by_sex_keeps_the_sex():
    rows = [SERIES.replace("SL_UEM_TOTL_ZS", f"SL_UEM_TOTL{sex}_ZS") for sex in ("", "_FE", "_MA")]
    table = read("sdmx", wdi_csv(*rows), file="f.csv").tables["INDICATOR"]
    assert sorted(table.select("MEASURE", "SEX", "AGE").rows()) == [
        ("UNEMPLOYMENT", sex, "_T") for sex in ("F", "M", "_T")
    ]


def test_half_years_and_the_union_are_read():
    reading = read("sdmx", wdi_csv(SERIES.replace("2020", "2020-S1").replace("KEN", "EUU")), file="f.csv")
    assert reading.tables["INDICATOR"].select("AREA", "TIME_PERIOD").rows() == [("W097", "2020-S1")]
