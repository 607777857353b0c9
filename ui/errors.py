"""Every error that the ui package raises for a reason a user can act on.

    qa.errors.YinjuError
    ├── PortError              the page cannot be served at this address
    │   └── PortBusy           another program listens there
    └── RequestError           an HTTP request that cannot be answered

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
    ``request_field_missing`` (name); ``request_field_type`` (name); ``request_field_list`` (name);
    ``request_field_object`` (name); ``request_field_value`` (name, value, known); ``text_broken`` (name); ``page_unknown`` (path,
    known); ``method_unknown`` (method, known); ``host_refused`` (host); ``internal``.
    """
