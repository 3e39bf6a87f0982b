"""Latent Space Explorer: `python app.py`, then open the address that it prints."""

import argparse
import os
import socket
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

with suppress(ImportError):  # a Space with ZeroGPU has it, and it must come before torch
    import spaces  # noqa: F401

ROOT = Path(__file__).resolve().parent


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    # Without a usage line, so that a wrong argument is answered by one sentence.
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS)
    host, port = os.environ.get("GRADIO_SERVER_NAME"), os.environ.get("GRADIO_SERVER_PORT")  # where it is hosted
    parser.add_argument("--host", default=host or "127.0.0.1", help="address to listen on (0.0.0.0 for all)")
    parser.add_argument("--port", type=int, default=port or 7860, help="port to listen on")
    parser.add_argument("--checkpoints", default=ROOT / "checkpoints", help="folder of *.safetensors, or user/name")
    parser.add_argument("--data", type=Path, help="folder of data sets (default: $LATENT_EXPLORER_DATA, else a cache)")
    parser.add_argument("--runs", type=Path, help="folder of runs (default: in $LATENT_EXPLORER_DATA or beside app.py)")
    parser.add_argument("--mcp", action="store_true", help="offer the API as tools of the Model Context Protocol too")
    parser.add_argument(
        "--auth", default=os.environ.get("LATENT_EXPLORER_AUTH") or None, help="user:password to sign in with"
    )
    parser.add_argument("--allow-host", action="append", default=[], help="a name to answer to, * for any (repeatable)")
    parser.add_argument("--proxy", action="store_true", help="a proxy in front forwards its clients' addresses")
    options = parser.parse_args(arguments)
    if not 1 <= options.port <= 65535:
        parser.error(f"--port {options.port} is not between 1 and 65535.")
    for name, folder in (("data", options.data), ("runs", options.runs)):
        if folder and folder.exists() and not folder.is_dir():
            parser.error(f"--{name} {folder} is a file, not a folder.")
    if options.auth is not None and not all(options.auth.partition(":")):
        parser.error("--auth is not user:password.")
    if options.auth and options.mcp:
        parser.error("--mcp and --auth do not go together: programs that use tools cannot sign in.")
    if options.mcp and not find_spec("mcp"):
        parser.error("--mcp needs what is not installed here: pip install 'gradio[mcp]'.")
    options.host = options.host.removeprefix("[").removesuffix("]")  # of an IPv6 address, as browsers write it
    try:
        probe(options.host, options.port)
    except OSError as error:
        parser.error(f"Cannot listen on {options.host} port {options.port}: {error.strerror or error}.")
    if not Path(options.checkpoints).is_dir():
        from vae.checkpoints.hub import folder_of

        options.checkpoints = folder_of(options.checkpoints, lambda why: parser.error(f"--checkpoints {why}"))
    return options


def probe(host: str, port: int) -> None:
    """Listens for a moment, on IPv4 or IPv6 as the host asks. Raises OSError where that is refused."""
    ((family, *_, address), *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    socket.create_server(address[:2], family=family, reuse_port=False).close()


def written(host: str) -> str:
    """A host as it stands in an address."""
    if host in ("127.0.0.1", "0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def main() -> None:
    options = parse()
    # After the arguments, so that a wrong one is told at once: these imports take seconds.
    from vae.system.console import show_any_text
    from vae.system.paths import stand_in_home
    from vae.system.temporary_folder import own_temporary_folder

    show_any_text()
    stand_in_home()  # before Gradio is imported, as the next
    own_temporary_folder()
    os.environ.pop("GRADIO_SERVER_NAME", None)  # heeded by now; Gradio looks there for a free port, by IPv4 alone
    from vae.system.messages import KeyedError
    from vae.ui import Shared, build_demo, launch
    from vae.ui.server.client_address import VARIABLE
    from vae.ui.server.hosts import is_loopback

    if options.proxy:
        os.environ[VARIABLE] = "1"
    try:
        shared = Shared.of(options.checkpoints, options.data, options.runs)
    except KeyedError as error:  # another app uses the folder of runs
        sys.exit(str(error))
    demo = build_demo(shared)
    shared.catalog.warm()
    print(f"Latent Space Explorer on http://{written(options.host)}:{options.port}", flush=True)
    if options.auth is None and not is_loopback(options.host) and not os.environ.get("SPACE_ID"):
        print("Whoever reaches this machine can use it: --auth user:password asks for a password.", flush=True)
    auth = tuple(options.auth.split(":", 1)) if options.auth else None
    # In brackets Gradio makes an address of it that it can ask itself.
    host = f"[{options.host}]" if ":" in options.host else options.host
    where = {"server_name": host, "server_port": options.port, "mcp_server": options.mcp or None}
    launch(demo, options.allow_host, auth=auth, **where)


if __name__ == "__main__":
    sys.exit(main())
