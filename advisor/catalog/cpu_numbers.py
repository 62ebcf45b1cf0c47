"""Words and numbers that name a processor, as people call them: '5800X3D', '7840U', '12700K', '258V'.

The number says the series: https://www.amd.com/en/support/kb/faq (how to read a Ryzen number) and
https://www.intel.com/content/www/us/en/processors/processor-numbers.html.
"""

from __future__ import annotations

import re

from advisor.catalog.names import compiled

_RYZEN = r"(?:ryzen )?([1-9](\d)\d\d(?:x3d|hx3d|xt?|hs|hx)|[78](\d)[34]\d(?:u|h)|[458](\d)00g)"
"""Of four digits with U or H only Ryzen 7000 and 8000: Intel's older generations have such numbers too."""
_CORE = r"(1[0-4]([1-9])\d\d(?:k|kf|ks|f|t|h|hx|hk|p|u))|([789]([1-9])\d0(?:k|kf|ks))"
_ULTRA = r"[12](\d)\d(?:v|h|hx|u|k|kf)"
_AI = r"(?:ai )?(?:[79] )?hx (?:pro )?3[67]\d"
NUMBER = rf"(?:{_RYZEN}|{_CORE}|{_ULTRA}|{_AI})"
"""A processor's number and letters without its series."""
_CPU_WORDS = (
    r"\b(?:core2?|xeon|pentium|celeron|atom|i[3579]|ryzen|epyc|threadripper|opteron|phenom|athlon|fx|zhaoxin"
    r"|kaixian|loongson|power\d+|cpu|ultra x?[3579])\b"
)
MOBILE_WORDS = (
    r"\b(?:snapdragon|tensor|kirin|exynos|dimensity|helio|mediatek|unisoc|cortex|neoverse|graviton|altra|kunpeng"
    r"|axion|cobalt|ampereone|qcs\d+|qcm\d+|rk\d{4}|cix)\b"
)
_THREADRIPPER = r"(?:ryzen )?(\d9[26-9]0x|[12]9[05]0x)"
"""Of four digits and X, those that no Ryzen has: 3970X, 7980X, and 1950X of the first two generations."""
_RYZEN_TIERS, _CORE_TIERS, _ULTRA_TIERS = "3333355779", "3333555779", "5555577999"
"""Second digit of a number -> the series: 5600X is a Ryzen 5, 12400F a Core i5, 275HX an Ultra 9."""


def series_of(name: str) -> str:
    """*name* with its series in front where it is a number alone; other names as they are."""
    lower = re.sub(r"^(?:amd|intel)\s+", "", name.lower())
    if found := compiled(_THREADRIPPER).fullmatch(lower):
        return f"Threadripper {found.group(1).upper()}"
    if found := compiled(_RYZEN).fullmatch(lower):
        digit = next(group for group in found.groups()[1:] if group)
        return f"Ryzen {_RYZEN_TIERS[int(digit)]} {found.group(1).upper()}"
    if found := compiled(_CORE).fullmatch(lower):
        return f"i{_CORE_TIERS[int(found.group(2) or found.group(4))]}-{lower.upper()}"
    if found := compiled(_ULTRA).fullmatch(lower):
        return f"Ultra {_ULTRA_TIERS[int(found.group(1))]} {lower.upper()}"
    if compiled(_AI).fullmatch(lower):
        return "Ryzen AI 9 HX " + re.sub(r".*hx ", "", name, flags=re.IGNORECASE)
    return name


def is_mobile(name: str) -> bool:
    """Whether a processor's number is a laptop's: it ends in H, HX, HS, HK, U, P or V, and is no server's."""
    if compiled(r"\b(?:epyc|xeon|threadripper)\b").search(name):
        return False
    return compiled(r"\d(?:h|hx|hx3d|hk|hs|u|p|v)\b").search(name) is not None


def is_processor(text: str) -> bool:
    """Whether the words are those of a processor, known or not."""
    return any(compiled(words).search(text) for words in (_CPU_WORDS, MOBILE_WORDS, rf"^{NUMBER}\b"))
