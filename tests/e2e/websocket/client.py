#!/usr/bin/python3
"""usage: client.py PORT: has every kind of WebSocket conversation with server.py and prints what it saw."""

import asyncio
import random
import sys

import websockets

PORT = int(sys.argv[1])


def connect(path, **options):
    return websockets.connect(f"ws://127.0.0.1:{PORT}{path}", max_size=None, ping_interval=None, open_timeout=20,
                              **options)


async def echoes():
    pieces = {"text": "Grüße", "empty": "", "bytes": bytes(range(256)), "no bytes": b"", "65535": b"a" * 65535,
              "65536": b"b" * 65536, "fragmented": ["one ", "", "two ", "three"],
              "fragmented bytes": [bytes([n]) * 3000 for n in range(50)], "16 MB": random.Random(1).randbytes(16 << 20)}
    for compression in (None, "deflate"):
        async with connect("/echo", compression=compression, subprotocols=["chat.v2", "chat.v1"]) as peer:
            print("negotiated", peer.subprotocol, [type(extension).__name__ for extension in peer.extensions])
            for name, message in pieces.items():
                whole = message if not isinstance(message, list) else type(message[0])().join(message)
                await peer.send(message)
                print(name, await peer.recv() == whole)
            await (await peer.ping(b"payload"))
            print("pong came")
        print("closed", peer.close_code)


async def endings():
    for code in (1000, 1001, 1008, 1011, 3000, 4999):
        async with connect("/leave") as peer:
            await peer.send(str(code))
            await peer.wait_closed()
            print("server closed", peer.close_code, peer.close_reason)
        peer = await connect("/echo")
        await peer.close(code, "bye")
        print("client closed", peer.close_code, peer.close_reason)
    async with connect("/vanish") as peer:
        await peer.send("now")
        await peer.wait_closed()
        print("server vanished", peer.close_code)
    try:
        await connect("/nowhere")
    except websockets.InvalidStatusCode as refused:
        print("refused", refused.status_code, refused.headers["X-Why"])


async def pushes():
    async with connect("/ping") as peer:
        print(await peer.recv())
    async with connect("/count") as peer:
        print("pushed", [message async for message in peer] == [str(number) for number in range(200)])
    async with connect("/chunks") as peer:
        await peer.send("x" * 123456)
        print("in frames", len(await peer.recv()))


async def one_of_many(number):
    numbers = random.Random(number)
    async with connect(f"/echo?{number}") as peer:
        for _ in range(10):
            message = numbers.randbytes(numbers.randrange(20000))
            await peer.send(message)
            if await peer.recv() != message:
                return False
    return peer.close_code == 1000


async def in_parallel(count):
    answers = await asyncio.gather(*(one_of_many(number) for number in range(count)))
    print("in parallel", answers.count(True), "of", count)


async def main():
    await echoes()
    await endings()
    await pushes()
    await in_parallel(200)


asyncio.run(main())
