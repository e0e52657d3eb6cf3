"""Ten thousand documents through an axis full of faults: none lost, none twice."""

from pathlib import Path

from tests.axis.standin import StandIn
from tests.axis.vxp_given import run_through_faults


def test_ten_thousand_documents_pass_an_axis_full_of_faults_none_lost_none_twice(tmp_path: Path) -> None:
    stand_in = StandIn()
    try:
        run_through_faults(stand_in, tmp_path, 10_000, seed=28)
    finally:
        stand_in.close()
