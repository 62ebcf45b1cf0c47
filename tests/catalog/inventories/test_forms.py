"""Every form of inventory reads as the machine it describes; the files are synthetic."""

from pathlib import Path

import pytest

from advisor.catalog.inventories import find_inventory, forms, read_inventory, readers, sole_machine
from advisor.errors import BadFileError, UsageError

FILES = Path(__file__).parent / "files"
GIB = 2**30


def machines(name: str):
    """What the file describes."""
    return read_inventory((FILES / name).read_text(encoding="utf-8"), name)


def cards(machine) -> list[tuple[str | None, int | None]]:
    """(catalogue name, GiB) of each GPU of a machine."""
    return [
        (gpu.catalog_name, gpu.memory_total_bytes and round(gpu.memory_total_bytes / GIB))
        for gpu in machine.hardware.gpus
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("amd_smi_list_mi210.json", [("Radeon Instinct MI210", 64)]),
        ("amd_smi_mi300x_x8.json", [("Radeon Instinct MI300X", 192)] * 8),
        ("ansible_epyc_7313_256gb.json", []),
        ("ansible_mac.json", [("Apple M3 Max (40-core GPU)", 48)]),
        ("k8s_a10g_timeslicing.json", [("A10G", 22)]),
        ("k8s_ascend_910b_x8.json", [(None, None)] * 8),
        ("k8s_gke_l4_no_gfd.json", [("L4", 24)]),
        ("k8s_h100_timeslicing_renamed.json", [("H100 SXM5 80 GB", 80)]),
        ("k8s_intel_i915.json", [(None, 16)]),
        ("k8s_kubevirt_passthrough_4090.json", [("GeForce RTX 4090", 24)]),
        ("k8s_mi300x_x8_amd.json", [("Radeon Instinct MI300X", 192)] * 8),
        ("k8s_strix_halo_amd.json", [("Radeon 8060S", 126)]),
        ("k8s_vgpu_a16_4q.json", [("A16 PCIe", 4)]),
        ("lshw_display_laptop.json", [("UHD Graphics 620", None)]),
        ("lshw_full_small.json", [("GeForce RTX 4090", 24)]),
        ("nomad_node.json", [("A100 PCIe 40 GB", 40)]),
        ("nvidia_smi_2x3090_powercap.xml", [("GeForce RTX 3090", 24)] * 2),
        ("nvidia_smi_a10g.xml", [("A10G", 22)]),
        ("nvidia_smi_query.csv", [("RTX 6000 Ada Generation", 48), ("GB10 (DGX Spark)", 128)]),
        ("rocm_smi_2x7900xtx_igpu.json", [("Radeon RX 7900 XTX", 24)] * 2),
        ("rocm_smi_strix_halo.json", [("Radeon 8060S", 62)]),
        ("slurm_gb10.json", [("GB10 (DGX Spark)", 112)]),
        ("slurm_h100_x4.json", [("H100 PCIe 80 GB", 80)] * 4),
        ("slurm_scontrol_show_node.txt", [("H100 PCIe 80 GB", 80)] * 4),
        ("system_profiler_m3max_64gb.json", [("Apple M3 Max (40-core GPU)", 48)]),
        ("win32_videocontroller.json", [("Radeon RX 6700 XT", 12)]),
    ],
)
def test_one_machine(name, expected):
    """A file of one machine gives its real cards: neither time slices nor what the driver cannot know."""
    (machine,) = machines(name)
    assert (expected, 1, None) == (cards(machine), machine.count, machine.why_not)


def test_mig_slices_are_places_of_their_own():
    """Seven slices of an A100 are seven places of 5 GB, never one of 35."""
    (machine,) = machines("k8s_a100_mig_single.json")
    assert ([("A100 PCIe 40 GB", 5)], 7) == (cards(machine), machine.count)


def test_unlike_slices():
    """Three unlike slices of one A100 are three places; a program gets one, so the largest is planned."""
    found = machines("nvidia_smi_a100_mig.xml")
    assert [[("A100 SXM4 80 GB", 39)], [("A100 SXM4 80 GB", 20)], [("A100 SXM4 80 GB", 10)]] == [
        cards(machine) for machine in found
    ]
    assert 39 == round(sole_machine(found).gpus[0].memory_total_bytes / GIB)


def test_mixed_cluster():
    """Each node reads as itself, and what cannot be used says why."""
    found = {machine.node: machine for machine in machines("k8s_mixed_cluster.json")}
    assert {
        "cp-0": [],
        "w-4090": [("GeForce RTX 4090", 24)] * 2,
        "w-l40s": [("L40S", 45)] * 3,
        "w-cpu": [],
        "w-dead": [("Tesla T4", 15)],
    } == {node: cards(machine) for node, machine in found.items()}
    assert {"cp-0", "w-dead"} == {node for node, machine in found.items() if machine.why_not}
    assert "1 of 4 GPUs cannot be used now; 3 are planned for" in found["w-l40s"].hardware.notes


