"""Float32 matrix products of torch on a CPU, by oneDNN where MKL is slow.

torch's float32 products are MKL's, which on AMD's Zen 5 leave half of a core unused (a ViT-B-32
takes 86 ms a picture, 45 with oneDNN: ``benchmarks/embed_speed.py``). torch asks oneDNN only where
products may be computed in bfloat16, and oneDNN does so only on processors that have units for it
(AMX). So it is allowed to, and that is taken back where a product then is not one of float32.

Source: https://docs.pytorch.org/docs/stable/generated/torch.set_float32_matmul_precision.html
"""

import functools
import logging

import torch

logger = logging.getLogger(__name__)

_LARGEST_ERROR = 2e-6
"""Relative, of a product over 512 numbers: float32's is below, bfloat16's a thousand times it."""


@functools.cache
def quick_float32_products() -> bool:
    """Lets oneDNN compute float32 products on the CPU, for the whole process; says whether it may.

    Results are float32's, to rounding, whatever it decides. It is left alone where there is a GPU,
    whose products the same switch would change, and where somebody has set the switch before.
    """
    if torch.cuda.is_available() or torch.get_float32_matmul_precision() != "highest":
        return False
    torch.set_float32_matmul_precision("medium")
    if _relative_error() <= _LARGEST_ERROR:
        return True
    torch.set_float32_matmul_precision("highest")
    logger.debug("float32 products stay MKL's: oneDNN would compute in bfloat16 here")
    return False


def _relative_error() -> float:
    random = torch.Generator().manual_seed(0)
    left, right = (torch.randn(256, 512, generator=random) for _ in range(2))
    with torch.inference_mode():
        wanted = left.double() @ right.double().T
        found = torch.nn.functional.linear(left, right)
        return float((found - wanted).norm() / wanted.norm())
