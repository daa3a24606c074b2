"""What was found, as a file to keep."""

from __future__ import annotations

from fastapi import Response

from tipqa.export import FORMATS, FormatName, Taken
from tipqa.slugs import slug

SHOWN: dict[FormatName, str] = {
    "text": "Text",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl": "CSL-JSON",
    "csv": "CSV",
    "jsonl": "JSON Lines",
}
"""What pages call the formats."""


def file(format: FormatName, taken: Taken, name: str) -> Response:
    """A file in one of the formats; its name is made of `name`, never of a question."""
    form = FORMATS[format]
    return Response(
        form.write(taken),
        media_type=form.media_type,
        headers={"Content-Disposition": f'attachment; filename="{slug(name)}.{form.ending}"'},
    )
