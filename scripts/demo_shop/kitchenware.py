"""Models for the kitchen: mugs, bowls, teapots and canisters."""

from __future__ import annotations

import numpy as np

from scripts.demo_shop.curves import chain, round_corners, spline, vessel
from scripts.demo_shop.shapes import ball, lathe, moved, sweep
from scripts.demo_shop.types import Array, Material, Mesh, Model, Part


def hollow(outer: Array, wall: float, floor: float) -> tuple[Mesh, Mesh]:
    """The outside of a pot with its foot, and the inside with the lip."""
    profile = vessel(outer, wall, floor)
    rim = int(profile[:, 1].argmax())
    return lathe(profile[: rim + 1], 0.2), lathe(profile[rim:], 0.4)


def mug(body: Material, inside: Material) -> Model:
    """A straight 350 ml mug, 9.5 cm high, with a round handle."""
    outer = round_corners([(0, 0), (3.55, 0), (3.9, 0.9), (4.1, 9.3)], 0.5)
    out, within = hollow(outer[1:], 0.42, 0.6)
    bend = [(5.7, 7.7, 0), (6.9, 6.1, 0), (6.7, 3.9, 0), (5.4, 2.5, 0)]
    path = [(4.25, 7.6, 0), *bend, (4.15, 2.5, 0)]
    handle = sweep(path, np.array([0.5, 0.46, 0.45, 0.45, 0.46, 0.5]), 1.45)
    return Part(out, body), Part(within, inside), Part(handle, body)


def camp_mug(body: Material, rim: Material) -> Model:
    """A flared enamel mug, 8 cm high, with a dark rolled rim and a strap handle."""
    outer = round_corners([(0, 0), (3.5, 0), (4.45, 7.9)], 0.7)
    out, within = hollow(outer[1:], 0.18, 0.2)
    turn = np.linspace(0, 2 * np.pi, 25)
    ring = np.column_stack([4.4 + 0.2 * np.cos(turn), 7.92 + 0.2 * np.sin(turn)])
    path = [(4.42, 6.6, 0), (5.9, 6.9, 0), (6.7, 5.3, 0), (6.0, 3.1, 0), (3.88, 1.9, 0)]
    strap = sweep(path, 0.22, 3.4)
    return Part(out, body), Part(within, body), Part(lathe(ring, 0), rim), Part(strap, body)


def bowl(body: Material, inside: Material) -> Model:
    """A round 24 cm bowl on a small foot."""
    curve = spline([(5.2, 0.9), (8.2, 2.1), (10.8, 5.0), (12.0, 9.2)])
    foot = round_corners([(0, 0), (4.6, 0), (4.8, 0.9), (5.2, 0.9)], 0.25)
    out, within = hollow(chain(foot[1:], curve), 0.5, 1.5)
    return Part(out, body), Part(within, inside)


def wooden_bowl(body: Material) -> Model:
    """A deep, thick-walled 26 cm salad bowl turned from one block."""
    curve = spline([(6.0, 0.0), (9.6, 1.7), (12.4, 5.3), (12.9, 10.3)])
    out, within = hollow(curve, 1.0, 1.4)
    return Part(out, body), Part(within, body)


def teapot(body: Material, knob: Material) -> Model:
    """A round 1.1 litre teapot with a lid, a spout and an ear handle."""
    belly = spline([(4.6, 0), (7.2, 1.6), (8.3, 5.2), (7.0, 9.2), (4.6, 11.3)])
    pot = lathe(chain([(0, 0)], belly, [(3.9, 11.5), (0, 11.5)]), 0.25)
    dome = spline([(4.3, 11.75), (3.6, 12.5), (1.8, 13.2), (0, 13.35)])
    lid = lathe(chain([(0, 11.3), (4.3, 11.3)], dome), 0.2)
    bead = moved(ball((0.95, 0.8, 0.95)), (0, 13.2, 0))
    spout_path = [(6.3, 4.0, 0), (9.2, 5.3, 0), (10.6, 8.2, 0), (12.6, 10.9, 0)]
    spout = sweep(spout_path, np.array([2.3, 1.5, 1.05, 0.72]), 0.95)
    ear = [(-6.4, 9.6, 0), (-9.2, 10.3, 0), (-11.2, 8.2, 0), (-10.7, 5.2, 0), (-7.4, 3.4, 0)]
    handle = sweep(ear, np.array([0.62, 0.55, 0.55, 0.55, 0.62]), 1.35)
    solid = [Part(mesh, body) for mesh in (pot, lid, spout, handle)]
    return *solid, Part(bead, knob)


def canister(body: Material, lid: Material) -> Model:
    """A straight storage jar, 16 cm high, with a thick lid and a knob."""
    jar = lathe([(0, 0), (5.6, 0), (5.6, 13.2), (5.2, 13.2), (0, 13.2)], 0.45)
    seal = lathe([(0, 13.2), (5.0, 13.2), (5.0, 13.5), (0, 13.5)], 0.05)
    cover = lathe([(0, 13.5), (5.65, 13.5), (5.65, 15.1), (0, 15.1)], 0.4)
    knob = lathe(
        chain([(0, 15.1), (0.9, 15.1)], spline([(0.9, 15.3), (1.5, 16.2), (0, 16.8)])), 0.1
    )
    grey = Material("matte", (0.6, 0.6, 0.58))
    return Part(jar, body), Part(seal, grey), Part(cover, lid), Part(knob, lid)
