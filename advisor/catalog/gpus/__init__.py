"""GPUs by name: any usual spelling -> a row of profiles/gpus.csv in base SI units."""

from advisor.catalog.gpus.find import find_gpu, meanings
from advisor.catalog.gpus.table import GpuMatch, all_gpus, gpu_names, gpu_row, half_card

__all__ = ["GpuMatch", "all_gpus", "find_gpu", "gpu_names", "gpu_row", "half_card", "meanings"]
