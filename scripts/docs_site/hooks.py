"""What MkDocs calls while it builds the site.

Source: https://www.mkdocs.org/dev-guide/plugins/#events
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from scripts.docs_site.commands_page import commands_page
from scripts.docs_site.decisions_page import decisions_page
from scripts.docs_site.http_page import http_page
from scripts.docs_site.outside_links import OUTSIDE, outside_files, relinked
from scripts.docs_site.settings_page import settings_page
from scripts.write_openapi import openapi_json

ROOT = Path(__file__).resolve().parents[2]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages of the code, and the files beside ``docs/`` that pages link to."""
    docs = Path(config.docs_dir)
    made = {
        "reference/settings.md": settings_page(),
        "reference/commands.md": commands_page(),
        "reference/http.md": http_page(),
        "reference/openapi.json": openapi_json(),
        "decisions/index.md": decisions_page(docs / "decisions"),
    }
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    pages = [Path(page.abs_src_path) for page in files.documentation_pages() if page.abs_src_path]
    for path in outside_files(pages, docs, ROOT):
        name = f"{OUTSIDE}/{path.relative_to(ROOT).as_posix()}"
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turns links between the repository's files into links between the site's."""
    if page.file.abs_src_path is None:
        return markdown
    return relinked(markdown, Path(page.file.abs_src_path), page.file.src_uri, config.docs_dir)
