"""From choosing a photo to the first card on the page, in Chromium.

``python -m benchmarks.first_card http://127.0.0.1:8000/`` against ``snapshelf demo``.
"""

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PHOTOS = Path(__file__).resolve().parents[1] / "data" / "demo" / "photos"
WATCH = """() => {
  const matches = document.getElementById("matches");
  document.getElementById("file").addEventListener(
    "change", () => { window.chosenAt = performance.now(); }, { capture: true });
  new MutationObserver(() => {
    if (!window.shownAt && matches.querySelector(".card:not(.skeleton)"))
      window.shownAt = performance.now();
  }).observe(matches, { childList: true });
}"""


def first_card_ms(browser: Browser, address: str, photo: Path) -> float:
    """Milliseconds, in a profile that knows nothing of the shop."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("#facets details", state="attached")
    page.evaluate(WATCH)
    page.set_input_files("#file", photo)
    page.wait_for_selector("#panel[aria-busy=false] .card:not(.skeleton)")
    took = float(page.evaluate("window.shownAt - window.chosenAt"))
    page.close()
    return took


def main(address: str) -> None:
    """Prints every photo's time and their median."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        times = {}
        for photo in sorted(PHOTOS.glob("*.jpg")):
            times[photo.name] = first_card_ms(browser, address, photo)
            print(f"{photo.name:24} {times[photo.name]:6.0f} ms")
        browser.close()
    print(f"median {statistics.median(times.values()):.0f} ms, most {max(times.values()):.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
