"""The picture of the page in the README: ``python -m tests.web.screenshot``."""

import io
import tempfile
from pathlib import Path

from PIL import Image

from tests.web.conftest import PLAIN, SLOWEST_MS, Visit, chromium
from tests.web.demo_server import ROOT, demo_server

OUT = ROOT / "docs" / "images" / "page.webp"
MOST_BYTES = 100_000
SIZE = {"width": 1180, "height": 860}
PHOTO = "tea-for-one.jpg"


def main(out: Path = OUT) -> None:
    """Indexes the demo shop, searches a photo of several things, and keeps what the page shows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_server(Path(folder)) as shop,
        chromium() as browser,
    ):
        page = browser.new_context(**PLAIN, viewport=SIZE, color_scheme="light").new_page()
        page.set_default_timeout(SLOWEST_MS)
        page.goto(shop)
        page.wait_for_selector("#facets details", state="attached")
        Visit(page, shop).search_photo(PHOTO)
        page.wait_for_load_state("networkidle")
        shot = Image.open(io.BytesIO(page.screenshot()))
    out.parent.mkdir(exist_ok=True)
    shot.convert("RGB").save(out, quality=80, method=6)
    size = out.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{out.name} has {size:,} bytes; at most {MOST_BYTES:,}")
    print(f"{out.relative_to(ROOT)}: {size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
