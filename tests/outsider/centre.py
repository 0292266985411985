"""A centre's system as somebody outside would write it: from the contracts alone, with nothing of the line.

    centre.py ADDRESS OPERATOR CENTRE LOGIN PASSWORD SECRET

`SECRET` is the second factor in base32. Each line of standard input is one thing to do; each answer is one
line of JSON.
"""

import base64
import hashlib
import hmac
import json
import struct
import sys
import time

import grpc
from tomoshibi.console.v1 import access_pb2, access_pb2_grpc
from tomoshibi.referral.v1 import referral_pb2, referral_pb2_grpc

PATIENCE = 60


def code_now(secret):
    """RFC 6238."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Centre:
    def __init__(self, address, operator, centre, login, password, secret):
        self.channel = grpc.insecure_channel(
            address, options=[("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
        )
        self.service = referral_pb2_grpc.CentreServiceStub(self.channel)
        self.whose = {"operator_id": operator, "centre_id": centre}
        asked = access_pb2.SignInRequest(login=login, password=password, code=code_now(secret), want_token=True)
        answer = access_pb2_grpc.AccessServiceStub(self.channel).SignIn(asked)
        self.session = [("x-tomoshibi-session", answer.session_token)]

    def receives(self):
        """The first thing that was never acknowledged, however often the line is away meanwhile."""
        until = time.time() + PATIENCE
        while time.time() < until:
            asked = referral_pb2.SubscribeRequest(after=0, **self.whose)
            try:
                news = self.service.Subscribe(asked, metadata=self.session, timeout=PATIENCE, wait_for_ready=True)
                for delivered in news:
                    return self.told(delivered.delivery)
                # A line that is told to stop ends the stream; its fellow, or its next run, goes on.
            except grpc.RpcError as away:
                if away.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
        raise TimeoutError("nothing came")

    def told(self, delivery):
        event = json.loads(delivery.event)
        resources = [entry["resource"]["resourceType"] for entry in event["data"]["entry"]]
        return {
            "seq": delivery.seq,
            "event_id": delivery.event_id,
            "referral_id": delivery.referral_id,
            "kind": delivery.kind,
            "decide_by": delivery.decide_by.seconds,
            "event": event,
            "resources": resources,
        }

    def acknowledges(self, up_to):
        asked = referral_pb2.AcknowledgeRequest(up_to=int(up_to), **self.whose)
        until = time.time() + PATIENCE
        while time.time() < until:
            try:
                self.service.Acknowledge(asked, metadata=self.session, timeout=PATIENCE, wait_for_ready=True)
                return {}
            except grpc.RpcError as away:
                if away.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
        raise TimeoutError("the receipt was not taken")

    def accepts(self, referral):
        asked = referral_pb2.AcceptRequest(referral_id=referral, **self.whose)
        return {"outcome": self.service.Accept(asked, metadata=self.session, timeout=PATIENCE).outcome}


def main():
    centre = Centre(*sys.argv[1:])
    print(json.dumps("signed in"), flush=True)
    for line in sys.stdin:
        verb, *rest = line.split()
        print(json.dumps(getattr(centre, verb)(*rest), ensure_ascii=False), flush=True)


main()
