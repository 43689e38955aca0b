"""Registers: what they hold, how they are read, and what follows from them."""

import json
from datetime import date
from typing import get_args

import pytest

from corridors.concepts.findings import DataError
from corridors.document.registers.meetings import meetings_of
from corridors.document.registers.processes import processes_of, seats, shared_processes, stray_members
from corridors.document.registers.register import RegisterName, read_register, register, register_csv, shipped
from corridors.document.registers.support import read_crs, read_iati, totals
from corridors.document.registers.treaties import parties, stances, treaties_of


@pytest.mark.parametrize("name", get_args(RegisterName))
def test_shipped_rows_keep_their_definition_and_come_back_from_csv(name):
    rows = shipped(name)
    assert read_register(register_csv(rows, name=name), name=name, file="x.csv") == rows
    assert all(row["SOURCE"] for row in rows)
    assert register(name).text


def test_rows_come_from_json_too():
    raw = json.dumps([{"TREATY": "CRC", "PARTY": "KEN", "PARTY_FROM": 1990, "SOURCE": "x", "STATUS": None}]).encode()
    assert read_register(raw, name="parties", file="p.json")[0]["PARTY_FROM"] == "1990"


HEAD = b"TREATY,PARTY,PARTY_FROM,STATUS,SOURCE\n"


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (HEAD + b"CRC,KEN,1990-13,,x\n", "record-invalid", "'1990-13' is no date"),
        (HEAD + b"CRC,,1990,,x\n", "record-invalid", "it is blank"),
        (HEAD + b"CRC,Kenya,1990,,x\n", "area-unknown", "'Kenya' is no known area"),
        (
            HEAD + b"CRC,KEN,1990,maybe,x\n",
            "record-invalid",
            "use one of ratification, accession, succession, signature",
        ),
        (HEAD + b"CRC,KEN,1990,,x\nCRC,KEN,1990,,y\n", "key-duplicate", "stands in row 2 too"),
        (b"TREATY,PARTY\nCRC,KEN\n", "column-missing", "no column PARTY_FROM"),
        (HEAD[:-1] + b",COLOUR\nCRC,KEN,1990,,x,red\n", "column-unknown", "COLOUR is not defined"),
        (HEAD + b"CRC,KEN\n", "file-unreadable", "not as many cells"),
        (b"", "file-unreadable", "an empty file"),
        (b"[1]", "file-unreadable", "no list of objects"),
        (b"\xff\xff", "file-unreadable", "no table"),
    ],
)
def test_each_fault_of_a_register_is_named(raw, code, words):
    with pytest.raises(DataError, match=words) as error:
        read_register(raw, name="parties", file="p.csv")
    assert error.value.findings[0].code == code


def test_unknown_registers_list_the_known_ones():
    with pytest.raises(ValueError, match="there are treaties, parties"):
        register("whales")


def test_the_twenty_four_processes_are_there_and_every_member_sits_in_one_of_them(shared_data):
    lines = (shared_data / "processes" / "regional_processes.csv").read_text().splitlines()
    assert len(shipped("processes")) == 24 == len(lines) - 1
    assert stray_members(shipped("members"), shipped("processes"), file="members.csv") == []
    (finding,) = stray_members([{"PROCESS": "X", "MEMBER": "MEX"}], shipped("processes"), file="m.csv")
    assert finding.mend == "add the process first"


def test_who_sits_with_whom_is_symmetric_and_counts_each_states_own_processes():
    shared = shared_processes(date(2024, 1, 1))
    assert (shared.values == shared.values.T).all()
    own = len(processes_of("USA", on=date(2024, 1, 1)))
    assert int(shared.sel(origin="USA", destination="USA")) == own == 2
    assert int(shared.sel(origin="USA", destination="CAN")) == 2


def test_membership_has_days_and_a_month_lasts_to_its_end():
    row = {"PROCESS": "P", "MEMBER": "MEX", "MEMBER_FROM": "1996-03", "MEMBER_TO": "2001-05", "ROLE": ""}
    there = [
        bool(seats(date.fromisoformat(day), members=[row]))
        for day in ("1996-02-29", "1996-03-01", "2001-05-31", "2001-06-01")
    ]
    assert there == [False, True, True, False]
    assert seats(date(2000, 1, 1), members=[row])[0].dated


def test_parties_by_day_without_signatures_and_until_a_denunciation():
    rows = [
        {
            "TREATY": "CRC",
            "PARTY": "KEN",
            "PARTY_FROM": "1990-07-30",
            "PARTY_TO": "2000-01-01",
            "STATUS": "ratification",
        },
        {"TREATY": "CRC", "PARTY": "USA", "PARTY_FROM": "1995-02-16", "PARTY_TO": "", "STATUS": "signature"},
    ]
    assert parties("CRC", on=date(1990, 7, 30), rows=rows) == ("KEN",)
    assert parties("CRC", on=date(2000, 1, 1), rows=rows) == ()
    assert treaties_of("KEN", on=date(1999, 1, 1), rows=rows)["CRC"]
    with pytest.raises(ValueError, match="there are UDHR, ICERD"):
        parties("X", on=date(2000, 1, 1), rows=rows)


