"""Machines by name: a line of words -> a HardwareProfile made of catalogue rows."""

from advisor.catalog.hardware.describe import describe_machine

__all__ = ["describe_machine"]
