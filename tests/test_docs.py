"""The documentation: its site is built strictly, holds together, and its tutorial runs."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scripts.cli import COMMANDS
from service.http.app import api
from service.settings import Settings
from tests.documents import NOT_RUN, ROOT, commands_of, run_page

DOCS = ROOT / "docs"


def built(folder: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    """Builds the site as ``make docs`` does."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(config)]
    return subprocess.run(
        [*command, "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = built(folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


class References(HTMLParser):
    """What a page names, and what may be named of it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in {"script", "img", "iframe"} and "src" in given:
            self.loaded.append(given["src"])
        if tag == "link" and given.get("rel") != "canonical" and "href" in given:
            self.loaded.append(given["href"])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, References]:
    return {
        page: References(page) for page in site.rglob("*.html") if page.name != "404.html"
    }  # the 404 page names absolute addresses: nobody knows where it is shown


def test_every_internal_link_of_the_site_holds(pages: dict[Path, References]) -> None:
    broken = []
    for page, found in pages.items():
        for link in [*found.links, *found.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            anchors = pages[target].anchors if target in pages else None
            if not target.is_file() or (parts.fragment and anchors is not None
                                        and unquote(parts.fragment) not in anchors):  # fmt: skip
                broken.append(f"{page}: {link}")
    assert broken == []
    assert len(pages) > 40


def test_the_site_loads_nothing_from_another_host(
    site: Path, pages: dict[Path, References]
) -> None:
    loaded = {one for found in pages.values() for one in found.loaded}
    assert [one for one in loaded if urlsplit(one).netloc] == []
    styles = "".join(one.read_text(encoding="utf-8") for one in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )['\"]?https?:[^)'\"]*", styles) == []


def test_the_reference_names_every_setting(site: Path) -> None:
    text = (site / "reference" / "settings" / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r"<td><code>(\w+)</code></td>", text)
    assert [one for one in rows if one in Settings.model_fields] == list(Settings.model_fields)
    assert str(Path.home()) not in text


def test_the_reference_names_every_command_and_its_options(site: Path) -> None:
    text = (site / "reference" / "commands" / "index.html").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f'id="snapshelf-{command}"' in text, command
    for option in ("--store", "--complete", "--filter", "--reranker"):
        assert f"<code>{option}" in text, option


def test_the_reference_names_every_route_and_schema(site: Path) -> None:
    text = (site / "reference" / "http" / "index.html").read_text(encoding="utf-8")
    description = api().openapi()
    for path, methods in description["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in text, (method, path)
    for name in description["components"]["schemas"]:
        assert f'id="{name.lower()}"' in text, name


def test_the_reference_shows_the_client_s_methods(site: Path) -> None:
    text = (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    for name in ("SnapshelfClient.search", "SnapshelfClient.chat", "AsyncSnapshelfClient.stream"):
        assert re.search(rf'id="service\.client\.(\w+\.)?{re.escape(name)}"', text), name


def test_a_client_s_method_is_shown_with_what_it_gives(site: Path) -> None:
    text = (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    given = re.findall(r"\)\s*-&gt;\s*([\w.]+)", re.sub(r"<[^>]+>", "", text))
    assert given.count("SearchResponse") == given.count("BatchResponse") == 2
    assert not any(one.endswith("Call") for one in given)


def test_every_decision_is_listed(site: Path) -> None:
    text = (site / "decisions" / "index.html").read_text(encoding="utf-8")
    missing = [one for one in DOCS.glob("decisions/*.md") if f'href="{one.stem}/"' not in text]
    assert missing == []


def test_a_broken_link_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[gone](gone.md)\n", encoding="utf-8")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = config[: config.index("hooks:")] + config[config.index("validation:") :]
    (tmp_path / "mkdocs.yml").write_text(config[: config.index("nav:\n  -")], encoding="utf-8")
    done = built(tmp_path / "site", tmp_path / "mkdocs.yml")
    assert done.returncode == 1
    assert "gone.md" in done.stderr


def test_every_command_of_the_tutorial_runs(tmp_path: Path, free_port: int) -> None:
    page = DOCS / "tutorial.md"
    expected = [
        one for one in commands_of(page.read_text(encoding="utf-8")) if not one.startswith(NOT_RUN)
    ]
    assert run_page(page, tmp_path, free_port) == expected
    assert len(expected) >= 15
