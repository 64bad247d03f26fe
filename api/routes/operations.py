"""What operators ask: is it alive, and how does it do."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text

from api.errors import DatabaseUnavailable
from api.service import TheService

router = APIRouter()


@router.get("/health")
def health(service: TheService) -> JSONResponse:
    """200 when the service and its database answer, else 503 with the reason."""
    try:
        with service.database.transaction() as connection:
            connection.execute(text("SELECT 1"))
    except DatabaseUnavailable as error:
        return JSONResponse({"status": "unavailable", "reason": error.error}, 503, error.headers)
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
async def metrics(service: TheService) -> Response:
    """Prometheus' text format."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
