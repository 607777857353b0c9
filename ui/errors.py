"""Every error that the ui package raises for a reason a user can act on.

    qa.errors.YinjuError
    ├── PortError              the page cannot be served at this address
    │   └── PortBusy           another program listens there
    ├── RequestError           an HTTP request that cannot be answered
    ├── ConversationError      a conversation that cannot be kept or shown
    ├── FeedbackError          an opinion that cannot be kept
    ├── CollectionError        a collection of documents that cannot be kept
    ├── ServiceError           a request that cannot be answered now
    └── AccessError            the token that guards the page cannot be used

``code`` names the sentence in ``ui/wording/errors.py``. This module knows no Gradio and no wording.
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
    ``request_field_object`` (name); ``request_field_value`` (name, value, known); ``text_broken`` (name);
    ``page_unknown`` (path, known); ``method_unknown`` (method, known); ``host_refused`` (host);
    ``origin_refused`` (origin): made by another site's page; ``change_refused`` (host): not from there;
    ``upload_count`` (count, limit); ``upload_nothing``; ``upload_unknown`` (id); ``request_field_number`` (name);
    ``request_field_false`` (name); ``request_fields_both`` (first, second); ``token_missing``; ``token_wrong``; ``internal``.
    """


class ConversationError(YinjuError):
    """Codes: ``conversation_unknown`` (id); ``conversation_damaged`` (id); ``turn_unknown`` (id, number); ``conversation_title_empty``;
    ``conversation_title_long`` (length, limit); ``conversation_long`` (limit): in turns; ``turn_large`` (size, limit): in
    bytes; ``conversations_full`` (count, limit); ``conversations_broken`` (path, reason); ``conversations_version``
    (path, found, expected); ``conversations_busy`` (path); ``conversations_disk`` (path);
    ``conversations_readonly`` (path); ``export_format`` (format,
    known).
    """


class FeedbackError(YinjuError):
    """Codes: ``feedback_verdict`` (value, known); ``feedback_reason`` (value, known); ``feedback_long`` (length, limit);
    ``feedback_file`` (path, reason).
    """


class CollectionError(YinjuError):
    """Codes: ``collection_name_empty``; ``collection_name_long`` (length, limit); ``collection_name_taken`` (name);
    ``collection_unknown`` (id); ``collections_full`` (count, limit); ``collections_file`` (path, reason).
    """


class ServiceError(YinjuError):
    """Codes: ``service_busy`` (waiting, seconds); ``service_starting`` (seconds); ``service_stopping``;
    ``question_slow`` (seconds); ``rate_limited`` (seconds).
    """


class AccessError(YinjuError):
    """Codes: ``token_file`` (path, reason); ``token_short`` (length, limit)."""
