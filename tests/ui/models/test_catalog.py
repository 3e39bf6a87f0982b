"""What a reading of the folder must not hold up."""

import threading

from vae.ui.models import catalog as module
from vae.ui.models.catalog import Catalog


def test_while_the_folder_is_read_what_a_model_costs_is_answered_at_once(tmp_path, monkeypatch):
    """The admission of every request asks for it, in the loop that serves everybody."""
    reading, go_on = threading.Event(), threading.Event()

    def slowly(folder):
        reading.set()
        assert go_on.wait(10)
        return []

    monkeypatch.setattr(module, "list_headers", slowly)
    (tmp_path / "new.safetensors").touch()
    catalog = Catalog(tmp_path, tmp_path)
    reader = threading.Thread(target=catalog.entries)
    reader.start()
    assert reading.wait(10)
    costs = []
    asker = threading.Thread(target=lambda: costs.append(catalog.decoding("any")), daemon=True)
    asker.start()
    asker.join(5)
    go_on.set()
    reader.join(10)
    assert len(costs) == 1
