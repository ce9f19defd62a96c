"""The kinds of file Pincite knows: their media types, parsers and usual extensions.

A kind is named by its media type. Kinds without a parser are known so that the message can
say what the file is and what to do with it.
"""

from __future__ import annotations

from collections.abc import Mapping

_OOXML = "application/vnd.openxmlformats-officedocument."

# parser: media type: extensions, separated by spaces
_READ: Mapping[str, Mapping[str, str]] = {
    "pdf": {"application/pdf": "pdf"},
    "docx": {
        _OOXML + "wordprocessingml.document": "docx dotx",
        "application/vnd.ms-word.document.macroEnabled.12": "docm dotm",
    },
    "pptx": {
        _OOXML + "presentationml.presentation": "pptx potx ppsx",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12": "pptm potm ppsm",
    },
    "xlsx": {
        _OOXML + "spreadsheetml.sheet": "xlsx xltx",
        "application/vnd.ms-excel.sheet.macroEnabled.12": "xlsm xltm",
    },
    "image": {
        "image/png": "png apng",
        "image/jpeg": "jpg jpeg jpe jfif",
        "image/webp": "webp",
        "image/tiff": "tif tiff",
        "image/gif": "gif",
        "image/bmp": "bmp dib",
    },
    "audio": {
        "audio/wav": "wav wave rf64",
        "audio/mpeg": "mp3 mp2 mpga",
        "audio/flac": "flac",
        "audio/ogg": "ogg oga opus spx",
        "audio/mp4": "m4a m4b",
        "audio/aac": "aac",
        "audio/aiff": "aif aiff aifc",
        "audio/amr": "amr",
        "audio/x-caf": "caf",
        "audio/basic": "au snd",
        "audio/webm": "weba",
        "audio/x-matroska": "mka",
        "audio/x-ms-wma": "wma",
    },
    "video": {
        "video/mp4": "mp4 m4v",
        "video/quicktime": "mov qt",
        "video/3gpp": "3gp 3g2",
        "video/webm": "webm",
        "video/x-matroska": "mkv",
        "video/x-msvideo": "avi",
        "video/mpeg": "mpg mpeg vob m2v m1v",
        "video/mp2t": "m2ts mts",
        "video/ogg": "ogv",
        "video/x-ms-wmv": "wmv asf",
        "video/x-flv": "flv",
    },
    "mail": {"message/rfc822": "eml mht mhtml", "application/mbox": "mbox"},
    "html": {
        "text/html": "html htm shtml",
        "application/xhtml+xml": "xhtml xht",
        "image/svg+xml": "svg",
        "application/xml": "xml rss atom xsl xsd plist kml gpx",
    },
    "markdown": {"text/markdown": "md markdown mdown mkd mdx qmd rmd"},
    "csv": {"text/csv": "csv", "text/tab-separated-values": "tsv tab"},
    "json": {
        "application/json": "json geojson jsonld webmanifest topojson",
        "application/x-ndjson": "jsonl ndjson",
        "application/x-ipynb+json": "ipynb",
    },
    "code": {
        "text/x-python": "py pyi pyw",
        "text/javascript": "js mjs cjs jsx",
        "text/x-typescript": "ts tsx mts cts",
        "text/x-c": "c h",
        "text/x-c++": "cc cpp cxx hh hpp hxx cu cuh",
        "text/x-java": "java",
        "text/x-csharp": "cs",
        "text/x-go": "go",
        "text/x-rust": "rs",
        "text/x-ruby": "rb",
        "text/x-php": "php",
        "text/x-swift": "swift",
        "text/x-kotlin": "kt kts",
        "text/x-scala": "scala",
        "text/x-lua": "lua",
        "text/x-perl": "pl pm",
        "text/x-r": "r",
        "text/x-shellscript": "sh bash zsh",
        "text/x-powershell": "ps1",
        "application/sql": "sql",
        "text/css": "css scss less",
        "text/x-haskell": "hs",
        "text/x-dart": "dart",
        "text/x-objectivec": "m mm",
        "text/x-julia": "jl",
        "text/x-vue": "vue svelte",
        "text/x-makefile": "mk cmake gradle groovy",
    },
    "text": {
        "text/plain": "txt text log asc nfo",
        "text/x-rst": "rst rest",
        "text/x-org": "org",
        "text/x-tex": "tex latex bib sty",
        "application/yaml": "yaml yml",
        "application/toml": "toml",
        "text/x-ini": "ini cfg conf properties env",
        "text/vtt": "vtt",
        "application/x-subrip": "srt",
        "text/x-asciidoc": "adoc asciidoc",
        "text/x-diff": "diff patch",
    },
}

_WORD = "Open it in a word processor (LibreOffice is free) and save it as .docx."
_SHEET = "Open it in a spreadsheet program (LibreOffice is free) and save it as .xlsx."
_SLIDES = "Open it in a presentation program (LibreOffice is free) and save it as .pptx."
_UNPACK = "Unpack it and point Pincite at the folder."
_PICTURE = "Save it as PNG or JPEG."

