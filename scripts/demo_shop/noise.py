"""Seeded value noise in space, the base of every grain, weave and speckle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scripts.demo_shop.types import Array

_PRIMES = np.array([73856093, 19349663, 83492791], dtype=np.uint32)


def value_noise(points: Array, seed: int) -> Array:
    """(n,) smooth noise from 0 to 1 whose bumps are one unit wide, for (n, 3) points."""
    base = np.floor(points)
    t = points - base
    t = t * t * (3 - 2 * t)
    cell = base.astype(np.int64)
    total = np.zeros(len(points))
    for corner in range(8):
        bits = np.array([corner & 1, corner >> 1 & 1, corner >> 2 & 1])
        x, y, z = np.where(bits, t, 1 - t).T
        total += x * y * z * _hash(cell + bits, seed)
    return total


def _hash(cells: npt.NDArray[np.int64], seed: int) -> Array:
    mixed = (cells.astype(np.uint32) * _PRIMES).astype(np.uint32)
    h = mixed[:, 0] ^ mixed[:, 1] ^ mixed[:, 2] ^ np.uint32(seed * 2654435761 % 2**32)
    h ^= h >> np.uint32(15)
    h *= np.uint32(2246822519)
    h ^= h >> np.uint32(13)
    h *= np.uint32(3266489917)
    h ^= h >> np.uint32(16)
    return h.astype(np.float64) / 2**32


def fractal(points: Array, seed: int, octaves: int = 4) -> Array:
    """(n,) noise from 0 to 1 summed over octaves, each half as wide and half as strong."""
    total, norm = np.zeros(len(points)), 0.0
    for octave in range(octaves):
        strength = 0.5**octave
        total += strength * value_noise(points * 2.0**octave, seed + 101 * octave)
        norm += strength
    return total / norm


def wood(points: Array, seed: int) -> Array:
    """(n,) darkness from 0 to 1 of a plank whose grain runs along y, for points in cm."""
    x, _, z = points.T
    drift = fractal(points * [0.18, 0.03, 0.18], seed, 3) - 0.5
    ring = np.hypot(x + 7.0 + 3.5 * drift, z + 11.0 + 3.5 * drift) * 1.15
    phase = ring - np.floor(ring)
    late = np.where(phase < 0.8, (phase / 0.8) ** 2.2, (1 - phase) / 0.2)
    fibre = value_noise(points * [9.0, 0.5, 9.0], seed + 7)
    pore = value_noise(points * [16.0, 1.2, 16.0], seed + 8) > 0.82
    result: Array = np.clip(0.5 * late + 0.38 * fibre + 0.22 * pore, 0.0, 1.0)
    return result
