"""Groups kept from every choice of settings, drawn by a hash of their names."""

from __future__ import annotations

import zlib


def held(predictor: str, name: str, one_in: int) -> bool:
    """Whether group *name* belongs to the one in *one_in* that *predictor* keeps apart."""
    return zlib.crc32(f"{predictor} holdout:{name}".encode()) % one_in == 0
