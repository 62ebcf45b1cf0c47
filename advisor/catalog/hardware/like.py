"""What to say of a machine nobody knows: names like it, of its own kind first."""

from __future__ import annotations

import re

from advisor.catalog.gpus import all_gpus
from advisor.catalog.hardware.cloud import instance_names
from advisor.catalog.hardware.machines import all_machines
from advisor.catalog.names import nearest

_COUNT = 5
_KINDS = (
    (
        r"phone|pixel|galaxy|oneplus|xiaomi|redmi|poco|huawei p|mate \d|xperia|zenfone|snapdragon|tensor g",
        ("phone",),
    ),
    (r"\bpi\b|\brpi|jetson|\brock ?\d|orange|banana|odroid|\bboard\b|\brk\d{4}", ("board",)),
    (r"deck|\bally\b|legion go|handheld|\bz[12]\b", ("handheld",)),
    (r"\d?xlarge|standard_|standard-\d|highgpu|ultragpu|^[gp]\d\w*\.", ("cloud",)),
    (r"\btpu|ascend|\bmtt\b|gaudi|\bnpu\b", ("accelerator",)),
)
"""Words that tell what kind of machine is meant -> kinds of profiles/machines.csv."""
_NO_MODEL = (
    r"synology|qnap|asustor|terramaster|\bnas\b|\bnuc\b|mini ?pc|\bserver\b|workstation|\bhp z\d"
    r"|thinkcentre|optiplex|prodesk|elitedesk|poweredge|proliant|\bintel mac|\bi?mac\b"
)
"""Computers that one name is not enough for."""
_EXAMPLE = "'Core i5-1340P 16GB'"
_VENDORS = (
    (r"\b(?:apple|mac\w*|imac|m\d|a1\d)\b", "Apple"),
    (r"\b(?:nvidia|geforce|[rg]tx|quadro|tesla|titan)\b", "NVIDIA"),
    (r"\b(?:amd|radeon|rx|instinct|mi\d+\w?|vega)\b", "AMD"),
    (r"\b(?:intel|arc|iris|uhd)\b", "Intel"),
    (r"\b(?:qualcomm|adreno)\b", "Qualcomm"),
)


def like_hardware(text: str) -> tuple[tuple[str, ...], str]:
    """(up to five known names like *text*, what to do if none is meant).

    A phone's name is answered with phones, a board's with boards, a maker's with its GPUs; anything else
    with what is spelled most like it.
    """
    kinds = next((kinds for words, kinds in _KINDS if re.search(words, text, re.IGNORECASE)), ())
    machines = [machine for machine in all_machines() if not kinds or machine.kind in kinds]
    # of each machine the one name that is most like it
    if kinds == ("cloud",):
        return nearest(text, instance_names(), _COUNT), "or name its GPUs, as in '4x L4'"
    named = [nearest(text, (machine.name, *machine.aliases), 1)[0] for machine in machines]
    if kinds:
        hint = "or give a saved probe, or a similar name with --ram and --bandwidth"
        return nearest(text, named, _COUNT), hint
    vendor = next((vendor for words, vendor in _VENDORS if re.search(words, text, re.IGNORECASE)), None)
    gpus = [match.catalog_name for match in all_gpus() if vendor in (None, match.vendor)]
    if re.search(_NO_MODEL, text, re.IGNORECASE):
        return (), f"its maker builds many: name the processor, the memory and the cards, as in {_EXAMPLE}"
    hint = (
        f"or name its processor and memory, as in {_EXAMPLE}, or give a saved probe, or a similar name with "
        "--vram and --bandwidth"
    )
    return nearest(text, gpus if vendor else (*gpus, *named), _COUNT), hint
