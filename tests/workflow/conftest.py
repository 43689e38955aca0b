"""A store that several tests look into."""

import pytest

from corridors.workflow.collect import from_files


@pytest.fixture(scope="session")
def world_store(shared_data, tmp_path_factory):
    """A store with the sample files of the 2020 revision and of World Population Prospects 2022, to be read only."""
    folder = tmp_path_factory.mktemp("world") / "store"
    people = ("wpp2022_annual_1985_2021.csv.gz", "wpp2022_midyear_population_5yr.csv")
    from_files("undesa", [shared_data / "undesa" / "ims2020_bilateral_by_sex.csv.gz"], store=folder)
    from_files("wpp", [shared_data / "wpp" / name for name in people], store=folder)
    return folder
