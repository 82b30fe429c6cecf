"""The figures of the notebooks: axes with units, series told apart by marker as by colour."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray
from PIL import Image, ImageOps

from index.calibrating import Bin
from index.errors import UnknownProductError
from index.store import Store
from service.evaluation import Judged, LabelledQuery
from vision.decode import decode

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Told apart by colour-blind readers, and by their greys in print.

Source: Okabe and Ito, 2008, https://jfly.uni-koeln.de/color/
"""
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY = "#555555"
THUMBNAIL_PX = 180
Curves = Mapping[str, NDArray[np.float64]]

plt.rcParams.update(
    {
        "figure.constrained_layout.use": True,
        "figure.dpi": 110,
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#dddddd",
        "axes.axisbelow": True,
        "legend.frameon": False,
    }
)


def recall_curves(curves: Curves, chance: NDArray[np.float64], title: str) -> Figure:
    """Draws recall@k, a curve ``(k, 3)`` of means and interval ends a name, and chance ``(k,)``."""
    figure, axes = plt.subplots(figsize=(6.4, 4))
    for (name, rows), colour, marker in zip(curves.items(), cycle(COLOURS), cycle(MARKERS)):
        k = np.arange(1, len(rows) + 1)
        size = 9 - len(axes.lines)  # where curves cover each other, both are seen
        axes.plot(k, rows[:, 0], color=colour, marker=marker, markersize=size, label=name)
        axes.fill_between(k, rows[:, 1], rows[:, 2], color=colour, alpha=0.12, linewidth=0)
    axes.plot(np.arange(1, len(chance) + 1), chance, color=GREY, linestyle="--", label="chance")
    axes.set(xlabel="k (matches looked at)", ylabel="recall@k (share of photos)", title=title)
    axes.set(ylim=(0, 1.02), xticks=np.arange(1, len(chance) + 1))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="band: 95 % bootstrap")
    return figure


def by_category(figures: Mapping[str, Mapping[str, Any]], metric: str = "recall_at_1") -> Figure:
    """Draws one metric and its interval a category; the report's ``by_category``."""
    names = sorted(figures, key=lambda name: figures[name][metric])
    figure, axes = plt.subplots(figsize=(6.4, 0.8 + 0.28 * len(names)))
    for row, name in enumerate(names):
        low, high = figures[name][f"{metric}_ci95"]
        axes.plot([low, high], [row, row], color=COLOURS[0], linewidth=2, alpha=0.5)
        axes.plot(figures[name][metric], row, color=COLOURS[0], marker="o")
    labels = [f"{name.rpartition(' > ')[2] or '(none)'}, n {figures[name]['n']}" for name in names]
    axes.set_yticks(range(len(names)), labels)
    axes.set(xlim=(-0.03, 1.03), xlabel=f"{metric.replace('_at_', '@')} (share of photos)")
    axes.set_title("by category; line: 95 % bootstrap interval")
    return figure