def test_the_instruments_that_the_resolution_names_have_their_symbols():
    found = {row["ID"]: row["SYMBOL"] for row in shipped("treaties")}
    assert [found[one] for one in ("UDHR", "ICERD", "CEDAW", "CRC")] == [
        "A/RES/217(III)", "A/RES/2106(XX)", "A/RES/34/180", "A/RES/44/25",
    ]  # fmt: skip


def test_the_latest_stance_up_to_a_day_counts():
    rows = [{"AREA": "KEN", "FIELD": "return", "YEAR": year, "STANCE": stance, "TEXT": "", "SOURCE": "r"}
            for year, stance in (("2015", "raise"), ("2019", "lower"), ("2023", "maintain"))]  # fmt: skip
    assert stances(rows, on=date(2020, 1, 1))["KEN"]["return"]["STANCE"] == "lower"


def test_the_eight_meetings_of_footnote_ten_are_found_with_place_and_days(shared_data):
    gold = json.loads((shared_data / "resolutions" / "A_C2_56_draft_2001.gold.json").read_text())
    found = [(row["PLACE"], row["START"], row["END"]) for row in meetings_of(gold) if "#FN10" in row["ID"]]
    expected = [(row["PLACE"], row["START"], row["END"]) for row in shipped("meetings")]
    assert found == expected
    assert len(found) == 8
    assert read_register(register_csv(meetings_of(gold), name="meetings"), name="meetings", file="m.csv")


IATI = b"""<iati-activities version="2.03"><iati-activity default-currency="EUR">
<iati-identifier>XM-1</iati-identifier><reporting-org ref="XM"><narrative>Agency</narrative></reporting-org>
<title><narrative>Help with return</narrative></title><recipient-country code="NA"/><sector code="15190"/>
<transaction><transaction-type code="3"/><transaction-date iso-date="2020-05-01"/>
<value value-date="2020-05-01">1,500.5</value></transaction>
<transaction><transaction-type code="2"/><transaction-date iso-date="2020-01-01"/><value currency="USD">9</value></transaction>
<transaction><transaction-type code="1"/><transaction-date iso-date="2020-01-01"/><value>9</value></transaction>
</iati-activity></iati-activities>"""


def test_iati_transactions_become_rows_of_the_register():
    rows = read_iati(IATI, file="a.xml", purposes=["15190"])
    assert [(row["RECIPIENT"], row["KIND"], row["AMOUNT"], row["CURRENCY"]) for row in rows] == [
        ("NAM", "disbursement", "1500.5", "EUR"), ("NAM", "commitment", "9", "USD"),
    ]  # fmt: skip
    assert read_register(register_csv(rows, name="support"), name="support", file="s.csv") == tuple(rows)
    assert read_iati(IATI, file="a.xml", purposes=["11110"]) == ()


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (b"<a", "file-unreadable", "no XML"),
        (b"<html/>", "file-unreadable", "root 'html'"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><iati-activities/>", "markup-refused", "entities"),
        (IATI.replace(b">9<", b"><"), "record-invalid", "without value"),
    ],
)
def test_each_fault_of_an_iati_file_is_named(raw, code, words):
    with pytest.raises(DataError, match=words) as error:
        read_iati(raw, file="a.xml")
    assert error.value.findings[0].code == code


CRS = "Year|DonorName|RecipientName|PurposeCode|USD_Commitment|USD_Disbursement|ProjectTitle|CrsID\n"


def test_crs_rows_are_dollars_and_sum_by_recipient_and_purpose():
    raw = (
        CRS
        + "2020|Sweden|Kenya|15190|0.1|1.25|Roads|1\n2020|Sweden|Kenya|15190||0.75||\n2020|Sweden|Africa, regional|15190|2||X|3\n"
    ).encode()
    rows = read_crs(raw, file="crs.txt", purposes=["15190"])
    found = totals(rows)
    assert found["KEN", "15190", "disbursement", "USD"] == 2_000_000
    assert found["KEN", "15190", "commitment", "USD"] == 100_000
    assert found["Africa, regional", "15190", "commitment", "USD"] == 2_000_000
    assert read_register(register_csv(rows, name="support"), name="support", file="s.csv") == rows


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"Year,DonorName\n1,2\n", "no column RECIPIENT"),
     ((CRS + "2020|S|K|1|x||T|1\n").encode(), "'x' is no number"), (b"", "no column")],
)  # fmt: skip
def test_each_fault_of_a_crs_file_is_named(raw, words):
    with pytest.raises(DataError, match=words):
        read_crs(raw, file="crs.csv")
