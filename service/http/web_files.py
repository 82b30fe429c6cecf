"""The page's own files."""

from typing import Any

from fastapi import Response
from fastapi.staticfiles import StaticFiles


class WebFiles(StaticFiles):
    """Modules that belong together are asked for anew, so that no old one meets a new one."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Gives a file, or 304 where the browser has it."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response
