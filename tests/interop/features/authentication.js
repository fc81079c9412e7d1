// The authentication methods, each shown on a router: who is let in, and that a wrong secret is not.

import { publish, same, soon } from './support.js';

const AREA = 'authentication';

/** The users of the routers of these tests; all secrets are for them only. */
const USERS = {
  ticket: [{ method: 'ticket', authid: 'tina', ticket: 'ticket-secret-1' }, { ticket: 'wrong' }],
  'WAMP-CRA': [{ method: 'wampcra', authid: 'carl', secret: 'cra-secret-1' }, { secret: 'wrong' }],
  'WAMP-CRA, salted': [{ method: 'wampcra', authid: 'carla', secret: 'cra-secret-2' }, { secret: 'wrong' }],
  'SCRAM: PBKDF2': [{ method: 'scram', authid: 'sam', password: 'scram-secret-1' }, { password: 'wrong' }],
  'SCRAM: Argon2id': [{ method: 'scram', authid: 'sara-ab', password: 'scram-secret-2' }, { password: 'wrong' }],
  cryptosign: [
    { method: 'cryptosign', authid: 'ed', seed: 'cfbbe4f1d3e020917c022c88b271e39c6a9cb2e253757b54e45442a3081f1384' },
    { seed: 'f2aa3d10df5796a0ea76430281482c964088a852952c7662f07e281578d42fe4' },
  ],
};

/** Everybody is let in: a ticket proves nothing there, and a proof is not asked for. */
export const authentication = Object.entries(USERS).map(([name, [right, wrong]]) => ({
  area: AREA,
  name: `authentication: ${name}`,
  async run(at) {
    const { url, realm } = at.auth;
    const join = (auth) => soon(at.join({ url, realm, auth }), 'end of the join', 10_000);
    const session = await join(right);
    same([session.details.authid, session.details.authrole, session.details.authmethod], [right.authid, 'user', right.method], 'who joined');
    await publish(session, at.uri, ['hello']);
    const intruder = await join({ ...right, ...wrong }).then((session) => session.id, (error) => error);
    if (!(intruder instanceof at.lib.WampError)) throw new Error(`a wrong secret is let in: ${intruder}`);
  },
}));
