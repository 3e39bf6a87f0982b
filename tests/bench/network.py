"""A network between a browser and an app on this machine: whatever the app answers arrives later."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65_536  # bytes


@contextmanager
def delayed(address: str, seconds: float) -> Iterator[str]:
    """The address under which `address` is reached with so many seconds added to all that comes from there."""
    loop = asyncio.new_event_loop()
    upstream = urlsplit(address)

    async def forth(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            loop.call_later(seconds, writer.write, chunk)
        loop.call_later(seconds, writer.close)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # at the end of the bench
            from_app, to_app = await asyncio.open_connection(upstream.hostname, upstream.port)
            await asyncio.gather(forth(reader, to_app), back(from_app, writer), return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)  # the browser's driver has a loop of this one
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(connected, "127.0.0.1", 0), loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        loop.call_soon_threadsafe(loop.call_later, 0.1, loop.stop)
        thread.join(5)
