#!/usr/bin/python3
"""A WebSocket service: /echo sends back what comes, in as many frames; the other paths are named in `behaviour`."""

import asyncio
import http

import websockets


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def chunks(socket):
    """Each message comes back in frames of 1000."""
    async for message in socket:
        await socket.send(message[at:at + 1000] for at in range(0, len(message), 1000))


async def count(socket):
    """Pushes without being asked."""
    for number in range(200):
        await socket.send(str(number))


async def leave(socket):
    """Closes with the code that the client names."""
    await socket.close(int(await socket.recv()), "as you wish")


async def vanish(socket):
    await socket.recv()
    socket.transport.abort()


async def ping(socket):
    for number in range(20):
        await (await socket.ping(f"ping {number}"))
    await socket.send("20 pongs")


behaviour = {"/echo": echo, "/chunks": chunks, "/count": count, "/leave": leave, "/vanish": vanish, "/ping": ping}


async def serve(socket):
    await behaviour[socket.path.split("?")[0]](socket)


async def refuse(path, headers):
    if path.split("?")[0] not in behaviour:
        return http.HTTPStatus.FORBIDDEN, [("X-Why", "no such path")], b"not for you\n"
    return None


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, max_size=None, process_request=refuse, ping_interval=None,
                                subprotocols=["chat.v2"], backlog=512) as server:
        print(f"event=listening address=127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Future()


asyncio.run(main())
