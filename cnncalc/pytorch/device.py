"""The device at hand: which one, what it is, how much memory it has, and its number types."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from cnncalc.errors import CnncalcError

DTYPES = {
    "float32": torch.float32,
    "tf32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}
"""tf32 is float32 whose products NVIDIA's tensor cores round to 10 bits of mantissa."""


def chosen_device(name: str) -> torch.device:
    """The device of that name; ``auto`` is CUDA, else MPS, else the CPU. Raises CnncalcError where it is missing."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if cuda else "mps" if mps else "cpu"
    if name.startswith("cuda") and not cuda:
        raise CnncalcError(f"no CUDA device: PyTorch {torch.__version__} sees none; --device cpu is always there")
    if name == "mps" and not mps:
        raise CnncalcError(f"no MPS device: PyTorch {torch.__version__} sees none; --device cpu is always there")
    kind, _, index = name.partition(":")
    if kind not in ("cuda", "mps", "cpu") or (index and not index.isdecimal()):
        raise CnncalcError(f"no device is called {name}; there are auto, cuda, cuda:1 and so on, mps and cpu")
    if kind == "cuda" and index and int(index) >= torch.cuda.device_count():
        raise CnncalcError(f"there is no {name}: PyTorch sees {torch.cuda.device_count()} CUDA devices")
    return torch.device(name)


def check_dtype(dtype: str, device: torch.device) -> None:
    """Raise CnncalcError where the device has no such numbers."""
    if dtype == "tf32":
        able = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)
        if not able:
            raise CnncalcError(f"tf32 needs an NVIDIA GPU of compute capability 8.0 or more, not {device_name(device)}")
    if dtype == "bfloat16" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
        raise CnncalcError(f"bfloat16 is not supported by {device_name(device)}")


@contextmanager
def configured(dtype: str, threads: int | None) -> Iterator[None]:
    """So many threads, and tf32 where it is asked for and nowhere else: convolutions use it unless told not to.

    PyTorch keeps both for the whole process; they are put back.
    """
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32, torch.get_num_threads()
    matmul.allow_tf32 = cudnn.allow_tf32 = dtype == "tf32"
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = before[:2]
        torch.set_num_threads(before[2])


def synchronize(device: torch.device) -> None:
    """Wait until the device has done all that it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"{_processor()}, {_threads()}" if device.type == "cpu" else f"{_processor()} (MPS)"


def cache_bytes(device: torch.device) -> int | None:
    """The last cache before memory; None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).L2_cache_size)
    if device.type != "cpu":
        return None
    sizes = [_read(path / "size") for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")]
    units = {"K": 2**10, "M": 2**20, "G": 2**30}
    found = [int(size[:-1]) * units[size[-1]] for size in sizes if size[:-1].isdigit() and size[-1] in units]
    return max(found, default=None)


def free_bytes(device: torch.device) -> int | None:
    """The memory that can still be had; None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    lines = _read(Path("/proc/meminfo")).splitlines()
    available = [int(line.split()[1]) * 2**10 for line in lines if line.startswith("MemAvailable:")]
    limits = [_read(Path("/sys/fs/cgroup") / name) for name in ("memory.max", "memory.current")]
    if all(limit.isdigit() for limit in limits):
        available.append(max(0, int(limits[0]) - int(limits[1])))
    return min(available, default=None)


def require_memory(needed: int, device: torch.device, what: str) -> None:
    """Raise CnncalcError where so many bytes cannot be had, before the system runs out of them."""
    free = None if device.type == "meta" else free_bytes(device)
    if free is not None and needed > free:
        room = f"{needed / 1e9:,.1f} GB are needed, about {free / 1e9:,.1f} GB are free"
        raise CnncalcError(f"{what} does not fit into the memory of {device_name(device)}: {room}")


def environment(device: torch.device) -> dict[str, Any]:
    """What the figures depend on besides the network: hardware, driver, clocks, versions, threads."""
    found: dict[str, Any] = {
        "device": device_name(device),
        "device_type": device.type,
        "cache_bytes": cache_bytes(device),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "clocks": _clocks(device),
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        found |= {
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
            "driver": _nvidia(device, "driver_version"),
            "capability": f"{properties.major}.{properties.minor}",
            "multiprocessors": properties.multi_processor_count,
            "memory_bytes": properties.total_memory,
        }
    return found


def _clocks(device: torch.device) -> dict[str, Any] | None:
    """The clocks just now, in MHz; those of a GPU rise under load."""
    if device.type == "cuda":
        names = ("clocks.sm", "clocks.mem", "clocks.max.sm", "clocks.max.mem")
        return {name: _nvidia(device, name) for name in names}
    lines = _read(Path("/proc/cpuinfo")).splitlines()
    clocks = [float(line.partition(":")[2]) for line in lines if line.startswith("cpu MHz")]
    return {"cpu": max(clocks)} if clocks else None


def _nvidia(device: torch.device, query: str) -> str | None:
    """An answer of nvidia-smi; None where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    index = torch.cuda.current_device() if device.index is None else device.index
    uuid = getattr(torch.cuda.get_device_properties(index), "uuid", None)
    arguments = [program, f"--query-gpu={query}", "--format=csv,noheader", f"--id={f'GPU-{uuid}' if uuid else index}"]
    try:
        answer = subprocess.run(arguments, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None


def _threads() -> str:
    count = torch.get_num_threads()
    return f"{count} thread{'s' if count > 1 else ''}"


def _processor() -> str:
    lines = _read(Path("/proc/cpuinfo")).splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
