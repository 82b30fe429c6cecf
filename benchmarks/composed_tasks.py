"""Photos with words for another colour, and the products that are right."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import datasets

WORDINGS = (
    "in {en}", "but in {en}", "the same in {en}", "make it {en}", "{en} one please",
    "do you have this in {en}?", "换成{zh}", "要{zh}的", "这个有没有{zh}的？",
)  # fmt: skip
NEGATIVE_WORDINGS = ("not {en}", "but not {en}", "anything but {en}", "no {en}")
CHINESE = {
    "red": "红色", "blue": "蓝色", "black": "黑色", "green": "绿色", "purple": "紫色",
    "orange": "橙色", "gray": "灰色", "yellow": "黄色", "white": "白色", "brown": "棕色",
}  # fmt: skip
GROCERIES = {
    "69": "green", "70": "orange", "71": "red", "72": "yellow",  # bell peppers
    "00": "yellow", "01": "green", "03": "red",  # apples
}  # fmt: skip
GROCERY_GROUPS = {"69": "pepper", "70": "pepper", "71": "pepper", "72": "pepper"}


@dataclass(frozen=True)
class Ask:
    """A photo, words, and the products that are right."""

    photo: int
    """Row of the gallery's pictures."""
    words: str
    right: frozenset[str]
    group: str


def pairs(task: datasets.Task, wordings: Sequence[str]) -> list[Ask]:
    """Each product's photo with each other colour of its group."""
    asks = []
    for photo, row in enumerate(task.rows):
        for other in task.rows:
            is_pair = other["item_group_id"] == row["item_group_id"] and other is not row
            if not (is_pair and row["color"] and other["color"] != row["color"]):
                continue
            colour = other["color"].casefold()
            words = [
                one.format(en=colour, zh=CHINESE.get(colour, ""))
                for one in wordings
                if colour in CHINESE or "{zh}" not in one
            ]
            right = frozenset([other["id"]])
            asks += [Ask(photo, one, right, row["item_group_id"]) for one in words]
    return asks


def view_pairs(task: datasets.Task, wordings: Sequence[str]) -> list[Ask]:
    """The same with the other views of each product as photos, in the order of ``of_views``."""
    rows = {row["id"]: number for number, row in enumerate(task.rows)}
    views: dict[int, list[int]] = {}
    for number, (_, product) in enumerate(of_views(task).queries):
        views.setdefault(rows[product], []).append(number)
    return [
        replace(ask, photo=view)
        for ask in pairs(task, wordings)
        for view in views.get(ask.photo, ())
    ]


def of_views(task: datasets.Task) -> datasets.Task:
    """Luma's task with the other views as photos, but those that show another thing or colour."""
    views = datasets.luma()
    return replace(task, queries=[one for one in views.queries if one[0] not in views.mislabelled])


def exclusions(task: datasets.Task) -> list[Ask]:
    """Each product's photo with its own colour refused: any other of its group is right."""
    asks = []
    for photo, row in enumerate(task.rows):
        group = [one for one in task.rows if one["item_group_id"] == row["item_group_id"]]
        right = frozenset(one["id"] for one in group if one["color"] != row["color"])
        if right and row["color"]:
            asks += [
                Ask(photo, one.format(en=row["color"].casefold()), right, row["item_group_id"])
                for one in NEGATIVE_WORDINGS
            ]
    return asks


def luma() -> datasets.Task:
    task = datasets.luma()
    return replace(task, queries=[(row["image_link"], row["id"]) for row in task.rows])


def demo() -> datasets.Task:
    """The demo shop: a row a product, its first picture."""
    root = Path(__file__).resolve().parent.parent / "data" / "demo"
    with (root / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = list({row["id"]: row for row in csv.DictReader(file)}.values())
    rows = [{**row, "additional_image_link": ""} for row in rows]
    queries = [(row["image_link"], row["id"]) for row in rows]
    return datasets.Task("demo", rows, queries, root)


def trained(task: datasets.Task) -> datasets.Task:
    """The demo shop without what its test groups would be asked: they have no colours here."""
    text = (task.root / "ground_truth.json").read_text(encoding="utf-8")
    splits = json.loads(text)["splits"]
    rows = [
        row if splits[row["item_group_id"]] == "train" else {**row, "color": ""}
        for row in task.rows
    ]
    return replace(task, rows=rows)


def groceries() -> datasets.Task:
    """Iconic groceries; those that differ from their like in colour are groups."""
    task = datasets.grocery(with_photos=False)
    rows = []
    for row in task.rows:
        number = row["id"].removeprefix("grocery-")
        colour = GROCERIES.get(number, "")
        group = GROCERY_GROUPS.get(number, "apple") if colour else row["id"]
        rows.append({**row, "color": colour, "item_group_id": group})
    queries = [(row["image_link"], row["id"]) for row in rows]
    return datasets.Task("grocery", rows, queries, task.root)


def colourless(task: datasets.Task) -> datasets.Task:
    """The same shop without words for colours."""
    bare = []
    for row in task.rows:
        title = row["title"].split(",")[0]
        if row["color"]:
            title = " ".join(
                one for one in title.split() if one.casefold() not in row["color"].casefold()
            )
        bare.append({**row, "color": "", "description": "", "title": title or "thing"})
    return replace(task, rows=bare)
