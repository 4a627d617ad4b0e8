"""axe-core on a page of the report: the faults that keep people out, in both colour schemes.

Nine tenths of its time go into the contrast of each text of some thousand cells that look alike. So contrast is
judged where a text is shown in a way of its own: its colour, size, weight and decoration, and all that lies behind
it. Of each way the first three texts are judged; every other rule sees the whole page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

_MARK = """() => {
    const grounds = new Map(), met = new Map();
    const ground = (element) => {
        if (element === null) return '';
        if (!grounds.has(element)) {
            const style = getComputedStyle(element);
            grounds.set(element, [ground(element.parentElement), style.backgroundColor, style.backgroundImage,
                style.opacity, style.filter, style.position, style.overflow].join());
        }
        return grounds.get(element);
    };
    for (const element of document.querySelectorAll('body, body *')) {
        element.removeAttribute('data-way');
        const says = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!says && !element.matches('input, select, textarea, button')) continue;
        const style = getComputedStyle(element);
        const way = [ground(element), element.localName, style.color, style.fontSize, style.fontWeight,
            style.textShadow, style.textDecoration].join();
        met.set(way, (met.get(way) || 0) + 1);
        if (met.get(way) <= 3) element.setAttribute('data-way', '');
    }
}"""


_OF_COLOUR = ["color-contrast", "link-in-text-block"]


def serious_faults(page: Page, schemes: Sequence[str] = ("light", "dark")) -> list[str]:
    """What axe finds serious or critical, a line each."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is missing: axe-playwright-python")
    page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    page.evaluate("axe.configure({rules: [{id: 'color-contrast', selector: '[data-way]'}]})")
    serious = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(_MARK)
        # What is no matter of colour is the same in the next scheme.
        rules = {} if scheme == schemes[0] else {"runOnly": _OF_COLOUR}
        found = page.evaluate("choice => axe.run(document, choice)", {"resultTypes": ["violations"], **rules})
        serious += [
            f"{scheme} {fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
    return serious
