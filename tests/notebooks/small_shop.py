"""A small part of the demo shop, as a folder like the whole."""

import csv
import shutil
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
GROUPS, ASKED = 12, 8
"""Groups of variants in all, and the most of them that photos show: a ranking that is judged needs
others beside the right one."""


def small_shop(folder: Path) -> Path:
    """Gives a folder with feed, pictures, photos and queries of some of the demo shop's groups."""
    rows, queries = _rows(DEMO / "feed.csv"), _rows(DEMO / "queries.csv")
    groups = {row["id"]: row["item_group_id"] for row in rows}
    shown = {one["product"]: groups.get(one["product"], one["product"]) for one in queries}
    asked = list(dict.fromkeys(shown.values()))[:ASKED]
    kept = list(dict.fromkeys([*asked, *groups.values()]))[:GROUPS]
    rows = [row for row in rows if row["item_group_id"] in kept]
    queries = [one for one in queries if shown[one["product"]] in asked]
    for name in {row["image_link"] for row in rows} | {one["photo"] for one in queries}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEMO / name, folder / name)
    _write(folder / "feed.csv", [{**row, "additional_image_link": ""} for row in rows])
    _write(folder / "queries.csv", queries)
    return folder


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
