#!/usr/bin/env python3
"""Asks a running server whether it keeps what its OpenAPI document says.

    TICKETING_ADMIN_EMAIL=.. TICKETING_ADMIN_PASSWORD=.. run.py http://127.0.0.1:8080

Prepares a small house over HTTP (a venue, two performances on sale, a buyer inside with holds and
orders), then lets Schemathesis make up requests from the document, once for each role, and prints
what broke. The server must allow synthetic buyers and must be one to throw away afterwards.

Exit codes: 0 all kept, 1 something is not as documented or was not asked, 2 wrongly used or the
house could not be prepared.
"""

import argparse
import datetime
import importlib.util
import ipaddress
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROLES = ["buyer", "organizer"]
# How long Schemathesis has to end and report, once it is told to: what it asked last may time out first.
GRACE_SECONDS = 60
LIMIT_MIN_SECONDS = 15
# It asks so many requests, which takes a minute or three; this ends one that hangs.
LIMIT_SECONDS = 600
ADMISSION_SECONDS = 30

SEATS_TOTAL = 100
PLAN = """
name = "Small hall"
[[categories]]
name = "All"
[[sections]]
name = "Floor"
category = "All"
rows = [{ label = "1", seats = "1-50" }, { label = "2", seats = "1-50" }]
"""


class Unprepared(Exception):
    """The house could not be prepared."""


def main():
    arguments = parse_arguments()
    try:
        email = os.environ["TICKETING_ADMIN_EMAIL"]
        password = os.environ["TICKETING_ADMIN_PASSWORD"]
    except KeyError as missing:
        print(f"{missing.args[0]} is not set", file=sys.stderr)
        return 2
    if importlib.util.find_spec("schemathesis") is None:
        print(f"no schemathesis here: pip install -r {HERE.name}/requirements.txt", file=sys.stderr)
        return 2
    kept = True
    for role in arguments.role or ROLES:
        # Every role has a house of its own: what the one wears out, the other still finds.
        try:
            token, house = prepare(Server(arguments.server), email, password, role)
        except Unprepared as error:
            print(f"the house could not be prepared: {error}", file=sys.stderr)
            return 2
        kept &= ask(arguments, role, token, house)
    return 0 if kept else 1


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Asks a running server whether it keeps what its OpenAPI document says.",
        epilog="TICKETING_ADMIN_EMAIL and TICKETING_ADMIN_PASSWORD name its administrator.",
    )
    parser.add_argument("server", type=loopback, help="such as http://127.0.0.1:8080")
    parser.add_argument("--role", action="append", choices=ROLES, help="only this one")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up requests (1)")
    parser.add_argument(
        "--limit",
        type=int,
        default=LIMIT_SECONDS,
        metavar="SECONDS",
        help=f"how long each role may ask ({LIMIT_SECONDS})",
    )
    parser.add_argument(
        "--examples", type=int, metavar="N", help="made-up requests per operation, beside the edges"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="print how each failure is repeated (with curl)"
    )
    arguments = parser.parse_args()
    if arguments.limit < LIMIT_MIN_SECONDS:
        parser.error(f"--limit must be at least {LIMIT_MIN_SECONDS}")
    return arguments


def loopback(text):
    """The address of a server on this machine; made-up requests are nothing for any other."""
    url = urllib.parse.urlsplit(text)
    try:
        local = url.hostname == "localhost" or ipaddress.ip_address(url.hostname).is_loopback
    except ValueError:
        local = False
    if url.scheme != "http" or not local or url.username is not None or url.path not in ("", "/"):
        raise argparse.ArgumentTypeError("must be http:// and a loopback address")
    return f"http://{url.netloc}"


