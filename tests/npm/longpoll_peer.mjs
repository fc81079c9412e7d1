// The far end of a long-poll connection, played by the test: an HTTP server on a free port.

import { createServer } from 'node:http';

/** Starts one; everything that it was asked is in `requests`, in order. */
export async function longPollPeer(t, { protocol = 'wamp.2.json', transport = 'abc', status = {} } = {}) {
    const requests = [];
    const outgoing = [];
    const waiting = [];
    const sent = [];
    const readers = [];
    let sending = 0;
    const peer = {
        requests,
        /** The most requests that sent at a time. */
        most: 0,
        /** The next frame of the client. */
        receive: () => new Promise((resolve) => (sent.length > 0 ? resolve(sent.shift()) : readers.push(resolve))),
        /** Frames for the client, each the answer to one request. */
        send(...frames) {
            for (const frame of frames) {
                const answer = waiting.shift();
                if (answer) answer.end(frame);
                else outgoing.push(frame);
            }
        },
    };
    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        const path = request.url.replace('/lp/', '');
        requests.push(`${request.method} ${path}`);
        if (status[path]) return response.writeHead(status[path]).end();
        if (path === 'open') {
            peer.offered = JSON.parse(body).protocols;
            return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ protocol, transport }));
        }
        if (path === 'abc/receive') {
            if (outgoing.length > 0) return response.end(outgoing.shift());
            return waiting.push(response);
        }
        if (path === 'abc/send') {
            peer.most = Math.max(peer.most, ++sending);
            // The next request could only overtake this one if it were sent before the answer.
            await new Promise((resolve) => setImmediate(resolve));
            sending--;
            const frame = request.headers['content-type'] === 'application/octet-stream' ? body : body.toString();
            const reader = readers.shift();
            if (reader) reader(frame);
            else sent.push(frame);
        }
        if (path === 'abc/close') for (const answer of waiting.splice(0)) answer.end();
        return response.writeHead(202).end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
    });
    peer.url = `http://127.0.0.1:${server.address().port}/lp`;
    peer.drop = () => server.closeAllConnections();
    return peer;
}
