"""The limits stand in one place, and the README says what they are."""

from vae.system import limits


def test_what_is_uploaded_fits_through_the_door():
    """A checkpoint comes as base64 within a request, an image within a zip."""
    assert limits.CHECKPOINTS.most_bytes * 4 / 3 < limits.REQUESTS.most_bytes < limits.REQUESTS.most_held
    assert limits.PICTURES.most_bytes < limits.REQUESTS.most_sent
    assert limits.PICTURES.fewest_images < limits.PICTURES.most_images < limits.PICTURES.most_files


def test_the_readme_says_the_same(root):
    assert limits.table() in (root / "README.md").read_text(encoding="utf-8")
