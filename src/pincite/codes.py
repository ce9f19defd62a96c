"""The stable codes a file's report may carry, each with its meaning.

A code never changes its meaning. `docs/reference/codes.md` lists them for users, and a test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        # the file as a whole could not be read: status failed
        "EMPTY_FILE": "The file has no bytes.",
        "UNSUPPORTED_TYPE": "No parser reads this kind of file.",
        "UNREADABLE": "The operating system refused to open or read the file.",
        "NOT_A_FILE": "A pipe, socket, device or broken link stands where a file was expected.",
        "PASSWORD_REQUIRED": "The file is encrypted and no password was given.",
        "CORRUPT_FILE": "The content breaks the rules of its format and nothing could be read.",
        "TOO_LARGE": "The file, or what it unpacks to, exceeds a limit of the settings.",
        "PARSER_CRASHED": "The process reading the file died.",
        "PARSER_TIMEOUT": "Reading took longer than the limit of the settings.",
        "PARSER_MEMORY": "Reading needed more memory than the limit of the settings.",
        "CHANGED_WHILE_READ": "The file changed while it was being read.",
        "VANISHED": "The file was there when the folder was listed and gone when it was opened.",
        # some of it could be read: status partial
        "PAGE_FAILED": "A page could not be read.",
        "IMAGE_FAILED": "A picture inside the file could not be read.",
        "PART_FAILED": "A part of the file (attachment, sheet, slide) could not be read.",
        "TRUNCATED": "The file ends early; what was there has been read.",
        "OCR_OFF": "Text in pictures was not read because OCR is switched off.",
        "OCR_UNAVAILABLE": "Text in pictures was not read because no OCR engine could start.",
        "ASR_UNAVAILABLE": "Speech was not read because no recogniser knows the language.",
        "PART_UNSUPPORTED": "A part of the file is of a kind that no parser reads.",
        "LIMIT_REACHED": "Reading stopped at a limit of the settings.",
        # worth knowing, nothing is missing: status stays complete
        "NO_TEXT": "There are no words in it; only the picture, sound or name can be found.",
        "NO_SPEECH": "No speech was heard in the recording.",
        "NO_AUDIO_TRACK": "The video has no sound.",
        "NO_VIDEO_TRACK": "The container has no picture track; it was read as sound.",
        "ENCODING_GUESSED": "The character encoding is not stated; the likeliest was used.",
        "EXTENSION_MISMATCH": "The name says one type and the content another; content decides.",
        "DRAFT_TRANSCRIPT": "A rough recogniser wrote the transcript; check it before quoting.",
        "ACTIVE_CONTENT_IGNORED": "Macros, scripts or links to other files were not followed.",
    }
)

FAILING: frozenset[str] = frozenset(list(CODES)[:12])
"""Codes that end a file as failed."""

NOTES: frozenset[str] = frozenset(list(CODES)[21:])
"""Codes that leave a file complete."""