class Server:
    """The server, as the preparation speaks to it."""

    def __init__(self, url):
        self.url = url
        # No proxy stands between this machine and itself.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method, path, token=None, body=None, headers=None):
        """The document of a successful answer."""
        request = urllib.request.Request(self.url + path, method=method, headers=headers or {})
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with self.opener.open(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            said = refusal.read().decode(errors="replace")
            raise Unprepared(f"{method} {path}: {refusal.code} {said}") from None
        except OSError as error:
            raise Unprepared(f"{method} {path}: {error}") from None


def prepare(server, email, password, role):
    """The access token of one who has this role, and the things to ask about."""
    administrator = server.call("POST", "/v1/sessions", body={"email": email, "password": password})
    administrator = administrator["access_token"]
    accounts = server.call("POST", "/v1/synthetic-buyers", administrator, {"count": 6})["items"]
    buyer, organizer, *others = accounts
    role_path = f"/v1/accounts/{organizer['account_id']}/role"
    server.call("PUT", role_path, administrator, {"role": "organizer"})
    # Who asks is also who stands in the line, so that its own tokens prove something.
    asking = {"buyer": buyer, "organizer": organizer}[role]["access_token"]
    details = performance_details()
    house = {
        "seats_total": SEATS_TOTAL,
        "fields": details | {"seat_map": PLAN},
        "person": {"fields": sign_up(server)},
    }
    for name, account in zip(["kept", "worn", "to_pay", "paid"], others, strict=True):
        things = add_performance(server, organizer["access_token"], details)
        enter(server, asking, things)
        # Who has paid is done, and no longer inside.
        buy(server, asking, things, pays=name == "paid")
        things["accounts"] = account["account_id"]
        # What bodies call these ids.
        things["fields"] |= {
            "venue_id": things["venues"],
            "performance_id": things["performances"],
            "production_id": things["productions"],
            "hold_id": things["holds"],
            "account_id": things["accounts"],
        }
        house[name] = things
    return asking, house


def sign_up(server):
    """What somebody signs in with."""
    name = uuid.uuid4().hex
    person = {"email": f"{name}@example.org", "password": "a password of nobody"}
    details = {"name": "A person", "nickname": name[:20], "birthdate": "2001-02-03"}
    server.call("POST", "/v1/accounts", body=person | details)
    session = server.call("POST", "/v1/sessions", body=person)
    return person | {"refresh_token": session["refresh_token"]}


def performance_details():
    """What every performance here has: on sale, with time enough for all that is asked."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def days_from_now(days):
        return (now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "listed_at": days_from_now(-2),
        "on_sale_at": days_from_now(-1),
        "starts_at": days_from_now(30),
        "prices": [{"category": "All", "price": {"amount": 10_000, "currency": "EUR"}}],
        "policy": {
            "seats_per_buyer": 100,
            "pass_lease_seconds": 3600,
            "hold_seconds": 3600,
            "pay_seconds": 3600,
        },
    }


def add_performance(server, organizer, details):
    """A venue and a performance there."""
    venue = {"name": "Small hall", "seat_map": PLAN}
    venue = server.call("POST", "/v1/venues", organizer, venue)["id"]
    performance = details | {"venue_id": venue, "title": "A concert"}
    performance = server.call("POST", "/v1/performances", organizer, performance)
    production = performance.get("production") or {}
    return {
        "venues": venue,
        "performances": performance["id"],
        "productions": production.get("id"),
    }


def enter(server, token, things):
    """Joins the line and asks until it is this one's turn."""
    line = f"/v1/performances/{things['performances']}/line"
    place = server.call("POST", line, token)
    deadline = time.monotonic() + ADMISSION_SECONDS
    while place["state"] != "admitted":
        if time.monotonic() > deadline:
            raise Unprepared(f"still {place['state']} after {ADMISSION_SECONDS} s in line")
        time.sleep(min(place["poll_after_ms"] / 1000, 1))
        place = server.call("GET", line, token, headers={"Place-Token": place["place_token"]})
    things["place_token"] = place["place_token"]
    things["pass_token"] = place["pass_token"]


def buy(server, token, things, pays):
    """A live hold and an order: paid with its tickets, or with what pays it."""

    def post(path, body):
        headers = {"Pass-Token": things["pass_token"], "Idempotency-Key": str(uuid.uuid4())}
        return server.call("POST", path, token, body, headers)

    def hold(*seats):
        return post(f"/v1/performances/{things['performances']}/holds", {"seats": seats})["id"]

    things["holds"] = hold(0, 1)
    order = post("/v1/orders", {"hold_id": hold(2, 3)})
    things["orders"] = order["id"]
    things["payments"] = order["payment"]["payment_id"]
    payment = {"payment_id": things["payments"], "payment_token": authorize(order["payment"])}
    things["fields"] = payment | {"order_id": order["id"]}
    if pays and payment["payment_token"]:
        post(f"/v1/orders/{order['id']}/payment", payment)
        ticket = server.call("GET", f"/v1/orders/{order['id']}/tickets", token)["items"][0]
        things["tickets"] = ticket["id"]
        things["fields"]["code"] = ticket["code"]


def authorize(payment):
    """The sandbox gateway's token for a payment; None where no sandbox is told."""
    page = payment.get("gateway_url") or payment.get("checkout_url")
    if page is None:
        return None
    page = urllib.parse.urlsplit(page)
    gateway = Server(loopback(f"{page.scheme}://{page.netloc}"))
    path = f"/sandbox/payments/{payment['payment_id']}/authorize"
    return gateway.call("POST", path, body={"outcome": "approve"})["payment_token"]


def ask(arguments, role, token, house):
    """Lets Schemathesis ask as this role; says whether everything was kept."""
    with tempfile.TemporaryDirectory(prefix="contract-") as scratch:
        scratch = Path(scratch)
        house_file, report = scratch / "house.json", scratch / "report.json"
        house_file.write_text(json.dumps(house), encoding="utf-8")
        environment = {
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
        }
        environment |= {
            "CONTRACT_ACCESS_TOKEN": token,
            "CONTRACT_HOUSE": str(house_file),
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "schemathesis.cli"]
        command += ["--config-file", str(HERE / "schemathesis.toml")]
        command += ["run", f"{arguments.server}/openapi.json", "--url", arguments.server]
        command += ["--seed", str(arguments.seed), "--no-color"]
        command += ["--report", "json", "--report-json-path", str(report)]
        if arguments.examples is not None:
            command += ["--max-examples", str(arguments.examples)]
        started = time.monotonic()
        output, timed_out = run(command, environment, scratch, arguments.limit)
        seconds = time.monotonic() - started
        found = read(report)
    if found is None:
        print(output)
        print(f"{role}: Schemathesis did not report", file=sys.stderr)
        return False
    if arguments.verbose:
        print(output)
    return summarize(role, found, seconds, timed_out, output)


def read(report):
    """What Schemathesis reported; none where it was ended before it could."""
    try:
        return json.loads(report.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def run(command, environment, directory, limit):
    """The output of a program that is told to end at the limit, and whether it was."""
    with subprocess.Popen(
        command,
        env=environment,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as program:
        try:
            return program.communicate(timeout=limit)[0], False
        except subprocess.TimeoutExpired:
            # As Ctrl-C does: it still reports what it found.
            program.send_signal(signal.SIGINT)
        except BaseException:
            program.kill()
            raise
        try:
            return program.communicate(timeout=GRACE_SECONDS)[0], True
        except subprocess.TimeoutExpired:
            program.kill()
            return program.communicate()[0], True


def summarize(role, found, seconds, timed_out, output):
    """Prints what was found; says whether that is nothing."""
    operations, cases = found["operations"] or {}, found["test_cases"]
    selected, tested = operations.get("selected", 0), operations.get("tested", 0)
    problems = [
        f"{failure['title']}: {operation}"
        for failure in found["failures"]
        for operation in failure["operations"]
    ]
    problems += [f"{error['title']} ({error['count']} times)" for error in found["errors"]]
    if tested < selected or not tested:
        problems.append(f"only {tested} of {selected} operations were asked")
    ended = "at the limit" if timed_out else "to its end"
    print(
        f"{role}: {cases['generated']} requests to {tested} of {selected} operations in "
        f"{seconds:.0f} s, seed {found['seed']}, {ended}: {len(problems)} problems"
    )
    for problem in problems:
        print(f"  {problem}")
    return not problems


if __name__ == "__main__":
    sys.exit(main())
