"""The headers of every answer, whatever its kind, and the content security policy of every page."""

from collections.abc import Callable, Sequence

from flask import Flask, Response, g

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
_TWO_YEARS = "max-age=63072000"  # this host alone: its subdomains are not ours to promise for


def install_headers(server: Flask, hashes: Callable[[], Sequence[str]], *, tls: bool) -> None:
    """`hashes`: those of Dash's inline scripts, asked for each page since Dash adds scripts at its first request."""

    def add(response: Response) -> Response:
        response.headers.update(_ALWAYS)
        if tls:
            response.headers["Strict-Transport-Security"] = _TWO_YEARS
        is_page = response.mimetype == "text/html"
        nonce: str | None = g.get("nonce")
        policy = _console_policy(nonce, hashes()) if is_page and nonce else _plain_policy(is_page)
        response.headers["Content-Security-Policy"] = policy
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    server.after_request(add)


def _console_policy(nonce: str, hashes: Sequence[str]) -> str:
    """Of the console's one page. Styles need the nonce, which console.js gives to those that the bundles make."""
    scripts = " ".join(["'self'", *hashes])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'nonce-{nonce}'; "
        f"style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'none'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; object-src 'none'"
    )


def _plain_policy(is_page: bool) -> str:
    """Of the sign-in pages and of messages; of everything else, should a browser ever show it as a page."""
    sources = "script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    return f"default-src 'none'; {sources if is_page else ''}frame-ancestors 'none'; base-uri 'none'"
