"""What the images install is what pyproject.toml asks for, each file known by its hash."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.write_locks import ALONE, EXTRAS, ROOT, name_of, torch_and_cuda

LOCKS = sorted((ROOT / "deploy").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ASKED = [
    *PROJECT["project"]["dependencies"],
    *(one for extra in EXTRAS for one in PROJECT["project"]["optional-dependencies"][extra]),
    *ALONE,
]
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
ENVIRONMENTS = [
    {**LINUX, "platform_machine": machine, "python_version": short, "python_full_version": full}
    for machine in ("x86_64", "aarch64")
    for short, full in (("3.11", "3.11.9"), ("3.13", "3.13.2"))
]


def blocks(lock: Path) -> list[str]:
    return re.findall(r"^[^\s#].*\n(?:[ ].*\n)*", lock.read_text(), re.MULTILINE)


def locked(*names: str) -> list[Requirement]:
    whole = [one for name in names for one in blocks(ROOT / "deploy" / f"{name}.lock")]
    return [Requirement(one.partition("\\\n")[0].strip()) for one in whole]


def versions(requirements: list[Requirement], environment: dict[str, str]) -> dict[str, str]:
    here = {**default_environment(), **environment}
    chosen: dict[str, str] = {}
    for one in requirements:
        if one.marker is None or one.marker.evaluate(here):
            assert canonicalize_name(one.name) not in chosen, f"{one.name} is pinned twice"
            chosen[canonicalize_name(one.name)] = str(one.specifier).removeprefix("==")
    return chosen


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda one: one["platform_machine"])
@pytest.mark.parametrize(
    ("names", "asked"),
    [(("requirements", "torch"), ASKED), (("build",), PROJECT["build-system"]["requires"])],
    ids=["images", "build"],
)
def test_what_is_asked_for_is_pinned_within_its_bounds(
    environment: dict[str, str], names: tuple[str, ...], asked: list[str]
) -> None:
    pinned = versions(locked(*names), environment)
    for one in map(Requirement, asked):
        if one.marker is None or one.marker.evaluate({**default_environment(), **environment}):
            version = pinned.get(canonicalize_name(one.name))
            assert version is not None, f"{one}: run `make lock`"
            assert one.specifier.contains(version), f"{one}: run `make lock`"


def test_what_a_pinned_package_needs_is_pinned_too() -> None:
    """As far as the same versions are installed here."""
    pinned = versions(locked("requirements", "torch"), {})
    looked_at = 0
    for name, version in pinned.items():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if found.version.partition("+")[0] != version or any(name in one for one in ALONE):
            continue
        looked_at += 1
        for one in map(Requirement, found.requires or ()):
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                needed = canonicalize_name(one.name)
                assert one.specifier.contains(pinned[needed]), f"{name} needs {one}"
    if looked_at <= 50:
        pytest.skip(f"{looked_at} packages alone have the locked version here; see `make lock`")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda one: one.name)
def test_every_line_is_one_version_with_hashes_and_nothing_of_this_machine(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(
        r"://|file:|^-|--(?:index|extra-index|find-links)|/\w+/", text, re.MULTILINE
    )
    for one in blocks(lock):
        assert re.match(r"[\w.-]+==[^*\s]+ (?:; [^\\]+ )?\\\n", one), one
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", one), one


def test_only_the_cuda_packages_of_torch_lie_beside_it() -> None:
    """The image without CUDA installs all of the other file, and torch needs no more than that."""
    beside = {canonicalize_name(one.name) for one in locked("torch")}
    assert beside >= {"torch", "torchvision", "triton"}
    assert all(one.startswith(("nvidia-", "cuda-", "tor", "triton")) for one in beside)
    assert not beside & {canonicalize_name(one.name) for one in locked("requirements")}


def test_cuda_that_another_package_needs_is_not_left_out_with_torch() -> None:
    made = [
        "torch==2 \\\n    # via\n    #   snapshelf (pyproject.toml)\n",
        "nvidia-a==1 \\\n    # via\n    #   torch\n",
        "nvidia-b==1 \\\n    # via\n    #   nvidia-a\n",
        "nvidia-c==1 \\\n    # via\n    #   faiss-gpu\n    #   torch\n",
        "nvidia-d==1 \\\n    # via faiss-gpu\n",
        "nvidia-e==1 \\\n    # via nvidia-b\n",
        "nvidia-f==1 \\\n    --hash=sha256:0\n",
        "sympy==1 \\\n    # via\n    #   torch\n",
    ]
    left_out = [name_of(one) for one in torch_and_cuda(made)]
    assert left_out == ["torch", "nvidia-a", "nvidia-b", "nvidia-e"]


def test_the_image_installs_nothing_that_is_not_pinned() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text().replace("\\\n", " ")
    installs = re.findall(r"pip install ([^;&\n]*)", text)
    assert len(installs) == 5
    for one in installs:
        assert "--no-deps" in one
        assert re.search(
            r"--require-hashes -r deploy/\w+\.lock|whl/cpu \$pins|/wheels/\*\.whl", one
        )
