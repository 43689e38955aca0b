"""Independence: residence at the end does not depend on residence at the start, within each birthplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def independence(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Everybody is a leaver and an arriver; those who arrive where they left are no movers.

    References
    ----------
    Azose, J. J. and Raftery, A. E. (2019), PNAS 116(1), 116-122, https://doi.org/10.1073/pnas.1722334116.
    """
    return start, end
