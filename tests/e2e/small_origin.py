#!/usr/bin/env python3
"""An origin that answers every request at once, on a free port that it logs. usage: small_origin.py [NUMBERS]

With a few bytes of text, or with a JSON array of so many numbers, which are others each time.
"""
import asyncio
import itertools
import json
import random
import sys


def response(content_type, body):
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nContent-Type: {content_type}\r\n\r\n{body}".encode()


def responses(numbers):
    if numbers == 0:
        return [response("text/plain", "ok\n")]
    return [response("application/json", json.dumps(random.choices(range(10000), k=numbers))) for _ in range(500)]


RESPONSES = itertools.cycle(responses(int(sys.argv[1]) if len(sys.argv) > 1 else 0))


class Origin(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            self.buffer = self.buffer.partition(b"\r\n\r\n")[2]
            self.transport.write(next(RESPONSES))


async def main():
    server = await asyncio.get_running_loop().create_server(Origin, "127.0.0.1", 0, backlog=1024)
    print(f"event=listening port={server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
