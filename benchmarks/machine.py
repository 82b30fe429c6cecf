"""What the figures were measured on."""

import datetime
import os
import platform
from importlib.metadata import version


def machine_line() -> str:
    """One line: date, cores, load, and the versions that matter."""
    names = ("torch", "open_clip_torch", "onnxruntime", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    load = os.getloadavg()[0]
    return (
        f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, load {load:.2f}, "
        f"Python {platform.python_version()}, {versions}"
    )
