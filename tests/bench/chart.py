# SPDX-License-Identifier: GPL-3.0-or-later
"""The chart: a bar a case of the guest, tpl-shrink's in its stages; readable on light and dark."""

from xml.sax.saxutils import escape

from cases import CASES

WIDTH, NAMES, BARS, ROW, BAR = 860, 270, 480, 26, 18  # pixels
COLOURS = ("#1f6f8b", "#2f7fd0", "#3a9fbf", "#57b894", "#8cc152", "#d9b44a", "#e08e45", "#c65d57",
           "#8e5ea2")  # as many as there are stages
PEER, FLOOR = "#9aa5b1", "#5b6670"
STYLE = "text{font:13px sans-serif;fill:#24292f}"


def rect(left, top, width, colour, title):
    return (f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{colour}">'
            f"<title>{escape(title)}</title></rect>")


def text(left, top, words, anchor="start"):
    return f'<text x="{left:.1f}" y="{top}" text-anchor="{anchor}">{escape(words)}</text>'


def segments(figures, case, colours):
    """(seconds, colour, what) of a bar's parts."""
    stages = figures.stages(case.name)
    if stages:
        return [(seconds, colours[stage], f"{stage}: {seconds:.1f} s")
                for stage, seconds in stages.items()]
    seconds = figures.median(case.name, "seconds")
    return [(seconds, FLOOR if case.is_own else PEER, f"{seconds:.1f} s")]


def bar(figures, case, top, scale, colours):
    parts, left = [text(NAMES - 8, top + BAR - 4, case.title, "end")], NAMES
    for seconds, colour, what in segments(figures, case, colours):
        parts.append(rect(left, top, seconds * scale, colour, what))
        left += seconds * scale
    return parts + [text(left + 6, top + BAR - 4, f"{figures.median(case.name, 'seconds'):.0f} s")]


def legend(colours, top):
    parts, left = [], NAMES / 2
    for stage, colour in colours.items():
        parts += [rect(left, top, BAR, colour, stage), text(left + BAR + 4, top + BAR - 4, stage)]
        left += BAR + 14 + 8 * len(stage)
    return parts


def draw(figures):
    """The SVG's text."""
    shown = [case for case in CASES if case.workload == "guest"
             and case.engine not in ("survey", "tight") and figures.samples(case.name)]
    longest = max((figures.median(case.name, "seconds") for case in shown), default=1)
    names = dict.fromkeys(stage for case in shown for stage in figures.stages(case.name))
    colours = dict(zip(names, COLOURS))
    parts = []
    for place, case in enumerate(shown):
        parts += bar(figures, case, 12 + place * ROW, BARS / longest, colours)
    height = 12 + (len(shown) + 1) * ROW + 8
    parts += legend(colours, height - ROW - 4)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}">', f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', *parts, "</svg>", ""])
