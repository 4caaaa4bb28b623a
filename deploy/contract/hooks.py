"""What Schemathesis cannot know: which ids and proofs are real.

It makes up every value from its schema, so nearly every request would end at "not found" or
"pass required". Here most of the well-formed made-up values give way to real ones, which run.py
prepared and names in the file CONTRACT_HOUSE. What is malformed on purpose stays as it is.
"""

import json
import os
import re
import uuid
import zlib
from pathlib import Path

import schemathesis
from schemathesis.core.parameters import ParameterLocation

HOUSE = json.loads(Path(os.environ["CONTRACT_HOUSE"]).read_text(encoding="utf-8"))

# One made-up value in so many stays, so that the unknown is asked for too.
MADE_UP_EVERY = 4

# Requests that wear out what they name, or need it in another state, get things of their own: by
# method and path, which.
OTHERS = [
    (re.compile(request), which)
    for request, which in [
        (r"^(PATCH|DELETE) /v1/(performances|venues|productions)/\{\w+\}$", "worn"),
        (r"^(PUT|DELETE) /v1/performances/\{\w+\}/poster$", "worn"),
        (r"^DELETE /v1/performances/\{\w+\}/line$", "worn"),
        (r"^POST /v1/performances/\{\w+\}/line/\w+$", "worn"),
        (r"^DELETE /v1/holds/\{\w+\}$", "worn"),
        (r"^POST /v1/orders/\{\w+\}/cancel$", "worn"),
        (r"^POST /v1/orders/\{\w+\}/payment$", "to_pay"),
        (r"^PUT /v1/accounts/\{\w+\}/role$", "worn"),
        (r"/tickets|/check-ins", "paid"),
        (r"^POST /v1/sessions", "person"),
    ]
]

# What the parameter behind these is the id of.
NOUNS = re.compile(
    r"^/v1/(performances|venues|productions|accounts|holds|orders|tickets|payments)/\{(\w+)\}"
)


def things_of(operation):
    """The real things that requests of this operation name."""
    request = f"{operation.method.upper()} {operation.path}"
    which = next((which for pattern, which in OTHERS if pattern.search(request)), "kept")
    return HOUSE[which]


def stays(value):
    """Whether a made-up value stays; the same for the same value, or nothing could be repeated."""
    return zlib.crc32(repr(value).encode("utf-8", "surrogatepass")) % MADE_UP_EVERY == 0


def spoiled(meta, location):
    """The parameters of a location that are wrong on purpose; None: it cannot be told which."""
    if not meta.is_negative_at(location):
        return set()
    data = meta.phase.data
    names = {mutation.parameter for mutation in data.mutations}
    names.add(data.parameter)
    names.discard(None)
    return names or None


def replace(case, location, container, real):
    """Real values for the parameters of one location, by name."""
    # What is not in `components` was given by a link from an earlier answer: real already.
    if not container or location not in case.meta.components:
        return
    wrong = spoiled(case.meta, location)
    if wrong is None:
        return
    for name in list(container):
        value = real.get(name.lower())
        if value is not None and name not in wrong and not stays(container[name]):
            container[name] = value


def with_real_fields(body, things):
    """The body with real values in the fields whose names say of what they are."""
    if not isinstance(body, dict):
        return body
    real = HOUSE["fields"] | things["fields"]
    made = dict(body)
    for name, value in body.items():
        if stays(value):
            continue
        if real.get(name) is not None:
            made[name] = real[name]
        elif name == "seats" and isinstance(value, list):
            made[name] = [int(index) % HOUSE["seats_total"] for index in value]
    return made


def key_of(case):
    """An Idempotency-Key: the same for the same request, another for another one."""
    request = [case.operation.label, case.path_parameters, case.query, case.body]
    return str(uuid.uuid5(uuid.NAMESPACE_URL, repr(request)))


@schemathesis.auth()
class AccessToken:
    """Who asks. Left out, or spoiled, where that is what is tried."""

    def get(self, case, context):
        return os.environ["CONTRACT_ACCESS_TOKEN"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_case(context, case):
    """Called for every request before it is sent."""
    if case.meta is None:
        return case
    things = things_of(case.operation)
    noun = NOUNS.match(case.path)
    if noun:
        ids = {noun[2].lower(): things.get(noun[1])}
        replace(case, ParameterLocation.PATH, case.path_parameters, ids)
    body = case.meta.components.get(ParameterLocation.BODY)
    if body is not None and not body.mode.is_negative:
        case.body = with_real_fields(case.body, things)
    proofs = {
        "place-token": things.get("place_token"),
        "pass-token": things.get("pass_token"),
        "idempotency-key": key_of(case),
    }
    replace(case, ParameterLocation.HEADER, case.headers, proofs)
    return case
