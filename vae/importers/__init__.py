"""Models of other programs as ordinary checkpoints. One module a kind, and one row here.

Nothing that serves a page imports this: the command line alone reads such files.
"""

from vae.importers import disentangling_vae, pytorch_examples, pytorch_vae
from vae.importers.foreign import Foreign, ForeignError, Kind

__all__ = ["KINDS", "Foreign", "ForeignError", "Kind"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (disentangling_vae.KIND, pytorch_vae.KIND, pytorch_examples.KIND)}
