"""autobahn-python (asyncio) as a peer on standard input and output: a command per line in, its answer
per line out, matched by id. The commands are those of commands.js; the values those of values.js.
"""

import asyncio
import base64
import json
import sys
from collections import defaultdict

import txaio
from autobahn.asyncio.component import Component
from autobahn.wamp import ApplicationError, CallResult
from autobahn.wamp.cryptobox import Key, KeyRing
from autobahn.wamp.types import PublishOptions

txaio.use_asyncio()
SAFE = 2**53 - 1


def pack(value):
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE:
        return {"$int": str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    return value


def unpack(value):
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$int" in value:
        return int(value["$int"])
    return {key: unpack(item) for key, item in value.items()}


def echo(*args, **kwargs):
    return CallResult(*args, **kwargs)


def first(*args):
    return args[0]


async def later(*args):
    return args[0]


def nothing(*args, **kwargs):
    return None


def fail(*args, **kwargs):
    raise ApplicationError("com.example.error.refused", *args, **kwargs)


def crash(*args, **kwargs):
    raise TypeError("boom")


BEHAVIOURS = {f.__name__: f for f in (echo, first, later, nothing, fail, crash)}


class Peer:
    def __init__(self):
        self.session = None
        self.subscriptions = {}
        self.registrations = {}
        self.arrived = defaultdict(asyncio.Queue)

    async def join(self, url, realm, serializer):
        loop = asyncio.get_running_loop()
        joined, self.left = loop.create_future(), loop.create_future()
        transport = {"type": "websocket", "url": url, "serializers": [serializer], "max_retries": 0}
        component = Component(transports=[transport], realm=realm)

        @component.on_join
        def on_join(session, details):
            joined.set_result(session)

        @component.on_leave
        def on_leave(session, details):
            if not joined.done():
                joined.set_exception(ApplicationError(details.reason, details.message))
            elif not self.left.done():
                self.left.set_result(details.reason)

        component.start(loop=loop).add_done_callback(lambda done: done.exception())
        self.session = await joined
        return self.session._session_id

    async def encrypt(self, keys):
        ring = KeyRing() if keys else None
        for uri, key in (keys or {}).items():
            ring.set_key(uri, key if isinstance(key, str) else Key(**key))
        self.session.set_payload_codec(ring)
        return True

    async def leave(self):
        self.session.leave()
        return await self.left

    async def subscribe(self, topic):
        def handler(*args, **kwargs):
            self.arrived[topic].put_nowait({"args": args, "kwargs": kwargs})

        self.subscriptions[topic] = await self.session.subscribe(handler, topic)
        return True

    async def unsubscribe(self, topic):
        await self.subscriptions[topic].unsubscribe()
        return True

    async def event(self, topic):
        return await self.arrived[topic].get()

    async def publish(self, topic, args=(), kwargs=None, options=None):
        options = PublishOptions(**options) if options else None
        publication = self.session.publish(topic, *args, options=options, **(kwargs or {}))
        return {"id": (await publication).id} if publication is not None else None

    async def register(self, procedure, behaviour):
        self.registrations[procedure] = await self.session.register(BEHAVIOURS[behaviour], procedure)
        return True

    async def unregister(self, procedure):
        await self.registrations[procedure].unregister()
        return True

    async def call(self, procedure, args=(), kwargs=None):
        result = await self.session.call(procedure, *args, **(kwargs or {}))
        if isinstance(result, CallResult):
            return {"args": result.results, "kwargs": result.kwresults}
        return {"args": [result], "kwargs": {}}


async def answer(peer, command):
    number, name = command.pop("id"), command.pop("do")
    try:
        # A command that WAMP leaves without an answer must not keep the test waiting.
        reply = {"ok": pack(await asyncio.wait_for(getattr(peer, name)(**unpack(command)), 10))}
    except ApplicationError as error:
        reply = {"error": pack({"uri": error.error, "args": error.args, "kwargs": error.kwargs})}
    except Exception as error:  # the test prints it
        reply = {"failed": repr(error)}
    say({"id": number, **reply})


def say(line):
    print(json.dumps(line), flush=True)


async def main():
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    peer, tasks = Peer(), set()
    say({"ready": True})
    while line := await reader.readline():
        task = asyncio.create_task(answer(peer, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
