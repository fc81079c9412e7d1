// The package as users get it: packed, installed into an empty project, type-checked, bundled by Vite, and
// loaded in a browser – bundled and as plain modules.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { chromium } from 'playwright-core';
import { joined, peerFor } from './peer.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name) => join(root, 'tests/node_modules/.bin', name);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** Everything that is published: each module of the sources, and nothing besides. */
const FILES = [
    'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'CHANGELOG.md', 'package.json',
    'index.js', 'index.d.ts', 'options.d.ts', 'values.d.ts', 'node.js', 'autobahn.js', 'autobahn.d.ts', 'autobahn_node.js', 'meta.js', 'meta.d.ts', 'history.js', 'auth.js', 'auth.d.ts', 'auth_node.js',
    'e2ee.js', 'e2ee.d.ts', 'e2ee_node.js',
    ...['api', 'glue'].flatMap((dir) => readdirSync(join(root, 'src/js', dir), { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => `${dir}/${name}`))
        .filter((name) => !/^glue\/(binary|cbor|msgpack)\//.test(name)),
    // Of these scripts/build makes two modules for each serializer.
    ...['cbor', 'msgpack'].flatMap((name) => [`glue/${name}/reader.js`, `glue/${name}/writer.js`]),
    ...['wamp_wasm', 'wamp_wasm_auth', 'wamp_wasm_e2ee', 'wamp_wasm_large'].flatMap((name) => [`wasm/${name}.js`, `wasm/${name}_bg.wasm`]),
];

let project;
let browser;

before(async () => {
    project = await mkdtemp(join(tmpdir(), 'wamp-wasm-'));
    await writeFile(join(project, 'package.json'), '{"private": true, "type": "module"}');
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: join(root, 'pkg') });
    const [packed] = JSON.parse(stdout);
    project = Object.assign(new String(project), { files: packed.files.map(({ path }) => path) });
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(`${project}`, packed.filename)], { cwd: `${project}` });
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});

after(async () => {
    await browser?.close();
    await rm(`${project}`, { recursive: true, force: true });
});

