"""Memory bandwidth, measured: several threads read a block far larger than the caches."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable

BLOCK_BYTES = 256 << 20
"""Per thread: beyond the last-level cache of every processor in profiles/cpus.csv once two threads read."""
SWEEP_S = 0.4
"""Length of one reading; the best of several counts, because interference only ever slows a sweep down."""
REPEATS = 5

_Memchr = Callable[[int, int, int], int | None]


def measure_read_bandwidth(threads: int, progress: Callable[[float], None] = lambda done: None) -> float:
    """Bytes per second that *threads* threads read together: the best of five sweeps.

    Reading is done by the C library's `memchr`, which is vectorised and releases the interpreter lock.
    Raises MemoryError when the blocks cannot be had.
    """
    from concurrent.futures import ThreadPoolExecutor

    memchr = _memchr()
    blocks = [_touched(BLOCK_BYTES) for _ in range(threads)]
    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for repeat in range(REPEATS):
            best = max(best, sum(pool.map(lambda block: _sweep(memchr, block), blocks)))
            progress((repeat + 1) / REPEATS)
    return best


def _memchr() -> _Memchr:
    library = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
    function = library.memchr
    function.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)
    function.restype = ctypes.c_void_p
    return function


def _touched(size: int) -> ctypes.Array[ctypes.c_char]:
    """Memory whose every page is really there (an untouched page reads the one zero page)."""
    block = ctypes.create_string_buffer(size)
    ctypes.memset(block, 1, size)
    return block


def _sweep(memchr: _Memchr, block: ctypes.Array[ctypes.c_char]) -> float:
    """Bytes per second of one thread reading *block* again and again."""
    address, size, passes = ctypes.addressof(block), len(block), 0
    begin = time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < SWEEP_S or not passes:
        memchr(address, 2, size)
        passes += 1
    return passes * size / elapsed
