"""system_profiler's JSON, XML and text are the same Mac."""

from __future__ import annotations

import json
import plistlib

import pytest

from advisor.catalog.inventories import read_inventory
from advisor.errors import BadFileError

M2 = {
    "chip_type": "Apple M2 Ultra",
    "machine_name": "Mac Studio",
    "number_processors": "proc 24:16:8",
    "physical_memory": "192 GB",
}
GPU = {"_name": "Apple M2 Ultra", "sppci_model": "Apple M2 Ultra", "sppci_cores": "76"}
PLIST = [
    {"_dataType": "SPHardwareDataType", "_items": [M2]},
    {"_dataType": "SPDisplaysDataType", "_items": [GPU]},
]
TEXT = """Hardware:

    Hardware Overview:

      Model Name: Mac Studio
      Chip: Apple M2 Ultra
      Total Number of Cores: 24 (16 performance and 8 efficiency)
      Memory: 192 GB

Graphics/Displays:

    Apple M2 Ultra:

      Chipset Model: Apple M2 Ultra
      Total Number of Cores: 76
      Vendor: Apple (0x106b)
      Displays:
        Color LCD:
          Resolution: 3456 x 2234 Retina

"""
INTEL = {
    "SPHardwareDataType": [
        {"cpu_type": "8-Core Intel Core i9", "number_processors": 8, "physical_memory": "32 GB"}
    ],
    "SPDisplaysDataType": [
        {"sppci_model": "Intel UHD Graphics 630", "spdisplays_vram_shared": "1536 MB"},
        {"sppci_model": "AMD Radeon Pro 5500M", "spdisplays_vram": "8 GB"},
    ],
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"SPHardwareDataType": [M2], "SPDisplaysDataType": [GPU]}),
        plistlib.dumps(PLIST).decode(),
        TEXT,
    ],
)
def test_three_forms_of_one_mac(text: str, gpus):
    """Three quarters of 192 GB are open to the GPU of 76 cores."""
    assert ["1x Apple M2 Ultra (76-core GPU) (144)"] == gpus(text)
    hardware = read_inventory(text)[0].hardware
    assert (24, 192, "Mac Studio") == (
        hardware.cpu.physical_cores,
        (hardware.memory.total_bytes or 0) >> 30,
        hardware.board,
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"SPHardwareDataType": [M2]}, "1x Apple M2 Ultra (60-core GPU) (144)"),
        (INTEL, "1x Radeon Pro 5500M (8)"),
        ({**INTEL, "SPDisplaysDataType": INTEL["SPDisplaysDataType"][:1]}, "1x UHD Graphics 630 (16)"),
    ],
)
def test_what_a_mac_leaves_out(document, expected: str, gpus):
    """A chip names its GPU, the smaller one where cores are not said; Intel's graphics only serves alone."""
    assert [expected] == gpus(json.dumps(document))


def test_a_plist_cut_short():
    """Half a property list is one line."""
    with pytest.raises(BadFileError, match=r"system_profiler .* the XML ends or breaks"):
        read_inventory(plistlib.dumps(PLIST).decode()[:400])
