"""rocm-smi and amd-smi of several versions."""

from __future__ import annotations

import json

import pytest

MI300X = {"asic": {"market_name": "AMD Instinct MI300X", "device_id": "0x74a1"}}


def smi(*gpus: dict, data: bool = False) -> str:
    """`amd-smi static --json`: a list, or since version 26 an object that holds it."""
    listed = [{"gpu": index, **gpu} for index, gpu in enumerate(gpus)]
    return json.dumps({"gpu_data": listed} if data else listed)


VRAM = {"VRAM Total Memory (B)": "25753026560"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            smi(MI300X | {"vram": {"size": {"value": 196592, "unit": "MB"}}}, data=True),
            "1x Radeon Instinct MI300X (192)",
        ),
        (smi(MI300X | {"vram": {"size": "196592 MB"}}), "1x Radeon Instinct MI300X (192)"),
        (smi(MI300X | {"vram": {"size_mb": 196592}}), "1x Radeon Instinct MI300X (192)"),
        (smi(MI300X | {"vram": "N/A"}), "1x Radeon Instinct MI300X (192)"),
        (smi({"asic": {"market_name": "N/A", "device_id": "0x74a1"}}), "1x Radeon Instinct MI300X (192)"),
        (
            smi(
                *[
                    MI300X
                    | {"partition": {"accelerator_partition": "CPX"}, "vram": {"size": {"value": "N/A"}}}
                ]
                * 8
            ),
            "8x Radeon Instinct MI300X (24)",
        ),
        (
            smi(
                *[
                    MI300X
                    | {
                        "partition": {"compute_partition": "DPX"},
                        "vram": {"size": {"value": 196592, "unit": "MB"}},
                    }
                ]
                * 2
            ),
            "2x Radeon Instinct MI300X (96)",
        ),
        (smi({"bdf": "0000:05:00.0"}, {"bdf": "0000:06:00.0"}), "2x ?unnamed AMD GPU (0)"),
        (
            "GPU: 0\n    ASIC:\n        MARKET_NAME: AMD Instinct MI300X\n    VRAM:\n        SIZE: 196592 MB",
            "1x Radeon Instinct MI300X (192)",
        ),
        (
            "gpu,market_name,device_id,type,size\n0,AMD Instinct MI210,0x740f,HBM2,65520\n",
            "1x Radeon Instinct MI210 (64)",
        ),
        (
            json.dumps({"card0": {"Card Series": "AMD Instinct MI300X OAM", "Card Model": "0x74a1"}}),
            "1x Radeon Instinct MI300X (192)",
        ),
        (
            json.dumps({"card0": {"Card Series": "Navi 31 [Radeon RX 7900 XT/7900 XTX/7900M]", **VRAM}}),
            "1x Radeon RX 7900 XTX (24)",
        ),
        (
            json.dumps(
                {
                    "card0": {
                        "Card series": "AMD INSTINCT MI250 (MCM) OAM AC MBA",
                        "VRAM Total Memory (B)": "68702699520",
                    }
                }
            ),
            "1x Radeon Instinct MI250 (64)",
        ),
        (
            json.dumps({"card0": {"Card series": "Arcturus GL-XL [Instinct MI100]"}}),
            "1x Radeon Instinct MI100 (32)",
        ),
        (json.dumps({"card0": VRAM}), "1x ?unnamed AMD GPU (24)"),
        (
            "device,Card Series,Card Model,VRAM Total Memory (B)\n"
            "card0,AMD Radeon PRO W7900,0x7448,51522830336\n",
            "1x Radeon PRO W7900 (48)",
        ),
    ],
)
def test_one_machine(text: str, expected: str, gpus):
    """Sizes as numbers, words and objects; names in brackets; parts of a card; text and tables."""
    assert [expected] == gpus(text)


def test_a_part_has_its_share():
    """One of eight partitions has an eighth of the card's bandwidth and arithmetic too."""
    from advisor.catalog.hardware import describe_machine
    from advisor.catalog.inventories import read_inventory

    part = read_inventory(smi(MI300X | {"partition": {"accelerator_partition": "CPX"}}))[0].hardware.gpus[0]
    whole = describe_machine("MI300X").gpus[0]
    assert [8.0, 8.0, 8.0] == [
        getattr(whole, name) / getattr(part, name)
        for name in ("bandwidth_bytes_per_s", "fp16_flops", "memory_total_bytes")
    ]


def test_a_listing_without_names(notes):
    """`amd-smi list` names no card, and says so."""
    assert (
        "the listing names no card: give what `amd-smi static` or `rocm-smi --showproductname` prints"
        == notes(smi({"bdf": "0000:05:00.0"}))
    )


def test_rocm_smi_without_an_option_prints_a_line_for_each_key(gpus):
    """`rocm-smi --showproductname --showmeminfo vram`."""
    line = "=" * 20
    text = "".join(
        f"GPU[{index}]\t\t: Card Series: \t\tAMD Radeon PRO W7900\n"
        f"GPU[{index}]\t\t: VRAM Total Memory (B): 48301604864\n"
        for index in range(2)
    )
    assert gpus(f"{line} ROCm System Management Interface {line}\n{text}{line}\n") == [
        "2x Radeon PRO W7900 (45)"
    ]
