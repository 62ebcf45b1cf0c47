"""Windows' inventories in the forms of PowerShell and wmic."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.inventories import read_inventory

RTX = {"Name": "NVIDIA GeForce RTX 4090", "AdapterRAM": 4293918720}
XEON = {
    "Name": "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz",
    "NumberOfCores": 32,
    "NumberOfLogicalProcessors": 64,
}
MODULE = {"Capacity": 2**35, "Speed": 6000, "ConfiguredClockSpeed": 5600, "SMBIOSMemoryType": 34}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(RTX), "1x GeForce RTX 4090 (24)"),
        (json.dumps([RTX]), "1x GeForce RTX 4090 (24)"),
        (
            json.dumps(
                [RTX | {"AdapterRAM": None}, {"Name": "Microsoft Basic Display Adapter", "AdapterRAM": None}]
            ),
            "1x GeForce RTX 4090 (24)",
        ),
        (
            json.dumps([{"Name": "NVIDIA GeForce RTX 4090", "PNPDeviceID": "PCI\\VEN_10DE&DEV_2684"}]),
            "1x GeForce RTX 4090 (24)",
        ),
        (
            json.dumps({"Caption": "NVIDIA GeForce RTX 4090", "AdapterRAM": "4293918720"}),
            "1x GeForce RTX 4090 (24)",
        ),
        (json.dumps({"name": "NVIDIA GeForce RTX 4090", "adapterram": 1}), "1x GeForce RTX 4090 (24)"),
        (
            json.dumps([RTX, RTX, {"Name": "ASPEED Graphics Family(WDDM)", "AdapterRAM": 0}]),
            "2x GeForce RTX 4090 (24)",
        ),
        (
            json.dumps([RTX, {"Name": "AMD Radeon 780M Graphics", "AdapterRAM": 1}]),
            "1x GeForce RTX 4090 (24)",
        ),
        (
            json.dumps(
                [
                    {"Name": "Intel(R) Arc(TM) B580 Graphics", "AdapterRAM": 1},
                    {"Name": "Intel(R) UHD Graphics 770", "AdapterRAM": 1},
                ]
            ),
            "1x Arc B580 (12)",
        ),
        (
            "\r\nName       : NVIDIA GeForce RTX 4090\r\nAdapterRAM : 4293918720\r\n\r\n",
            "1x GeForce RTX 4090 (24)",
        ),
        ("\r\n\r\nAdapterRAM=4293918720\r\nName=NVIDIA GeForce RTX 4090\r\n\r\n", "1x GeForce RTX 4090 (24)"),
        ("AdapterRAM  Name\r\n4293918720  NVIDIA GeForce RTX 4090\r\n", "1x GeForce RTX 4090 (24)"),
        (
            "\r\nNode,AdapterRAM,Name\r\nPC1,4293918720,NVIDIA GeForce RTX 4090\r\n",
            "1x GeForce RTX 4090 (24)",
        ),
        (json.dumps({"Name": "Microsoft Basic Display Adapter", "AdapterRAM": 0}), "no GPU"),
    ],
)
def test_graphics(text: str, expected: str, gpus):
    """One object or several, lists and tables; AdapterRAM is never the memory; screens are no GPUs."""
    assert [expected] == gpus(text)


def test_processors_and_memory():
    """Two processors add up; modules give size, kind and rate where the system's total is not there."""
    two = read_inventory(
        json.dumps({"gpu": RTX, "cpu": [XEON, XEON], "cs": {"TotalPhysicalMemory": "274877906944"}})
    )
    assert (2, 64, 128, 256) == (
        *(getattr(two[0].hardware.cpu, name) for name in ("sockets", "physical_cores", "logical_cores")),
        (two[0].hardware.memory.total_bytes or 0) >> 30,
    )
    memory = read_inventory(json.dumps({"gpu": RTX, "memory": [MODULE, MODULE]}))[0].hardware.memory
    assert (2**36, "DDR5", 2, 89.6e9) == (
        memory.total_bytes,
        memory.kind,
        memory.channels,
        memory.bandwidth_bytes_per_s,
    )


def test_computer_info():
    """`Get-ComputerInfo` names processor and memory, and no GPU."""
    document = {"CsProcessors": [XEON], "CsTotalPhysicalMemory": 2**36, "OsName": "Windows 11"}
    hardware = read_inventory(json.dumps(document))[0].hardware
    assert (XEON["Name"], 2**36, ()) == (hardware.cpu.brand, hardware.memory.total_bytes, hardware.gpus)
