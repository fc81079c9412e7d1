// autobahn-js in Node.js, as a peer on standard input and output.

import { WebSocket } from 'ws';
import { create_peer } from './commands.js';
import { serve } from './stdio.js';

// autobahn-js 26 expects the global that Node.js has since version 22.
globalThis.WebSocket ??= WebSocket;
const { default: autobahn } = await import('autobahn');

const serializers = {
  json: () => new autobahn.serializer.JSONSerializer(),
  msgpack: () => new autobahn.serializer.MsgpackSerializer(),
  cbor: () => new autobahn.serializer.CBORSerializer(),
};

function join({ url, realm, serializer }) {
  return new Promise((resolve, reject) => {
    const connection = new autobahn.Connection({ url, realm, max_retries: 0, serializers: [serializers[serializer]()], on_user_error() {} });
    let left;
    const closed = new Promise((settle) => (left = settle));
    connection.onopen = (session) => resolve({ session, closed });
    connection.onclose = (reason, details) => {
      left(details.reason);
      reject(new autobahn.Error(details.reason ?? `connection ${reason}`, [details.message]));
      return true;
    };
    connection.open();
  });
}

// Its MessagePack cannot encode undefined.
serve(create_peer({ join, Result: autobahn.Result, WampError: autobahn.Error, bytes: Buffer.from, nothing: null }));
