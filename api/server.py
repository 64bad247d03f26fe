"""The HTTP server around the application, with every default that matters stated."""

import asyncio

import uvicorn
from starlette.types import ASGIApp


def make_server(app: ASGIApp) -> uvicorn.Server:
    """Runs with `run(sockets=[listener])`. uvicorn must not believe X-Forwarded-For by itself: see `addresses`."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, loop="asyncio", http="h11",
        ws="none", lifespan="on", limit_concurrency=200, timeout_keep_alive=15, timeout_graceful_shutdown=5,
    )  # fmt: skip
    return _Quiet(config)


class _Quiet(uvicorn.Server):
    """Looks twice a second, not ten times, whether it should stop: the service is idle most of its life."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # 0: the tick that also renews the Date header
            await asyncio.sleep(0.5)