UNREAD: Mapping[str, tuple[str, str, str]] = {
    # media type: (what it is, next step, extensions)
    "application/msword": ("an old Word document (.doc)", _WORD, "doc dot"),
    "application/vnd.ms-excel": ("an old Excel workbook (.xls)", _SHEET, "xls xlt"),
    "application/vnd.ms-excel.sheet.binary.macroEnabled.12": (
        "a binary Excel workbook (.xlsb)",
        _SHEET,
        "xlsb",
    ),
    "application/vnd.ms-powerpoint": ("an old PowerPoint file (.ppt)", _SLIDES, "ppt pps pot"),
    "application/vnd.ms-outlook": (
        "an Outlook message (.msg)",
        "Open it in the mail program and save it as .eml.",
        "msg",
    ),
    "application/vnd.visio": (
        "a Visio drawing",
        "Export it as PDF.",
        "vsd vsdx",
    ),
    "application/x-ole-storage": (
        "an old Microsoft compound file",
        "Open it in the program that made it and export it as PDF.",
        "",
    ),
    "application/rtf": ("a rich text file (.rtf)", _WORD, "rtf"),
    "application/vnd.oasis.opendocument.text": (
        "an OpenDocument text (.odt)",
        _WORD,
        "odt ott",
    ),
    "application/vnd.oasis.opendocument.spreadsheet": (
        "an OpenDocument sheet (.ods)",
        _SHEET,
        "ods",
    ),
    "application/vnd.oasis.opendocument.presentation": (
        "an OpenDocument presentation (.odp)",
        _SLIDES,
        "odp",
    ),
    "application/vnd.oasis.opendocument.graphics": (
        "an OpenDocument drawing",
        "Export it as PDF.",
        "odg",
    ),
    "application/epub+zip": (
        "an EPUB book",
        "Convert it to PDF, HTML or .docx, for example with Calibre.",
        "epub",
    ),
    "application/x-iwork": (
        "an Apple Pages, Numbers or Keynote file",
        "Export it as PDF or in the Microsoft format.",
        "pages numbers key",
    ),
    "application/postscript": ("a PostScript file", "Convert it to PDF (ps2pdf).", "ps eps"),
    "image/vnd.djvu": ("a DjVu book", "Convert it to PDF (ddjvu -format=pdf).", "djvu djv"),
    "image/heic": ("a HEIC picture", _PICTURE, "heic heif"),
    "image/avif": ("an AVIF picture", _PICTURE, "avif"),
    "image/jp2": ("a JPEG 2000 picture", _PICTURE, "jp2 j2k jpx"),
    "image/jxl": ("a JPEG XL picture", _PICTURE, "jxl"),
    "image/vnd.adobe.photoshop": ("a Photoshop file", _PICTURE, "psd psb"),
    "image/x-icon": ("an icon", _PICTURE, "ico cur"),
    "image/x-portable-anymap": ("a PNM picture", _PICTURE, "pnm pbm pgm ppm"),
    "image/emf": ("a Windows metafile", _PICTURE, "emf wmf"),
    "application/zip": ("a zip archive", _UNPACK, "zip jar war apk"),
    "application/gzip": ("a gzip archive", _UNPACK, "gz tgz"),
    "application/x-bzip2": ("a bzip2 archive", _UNPACK, "bz2"),
    "application/x-xz": ("an xz archive", _UNPACK, "xz"),
    "application/zstd": ("a zstd archive", _UNPACK, "zst"),
    "application/x-7z-compressed": ("a 7z archive", _UNPACK, "7z"),
    "application/vnd.rar": ("a RAR archive", _UNPACK, "rar"),
    "application/x-tar": ("a tar archive", _UNPACK, "tar"),
    "application/vnd.sqlite3": (
        "an SQLite database",
        "Export the tables of interest as CSV.",
        "sqlite sqlite3 db",
    ),
    "application/vnd.apache.parquet": ("a Parquet table", "Export it as CSV.", "parquet"),
    "application/x-hdf5": ("an HDF5 file", "Export the tables of interest as CSV.", "h5 hdf5"),
    "application/x-executable": ("a program", "Leave it out of the folder.", "exe dll so bin"),
    "application/java-vm": ("compiled Java", "Point Pincite at its source instead.", "class"),
    "font/sfnt": ("a font", "Leave it out of the folder.", "ttf otf woff woff2"),
    "audio/midi": ("a MIDI file, notes without sound", "Record it as WAV or MP3.", "mid midi"),
    "application/vnd.apple.mpegurl": (
        "a playlist",
        "Point Pincite at the recordings it lists.",
        "m3u m3u8 pls ffconcat",
    ),
    "application/octet-stream": (
        "binary data of an unknown kind",
        "Export it as PDF, text, a picture, a recording or a video.",
        "",
    ),
}

PARSERS: Mapping[str, str] = {media: parser for parser, row in _READ.items() for media in row}
"""Media type to the parser that reads it."""

EXTENSIONS: Mapping[str, str] = {
    extension: media
    for table in (*_READ.values(), {media: row[2] for media, row in UNREAD.items()})
    for media, extensions in table.items()
    for extension in extensions.split()
}
"""Extension (lower case, no dot) to the media type it promises."""

TEXT_PARSERS = frozenset({"mail", "html", "markdown", "csv", "json", "code", "text"})
"""Parsers whose files are plain characters: among these the extension may decide."""

NAMES: Mapping[str, str] = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "image": "a picture",
    "audio": "a recording",
    "video": "a video",
    "mail": "a mail message",
    "html": "HTML or XML",
    "markdown": "Markdown",
    "csv": "a table",
    "json": "JSON",
    "code": "source code",
    "text": "plain text",
}
"""Parser to what a person calls the kind."""
