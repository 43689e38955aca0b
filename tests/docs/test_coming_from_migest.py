"""The page for users of the reference package names all it exports, and only names of ours that exist."""

import importlib
import re
from pathlib import Path
from typing import get_args

from corridors.estimate.flows import MethodName

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "coming-from-migest.md").read_text(encoding="utf-8")
EXPORTED = re.findall(
    r"\w+",
    """
ffs_diff ffs_rates ffs_demo ipf2 ipf3 ipf2_block ipf2_stripe cm2 cm3 cm_net cm_net_tot net_matrix_ipf net_matrix_entropy
net_matrix_lp net_matrix_optim net_sr net_vs index_age index_age_rc index_connectivity index_distance index_impact
index_intensity multi_comp multi_comp2 rescale_net rescale_integer_sum sum_od sum_net sum_bilat sum_region sum_country
sum_unilat sum_unilateral sum_expand sum_lump block_matrix block_sum stripe_matrix quadratic_eqn str_wrap_n mig_chord
""",
)
DATA = re.findall(
    r"\w+",
    """
alabama_1970 bombay_1951 dict_ims indian_sub ipumsi_age italy_area korea_gravity manila_1970 new_england_1960 rc_model_fund
rc_model_un uar_1960 umbrella usa_1960
""",
)


def rows():
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")
    ]
    return [row for row in cells if row[0] != "migest" and not row[0].startswith("---")]


def test_every_exported_name_and_data_set_has_its_row():
    assert len(EXPORTED) == 42
    named = [name for row in rows() for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(set(EXPORTED + DATA) - set(named)) == []
    assert sorted(name for name in EXPORTED if named.count(name) > 1) == []


def test_every_name_of_ours_exists():
    ours = set(re.findall(r"`(corridors\.[\w.]+)`", PAGE))
    assert len(ours) > 20
    for name in ours:
        module, _, attribute = name.rpartition(".")
        found = importlib.import_module(module)
        assert hasattr(found, attribute) or importlib.import_module(name), name


def test_every_row_has_a_counterpart_or_says_why_not():
    for names, ours, note in rows():
        assert "corridors." in ours or (ours == "none" and note), names


def test_methods_and_examples_of_the_page_are_true():
    methods = set(re.findall(r"`((?:min|ind|pb|sd|mig)-[a-z-]+|rvr)`", PAGE))
    assert methods <= set(get_args(MethodName))
    assert {"min-closed", "pb-closed", "sd-drop-neg"} <= methods
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "coming-from-migest.md", "exec"), {})