def gallery(
    pairs: Sequence[tuple[LabelledQuery, Judged]], store: Store, title: str, k: int = 5
) -> Figure:
    """Draws a row a query: its photo, the right product, and the first k matches."""
    rows = max(1, len(pairs))
    figure, grid = plt.subplots(rows, k + 2, figsize=(1.25 * (k + 2), 1.5 * rows), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for (query, judged), row in zip(pairs, grid, strict=False):
        if query.photo is not None:
            _picture(row[0], decode(query.photo.read_bytes()).image, "photo", GREY)
        _picture(row[1], _shown(judged.right, store), "to be found", COLOURS[2])
        for place, (one, axes) in enumerate(zip(judged.ranked, row[2:], strict=False), start=1):
            is_right = one == judged.right
            colour = COLOURS[2] if is_right else GREY
            _picture(
                axes, _shown(one, store), f"{place}, right" if is_right else f"{place}", colour
            )
    figure.suptitle(title if pairs else f"{title}: none")
    return figure


def reliability_diagram(parts: Mapping[str, Sequence[Bin]], title: str) -> Figure:
    """Draws how often what is said with a probability is right, for some sets of bins."""
    figure, axes = plt.subplots(figsize=(4.6, 4.4))
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfect")
    for (name, bins), colour, marker in zip(parts.items(), cycle(COLOURS), cycle(MARKERS)):
        sizes = [max(16, 6 * one.count**0.5) for one in bins]
        said, seen = [one.probability for one in bins], [one.frequency for one in bins]
        axes.plot(said, seen, color=colour, linewidth=1)
        axes.scatter(said, seen, s=sizes, color=colour, marker=marker, label=name)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal", title=title)
    axes.set(xlabel="confidence (probability)", ylabel="right (share of questions)")
    axes.legend(loc="upper left")
    return figure


def risk_coverage(risks: Curves, title: str) -> Figure:
    """Draws the share of wrong first matches among the surest part, a curve ``(t,)`` a name."""
    figure, axes = plt.subplots(figsize=(5.6, 3.6))
    for (name, risk), colour, style in zip(risks.items(), cycle(COLOURS), cycle(("-", "--", "-."))):
        coverage = np.arange(1, len(risk) + 1) / len(risk)
        axes.plot(coverage, risk, color=colour, linestyle=style, label=name)
    axes.set(xlabel="coverage (share of questions answered, surest first)", title=title)
    axes.set(ylabel="risk (share of those wrong)", xlim=(0, 1), ylim=(0, None))
    axes.legend()
    return figure


def thresholds(probabilities: NDArray[np.float64], right: NDArray[np.int64], now: float) -> Figure:
    """Draws what is claimed, and what of that is wrong, by the threshold from which on it is."""
    steps = np.linspace(0, 1, 101)
    claimed = np.array([(probabilities >= one).mean() for one in steps])
    wrong = np.array([((probabilities >= one) & (right == 0)).mean() for one in steps])
    figure, axes = plt.subplots(figsize=(5.6, 3.6))
    axes.plot(steps, claimed, color=COLOURS[0], label="claimed")
    axes.plot(steps, wrong, color=COLOURS[1], linestyle="--", label="claimed and wrong")
    axes.axvline(now, color=GREY, linestyle=":", label=f"threshold now, {now:g}")
    axes.set(xlabel="threshold (probability)", ylabel="share of all questions", ylim=(0, 1.02))
    axes.legend()
    return figure


def tradeoff(table: Mapping[str, Sequence[Mapping[str, Any]]]) -> Figure:
    """Draws recall against milliseconds, and against bytes a row, some points a name."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
    for (name, rows), colour, marker in zip(table.items(), cycle(COLOURS), cycle(MARKERS)):
        recalls = [one["recall"] for one in rows]
        left.plot([one["ms"]["p50"] for one in rows], recalls, color=colour, marker=marker)
        best = max(rows, key=lambda one: one["recall"])
        right.plot(
            best["bytes"], best["recall"], color=colour, marker=marker, linestyle="", label=name
        )
    for axes in (left, right):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.margins(x=0.15)
    left.set(
        xlabel="latency, p50 (ms a query, one thread)", ylabel="recall@10 against exact search"
    )
    right.set(xlabel="memory (bytes a row), at its best recall")
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def stacked(table: Mapping[str, Mapping[str, int]], unit: str, title: str) -> Figure:
    """Draws a bar a row, stacked of its parts; patterns tell them apart in grey."""
    parts = list(dict.fromkeys(part for row in table.values() for part in row))
    figure, axes = plt.subplots(figsize=(7.2, 1.2 + 0.3 * len(table)))
    names, left = list(table), np.zeros(len(table))
    styles = zip(parts, cycle(COLOURS), cycle(("", "//", "..", "xx", "\\\\", "++")))
    for part, colour, hatch in styles:
        widths = np.array([table[name].get(part, 0) for name in names], dtype=float)
        axes.barh(
            names, widths, left=left, color=colour, hatch=hatch, edgecolor="white", label=part
        )
        left += widths
    axes.invert_yaxis()
    axes.set(xlabel=unit, title=title)
    axes.grid(axis="y", visible=False)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _picture(axes: Axes, image: Image.Image, label: str, colour: str) -> None:
    small = ImageOps.contain(image.convert("RGB"), (THUMBNAIL_PX, THUMBNAIL_PX))
    axes.imshow(ImageOps.expand(small, border=5, fill=colour))
    axes.set_title(label, fontsize=8, color=colour)


def _shown(name: str, store: Store) -> Image.Image:
    """The first picture of a product, or of a group's first product."""
    try:
        product = store.catalogue.product(name)
    except UnknownProductError:
        product = store.catalogue.variants([name])[name][0]
    return decode(store.catalogue.display_jpeg(product.id, 0)).image
