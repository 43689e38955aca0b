"""From files to vintages: all or nothing, and the raw bytes behind every number."""

import gzip
from dataclasses import replace

import pytest

from corridors.collect import catalogue
from corridors.concepts.findings import DataError, Refused
from corridors.store.vintages import Store
from corridors.workflow import collect
from corridors.workflow.sources import collected

HEADER = "dest,t,orig,sex,n,type_b,type_c,type_r,type_i\n"


#: World totals of two dates that the 2020 revision published: what a file of that revision adds up to.
WORLD = {2015: 247_958_644, 2020: 280_598_105}


def tidy(destination, n=5, year=2020):
    """One corridor of the table's own and the rest of the world in another."""
    rows = "".join(f"{destination},{year},MEX,{sex},{n},1,0,0,0\n" for sex in ("female", "male"))
    if str(n).isdigit():
        rows += f"AUS,{year},NZL,female,{WORLD[year] - 2 * n},1,0,0,0\nAUS,{year},NZL,male,0,1,0,0,0\n"
    return (HEADER + rows).encode()


def write(folder, **files):
    paths = []
    for name, raw in files.items():
        path = folder / f"{name}.csv"
        path.write_bytes(raw)
        paths.append(path)
    return paths


def test_a_file_becomes_a_vintage_with_its_raw_bytes_behind_it(tmp_path):
    raw = gzip.compress(tidy("USA"), mtime=0)
    [item] = collect.from_files("undesa", write(tmp_path, a=raw), store=tmp_path / "store")
    assert (item.product, item.dataflow, item.rows, item.files) == ("undesa-ims2020-bilateral", "STOCK", 6, ("a.csv",))
    assert "STOCK, 6 observations, tidy derivative" in str(item)
    assert item.as_dict()["observations"] == 6
    store = Store(tmp_path / "store")
    vintage = store.latest("world", item.product)["STOCK"]
    assert vintage.id == item.vintage
    assert vintage.metadata["licence"] == "CC BY 3.0 IGO"
    assert (tmp_path / "store" / "raw" / vintage.metadata["raw"]["a.csv"]).read_bytes() == raw
    assert store.verify() == []
    assert store.read(vintage)["OBS_VALUE"].sum() == 2 * WORLD[2020]


def test_files_of_one_product_are_put_together(tmp_path):
    paths = write(tmp_path, a=tidy("USA"), b=tidy("USA", year=2015), same=tidy("USA"))
    [item] = collect.from_files("undesa", paths, store=tmp_path / "store")
    assert item.rows == 12
    assert item.cover == 1
    assert item.files == ("a.csv", "b.csv", "same.csv")


