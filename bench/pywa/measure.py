"""Measures how long pywa takes to verify a webhook body and to make its message.

Reads one body of INCS a line, and prints the microseconds of each. INCS wraps what Meta calls a `value`; pywa reads Meta's envelope, so
each body is put into one before the clock starts.
"""

import hashlib
import hmac
import json
import statistics
import sys
import time

from pywa import WhatsApp, utils
from pywa.types import CallbackSelection, Message

SECRET = "whsec-bench-0123456789abcdef"
RUNS, SAMPLES = 200, 51


def main() -> None:
    client = WhatsApp(phone_id="418820037716605", token="none", server=None)
    for line in sys.stdin:
        value = json.loads(line)["message"]
        envelope = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
        body = json.dumps(envelope, separators=(",", ":")).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        kind = CallbackSelection if value["messages"][0]["type"] == "interactive" else Message

        def receive():
            if not utils.webhook_updates_validator(SECRET, body, signature):
                raise ValueError("signed above")
            return kind.from_update(client, json.loads(body))

        samples = []
        for _ in range(SAMPLES):
            start = time.process_time()
            for _ in range(RUNS):
                receive()
            samples.append((time.process_time() - start) / RUNS)
        print(statistics.median(samples) * 1e6, flush=True)


main()
