"""`/stories/<id>`: one story version with its findings in the text, and where every byte of it comes from."""

from __future__ import annotations

import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from models.read_story import read_story
from models.warehouse import Warehouse
from wirewatch.pages.answer import Shown
from wirewatch.pages.spans import marks_of, paragraphs

_KEY: Final = re.compile(r"[0-9a-f]{16}")


def story(warehouse: Warehouse, request: Request) -> Shown:
    """The page of one story version.

    Raises:
        HTTPException: there is none under this id (404).
    """
    key = request.path_params["key"]
    with warehouse.read() as connection:
        read = read_story(connection, key) if _KEY.fullmatch(key) else None
    if read is None:
        raise HTTPException(404, "There is no story under this address.")
    return Shown(
        template="story.html",
        title=read.title or "Story without a title",
        view=read,
        more={"paragraphs": paragraphs(read.text, marks_of(read))},
    )
