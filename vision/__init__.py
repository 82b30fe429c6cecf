"""Pixels to meaning: decode, detect, embed, describe. Knows nothing of catalogues."""

import os

for _switch in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY"):
    # from 1.29 on ONNX Runtime writes a device id and tells its maker of every model that is loaded,
    # unless this stands before it is imported; set to 0 it still does
    os.environ.setdefault(_switch, "1")
