"""Draw the README's pictures of the pages from a real run: `make grade`, then
`python -m docs.pictures.draw_review graded`.

Needs Chromium (Debian: apt install chromium). The class is copied, so that nothing is scored in it; the pictures are
what the pages show, in fewer colours, nothing is retouched.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.review.served import chromium, enter, served

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SIZE = (1200, 800)
COLOURS = 128


def main(folder: Path) -> None:
    """Draw each page of the class in ``folder``; the first question is scored, then the second."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "graded"
        shutil.copytree(folder, out)
        with (
            served(out, "--grader", "Ada", "--config", str(ROOT / "grading_config.yml")) as server,
            chromium() as browser,
        ):
            visit = enter(browser, server.link(), size=SIZE)
            page = visit.page
            visit.open("/score/derivation_general")
            for key in ("f", "2"):
                page.keyboard.press(key)
                page.wait_for_selector("#status[data-kind=saved]", state="attached")
            _keep(page, "review_score.png")
            visit.open("/")
            _keep(page, "review_class.png")
            student = page.locator("tbody a", has_text="Mateo").first.get_attribute("href")
            assert student
            visit.open(student)
            _keep(page, "review_student.png")
            visit.open("/score/derivation_last_step")
            page.keyboard.press("f")
            page.wait_for_selector("#status[data-kind=saved]", state="attached")
            visit.open("/publish")
            _keep(page, "review_publish.png")


def _keep(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    whole = Image.open(io.BytesIO(page.screenshot()))
    whole.quantize(COLOURS).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
