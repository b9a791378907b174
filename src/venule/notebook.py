"""How results show themselves in a notebook: HTML that is legible on light and dark ground, without a script.

Styles stand on the elements, for Jupyter takes style sheets out of what it does not trust; colours are the page's.
"""

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np
from PIL import Image

from venule.arrays import ImageArray
from venule.vessels import VesselMap

LONGEST_SIDE = 500  # pixels of a picture
LONGEST_LINE = 30  # letters of a cell; a longer text is broken into lines
_LINE = "1px solid rgba(128,128,128,.35)"
_CELL = f"padding:2px 14px 2px 0;border:0;border-bottom:{_LINE};vertical-align:top;background:transparent"
_TABLE = "border-collapse:collapse;margin:4px 0;border:0;font-size:inherit;color:inherit;background:transparent"


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: that it shows.
        note: shown when it is pointed at.
        aside: whether it stands back, such as a reason in the place of a number.
    """

    text: str
    note: str = ""
    aside: bool = False


def vessel_map_html(found: VesselMap) -> str:
    """A vessel map: its picture, and what made it."""
    height, width = found.fov.shape
    facts = {
        "Model": found.model or "none, a drawing",
        "Threshold": number(found.threshold),
        "Vessels": f"{100 * found.vessel_share:.1f} % of the field of view",
        "Field of view": f"{found.fov_diameter:,.0f} px across, {100 * np.mean(found.fov):.0f} % of the photograph",
        "Size": f"{width:,} × {height:,} px",
    }
    return page(
        "Vessel map", beside(picture(small_overlay(found), alt="the photograph with its vessels"), table(facts))
    )


def vessel_map_png(found: VesselMap) -> bytes:
    """The overlay of a vessel map as a PNG, its longer side 500 pixels or less."""
    return _encoded(small_overlay(found), "PNG")


def small_overlay(found: VesselMap) -> ImageArray:
    """The overlay of a vessel map, uint8 (height, width, 3), its longer side 500 pixels or less."""
    overlay = found.overlay()
    scale = LONGEST_SIDE / max(overlay.shape[:2])
    if scale >= 1:
        return overlay
    size = (max(1, round(overlay.shape[1] * scale)), max(1, round(overlay.shape[0] * scale)))
    return np.asarray(cv2.resize(overlay, size, interpolation=cv2.INTER_AREA), np.uint8)


def page(title: str, *parts: str) -> str:
    """A result: its title, and its parts, which are HTML."""
    heading = f'<div style="font-weight:600;margin:0 0 4px">{escape(title)}</div>'
    return f'<div style="color:inherit;line-height:1.45">{heading}{"".join(parts)}</div>'


def beside(*parts: str) -> str:
    """Parts side by side, where there is room."""
    kept = "".join(f"<div>{part}</div>" for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;gap:8px 24px;align-items:flex-start">{kept}</div>'


def folded(title: str, *parts: str) -> str:
    """Parts that are shown when their title is clicked."""
    summary = f'<summary style="cursor:pointer">{escape(title)}</summary>'
    return f'<details style="margin:4px 0">{summary}{"".join(parts)}</details>'


def sentence(text: str) -> str:
    """A line of text."""
    return f'<div style="margin:4px 0">{escape(text)}</div>'


def picture(image: ImageArray, *, alt: str) -> str:
    """A picture within the page, as a JPEG, half of a PNG or less: it is kept with the notebook."""
    content = base64.b64encode(_encoded(image, "JPEG", quality=90, subsampling=0)).decode()
    style = "max-width:100%;height:auto;border-radius:4px;display:block;margin:0"
    return (
        f'<img src="data:image/jpeg;base64,{content}" alt="{escape(alt)}" width="{image.shape[1]}" '
        f'height="{image.shape[0]}" style="{style}">'
    )


def table(rows: Mapping[str, str] | Iterable[Sequence[str | Cell]], *, header: Sequence[str | Cell] = ()) -> str:
    """A table whose first column says what each row is.

    Args:
        rows: name and value, or the cells of each row.
        header: what each column is.
    """
    lines = rows.items() if isinstance(rows, Mapping) else rows
    top = f"<thead><tr>{''.join(_cell(each, 'col') for each in header)}</tr></thead>" if header else ""
    body = "".join(
        f"<tr>{''.join(_cell(each, '' if place else 'row') for place, each in enumerate(line))}</tr>" for line in lines
    )
    return f'<div style="overflow-x:auto"><table style="{_TABLE}">{top}<tbody>{body}</tbody></table></div>'


def number(value: float) -> str:
    """A number as people read it: four digits, thousands with commas."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _cell(cell: str | Cell, scope: str) -> str:
    shown = cell if isinstance(cell, Cell) else Cell(cell)
    weight = "600" if scope == "col" else "normal"
    lines = "min-width:16em;overflow-wrap:anywhere" if len(shown.text) > LONGEST_LINE else "white-space:nowrap"
    style = f"{_CELL};text-align:left;font-weight:{weight};{lines}" + (";opacity:.65" if shown.aside else "")
    tag, scoped = ("th", f' scope="{scope}"') if scope else ("td", "")
    note = f' title="{escape(shown.note)}"' if shown.note else ""
    return f'<{tag}{scoped}{note} style="{style}">{escape(shown.text)}</{tag}>'


def _encoded(image: ImageArray, file_format: str, **settings: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, file_format, **settings)
    return file.getvalue()
