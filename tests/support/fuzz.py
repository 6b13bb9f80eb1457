"""What schemathesis is given besides the document, and what it received: named by SCHEMATHESIS_HOOKS.

A document cannot hold pictures, so that a body of bytes is one of these; what the runner itself depends on is left alone. At the end the
statuses of each operation are written to DARTD_FUZZ_SEEN.
"""

import atexit
import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import ServerError
from schemathesis.openapi.checks import RejectedPositiveData

SPARED = frozenset(os.environ.get("DARTD_FUZZ_SPARED", "").split(","))
SEEN: dict[str, Counter[int]] = defaultdict(Counter)

for _suffix, _media_type in ((".jpg", "image/jpeg"), (".png", "image/png"), (".webp", "image/webp")):
    _, _picture = cv2.imencode(_suffix, np.zeros((8, 8, 3), np.uint8))
    schemathesis.openapi.media_type(_media_type, st.just(_picture.tobytes()))


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Turn away from the runner's own user and key."""
    if case.method in {"PUT", "DELETE"}:
        for name, value in (case.path_parameters or {}).items():
            if value in SPARED:
                case.path_parameters[name] = "unknown"


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Count the answer."""
    SEEN[f"{case.operation.method.upper()} {case.operation.path}"][response.status_code] += 1


# What is well-formed and yet nothing: no schema can say which cursor, ETag or Idempotency-Key was given out, what days February has, and
# what nine numbers are a rotation. Nor that a field is wanted with some values of another, that an id must be known,
# what points show, or which legs were played.
JUDGED = frozenset(
    {"cursor", "If-Match", "Idempotency-Key", "after", "before", "$.expires_at", "$.keys", "$.label", "$.leg", "$.parent_id", "$.points"}
)
JUDGED_PATHS = frozenset({"/api/v1/cameras/{camera_id}/calibration"})


@schemathesis.hook
def filter_failure(_context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep a complaint unless it is that such a value was refused."""
    if isinstance(failure, ServerError) and response.status_code == 503:
        return bool(response.json()["error"]["code"] != "CAMERA_OFFLINE")  # as documented: one that was added a moment ago
    if not isinstance(failure, RejectedPositiveData) or response.status_code not in {412, 422}:
        return True
    if response.status_code == 412 or case.operation.path in JUDGED_PATHS:
        return False
    return response.json()["error"]["details"].get("field") not in JUDGED


@atexit.register
def _write() -> None:
    if where := os.environ.get("DARTD_FUZZ_SEEN"):
        Path(where).write_text(json.dumps(SEEN))
