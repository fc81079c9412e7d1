// A static file server for the page, the bundles and the package. Loopback, any free port.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const page = '<!doctype html><meta charset="utf-8"><title>benchmark</title><script type="module" src="/page/index.mjs"></script>';

// roots: {prefix: folder}; headers are added to every answer.
export async function serve(roots, headers = {}) {
    const respond = (response, status, body, type) =>
        response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    const server = createServer(async ({ url }, response) => {
        const path = normalize(new URL(url, 'http://x').pathname);
        const prefix = Object.keys(roots).find((p) => path.startsWith(p));
        try {
            if (path === '/measure.html') return respond(response, 200, page, 'text/html');
            const body = await readFile(join(roots[prefix], path.slice(prefix.length)));
            respond(response, 200, body, types[extname(path)] ?? 'application/octet-stream');
        } catch {
            respond(response, 404, 'not found', 'text/plain');
        }
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    // A browser takes each name below localhost for a site of its own.
    return { url: `http://127.0.0.1:${port}`, site: (name) => `http://${name}.localhost:${port}`, close: () => server.close() };
}
