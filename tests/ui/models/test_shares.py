"""Who has most gives way, and nothing young goes for somebody else's."""

import os
import time
from pathlib import Path

import pytest

from vae.system.limits import IMAGE_SETS, UPLOADED, ShareLimits
from vae.ui.kit.client import ADDRESS, Client, present_client
from vae.ui.kit.i18n import UserError
from vae.ui.models.shares import NOBODY, RECORD, Item, client_of, evictions, items_in, make_room, record, require_room

NOW, HOUR = 1e9, 3600.0
LIMITS = ShareLimits(most=10, of_owner=4, of_address=8, safe=2 * HOUR)


def items(*groups):
    """(owner, address, how many, age in hours of the youngest) -> items, each an hour older than the one before."""
    return [
        Item(Path(f"{owner}-{address}-{n}"), Client(owner, address), NOW - HOUR * (age + n))
        for owner, address, count, age in groups
        for n in range(count)
    ]


def gone(present, client, limits=LIMITS):
    return [item.folder.name for item in evictions(present, client, limits, NOW)]


def refusal(present, client, limits=LIMITS):
    with pytest.raises(UserError) as told:
        evictions(present, client, limits, NOW)
    return told.value.key


def test_room_is_made_only_where_there_is_none():
    assert gone(items(("a", "x", 3, 50), ("b", "y", 4, 50)), Client("a", "x")) == []


def test_of_an_owner_with_a_full_share_the_oldest_goes_young_as_it_is():
    assert gone(items(("a", "x", 4, -4)), Client("a", "x")) == ["a-x-3"]
    assert gone(items(("a", "x", 4, -4)), Client("a", "y")) == ["a-x-3"]  # wherever the browser is now


def test_where_all_is_full_the_greatest_address_gives_way():
    mallory = [(f"m{n}", "z", 1, 3) for n in range(6)]  # an owner for each
    present = items(("a", "x", 2, 90), ("b", "y", 2, 90), *mallory)
    assert gone(present, Client("c", "w"))[0].startswith("m")
    assert gone(items(("a", "x", 2, 90), ("b", "y", 2, 90), ("m", "z", 2, 50), *mallory[:4]), Client("c")) == ["m-z-1"]


def test_nothing_young_goes_for_anothers_new():
    young = [(f"m{n}", "z", 1, 0) for n in range(8)]
    assert refusal(items(*young), Client("new", "z")) == "share.address"
    assert refusal(items(*young, ("a", "x", 1, 1), ("b", "y", 1, 1)), Client("c", "w")) == "share.all"
    # what is old goes, whosever it is, before a visitor is sent away
    assert gone(items(*young, ("a", "x", 1, 1), ("b", "y", 1, 3)), Client("c", "w")) == ["b-y-0"]
    # one's own may go for one's own
    assert gone(items(*young, ("a", "x", 2, 0)), Client("a", "x")) == ["a-x-1"]


def test_what_is_used_stays():
    present = [Item(Path(str(n)), Client("a", "x"), n, used=n != 2) for n in range(4)]
    assert gone(present, Client("a", "x")) == ["2"]
    assert refusal(present[:2] + present[3:], Client("a", "x"), ShareLimits(10, 3, 8)) == "share.owner"


@pytest.mark.parametrize(("limits", "tries"), [(UPLOADED, 110), (IMAGE_SETS, 41)])
def test_one_address_with_a_fresh_owner_for_each_pushes_nobody_out(limits, tries):
    victim = Item(Path("victim"), Client("v", "home"), NOW - 60)
    present, refused = [victim], 0
    for n in range(tries):
        client = Client(f"m{n}", "z")
        try:
            out = evictions(present, client, limits, NOW)
        except UserError:
            refused += 1
            continue
        assert victim not in out
        present = [item for item in present if item not in out] + [Item(Path(f"m{n}"), client, NOW)]
    assert victim in present and refused == tries - limits.of_address
    assert not evictions(present, Client("late", "other"), limits, NOW)  # and there is room for the next


def test_clients_without_an_address_share_none():
    assert gone([Item(Path(str(n)), Client(str(n)), NOW) for n in range(9)], Client("new")) == []


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


@pytest.fixture
def folder(tmp_path):
    """Folders 0 … 5 of six browsers, each a little younger, and a file that is none of them."""
    for number in range(6):
        (tmp_path / str(number)).mkdir()
        record(tmp_path / str(number), Client(str(number)))
        os.utime(tmp_path / str(number), (number, number))
    (tmp_path / "run.json").touch()
    return tmp_path


def test_folders_are_taken_away(folder):
    new = folder / "new"
    new.mkdir()
    make_room(new, Client("me"), ShareLimits(6, 2, 6), {"0"})
    assert names(folder) == ["0", "2", "3", "4", "5", "new"] and (folder / "run.json").exists()
    with pytest.raises(UserError):  # all are used: the new one has to go
        make_room(new, Client("me"), ShareLimits(2, 2, 6), set("02345"))
    assert names(folder) == ["0", "2", "3", "4", "5"]
    with pytest.raises(UserError):
        require_room(folder, Client("me"), ShareLimits(2, 2, 6), set("02345"))
    require_room(folder, Client("me"), ShareLimits(2, 2, 6))
    require_room(folder / "missing", Client("me"), ShareLimits(2, 2, 6))
    assert names(folder) == ["0", "2", "3", "4", "5"]


def test_one_that_vanishes_meanwhile_is_no_fault(folder, monkeypatch):
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: [folder / "gone", *listed(path)])
    assert len(list(items_in(folder))) == 6


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"owner": "a"}'])
def test_a_record_that_cannot_be_read_is_nobodys(tmp_path, text):
    (tmp_path / RECORD).write_text(text)
    assert client_of(tmp_path) == NOBODY == client_of(tmp_path / "missing")


def test_addresses_are_told_apart_and_not_written_down(tmp_path):
    token = ADDRESS.set("203.0.113.5")
    try:
        mine = present_client("ada")
        assert mine == present_client("ada") and mine.owner == "ada"
        ADDRESS.set("203.0.113.6")
        assert present_client("ada").address not in (mine.address, "")
    finally:
        ADDRESS.reset(token)
    assert present_client("ada") == Client("ada")
    home = tmp_path / "home"
    home.mkdir()
    record(home, mine)
    assert client_of(home) == mine and "203" not in (home / RECORD).read_text()
    assert [(item.client, time.time() - item.made < 60) for item in items_in(tmp_path)] == [(mine, True)]
