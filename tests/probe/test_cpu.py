"""The processor, on every system."""

from __future__ import annotations

import pytest

from advisor.probe.cpu import cpu, isa
from advisor.probe.system import Recorded

BLOCK = (
    "processor\t: {n}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Xeon\n"
    "stepping\t: 8\nphysical id\t: 0\ncore id\t\t: {n}\nflags\t\t: fpu avx2 fma amx_int8 {more}\n"
)


def xeon(more: str = "") -> Recorded:
    """Two cores with these flags."""
    return Recorded({"files": {"/proc/cpuinfo": "\n".join(BLOCK.format(n=n, more=more) for n in range(2))}})


def test_linux_says_it_in_proc_cpuinfo() -> None:
    """Brand, family, model, cores, and the features engines dispatch on."""
    found = cpu(xeon(), {}, [])
    assert ("Xeon", "Intel", 6, 143, 8, 1, 2, 2, ("fma", "avx2", "amx_int8")) == (
        found.brand,
        found.vendor,
        found.family,
        found.model,
        found.stepping,
        found.sockets,
        found.physical_cores,
        found.logical_cores,
        found.isa,
    )


def test_a_virtual_machine_is_noted() -> None:
    """Its share of the socket's bandwidth is unknown."""
    notes: list[str] = []
    cpu(xeon("hypervisor"), {}, notes)
    assert ["this is a virtual machine"] == [note.partition(":")[0] for note in notes]


def test_caches_that_are_shared_count_once() -> None:
    """Two cores with a cache each below, one for both above; instructions do not count."""
    files = {"/proc/cpuinfo": "processor : 0"}
    for n in range(2):
        for index, level, kind, size, shared in (
            (0, "1", "Data", "32K", str(n)),
            (1, "1", "Instruction", "64K", str(n)),
            (2, "3", "Unified", "16M", "0-1"),
        ):
            folder = f"/sys/devices/system/cpu/cpu{n}/cache/index{index}"
            files |= {
                f"{folder}/level": level,
                f"{folder}/type": kind,
                f"{folder}/size": size,
                f"{folder}/shared_cpu_list": shared,
            }
    assert {"L1d": 64 << 10, "L3": 16 << 20} == cpu(Recorded({"files": files}), {}, []).cache_bytes


def test_macos_says_it_in_sysctl() -> None:
    """Performance cores and Arm features."""
    names = [
        "machdep.cpu.brand_string",
        "hw.physicalcpu",
        "hw.logicalcpu",
        "hw.perflevel0.physicalcpu",
        "hw.l1dcachesize",
        "hw.l2cachesize",
        "hw.packages",
        "hw.optional.arm.FEAT_DotProd",
        "hw.optional.arm.FEAT_I8MM",
        "hw.optional.arm.FEAT_BF16",
        "hw.optional.arm.FEAT_SME",
        "hw.optional.avx2_0",
        "hw.optional.avx512f",
    ]
    printed = (
        "machdep.cpu.brand_string: Apple M3\nhw.physicalcpu: 8\nhw.logicalcpu: 8\n"
        "hw.perflevel0.physicalcpu: 4\nhw.optional.arm.FEAT_DotProd: 1\nhw.optional.arm.FEAT_SME: 0\n"
    )
    commands = {" ".join(("sysctl", "-i", *names)): printed}
    found = cpu(Recorded({"platform": "darwin", "machine": "aarch64", "commands": commands}), {}, [])
    assert ("Apple M3", "Apple", 8, 4, ("asimd", "dotprod")) == (
        found.brand,
        found.vendor,
        found.physical_cores,
        found.performance_cores,
        found.isa,
    )


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        ({"asimd", "asimddp", "i8mm"}, ("asimd", "dotprod", "i8mm")),
        ({"avx512vnni", "avx512_vnni", "nonsense"}, ("avx512_vnni",)),
        (set(), ()),
    ],
)
def test_features_have_one_name_each(flags: set[str], names: tuple[str, ...]) -> None:
    """However the system spells them, and in one order."""
    assert names == isa(flags)


def test_what_cannot_be_read_is_said() -> None:
    """No /proc/cpuinfo and no sysctl are unknown brands, with the reason."""
    for platform, reason in (("linux", "/proc/cpuinfo"), ("darwin", "sysctl")):
        unknown: dict[str, str] = {}
        assert cpu(Recorded({"platform": platform}), unknown, []).brand is None
        assert unknown["cpu.brand"].startswith(reason)
