"""The table and the plot of what was measured."""

import datetime

BEGIN, END = "<!-- begin measured -->", "<!-- end measured -->"
TITLES = {
    "assay": "`assay`", "native": "the metric in native Rust, same reader", "pandas": "pandas with scikit-learn or numpy",
    "polars": "polars with numpy or scipy", "duckdb": "DuckDB",
}
COLOURS = {"native": "#888888", "pandas": "#d1495b", "polars": "#3778c2", "duckdb": "#e0a030"}


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def table(measured, machine):
    """Markdown, with the date and the machine."""
    date = datetime.date.today().isoformat()
    lines = [f"Measured on {date}: {machine}.", "", "| work | program | wall | CPU | peak MiB | wall, `assay` = 1 | CPU, `assay` = 1 |", "|---|---|--:|--:|--:|--:|--:|"]
    for title, programs in measured:
        own = programs["assay"]
        for name, taken in programs.items():
            ratios = [f"{taken[key] / own[key]:.2f}" if own[key] else "–" for key in ("wall", "cpu")]
            cells = [title if name == "assay" else "", TITLES[name], seconds(taken["wall"]), seconds(taken["cpu"]), f"{taken['peak']:.0f}", *ratios]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(path, text):
    """Puts the table between its marks."""
    page = path.read_text()
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def plot(measured):
    """How many times as long as `assay` each other program takes, as bars on a logarithmic scale."""
    import math
    from html import escape

    rows = [(title, {name: taken["wall"] / programs["assay"]["wall"] for name, taken in programs.items() if name != "assay"}) for title, programs in measured]
    rows = [(title, ratios) for title, ratios in rows if ratios]
    least, greatest = 0.25, max([10, *(ratio for _, ratios in rows for ratio in ratios.values())]) * 1.3
    left, width, bar = 20, 860, 13
    x = lambda ratio: left + width * math.log(max(ratio, least) / least) / math.log(greatest / least)
    parts, y = [], 46
    for title, ratios in rows:
        parts.append(f'<text x="{left}" y="{y}" class="title">{escape(title)}</text>')
        y += 6
        for name, ratio in ratios.items():
            start, end = sorted((x(1), x(ratio)))
            parts.append(f'<rect x="{start:.1f}" y="{y}" width="{max(end - start, 1):.1f}" height="{bar - 2}" fill="{COLOURS[name]}"/>')
            parts.append(f'<text x="{max(end, x(1)) + 4:.1f}" y="{y + bar - 3}">{f"{ratio:.2g}" if ratio < 99.5 else f"{ratio:.0f}"} ×</text>')
            y += bar
        y += 22
    ticks = [tick for tick in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if tick < greatest]
    grid = [f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="28" y2="{y}" class="{"one" if tick == 1 else "grid"}"/>' for tick in ticks]
    grid += [f'<text x="{x(tick):.1f}" y="{y + 14}" text-anchor="middle">{tick:g}</text>' for tick in ticks]
    legend, at = [], left
    for name, colour in COLOURS.items():
        label = TITLES[name].replace("`", "")
        legend.append(f'<rect x="{at}" y="6" width="11" height="11" fill="{colour}"/><text x="{at + 15}" y="16">{escape(label)}</text>')
        at += 35 + 6.4 * len(label)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {y + 40}" font-family="sans-serif" font-size="11">',
        "<style>text{fill:#555}.title{font-size:12px;fill:#333}.grid{stroke:#ddd}.one{stroke:#333}</style>",
        *legend, *grid, *parts, f'<text x="{left}" y="{y + 32}">wall time, as many times that of assay</text>', "</svg>", "",
    ])
