"""Pages from templates: escaped, in one language, with the headers that keep a page to itself."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from corridors.concepts.findings import Finding
from corridors.consultation.forms import in_language
from corridors.consultation.rounds import name_in
from corridors.consultation.web.asking import LANGUAGE_COOKIE, Ask, Guest, language_of
from corridors.consultation.words import OWN_NAMES, RIGHT_TO_LEFT, words

#: Nothing but the page itself and what the same server gives; no scripts at all.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("corridors.consultation.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters["moment"] = lambda at: at.isoformat(sep=" ", timespec="minutes").replace("+00:00", " UTC")
    return made


def page(ask: Ask, template: str, /, *, guest: Guest | None = None, status: int = 200, **values: Any) -> Response:
    """Render one page.

    Parameters
    ----------
    ask, template
        The request, and the template's name.
    guest
        Who asked, as far as known.
    status
        Status of the answer.
    **values
        What the template needs besides.
    """
    language = language_of(ask, guest)
    text = (
        _templates()
        .get_template(f"{template}.jinja")
        .render(
            say=words(language),
            lang=language,
            rtl=language in RIGHT_TO_LEFT,
            languages=OWN_NAMES,
            path=ask.path if status < 400 or guest else "/",
            guest=guest,
            key=guest.row.form_key if guest else "",
            tell=lambda told: in_language(told, language),
            named=lambda one: name_in(one.kind, one.code, one.name, language=language),
            **values,
        )
    )
    made = HTMLResponse(text, status_code=status)
    if ask.query.get("lang") == language:
        made.set_cookie(LANGUAGE_COOKIE, language, httponly=True, samesite="strict", secure=_secure(ask))
    return made


def trouble_page(ask: Ask, status: int, *, detail: str = "", findings: tuple[Finding, ...] = ()) -> Response:
    """The page that says why nothing was done."""
    return page(ask, "trouble", status=status, code=status, detail=detail, findings=findings)


def _secure(ask: Ask) -> bool:
    return ask.desk.base_url.startswith("https:")


def cookie(response: Response, ask: Ask, *, name: str, value: str) -> Response:
    """Set a cookie that no script reads and no other site sends."""
    response.set_cookie(name, value, httponly=True, samesite="strict", secure=_secure(ask))
    return response
