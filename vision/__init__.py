"""Pixels to meaning: decode, detect, embed, describe. Knows nothing of catalogues."""

import os

for _switch in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY"):
    # from 1.29 on ONNX Runtime writes a device id and tells its maker of each model that it loads,
    # unless this is set before it is imported; with 0 it still does
    os.environ.setdefault(_switch, "1")
