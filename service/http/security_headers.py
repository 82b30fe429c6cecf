"""What browsers may do with the answers: headers on every response.

Source: https://owasp.org/www-project-secure-headers/. ``Strict-Transport-Security`` is for who
ends TLS, which is not this server.
"""

from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    XContentTypeOptions,
    XFrameOptions,
)
from secure.middleware import SecureASGIMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.access_rules import PICTURE

CONTENT_SECURITY_POLICY = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "blob:", "data:")  # the photo chosen, thumbnails of the history
    .connect_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'")
)


class SecurityHeaders:
    """Sets them on what the application answers, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self._rest = SecureASGIMiddleware(app, secure=_headers("same-origin"), multi_ok=())
        # a shop's page at another address shows the products' pictures
        self._pictures = SecureASGIMiddleware(app, secure=_headers("cross-origin"), multi_ok=())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        is_picture = scope["type"] == "http" and PICTURE.fullmatch(scope["path"])
        app: ASGIApp = self._pictures if is_picture else self._rest  # type: ignore[assignment]
        await app(scope, receive, send)


def _headers(shown_to: str) -> Secure:
    made = Secure(
        csp=CONTENT_SECURITY_POLICY,
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().set(shown_to),
        permissions=PermissionsPolicy().camera("self").geolocation().microphone(),
        referrer=ReferrerPolicy().no_referrer(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )
    return made.validate_and_normalize_headers(on_invalid="raise", strict=True)