def test_files_that_contradict_each_other_are_found(tmp_path):
    with pytest.raises(DataError, match=r"undesa-ims2020-bilateral from a.csv, b.csv, dataflow STOCK: 2 rows for"):
        collect.from_files("undesa", write(tmp_path, a=tidy("USA"), b=tidy("USA", 6)), store=tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_bad_input_leaves_the_store_as_it_was(tmp_path):
    root = tmp_path / "store"
    collect.from_files("undesa", write(tmp_path, good=tidy("USA")), store=root)
    before = {path: path.stat().st_mtime_ns for path in sorted(root.rglob("*"))}
    paths = write(tmp_path, other=tidy("DEU"), odd=tidy("ATL"), worse=tidy("USA", "many"))
    with pytest.raises(DataError) as caught:
        collect.from_files("undesa", paths, store=root)
    assert {(f.code, f.place) for f in caught.value.findings} == {
        ("area-unknown", "odd.csv, row 2, column dest and 1 more row"),
        ("value-unreadable", "worse.csv, row 2, column n"),
        ("value-unreadable", "worse.csv, row 3, column n"),
    }
    assert {path: path.stat().st_mtime_ns for path in sorted(root.rglob("*"))} == before


def test_files_that_are_not_there_are_found_before_anything_is_read(tmp_path):
    paths = [tmp_path / "none.csv", tmp_path]
    with pytest.raises(DataError) as caught:
        collect.from_files("undesa", paths, store=tmp_path / "store")
    assert [(f.code, f.fact, f.mend) for f in caught.value.findings] == [
        ("file-unreadable", "no such file", "name a file"),
        ("file-unreadable", "not a file", "name a file"),
    ]


def test_an_unknown_source_is_answered_with_the_known_ones(tmp_path):
    for call in (
        lambda: collect.from_files("nobody", [], store=tmp_path),
        lambda: collect.from_addresses("nobody", store=tmp_path, quiet=True),
    ):
        with pytest.raises(ValueError, match=r"no source 'nobody'; there are .*embedded, .*undesa"):
            call()
    with pytest.raises(ValueError, match="embedded has no address to download from"):
        collect.from_addresses("embedded", store=tmp_path, quiet=True)


def test_offline_nothing_is_collected_from_addresses(tmp_path, monkeypatch):
    monkeypatch.setenv("CORRIDORS_OFFLINE", "1")
    with pytest.raises(Refused, match="nothing is fetched while CORRIDORS_OFFLINE=1"):
        collect.from_addresses("undesa", store=tmp_path / "store", quiet=True)
    assert not (tmp_path / "store").exists()


def test_downloads_are_kept_with_their_address(tmp_path, monkeypatch):
    known = catalogue.card("undesa")
    one = next(product for product in known.products if product.id == "undesa-ims2020-bilateral")
    monkeypatch.setattr(catalogue, "card", lambda _: replace(known, products=(one,)))
    monkeypatch.setattr("corridors.workflow.download.download", lambda *_, **__: ("a.csv", tidy("USA")))
    [item] = collect.from_addresses("undesa", store=tmp_path / "store", quiet=True)
    assert item.product == one.id


def test_a_download_that_is_another_product_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("corridors.workflow.download.download", lambda *_, **__: ("a.csv", tidy("USA")))
    with pytest.raises(DataError) as caught:
        collect.from_addresses("undesa", store=tmp_path / "store", quiet=True)
    assert {(f.code, f.mend) for f in caught.value.findings} >= {
        ("table-wrong", "wanted is undesa-ims2020-destination; correct the source's card"),
        ("table-wrong", "wanted is undesa-ims2024-bilateral; correct the source's card"),
    }
    assert not (tmp_path / "store").exists()


def test_the_regional_world_of_the_package_is_collected(tmp_path):
    store = Store(tmp_path / "store")
    items = collect.collect_embedded(store)
    assert {item.product for item in items} == {"embedded-2024-world", "embedded-2024-highlights"}
    world = store.latest("regional", "embedded-2024-world")
    assert set(world) == {
        "STOCK", "POPULATION", "VITAL", "NET_MIGRATION", "DISPLACED", "INDICATOR", "FLOW_OBSERVED", "PROJECTION",
    }  # fmt: skip
    assert set(store.latest("regional", "embedded-2024-highlights")) == {"STOCK"}
    assert store.verify() == []
    # The same package gives the same vintages.
    again = collect.collect_embedded(store)
    assert [item.vintage for item in again] == [item.vintage for item in items]


def test_what_a_collection_replaces_is_said(tmp_path):
    store = tmp_path / "store"
    both = HEADER.encode() + b"".join(tidy("USA", year=year).removeprefix(HEADER.encode()) for year in WORLD)
    [first] = collect.from_files("undesa", write(tmp_path, two=both), store=store)
    assert first.replaces is None
    [second] = collect.from_files("undesa", write(tmp_path, one=tidy("USA")), store=store)
    assert str(second).endswith(
        f"covers 100 per cent of the world's migrants; replaces {first.vintage}: 6 observations fewer"
    )
    assert second.as_dict()["observations_before"] == 12
    [third] = collect.from_files("undesa", write(tmp_path, one=tidy("USA")), store=store)
    assert third.replaces is None


def test_a_file_of_another_source_is_named(tmp_path):
    paths = write(tmp_path, stock=tidy("USA"))
    with pytest.raises(DataError) as caught:
        collect.from_files("wpp", paths, store=tmp_path / "store")
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("source-other", "stock.csv")
    assert finding.fact.startswith("it is no file of wpp; it is a file of undesa (undesa-ims2020-bilateral, tidy")
    assert finding.mend == "corridors collect undesa --file stock.csv"


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder, year in (("p", 2015), ("q", 2020)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_bytes(tidy("USA", year=year))
    [item] = collect.from_files(
        "undesa", [tmp_path / "p" / "x.csv", tmp_path / "q" / "x.csv"], store=tmp_path / "store"
    )
    assert item.files == ("p/x.csv", "q/x.csv")


def test_a_stock_of_a_part_of_the_world_makes_no_report(shared_data, tmp_path):
    path = shared_data / "undesa" / "RECONSTRUCTED_layout2020_dest_origin_first60.xlsx"
    [item] = collect.from_files("undesa", [path], store=tmp_path / "store")
    assert item.cover == 0.2895
    assert "a part: 81,239,103 of the world's 280,598,105 migrants" in str(item)
    with pytest.raises(DataError) as caught:
        collected(Store(tmp_path / "store"))
    [finding] = caught.value.findings
    assert (finding.code, finding.place) == ("stock-partial", f"vintage {item.vintage}")
    assert finding.fact == "undesa-ims2020-bilateral counts 28.95 per cent of the world's migrants"
    assert finding.mend == "collect the publisher's whole file: corridors collect undesa --file F"
