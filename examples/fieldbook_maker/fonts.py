"""The fonts of the sample folder, all from Debian packages (see examples/requirements.txt)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont

OPEN = Path("/usr/share/fonts/opentype")
TRUE = Path("/usr/share/fonts/truetype")
FILES: dict[str, tuple[Path, int]] = {
    "lato": (TRUE / "lato/Lato-Regular.ttf", 0),
    "lato-bold": (TRUE / "lato/Lato-Bold.ttf", 0),
    "lato-black": (TRUE / "lato/Lato-Black.ttf", 0),
    "lato-italic": (TRUE / "lato/Lato-Italic.ttf", 0),
    "serif": (TRUE / "liberation/LiberationSerif-Regular.ttf", 0),
    "serif-bold": (TRUE / "liberation/LiberationSerif-Bold.ttf", 0),
    "serif-italic": (TRUE / "liberation/LiberationSerif-Italic.ttf", 0),
    "mono": (TRUE / "liberation/LiberationMono-Regular.ttf", 0),
    "mono-bold": (TRUE / "liberation/LiberationMono-Bold.ttf", 0),
    "typewriter": (OPEN / "courier-prime/Courier Prime.otf", 0),
    "hand": (OPEN / "comic-neue/ComicNeue-Bold.otf", 0),
    "hei": (OPEN / "noto/NotoSansCJK-Regular.ttc", 2),
    "hei-bold": (OPEN / "noto/NotoSansCJK-Bold.ttc", 2),
    "song": (OPEN / "noto/NotoSerifCJK-Regular.ttc", 2),
}
NO_HINTING = [
    "maxZones",
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxComponentDepth",
]
PACKAGES = "fonts-noto-cjk fonts-lato fonts-liberation fonts-courier-prime fonts-comic-neue"


@cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """Return a font for drawing pictures; index 2 of the Noto collections is Simplified Chinese."""
    path, index = FILES[name]
    if not path.exists():
        raise FileNotFoundError(f"no font {name!r} at {path}; apt install {PACKAGES}")
    return ImageFont.truetype(str(path), size_px, index=index)


def truetype_subset(name: str, letters: str, target: Path) -> Path:
    """Write the glyphs of `letters` as a TrueType font, which a PDF can embed, and return it.

    The Noto collections hold cubic outlines; reportlab embeds quadratic ones only.
    """
    from fontTools import subset
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTCollection, newTable

    path, index = FILES[name]
    source = TTCollection(str(path)).fonts[index]
    options = subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters + " ")
    cutter.subset(source)

    glyphs, order, table = source.getGlyphSet(), source.getGlyphOrder(), newTable("glyf")
    table.glyphs, table.glyphOrder = {}, order
    for glyph in order:
        pen = TTGlyphPen(glyphs)
        glyphs[glyph].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        table.glyphs[glyph] = pen.glyph()
    source["glyf"], source["loca"] = table, newTable("loca")
    for tag in ("CFF ", "VORG", "vhea", "vmtx", "BASE", "GSUB", "GPOS", "GDEF", "DSIG"):
        if tag in source:
            del source[tag]
    _as_truetype(source)
    source.recalcTimestamp = False
    source.flavor = None
    source.save(str(target))
    return target


def _as_truetype(source: object) -> None:
    source.sfntVersion = "\x00\x01\x00\x00"  # type: ignore[attr-defined]
    maxp = source["maxp"]  # type: ignore[index]
    maxp.tableVersion = 0x00010000
    for name in NO_HINTING:
        setattr(maxp, name, 1 if name == "maxZones" else 0)
    post = source["post"]  # type: ignore[index]
    post.formatType, post.extraNames, post.mapping = 3.0, [], {}
