// @ts-check
// Loads the WebAssembly module, once, when it is first needed. A failed load is forgotten, so that the
// next attempt tries again.

import initialize from '../wasm/wamp_wasm.js';

/** @typedef {string | URL | Request | Response | BufferSource | WebAssembly.Module} Source */

/** @type {() => Source | Promise<Source>} */
let source = () => new URL('../wasm/wamp_wasm_bg.wasm', import.meta.url);

/** @type {Promise<void> | undefined} */
let loading;

/** @param {() => Source | Promise<Source>} where used when `init` names no source */
export function setDefaultSource(where) {
    source = where;
}

/** @param {Response} response @returns {Promise<WebAssembly.Module>} */
async function compile(response) {
    if (!response.ok) throw new Error(`${response.url || 'the server'} answered ${response.status} ${response.statusText}`.trim());
    // Streaming needs the right MIME type, which many a static server does not send.
    const type = response.headers.get('Content-Type') ?? '';
    if (type.startsWith('application/wasm') && 'compileStreaming' in WebAssembly) {
        return WebAssembly.compileStreaming(response);
    }
    return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {Source} from @returns {Promise<WebAssembly.Module>} */
async function moduleFrom(from) {
    if (from instanceof WebAssembly.Module) return from;
    if (from instanceof ArrayBuffer || ArrayBuffer.isView(from)) return WebAssembly.compile(from);
    if (typeof Response !== 'undefined' && from instanceof Response) return compile(from);
    return compile(await fetch(/** @type {RequestInfo} */ (from)));
}

/**
 * Loads the module if it is not loaded yet. `connect()` and `open()` call this by themselves.
 * @param {Source | Promise<Source>} [from] where to load it from, if not from beside this package
 * @returns {Promise<void>}
 */
export function init(from) {
    loading ??= (async () => {
        try {
            const module = await moduleFrom(await (from ?? source()));
            await initialize({ module_or_path: module });
        } catch (cause) {
            loading = undefined;
            const text = cause instanceof Error ? cause.message : String(cause);
            throw new Error(`wamp-wasm: cannot load the WebAssembly module: ${text}`, { cause });
        }
    })();
    return loading;
}
