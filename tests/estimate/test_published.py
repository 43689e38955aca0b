"""The published tables of Abel and Cohen (2019, as updated), from the stocks and populations that they rest on."""

import pytest
from benchmarks.published import compare

#: Largest median relative error on cells above a thousand, in 2010-2015.
NEAR = {"da_min_open": 0.001, "da_min_closed": 0.01, "da_pb_closed": 0.005, "mig_rate": 0.005}


@pytest.fixture(scope="module")
def comparisons(shared_data):
    return list(compare(shared_data))


def test_stock_differences_equal_the_published_ones_to_the_person(comparisons):
    differences = [one for one in comparisons if one.column.startswith("sd_")]
    assert len(differences) == 6
    assert [one.different for one in differences] == [0] * 6


@pytest.mark.parametrize("column", NEAR)
def test_accounts_come_near_the_published_ones_in_every_period(comparisons, column):
    chosen = [one for one in comparisons if one.column == column]
    assert [one.period for one in chosen] == ["1990-1995", "2000-2005", "2010-2015"]
    assert all(one.error <= NEAR[column] for one in chosen)
    assert chosen[-1].total == pytest.approx(1, abs=0.003)
    assert all(one.total == pytest.approx(1, abs=0.005) for one in chosen)


def test_the_balance_of_the_world_put_on_china_explains_most_of_what_is_left(comparisons, shared_data):
    on_china = {(one.period, one.column): one for one in compare(shared_data, balance_on="CHN")}
    for one in comparisons:
        if one.column == "da_min_closed":
            assert on_china[one.period, one.column].error < min(0.003, one.error)
