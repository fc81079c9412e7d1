// The scripted peer over a real WebSocket, in a process of its own, so that its work does not count for the page.
// Prints its port when it listens.

import { WebSocketServer } from 'ws';
import { codecs } from '../page/codecs.mjs';
import { answer } from '../page/peer.mjs';

const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: false,
    handleProtocols: (offered) => [...offered].find((name) => codecs[name.split('.')[2]]) ?? false,
});
server.on('connection', (socket) => {
    const { encode, decode } = codecs[socket.protocol.split('.')[2]];
    const own = (data) => data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    socket.on('message', (data, binary) =>
        answer(decode(binary ? own(data) : data.toString()), (reply) => socket.send(encode(reply))),
    );
});
server.on('listening', () => console.log(server.address().port));
