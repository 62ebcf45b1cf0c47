"""Types and layouts of the whole catalogue against the llama.cpp inside the cyllama wheel, printed as a
table.

    python benchmarks/sizes_against_quantizer.py [MODEL …]

Every distinct shape x every ftype x with and without an imatrix; takes some four minutes on two cores.
"""

from __future__ import annotations

import sys
import time

from advisor.catalog.models import find_model
from advisor.evaluation.sizes.evaluate import layouts, real_quantizer
from advisor.measuring.llama_quantize import FTYPES, engine_commit


def main(names: list[str]) -> int:
    """Print a row an architecture and the sums; 1 when anything differs."""
    start = time.perf_counter()
    rows = real_quantizer([find_model(name) for name in names] if names else None)
    print(f"llama.cpp {engine_commit()}, {len(FTYPES)} ftypes with and without imatrix")
    print(f"{'architecture':<16}{'shapes':>8}{'runs':>8}{'equal':>8}{'unknown to engine':>19}  different")
    for row in rows:
        print(
            f"{row['architecture']:<16}{row['shapes']:>8}{row['runs']:>8}{row['equal']:>8}"
            f"{row['refused_by_engine']:>19}  {row['different']}"
        )
    sums = {key: sum(row[key] for row in rows) for key in ("shapes", "runs", "equal", "refused_by_engine")}
    print(f"{'all':<16}{sums['shapes']:>8}{sums['runs']:>8}{sums['equal']:>8}{sums['refused_by_engine']:>19}")
    if not names:
        for row in layouts():
            print(f"layouts loaded: {row['loaded']} of {row['architectures']} architectures. {row['not']}")
    print(f"{time.perf_counter() - start:.0f} s")
    return int(sums["runs"] != sums["equal"] + sums["refused_by_engine"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
