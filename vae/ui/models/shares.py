"""Room for what visitors leave on the server: who has most gives way, and no stranger's new work costs one's own.

Owners are free to make, addresses are not, and a class sits behind one address. So an owner has a share, an address has
one, and where all is full the greatest address gives way, of it the greatest owner.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from stat import S_ISDIR

from vae.system.limits import ShareLimits
from vae.ui.kit.bounded_lock import bounded
from vae.ui.kit.client import Client
from vae.ui.kit.i18n import UserError

RECORD = "owner.json"  # in the folder of each item
NOBODY = Client("")

_evicting = threading.Lock()
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """A folder that a visitor has left; `made` in seconds since 1970. What is `used` cannot go."""

    folder: Path
    client: Client
    made: float
    used: bool = False


def evictions(items: Sequence[Item], client: Client, limits: ShareLimits, now: float) -> list[Item]:
    """What has to go so that `client` may leave one item more.

    One's own goes at any age, another's only once it is older than `limits.safe` seconds.

    Raises:
        UserError: there is no room that could be made.
    """
    gone: list[Item] = []

    def left() -> list[Item]:
        return [item for item in items if item not in gone]

    def is_own(item: Item) -> bool:
        return item.client.owner == client.owner

    def is_neighbour(item: Item) -> bool:
        return bool(client.address) and item.client.address == client.address

    def may_go(item: Item) -> bool:
        return not item.used and (is_own(item) or now - item.made > limits.safe)

    while len(mine := [item for item in left() if is_own(item)]) >= limits.of_owner:
        gone.append(_first(mine, may_go, "share.owner", limits.of_owner))
    while len(near := [item for item in left() if is_neighbour(item)]) >= limits.of_address:
        gone.append(_first(near, may_go, "share.address", limits.of_address))
    while len(rest := left()) >= limits.most:
        gone.append(_first(rest, may_go, "share.all", limits.most))
    return gone


def require_room(folder: Path, client: Client, limits: ShareLimits, used: Collection[str] = ()) -> None:
    """Raises UserError where `make_room` would; nothing is taken away.

    Args:
        folder: holds a folder for each item.
        used: names of those that cannot go.
    """
    evictions(list(items_in(folder, used)), client, limits, time.time())


def make_room(new: Path, client: Client, limits: ShareLimits, used: Collection[str] = ()) -> None:
    """Takes away what has to go for `new`, an item of `client` that lies beside the others already. Where there is no
    room that could be made, it is `new` that goes.

    Raises:
        UserError: it had to go.
    """
    with removed_on_error(new), bounded(_evicting):
        others = [item for item in items_in(new.parent, used) if item.folder != new]
        for item in evictions(others, client, limits, time.time()):
            remove(item.folder)


def record(folder: Path, client: Client) -> None:
    """Writes down whose a folder is. Raises OSError."""
    (folder / RECORD).write_text(json.dumps(asdict(client)), encoding="utf-8")


def client_of(folder: Path) -> Client:
    """Whose a folder is; NOBODY where that is not written down."""
    try:
        plain = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return Client(str(plain["owner"]), str(plain["address"]))
    except (OSError, ValueError, KeyError, TypeError):  # of an older version, being written, or damaged
        return NOBODY


def items_in(folder: Path, used: Collection[str] = ()) -> Iterator[Item]:
    """The items in a folder; none where it is missing."""
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # removed meanwhile
                stat = path.stat()
                if S_ISDIR(stat.st_mode):
                    yield Item(path, client_of(path), stat.st_mtime, path.name in used)


def remove(folder: Path) -> None:
    """Takes a folder away; where the disk refuses, that is a line in the log."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("%s could not be removed: %s", folder, error)


@contextmanager
def removed_on_error(folder: Path) -> Iterator[None]:
    """Takes a folder away again where filling it fails."""
    try:
        yield
    except BaseException:
        remove(folder)
        raise


def _first(items: Sequence[Item], may_go: Callable[[Item], bool], key: str, most: int) -> Item:
    """The oldest that may go, of the greatest owner at the greatest address that has one. Raises UserError by `key`."""
    addresses = Counter(item.client.address for item in items)
    owners = Counter(item.client for item in items)
    free = [item for item in items if may_go(item)]
    if not free:
        raise UserError(key, n=most)
    return min(free, key=lambda item: (-addresses[item.client.address], -owners[item.client], item.made))
