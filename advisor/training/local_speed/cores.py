"""Cores of the CPUs the speed tables name (performance cores of hybrid ones), which the sources do not state.

Vendor specifications, recalled as in profiles/cpus.csv (https://www.intel.com/content/www/us/en/ark.html,
https://www.amd.com/en/products/specifications/processors.html, https://support.apple.com/docs). Only the fit
uses them; on a machine the probe counts cores.
"""

from __future__ import annotations

import math
import re

_CORES: tuple[tuple[str, int], ...] = (
    (r"Threadripper PRO 7995WX", 96),
    (r"Threadripper PRO 7965WX", 24),
    (r"Ryzen 5 3500\b", 6),
    (r"Threadripper PRO 5995WX", 64),
    (r"Threadripper PRO 5975WX", 32),
    (r"Threadripper PRO 3955WX", 16),
    (r"Threadripper 3970X", 32),
    (r"Threadripper 3960X", 24),
    (r"Threadripper 2970WX", 24),
    (r"Ryzen AI 9 HX 370", 12),
    (r"Ryzen 9 \d950|Ryzen 9 7945", 16),
    (r"Ryzen 9 (PRO )?(\d900|3900)", 12),
    (r"Ryzen 9 (7940HS|5900HX|6900HX)", 8),
    (r"Ryzen 9 (5900X)", 12),
    (r"Ryzen 7|Ryzen 7 PRO", 8),
    (r"Ryzen 5 (3550H)", 4),
    (r"Ryzen 5", 6),
    (r"Ryzen Embedded R1505G", 2),
    (r"EPYC 965\d", 96),
    (r"EPYC 9965", 192),
    (r"EPYC 9354|EPYC 9355|EPYC 9374F", 32),
    (r"EPYC 9554|EPYC 7713|EPYC 7B13|EPYC 7H12", 64),
    (r"EPYC 7K62", 48),
    (r"EPYC 7302P|EPYC 9115", 16),
    (r"EPYC 9634", 84),
    (r"EPYC 9454", 48),
    (r"EPYC 7352", 24),
    (r"EPYC 9135", 16),
    (r"FX-8\d", 8),
    (r"Phenom II X4", 4),
    (r"Opteron 6378", 16),
    (r"Steam Deck", 4),
    (r"Xeon Platinum 8259CL", 24),
    (r"Xeon Platinum 8280", 28),
    (r"Xeon 6980P", 128),
    (r"Xeon (Platinum )?8480", 56),
    (r"Xeon Platinum 8488C", 48),
    (r"Xeon Gold 6226R", 16),
    (r"Xeon Gold 6138", 20),
    (r"Xeon Gold 6454S", 32),
    (r"Xeon w9-3475X", 36),
    (r"E5-2690 v3", 12),
    (r"E5-2690 v4", 14),
    (r"Xeon E5-2698B v3", 16),
    (r"Graviton3", 64),
    (r"Xeon E5-2697 v2", 12),
    (r"Xeon E5-2697A v4", 16),
    (r"Xeon E5-2699 v3", 18),
    (r"Xeon E5-2695 v4", 18),
    (r"Xeon E5-2680 v4", 14),
    (r"Xeon E5-2667 v[34]", 8),
    (r"Xeon E5-2630 v3", 8),
    (r"Xeon E5-2630 v4", 10),
    (r"Xeon E5-2620 v3", 6),
    (r"Xeon E5-1620 v4", 4),
    (r"Xeon W-2235", 6),
    (r"Xeon W-2255|Xeon W-2150B", 10),
    (r"Xeon w5-3425", 12),
    (r"Xeon w5-3435X", 16),
    (r"Xeon Silver 4110", 8),
    (r"Xeon Silver 4210R", 10),
    (r"Xeon Gold 5218", 16),
    (r"Xeon X56\d\d", 6),
    (r"Xeon E3-", 4),
    (r"Core2 Duo|Core M-|Pentium", 2),
    (r"Core i9-(13|14)9|i9-13980HX", 8),
    (r"Core i9-9900", 8),
    (r"Core Ultra [79] 2[68]5K", 8),
    (r"Core Ultra 9 185H|Core Ultra 7 155H|Intel Ultra 7 155H", 6),
    (r"Core Ultra 7 1[56]5U", 2),
    (r"Core Ultra 7 2\d8V", 4),
    (r"i7-13620H|i7-13700H|i7-12700H|i7-1280P|i5-13450HX|i5-14600K", 6),
    (r"i7-12700|i7-13700K|i7-13850HX", 8),
    (r"i7-1260P", 4),
    (r"i7-1265U|i5-1335U", 2),
    (r"i7-11[78]\d\d", 8),
    (r"i[57]-11\d5G7|i7-1065G7", 4),
    (r"i5-11400", 6),
    (r"i7-10710U|i7-10750H|i7-10850H", 6),
    (r"i7-108?70", 8),
    (r"i7-10700", 8),
    (r"i5-10310U", 4),
    (r"i7-8700|i5-8500|i5-8600", 6),
    (r"i[57]-8\d{3}(U|H)", 4),
    (r"i7-[67]\d{3}U|i5-[567]\d{3}U|i5-7Y54|i7-4600M|i5-4[02]\d{2}[MU]", 2),
    (r"i[57]-[2-7]\d{3}", 4),
    (r"N100", 4),
    (r"Apple M2 Max", 8),
    (r"Apple M[12] Ultra", 16),
    (r"Apple M4 Max", 12),
    (r"Apple M[34]\b", 4),
    (r"Raspberry Pi|Tensor G1|Kirin 990", 4),
    (r"KX-U6780A", 8),
)
"""First match wins. Phones: the cores llama.cpp gets by default, four."""


def cores_of(name: str, cores_range: tuple[int, int] | None) -> int:
    """Cores of a named CPU; the geometric middle of its family's range when the name is not listed."""
    for pattern, cores in _CORES:
        if re.search(pattern, name):
            return cores
    low, high = cores_range or (4, 16)
    return max(1, round(math.sqrt(low * high)))
