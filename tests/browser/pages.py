"""The server's page in Chromium, without scripts and by the keyboard: signing in, checking, handing in; phone and desktop, light and dark.

    apt-get install chromium && python -m venv venv && venv/bin/pip install playwright
    venv/bin/python tests/browser/pages.py [--chromium /usr/bin/chromium]

It fails where a page is wider than its window, two texts overlap, a text has too little contrast to its ground, a control has no name, or anything is
loaded from elsewhere. Pictures of all pages are put into target/pages, to be looked at. `cargo xtask run competitions` builds the program beforehand.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/benchmarks"))

import serving  # noqa: E402

PICTURES = ROOT / "target/pages"
SIZES = {"phone": {"width": 360, "height": 780}, "desktop": {"width": 1280, "height": 900}}
POLICY = """[default]
show = "score"
leaderboard = true
[competitions.toy]
"""
NAMES = ["ada", "a-participant-with-a-name-that-is-rather-long-for-a-phone"]

# What is wrong with a page, as texts: WCAG 2.2 asks for a contrast of 4.5 of text of ordinary size.
FAULTS = """() => {
  const faults = [], root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`it is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
  for (const part of document.querySelectorAll('.scroll'))
    if (part.scrollWidth > part.clientWidth) faults.push(`cut: ${part.getAttribute('aria-label')}`);
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parsed = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parsed(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, element = node.parentElement;
    if (!node.data.trim() || element.closest('.skip')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter(box => box.width > 1 && box.height > 1);
    if (!boxes.length) { faults.push(`not to be seen: ${node.data.trim()}`); continue; }
    const [one, other] = [light(parsed(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faults.push(`a contrast of ${contrast.toFixed(1)}: ${node.data.trim()}`);
    if (!element.closest('.scroll')) for (const box of boxes) texts.push([box, node.data.trim()]);
  }
  for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {
    const [a, b] = [texts[i][0], texts[j][0]];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 4) faults.push(`they overlap: ${texts[i][1]} / ${texts[j][1]}`);
  }
  for (const control of document.querySelectorAll('input, button, a')) {
    const name = control.labels?.[0]?.innerText || control.innerText || control.getAttribute('aria-label');
    if (!name?.trim()) faults.push(`a control without a name: ${control.outerHTML}`);
  }
  return faults;
}"""


def look(page: Page, name: str, faults: list[str]) -> None:
    """Takes a picture, and notes what is wrong."""
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    faults += [f"{name}: {fault}" for fault in page.evaluate(FAULTS)]


def tab_to(page: Page, text: str) -> None:
    """Goes to a control by the keyboard alone."""
    told = "() => { const e = document.activeElement; return e.labels?.[0]?.innerText || e.innerText || ''; }"
    for _ in range(60):
        page.keyboard.press("Tab")
        if text in page.evaluate(told):
            return
    sys.exit(f"{page.url}: no key leads to {text!r}")


def visit(browser: Browser, url: str, world: serving.World, tokens: dict[str, str], size: str, scheme: str) -> list[str]:
    """All pages in one kind of window."""
    faults: list[str] = []
    context = browser.new_context(java_script_enabled=False, viewport=SIZES[size], color_scheme=scheme)
    page = context.new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    named = f"{size}-{scheme}"
    page.goto(url)
    look(page, f"{named}-sign-in", faults)
    tab_to(page, "Your token")
    page.keyboard.type("assay_wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    look(page, f"{named}-sign-in-refused", faults)
    tab_to(page, "Your token")
    page.keyboard.type(tokens[NAMES[1]])
    page.keyboard.press("Enter")
    page.wait_for_selector("#competitions")
    look(page, f"{named}-home", faults)
    for file, verdict in (("wrong.csv", "invalid"), ("right.csv", "valid")):
        page.set_input_files("input[type=file]", world.folder / file)
        tab_to(page, "Check it")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=status]")
        if verdict not in page.inner_text("[role=status]").lower():
            faults.append(f"{named}: {file} is not found {verdict}")
        look(page, f"{named}-check-{verdict}", faults)
        page.click("text=Back")
        page.set_input_files("input[type=file]", world.folder / file)
        tab_to(page, "Hand it in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/submissions/**")
        while page.locator("text=Look again").count():
            page.wait_for_timeout(100)
            page.click("text=Look again")
        look(page, f"{named}-submission-{verdict}", faults)
        page.click("text=Back")
    look(page, f"{named}-home-after", faults)
    page.goto(f"{url}/submissions/none")
    look(page, f"{named}-not-found", faults)
    page.click("text=Sign out")
    page.wait_for_selector("#token")
    page.fill("#token", tokens["operator"])
    page.click("button:has-text('Sign in')")
    page.wait_for_selector("text=Queue and log")
    look(page, f"{named}-operator", faults)
    faults += [f"{named}: {other} is loaded" for other in loaded if not other.startswith(url)]
    context.close()
    return faults


def drop(browser: Browser, url: str, token: str) -> list[str]:
    """A file that is dropped on a form is in its field, where scripts run."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    page.fill("#token", token)
    page.click("button:has-text('Sign in')")
    page.wait_for_selector("form.drop")
    files = page.evaluate_handle("() => { const d = new DataTransfer(); d.items.add(new File(['id,y'], 'dropped.csv')); return d; }")
    page.dispatch_event("form.drop", "drop", {"dataTransfer": files})
    name = page.evaluate("() => document.querySelector('form.drop input').files[0]?.name")
    context.close()
    return [] if name == "dropped.csv" else [f"a file that is dropped does not come into its field: {name}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    chromium = parser.parse_args().chromium
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        world = serving.World(Path(folder), 100)
        (world.folder / "policy.toml").write_text(POLICY)
        lines = (world.folder / "data/toy/prepared/public/sample_submission.csv").read_text().splitlines()
        (world.folder / "right.csv").write_text("\n".join(lines) + "\n")
        (world.folder / "wrong.csv").write_text("\n".join([*lines[:-3], "97,many", "0,0.5", "1000,1"]) + "\n")
        store = ["--store", world.folder / "store"]
        tokens = {name: world.assay("token", "create", name, *store) for name in NAMES}
        tokens["operator"] = world.assay("token", "create", "op", "--role", "operator", *store)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with world.host() as (url, _):
            for size, scheme in itertools.product(SIZES, ("light", "dark")):
                faults += visit(browser, url, world, tokens, size, scheme)
            faults += drop(browser, url, tokens[NAMES[0]])
        browser.close()
    print("\n".join(faults) or f"nothing is wrong; the pictures are in {PICTURES.relative_to(ROOT)}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