/** Serves a folder; `wasm` gives the MIME type of a file of WebAssembly, or a status to fail with. */
async function serve(t, dir, { wasm = () => 'application/wasm' } = {}) {
    const server = createServer(async (request, response) => {
        const path = new URL(request.url, 'http://x').pathname;
        try {
            let type = TYPES[extname(path)] ?? 'text/html';
            if (type === TYPES['.wasm']) type = wasm(path);
            if (typeof type === 'number') return void response.writeHead(type).end();
            const body = await readFile(join(dir, path.endsWith('/') ? `${path}index.html` : path));
            response.writeHead(200, { 'Content-Type': type }).end(body);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    return `http://127.0.0.1:${server.address().port}`;
}

/** A page at this address whose errors fail the test. */
async function page(t, url) {
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    t.after(async () => {
        await page.close();
        assert.deepEqual(errors, []);
    });
    await page.goto(url);
    return page;
}

/** What the page does: it adds over a call, and says in its title what came of it. */
const MAIN = `
import { connect } from 'wamp-wasm';
const session = await connect({ url: location.hash.slice(1), realm: 'realm1' });
document.title = 'sum ' + await session.call('com.example.add', [2, 3]);
`;

async function answers(peer) {
    const router = await peer.connection();
    await router.welcome();
    assert.deepEqual(await router.receive(), [48, 1, {}, 'com.example.add', [2, 3]]);
    router.send([50, 1, {}, [5]]);
}

test('exactly these files are published', () => {
    assert.deepEqual([...project.files].sort(), [...FILES].sort());
});

test('the version is that of the crate', async () => {
    const [, version] = /^version = "(.*)"/m.exec(await readFile(join(root, 'Cargo.toml'), 'utf8'));
    const manifest = JSON.parse(await readFile(join(`${project}`, 'node_modules/wamp-wasm/package.json'), 'utf8'));
    assert.equal(manifest.version, version);
    assert.equal((await import('../../pkg/node.js')).version, version);
});

test('the types satisfy tsc --strict in the project that installed it', async () => {
    for (const [file, text] of [
        ['good.ts', "import { connect } from 'wamp-wasm';\nimport autobahn from 'wamp-wasm/autobahn';\nconst s = await connect({ url: 'ws://x', realm: 'r' });\nconst n: number = await s.call<number>('com.p', [1]);\nnew autobahn.Connection({ url: 'ws://x', realm: 'r' }).open();\nexport { n };\n"],
        ['bad.ts', "import { connect } from 'wamp-wasm';\nexport const s = await connect({ url: 5, realm: 'r' });\n"],
    ]) {
        await writeFile(join(`${project}`, file), text);
    }
    const options = ['--ignoreConfig', '--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--types', ''];
    for (const [module, resolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']]) {
        const args = [...options, '--module', module, '--moduleResolution', resolution];
        await run(bin('tsc'), [...args, 'good.ts'], { cwd: `${project}` }).catch((error) => assert.fail(error.stdout));
        await assert.rejects(run(bin('tsc'), [...args, 'bad.ts'], { cwd: `${project}` }), (error) => /TS2322/.test(error.stdout));
    }
});

for (const page of ['authentication', 'calls', 'connections', 'encryption', 'events', 'loading', 'observability', 'reconnect'].map((name) => `docs/${name}.md`)) test(`the TypeScript of ${page} compiles as it stands`, async (t) => {
    const blocks = (await readFile(join(root, page), 'utf8')).match(/(?<=```ts\n)[^]*?(?=```)/g) ?? [];
    assert.ok(blocks.length >= 2);
    const folder = await mkdtemp(join(tmpdir(), 'wamp-wasm-docs-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'docs.ts'), blocks.join(''));
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tests/npm/types/tsconfig.json'), files: ['docs.ts'] }));
    await run(bin('tsc'), ['-p', folder]).catch((error) => assert.fail(error.stdout));
});

test('the type tests pass tsc --strict', async () => {
    await run(bin('tsc'), ['-p', join(root, 'tests/npm/types')]).catch((error) => assert.fail(error.stdout));
});

test('Node imports it by its name and loads the module from the disk', async (t) => {
    const peer = await peerFor(t);
    await writeFile(join(`${project}`, 'main.mjs'), `
        import { connect } from 'wamp-wasm';
        import autobahn from 'wamp-wasm/autobahn';
        import { createRequire } from 'node:module';
        const { WebSocket } = createRequire(${JSON.stringify(join(root, 'tests/package.json'))})('ws');
        const session = await connect({ url: process.argv[2], realm: 'realm1', WebSocket });
        console.log(await session.call('com.example.add', [2, 3]), typeof autobahn.Connection);
        process.exit();
    `);
    const [{ stdout }] = await Promise.all([run('node', ['main.mjs', peer.url], { cwd: `${project}` }), answers(peer)]);
    assert.equal(stdout, '5 function\n');
});

test('Vite bundles it without configuration, and the bundle works in a browser', async (t) => {
    await writeFile(join(`${project}`, 'index.html'), '<!doctype html><title>-</title><script type="module" src="/main.js"></script>');
    await writeFile(join(`${project}`, 'main.js'), MAIN);
    await run(bin('vite'), ['build', '--logLevel', 'error', '--target', 'es2022', `${project}`]);
    const peer = await peerFor(t);
    const url = await serve(t, join(`${project}`, 'dist'));
    const cbor = await cborPeer(t);
    for (const [address, answered] of [[peer.url, answers(peer)], [cbor.peer.url, cbor.answer()]]) {
        const [opened] = await Promise.all([page(t, `${url}/#${address}`), answered]);
        await opened.waitForFunction(() => document.title === 'sum 5', null, { timeout: 10_000 });
    }
});

for (const [what, type] of [['', 'application/wasm'], [', also from a server with the wrong MIME type', 'application/octet-stream']]) {
    test(`a page loads it without a bundler${what}`, async (t) => {
        const peer = await peerFor(t);
        const url = await serve(t, join(root, 'pkg'), { wasm: () => type });
        const opened = await page(t, `${url}/LICENSE-MIT`);
        const running = opened.evaluate(async (address) => {
            const { connect } = await import('/index.js');
            const session = await connect({ url: address, realm: 'realm1' });
            return session.call('com.example.add', [2, 3]);
        }, peer.url);
        await answers(peer);
        assert.equal(await running, 5);
    });
}

/** A page that could not load the modules of which this is true. Gives what tries again, now that they are there. */
async function failedToLoad(t, peer, isMissing) {
    let status = 503;
    const url = await serve(t, join(root, 'pkg'), { wasm: (path) => (isMissing(path) ? status : 'application/wasm') });
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const tried = await opened.evaluate(async (address) => {
        const { connect } = await import('/index.js');
        globalThis.again = () => connect({ url: address, realm: 'realm1' }).then((session) => session.call('com.example.add', [2, 3]));
        return globalThis.again().catch((error) => `${error.uri} ${error.message}`);
    }, peer.url);
    assert.match(tried, /^wamp\.error\.network_failure .*cannot load the WebAssembly module: .* answered 503/);
    // The connection was opened while the module was on its way.
    await peer.connection();
    return () => {
        status = 'application/wasm';
        return opened.evaluate(() => globalThis.again());
    };
}

test('a load that failed can be tried again', async (t) => {
    const peer = await peerFor(t);
    const again = await failedToLoad(t, peer, () => true);
    assert.deepEqual(await Promise.all([again(), answers(peer)]), [5, undefined]);
});

/** A peer that speaks CBOR and answers one call. */
async function cborPeer(t) {
    const peer = await peerFor(t, { protocol: 'wamp.2.cbor' });
    const { serializers: { cbor: { encode } } } = await import('./binary.mjs');
    const answer = async () => {
        const router = await peer.connection();
        await router.frame();
        router.send(encode([2, 7, { roles: { dealer: {} } }]));
        await router.frame();
        router.send(encode([50, 1, {}, [5]]));
    };
    return { peer, answer };
}

test('the codec of CBOR is loaded only by a connection that agreed on it', async (t) => {
    const { peer, answer } = await cborPeer(t);
    const json = await peerFor(t);
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const loaded = [];
    opened.on('request', (request) => request.url().includes('cbor') && loaded.push(new URL(request.url()).pathname));
    const call = (address) => opened.evaluate(async (address) => {
        const { connect } = await import('/index.js');
        const session = await connect({ url: address, realm: 'realm1' });
        return session.call('com.example.add', [2, 3]);
    }, address);
    assert.deepEqual(await Promise.all([call(json.url), answers(json)]), [5, undefined]);
    assert.deepEqual(loaded, []);
    assert.deepEqual(await Promise.all([call(peer.url), answer()]), [5, undefined]);
    assert.deepEqual(loaded.sort(), ['/glue/cbor.js', '/glue/cbor/reader.js', '/glue/cbor/writer.js']);
});

test('the module of large frames is loaded when some have come, and nobody waits for it', async (t) => {
    const url = await serve(t, join(root, 'pkg'));
    const { serializers: { msgpack: { encode } } } = await import('./binary.mjs');
    for (const fails of [false, true]) {
        const opened = await page(t, `${url}/LICENSE-MIT`);
        const loaded = [];
        opened.on('request', (request) => request.url().includes('large_bg.wasm') && loaded.push(request));
        if (fails) await opened.route('**/*large_bg.wasm', (route) => route.abort());
        const peer = await peerFor(t, { protocol: 'wamp.2.msgpack' });
        const large = 'x'.repeat(3000);
        const call = (n) => opened.evaluate((n) => globalThis.session.call('com.example.large', [n]), n);
        const answer = async (router, n, value) => {
            const [result] = await Promise.all([call(n), router.frame().then(() => router.send(encode([50, n, {}, [value, { n }]])))]);
            assert.deepEqual(result.args ?? result, [value, { n }]);
        };
        const connected = opened.evaluate(async (address) => {
            const { connect } = await import('/index.js');
            globalThis.session = await connect({ url: address, realm: 'realm1', serializers: ['msgpack'] });
        }, peer.url);
        const router = await peer.connection();
        await router.frame();
        router.send(encode([2, 7, { roles: { dealer: {} } }]));
        await connected;
        for (let n = 1; n <= 10; n++) await answer(router, n, 'small');
        for (let n = 11; n <= 12; n++) await answer(router, n, large);
        assert.equal(loaded.length, 0);
        for (let n = 13; n <= 30; n++) await answer(router, n, large);
        assert.equal(loaded.length, 1);
        const response = await loaded[0].response();
        assert.equal(response?.status(), fails ? undefined : 200);
        for (let n = 31; n <= 40; n++) await answer(router, n, large);
        assert.equal(loaded.length, 1);
    }
});

test('the module of authentication is loaded only by an attempt that needs a proof', async (t) => {
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const loaded = [];
    opened.on('request', (request) => request.url().includes('auth') && loaded.push(new URL(request.url()).pathname));
    const tried = async (auth, method, extra) => {
        const peer = await peerFor(t);
        const joining = opened.evaluate(async ([address, auth]) => {
            const { connect } = await import('/index.js');
            const session = await connect({ url: address, realm: 'realm1', auth });
            return session.isOpen;
        }, [peer.url, auth]);
        const router = await peer.connection();
        await router.receive();
        if (method) {
            router.send([4, method, extra]);
            assert.equal((await router.receive())[0], 5);
        }
        router.send([2, 7, { roles: { dealer: {} } }]);
        assert.equal(await joining, true);
    };
    await tried(undefined);
    assert.deepEqual(loaded, []);
    await tried({ method: 'ticket', authid: 'joe', ticket: 'secret' }, 'ticket', {});
    assert.deepEqual(loaded, ['/api/authenticate.js', '/glue/auth.js']);
    await tried({ method: 'wampcra', authid: 'joe', secret: 'secret' }, 'wampcra', { challenge: '{}' });
    await tried({ method: 'wampcra', authid: 'joe', secret: 'secret' }, 'wampcra', { challenge: '{}' });
    assert.deepEqual(loaded, ['/api/authenticate.js', '/glue/auth.js', '/wasm/wamp_wasm_auth.js', '/wasm/wamp_wasm_auth_bg.wasm']);
});

test('the module of the key ring is loaded when it is asked for, and a ring before that says so', async (t) => {
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const loaded = [];
    opened.on('request', (request) => request.url().includes('wamp_wasm_e2ee') && loaded.push(new URL(request.url()).pathname));
    const early = opened.evaluate(async () => {
        const { KeyRing } = await import('/e2ee.js');
        return new KeyRing();
    });
    await assert.rejects(early, /StateError: KeyRing: the module for it is not loaded here: await initE2ee\(\) first/);
    assert.deepEqual(loaded, []);
    const same = await opened.evaluate(async () => {
        const { KeyRing, initE2ee } = await import('/e2ee.js');
        await initE2ee();
        const [priv, pub] = KeyRing.generate_key();
        return KeyRing.public_key(priv) === pub;
    });
    assert.equal(same, true);
    assert.deepEqual(loaded, ['/wasm/wamp_wasm_e2ee.js', '/wasm/wamp_wasm_e2ee_bg.wasm']);
});

test('in a page the helpers of authentication say what is missing, and onchallenge has it', async (t) => {
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const peer = await peerFor(t);
    const running = opened.evaluate(async (address) => {
        const { connect } = await import('/index.js');
        const { auth_cra } = await import('/auth.js');
        const problem = await Promise.resolve().then(() => auth_cra.sign('secret', '{}')).catch((error) => `${error.name}: ${error.message}`);
        const onchallenge = (session, method, extra) => auth_cra.sign('secret', extra.challenge);
        await connect({ url: address, realm: 'realm1', authmethods: ['wampcra'], authid: 'joe', onchallenge });
        return problem;
    }, peer.url);
    const router = await peer.connection();
    await router.receive();
    router.send([4, 'wampcra', { challenge: '{}' }]);
    assert.equal((await router.receive())[1], createHmac('sha256', 'secret').update('{}').digest('base64'));
    router.send([2, 7, { roles: { dealer: {} } }]);
    assert.equal(await running, 'StateError: auth_cra.sign: the module for it is not loaded here: await initAuth() first');
});

test('a codec that cannot be loaded fails the attempt, which can be tried again', async (t) => {
    const { peer, answer } = await cborPeer(t);
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    await opened.route('**/glue/cbor.js', (route) => route.abort());
    const tried = await opened.evaluate(async (address) => {
        const { connect } = await import('/index.js');
        globalThis.again = () => connect({ url: address, realm: 'realm1' }).then((session) => session.call('com.example.add', [2, 3]));
        return globalThis.again().catch((error) => `${error.uri} ${error.message}`);
    }, peer.url);
    assert.match(tried, /^wamp\.error\.network_failure .*cbor\.js/);
    await peer.connection();
    await opened.unroute('**/glue/cbor.js');
    assert.deepEqual(await Promise.all([opened.evaluate(() => globalThis.again()), answer()]), [5, undefined]);
});

test('a function says where the modules are, also those that are loaded later', async (t) => {
    const peer = await peerFor(t);
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const loaded = [];
    opened.on('request', (request) => request.url().includes('.wasm') && loaded.push(request.url()));
    const joining = opened.evaluate(async (address) => {
        const { connect, init } = await import('/index.js');
        await init((file) => `/wasm/${file}?version=1`);
        const session = await connect({ url: address, realm: 'realm1', auth: { method: 'wampcra', authid: 'joe', secret: 'secret' } });
        return session.isOpen;
    }, peer.url);
    const router = await peer.connection();
    await router.receive();
    router.send([4, 'wampcra', { challenge: '{}' }]);
    assert.equal((await router.receive())[0], 5);
    router.send([2, 7, { roles: { dealer: {} } }]);
    assert.equal(await joining, true);
    assert.deepEqual(loaded, ['wamp_wasm', 'wamp_wasm_auth'].map((name) => `${url}/wasm/${name}_bg.wasm?version=1`));
});

test('a browser does everything over its own WebSocket', async (t) => {
    const peer = await peerFor(t, { protocol: 'wamp.2.msgpack' });
    const url = await serve(t, join(root, 'pkg'));
    const opened = await page(t, `${url}/LICENSE-MIT`);
    const { serializers: { msgpack: { encode } } } = await import('./binary.mjs');
    const running = opened.evaluate(async (address) => {
        const { connect } = await import('/index.js');
        const session = await connect({ url: address, realm: 'realm1', serializers: ['msgpack'] });
        const event = new Promise((resolve) => session.subscribe('com.t', (args, kwargs) => resolve([args, kwargs])));
        const got = await event;
        const end = await session.leave();
        return [got, end.reason];
    }, peer.url);
    const router = await peer.connection();
    await router.frame();
    router.send(encode([2, 7, { roles: { broker: {} } }]));
    assert.deepEqual([...(await router.frame())], [...encode([32, 1, {}, 'com.t'])]);
    router.send(encode([33, 1, 5]), encode([36, 5, 1, {}, ['ünï', 1.5], { deep: [{ a: null }] }]));
    await router.frame();
    router.send(encode([6, {}, 'wamp.close.goodbye_and_out']));
    assert.deepEqual(await running, [[['ünï', 1.5], { deep: [{ a: null }] }], 'wamp.close.goodbye_and_out']);
});

test('autobahn programs run on the drop-in', async (t) => {
    const { default: autobahn } = await import('../../pkg/autobahn_node.js');
    const { session, router } = await joined(t, {
        connect: (options) => new Promise((resolve) => {
            const connection = new autobahn.Connection(options);
            connection.onopen = (opened) => resolve(opened);
            connection.open();
            t.after(() => connection.close());
        }),
    });
    session.register('com.p', () => {
        throw new autobahn.Error('com.example.error', ['x'], { y: 1 });
    });
    await router.receive();
    router.send([65, 1, 5], [68, 1, 5, {}]);
    assert.deepEqual(await router.receive(), [8, 68, 1, {}, 'com.example.error', ['x'], { y: 1 }]);
    assert.deepEqual(Object.keys(new autobahn.Result([1])), ['args', 'kwargs']);
    assert.deepEqual(Object.keys(new autobahn.Error('x')), ['error', 'args', 'kwargs']);
    assert.deepEqual([...autobahn.util.htob('00ff')], [0, 255]);
    assert.equal(autobahn.util.btoh(new Uint8Array([1, 254])), '01fe');
});
