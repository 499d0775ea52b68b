"""A short run of fuzz_bundle.py, which also runs by itself for as long as one likes."""

import fuzz_bundle
import pytest


@pytest.mark.parametrize("seed", range(4))
def test_a_bundle_changed_at_any_layer_is_refused_with_a_code_or_leaves_the_replica_whole(seed: int) -> None:
    outcomes = fuzz_bundle.main(400, seed)
    # The changes reach beyond the outermost checks, or this would test nothing.
    assert {"bundle_damaged", "entry_damaged", "segment_damaged", "paper_forged", "merged"} <= set(outcomes)
    assert outcomes["merged"] < 100
