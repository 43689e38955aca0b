"""Minimum migration: of each birthplace as many stay as can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def minimum(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Leavers and arrivers by birthplace, once `min(start, end)` of every cell stay.

    Of one birthplace a residence then has leavers or arrivers, never both. Hence the empty diagonal of the
    quasi-independence model binds nowhere and its fit is the plain product of margins: no iteration is needed.

    References
    ----------
    Abel, G. J. (2013), Demographic Research 28(18), section 2.1, https://doi.org/10.4054/DemRes.2013.28.18.
    """
    stayers = np.minimum(start, end)
    return start - stayers, end - stayers
