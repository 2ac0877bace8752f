"""Headers that tell the browser what our pages never do."""

from flask import Flask, Response, request

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""A letter's own HTML: shown in a frame, with its inline styles, without scripts, forms or links
that could leave the frame."""


def register(app: Flask) -> None:
    """Sets them on every answer, also on errors."""

    @app.after_request
    def protect(response: Response) -> Response:
        own = response.headers
        own.setdefault("Content-Security-Policy", PAGE_POLICY)
        own.setdefault("X-Content-Type-Options", "nosniff")
        own.setdefault("Referrer-Policy", "same-origin")
        own.setdefault("X-Frame-Options", "DENY")
        own.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        own.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.endpoint != "static":
            # Profiles must not be found in the cache of a shared computer.
            own.setdefault("Cache-Control", "no-store")
        return response
