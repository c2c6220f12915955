"""The dashboard's files, or a plain page that says how to build them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response

BUILT = Path(__file__).parent / "static"

MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>bedwatch: dashboard not built</title></head>
<body><h1>The dashboard is not built</h1>
<p>The service runs, but this checkout holds no built page. In it, run <code>make dashboard</code>, then start the
service again. An installed wheel brings the page along.</p>
<p>Until then nothing is shown here: watch the patients and the devices themselves.</p></body></html>
"""


def add_page(app: FastAPI, directory: Path = BUILT) -> None:
    """Serve the built dashboard at `/`; paths of the API win, and unknown ones stay 404."""
    if (directory / "index.html").is_file():
        app.frontend("/", directory=directory, fallback=None, check_dir=False)
        return

    @app.get("/", include_in_schema=False)
    async def missing() -> Response:
        return HTMLResponse(MISSING, 503)