def test_slurm_cluster():
    """A node in slices counts each kind, and a node that is down takes no work."""
    found = [
        (machine.node, machine.count, machine.why_not) for machine in machines("slurm_mixed_cluster.json")
    ]
    assert [
        ("a01", 1, None),
        ("a02", 4, None),
        ("a02", 8, None),
        ("v01", 1, "its state is DOWN+DRAIN"),
        ("m01", 1, None),
        ("c01", 1, None),
    ] == found


def test_skypilot_rows():
    """Each row of the catalogue is a machine; a form in the instance's name tells SXM from PCIe."""
    found = {machine.node: cards(machine) for machine in machines("skypilot_vms.csv")}
    assert {
        "gpu_1x_a10": [("A10 PCIe", 24)],
        "gpu_8x_h100_sxm5": [("H100 SXM5 80 GB", 80)] * 8,
        "cpu_4x_general": [],
    } == found


def test_processors_and_memory():
    """What a tool knows of processor and memory is kept."""
    found = {
        name: (hardware.cpu.brand, hardware.cpu.physical_cores, round(hardware.memory.total_bytes / GIB))
        for name in ("ansible_epyc_7313_256gb.json", "ansible_mac.json", "lshw_full_small.json")
        for hardware in [machines(name)[0].hardware]
    }
    assert {
        "ansible_epyc_7313_256gb.json": ("AMD EPYC 7313 16-Core Processor", 16, 252),
        "ansible_mac.json": ("Apple M3 Max", 16, 64),
        "lshw_full_small.json": ("AMD Ryzen 9 7950X 16-Core Processor", 16, 64),
    } == found


def test_two_modules_are_two_channels():
    """Two DIMMs at 5600 MT/s give 2 x 8 bytes x 5.6e9 a second, whatever four slots could."""
    memory = machines("lshw_full_small.json")[0].hardware.memory
    assert (2, 89.6e9) == (memory.channels, memory.bandwidth_bytes_per_s)


def test_a_power_cap_is_said():
    """A card capped below its rating answers prompts more slowly, and the machine says so."""
    notes = machines("nvidia_smi_2x3090_powercap.xml")[0].hardware.notes
    assert [
        "NVIDIA GeForce RTX 3090 is capped at 280 of 350 W: prompts are read more slowly than predicted"
    ] == [note for note in notes if "capped" in note]


def test_a_label_that_contradicts_the_card():
    """A product label and a memory label that cannot both be true: the smaller is taken and named."""
    text = (FILES / "k8s_mixed_cluster.json").read_text(encoding="utf-8").replace('"24564"', '"81559"')
    machine = next(found for found in read_inventory(text) if found.node == "w-4090")
    assert [("GeForce RTX 4090", 24)] * 2 == cards(machine)
    assert any("sold with 24 GiB, but 80 GiB are stated" in note for note in machine.hardware.notes)


def test_several_kinds_of_machine_must_be_told_apart():
    """A cluster of unlike nodes is no one machine: the error names the nodes, and FILE#NODE takes one."""
    found = machines("k8s_mixed_cluster.json")
    with pytest.raises(UsageError, match=r"3 kinds of machine \(w-4090, w-l40s, w-cpu\)"):
        sole_machine(found)
    assert 3 == len(sole_machine(found, "w-l40s").gpus)
    with pytest.raises(UsageError, match="no node 'x'; it has cp-0"):
        sole_machine(found, "x")
    with pytest.raises(UsageError, match="w-dead cannot be used: the node is not ready"):
        sole_machine(found, "w-dead")


@pytest.mark.parametrize("text", ["", "{}", "[]", "hello", '{"kind": "Pod"}', "\x00"])
def test_what_is_no_inventory(text):
    """Text of no known form gives None to who asks whether it is one, and one line to who needs it."""
    assert None is find_inventory(text)
    with pytest.raises(BadFileError, match="no machine description known here"):
        read_inventory(text)


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*.json")))
def test_a_file_cut_short_is_one_line(name):
    """Half of a JSON file is no inventory, and the reason is one line."""
    text = (FILES / name).read_text(encoding="utf-8")
    with pytest.raises(BadFileError) as error:
        read_inventory(text[: len(text) // 2], name)
    assert 1 == len(str(error.value).splitlines())


def test_a_damaged_part_names_the_tool():
    """A known form with a part that its tool never writes is refused by the tool's name."""
    text = (FILES / "k8s_gke_l4_no_gfd.json").read_text(encoding="utf-8").replace("16357785Ki", "much")
    with pytest.raises(
        BadFileError, match=r"looks like Kubernetes nodes \(JSON or YAML\).*'much' is no quantity"
    ):
        read_inventory(text)


def test_every_form_names_itself():
    """Each module of the folder is one reader with the tool's name in words."""
    assert len(readers()) == len(set(forms())) == 11
