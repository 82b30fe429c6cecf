"""The rejects file from its end, page by page, and without paths of the server's disk."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from service.errors import RequestError
from service.read_rejects import newest, without_paths
from service.rejects import REJECTS_FILE, Reject, Rejects


def reject(line: int, reason: str = "price: no number") -> Reject:
    return Reject("shop.csv", line, f"p{line}", "rejected", reason)


def write(folder: Path, *rejects: Reject) -> None:
    file = Rejects(folder)
    for one in rejects:
        file.write(one)
    file.close()


@pytest.mark.parametrize("size", [1, 20_000])  # the second is longer than a block
def test_pages_give_every_line_once_newest_first(tmp_path: Path, size: int) -> None:
    write(tmp_path, *(reject(line, "x" * size) for line in range(1, 12)))
    lines, before, pages = [], None, 0
    while pages == 0 or before is not None:
        page = newest(tmp_path, 5, before)
        lines += [one.line for one in page.rejects]
        before, pages = page.before, pages + 1
        assert page.lines == 11
    assert lines == list(range(11, 0, -1))
    assert pages == 3


def test_no_file_is_no_rejects(tmp_path: Path) -> None:
    page = newest(tmp_path, 5)
    assert (page.rejects, page.lines, page.before, page.written_at) == ((), 0, None, None)


def test_a_line_that_is_being_written_or_is_none_of_ours_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, reject(1), reject(2))
    with (tmp_path / REJECTS_FILE).open("a", encoding="utf-8") as file:
        file.write('{"no": "reject"}\n{"feed": "shop.csv", "li')
    assert [one.line for one in newest(tmp_path, 5).rejects] == [2, 1]


@pytest.mark.parametrize("before", [7, 10**9])
def test_a_page_of_a_file_that_is_gone_is_refused(tmp_path: Path, before: int) -> None:
    write(tmp_path, reject(1))
    with pytest.raises(RequestError, match="written anew"):
        newest(tmp_path, 5, before)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("'/srv/my shop/img/a.jpg': no such picture", "'a.jpg': no such picture"),
        ("cannot open /srv/shop/img/a.jpg: gone", "cannot open a.jpg: gone"),
        ("[Errno 13] Permission denied: '/root/x/b.png'", "[Errno 13] Permission denied: 'b.png'"),
        ("file:///srv/shop/a.jpg is no http(s) address", "a.jpg is no http(s) address"),
        (r"'C:\shop\img\a.jpg' cannot be read", "'a.jpg' cannot be read"),
        (
            "https://shop.example:80/a/b.jpg: status 404",
            "https://shop.example:80/a/b.jpg: status 404",
        ),
        ("'img/a.jpg' leads out of the folder", "'img/a.jpg' leads out of the folder"),
        ("nylon/wool, 1 / 2, a > b", "nylon/wool, 1 / 2, a > b"),
    ],
)
def test_an_absolute_path_becomes_its_name_and_the_rest_stays(text: str, told: str) -> None:
    assert without_paths(text) == told


def test_every_field_of_a_reject_is_without_paths(tmp_path: Path) -> None:
    path = "/srv/shop/img/a.jpg"
    write(tmp_path, Reject("/srv/shop/f.csv", 1, "p", "warning", f"{path}: gone", path))
    [one] = newest(tmp_path, 5).rejects
    assert "/" not in json.dumps(asdict(one))
    assert (one.feed, one.picture) == ("f.csv", "a.jpg")
