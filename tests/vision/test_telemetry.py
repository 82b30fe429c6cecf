"""Nobody is told that a shop runs a model."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOAD = """
import numpy, onnx, {first}
import onnxruntime
from onnx import TensorProto, helper
node = helper.make_node("Identity", ["x"], ["y"])
value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
graph = helper.make_graph([node], "g", [value("x")], [value("y")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
content, where = model.SerializeToString(), ["CPUExecutionProvider"]
session = onnxruntime.InferenceSession(content, providers=where)
session.run(None, {{"x": numpy.ones(1, numpy.float32)}})
"""
OF_MACHINES_THAT_TEST = ("CI", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")


def device_ids(home: Path, first: str) -> list[Path]:
    """What a process that loads a model leaves of ONNX Runtime's identity of this machine."""
    kept = {name: at for name, at in os.environ.items() if name not in OF_MACHINES_THAT_TEST}
    environment = kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    subprocess.run([sys.executable, "-c", LOAD.format(first=first)], env=environment, check=True)
    return list(home.rglob("deviceid"))


@pytest.mark.skipif(sys.platform != "linux", reason="where ONNX Runtime keeps it on Linux")
def test_no_identity_of_this_machine_is_made(tmp_path: Path) -> None:
    if not device_ids(tmp_path / "a", "json"):
        pytest.skip("this ONNX Runtime makes none")
    assert not device_ids(tmp_path / "b", "vision")
