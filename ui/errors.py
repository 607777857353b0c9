"""Every error that the ui package raises for a reason a user can act on.

    qa.errors.YinjuError
    ├── PortError              the page cannot be served at this address
    │   └── PortBusy           another program listens there
    ├── RequestError           an HTTP request that cannot be answered
    ├── ServiceError           a request that cannot be answered now
    └── AccessError            the token that guards the page cannot be used

``code`` names the sentence in ``ui/strings.py``. This module knows no Gradio and no wording.
"""

from __future__ import annotations

from qa.errors import YinjuError


class PortError(YinjuError):
    """Codes: ``port_unusable`` (host, port, reason)."""


class PortBusy(PortError):
    """Codes: ``port_busy`` (host, port)."""


class RequestError(YinjuError):
    """Codes: ``request_too_large`` (limit); ``request_not_utf8``; ``request_not_json``; ``request_not_object``;
    ``request_field_missing`` (name); ``request_field_type`` (name); ``text_broken`` (name); ``page_unknown`` (path,
    known); ``method_unknown`` (method, known); ``host_refused`` (host); ``origin_refused`` (origin): made by another site's page;
    ``token_missing``; ``token_wrong``; ``internal``.
    """


class ServiceError(YinjuError):
    """Codes: ``service_busy`` (waiting, seconds); ``service_starting`` (seconds); ``service_stopping``;
    ``question_slow`` (seconds); ``rate_limited`` (seconds).
    """


class AccessError(YinjuError):
    """Codes: ``token_file`` (path, reason); ``token_short`` (length, limit)."""
