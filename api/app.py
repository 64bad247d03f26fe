"""Wires the service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio.to_thread
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api.database import POOL_SIZE, Database
from api.door import Door
from api.errors import install_handlers
from api.metrics import Metrics
from api.passwords import Passwords
from api.routes import auth, operations, users
from api.service import Service
from api.settings import Settings
from api.tokens import AccessTokens


def create_app(settings: Settings, database: Database) -> ASGIApp:
    """The service as an ASGI application. It closes `database` at its end."""
    metrics = Metrics()
    # No generated documentation: its page loads scripts from elsewhere, and docs/reference/api.md says it all.
    app = FastAPI(title="api", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_life)
    app.state.service = Service(
        database,
        Passwords(),
        AccessTokens(settings.jwt_secret.get_secret_value(), timedelta(minutes=settings.jwt_expire_min)),
        metrics,
    )
    for router in (auth.router, users.router, operations.router):
        app.include_router(router)
    install_handlers(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings.cors_origins), allow_methods=["GET", "POST", "PATCH"],
            allow_headers=["Authorization", "Content-Type"], expose_headers=["Retry-After"],
        )  # fmt: skip
    return Door(app, metrics, settings.trusted_proxies)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    # One thread per database connection: more would only wait for one.
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE
    yield
    service: Service = app.state.service
    service.database.close()
