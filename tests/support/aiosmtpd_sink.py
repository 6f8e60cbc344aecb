"""An SMTP server by aiosmtpd that keeps every mail it receives, for tests.

usage: aiosmtpd_sink.py DIRECTORY

Listens on a free port of 127.0.0.1 and prints the port. Each mail becomes NNNN.eml and
NNNN.json: its envelope, and what Python's own parser reads in it. Ends when stdin closes.
"""

import itertools
import json
import pathlib
import sys
from email import policy
from email.parser import BytesParser

from aiosmtpd.controller import Controller


class Keep:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.numbers = itertools.count()

    async def handle_DATA(self, server, session, envelope):
        mail = BytesParser(policy=policy.default).parsebytes(envelope.original_content)
        parts = [p for p in mail.walk() if not p.is_multipart()]
        read = {
            "hello": session.host_name,
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "headers": {name: str(value) for name, value in mail.items()},
            "header_names": mail.keys(),
            "content_type": mail.get_content_type(),
            "parts": [{"type": p.get_content_type(), "text": p.get_content()} for p in parts],
            "defects": [repr(d) for p in mail.walk() for d in p.defects],
        }
        stem = self.directory / f"{next(self.numbers):04}"
        stem.with_suffix(".eml").write_bytes(envelope.original_content)
        stem.with_suffix(".json").write_text(json.dumps(read, ensure_ascii=False), encoding="utf-8")
        return "250 kept"


class FreePort(Controller):
    """Binds port 0 and knows which port it got."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


controller = FreePort(Keep(sys.argv[1]), hostname="127.0.0.1", port=0)
controller.start()
print(controller.port, flush=True)
sys.stdin.read()
controller.stop()
