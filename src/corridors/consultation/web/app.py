"""The application: its addresses, and what stands around every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corridors.concepts.findings import DataError, Refused, Unavailable
from corridors.consultation.uploads import LARGEST_FILE
from corridors.consultation.web import openrosa, respondent, staff
from corridors.consultation.web.asking import Ask, Desk, Trouble, read_request
from corridors.consultation.web.rendering import HEADERS, page, trouble_page

LARGEST_REQUEST = 2 * LARGEST_FILE
Page = Callable[[Ask], Response]
_PAGES: tuple[tuple[str, Page, str], ...] = (
    ("/", lambda ask: page(ask, "start"), "GET"),
    ("/in/{token}", respondent.link, "GET POST"),
    ("/out", respondent.sign_out, "POST"),
    ("/reply", respondent.overview, "GET"),
    ("/reply/delegate", respondent.delegate, "GET POST"),
    ("/reply/delegate/{access}/revoke", respondent.revoke, "POST"),
    ("/reply/done", respondent.done, "POST"),
    ("/reply/correct", respondent.start_correction, "POST"),
    ("/reply/{reply}/{what}", respondent.decide, "GET POST"),
    ("/reply/{section}/choose/{answer}", respondent.choose, "POST"),
    ("/reply/{section}", respondent.section, "GET POST"),
    ("/file/{file}", respondent.attachment, "GET"),
    ("/staff", staff.staff_sign_in, "GET POST"),
    ("/staff/home", staff.home, "GET"),
    ("/staff/audit", staff.audit, "GET"),
    ("/staff/confirm/{reply}", staff.confirm, "GET POST"),
    ("/staff/reply/{reply}/{what}", staff.take, "POST"),
    ("/staff/{round}/board", staff.board, "GET"),
    ("/staff/{round}/respondent/{code}", staff.dossier, "GET POST"),
    ("/staff/{round}/enter/{code}", staff.enter, "GET POST"),
    ("/staff/{round}/coding", staff.coding, "GET POST"),
    ("/staff/{round}/deciding", staff.deciding, "GET POST"),
)


def application(desk: Desk) -> ASGIApp:
    """The application for one database, ready to be served."""
    routes = [Route(path, _endpoint(desk, made), methods=methods.split()) for path, made, methods in _PAGES]
    routes += openrosa.routes(desk)
    routes.append(Route("/style.css", _style, methods=["GET"]))

    async def lost(request: Request, error: Exception) -> Response:
        """The page of an address that is not there, or of a request that was refused."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return trouble_page(_bare(request, desk), status if status in (400, 403, 404, 413) else 400)

    async def broken(request: Request, _: Exception) -> Response:
        """The page of a fault of the server's own."""
        return trouble_page(_bare(request, desk), 500)

    inner = Starlette(routes=routes, exception_handlers={HTTPException: lost, 500: broken})
    return _Guard(inner)


def _endpoint(desk: Desk, made: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            ask = await read_request(request, desk)
        except Trouble as trouble:
            return trouble_page(_bare(request, desk), trouble.status)
        except ClientDisconnect:
            # The connection broke before the form was whole: nothing is kept of half a form, and nobody hears the answer.
            return Response(status_code=400)
        return await run_in_threadpool(_answer, made, ask)

    return endpoint


def _answer(made: Page, ask: Ask) -> Response:
    try:
        return made(ask)
    except Trouble as trouble:
        return trouble_page(ask, trouble.status, detail=trouble.detail)
    except Refused as refusal:
        return trouble_page(ask, 409, detail=str(refusal))
    except DataError as error:
        return trouble_page(ask, 422, findings=error.findings)
    except Unavailable:
        return trouble_page(ask, 503)
    except ValueError as error:
        return trouble_page(ask, 400, detail=str(error))


def _bare(request: Request, desk: Desk) -> Ask:
    return Ask(
        desk=desk,
        path="/",
        parts={},
        query={},
        cookies=dict(request.cookies),
        address="",
        accepts=request.headers.get("accept-language", ""),
        posted=None,
    )


async def _style(_: Request) -> Response:
    text = files("corridors.consultation.web").joinpath("style.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css")


class _Guard:
    """Puts the protecting headers on every answer, and ends requests that grow too large, chunked ones too."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > LARGEST_REQUEST:
            await PlainTextResponse("too large\n", 413, headers=HEADERS)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_REQUEST:
                raise HTTPException(413)
            return message

        async def covered(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                extra = [
                    (n.lower().encode(), v.encode()) for n, v in HEADERS.items() if n.lower().encode() not in present
                ]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.inner(scope, counted, covered)
