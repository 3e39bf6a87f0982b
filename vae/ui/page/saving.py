"""The server function that writes a page for a visitor, who saves it as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vae.ui.kit.endpoint import endpoint
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import Work
from vae.ui.models.catalog import Catalog
from vae.ui.models.visitor_models import file_stem
from vae.ui.page.export import MOST_IMAGES, page

WRITING = 1.5  # seconds of one core for a model's sheets, figures and codes


def page_endpoint(catalog: Catalog) -> Callable[[Any], dict[str, Any]]:
    """`save_page(names, light)` for one model, or for two side by side. Who may open a model, and so sees its images,
    may save it.
    """

    def save_page(names: Any, light: Any) -> dict[str, str]:
        if not isinstance(names, list) or not 1 <= len(names) <= 2 or not isinstance(light, bool):
            raise UserError("error.arguments", name="save_page")
        chosen = [catalog.open(name) for name in names]
        parts = [*(file_stem(opened.title) for opened in chosen), *(["light"] if light else [])]
        return {"name": f"{'-'.join(parts)}.html", "text": page(*chosen, light=light)}

    def work(names: Any, light: Any) -> Work:
        """Where a model's images are missing, they are decoded."""
        asked = names[:2] if isinstance(names, list) else []
        return sum((catalog.decoding(name, MOST_IMAGES) + Work(seconds=WRITING) for name in asked), start=Work())

    return endpoint(save_page, work)
