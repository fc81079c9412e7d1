// @ts-check
// Loads the WebAssembly modules, each once, when it is first needed. A failed load is forgotten, so that
// the next attempt tries again.

import { textOf } from '../api/errors.js';
import { made as core } from '../wasm/wamp_wasm.js';

/** @typedef {string | URL | Request | Response | BufferSource | WebAssembly.Module} Source */

/** Made by wasm-bindgen: what a module imports, and the classes and functions around what it exports. @typedef {{ __wbg_set_wasm(exports: any): void }} Made */
/** @typedef {(file: string) => Source | Promise<Source>} Sources where a module is, by the name of its file */

/** Where the modules are, if not beside this package. @type {Sources | undefined} */
let sources;

/** @param {Sources} where */
export function setDefaultSource(where) {
    sources = where;
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

/** @param {string} name @param {Made} made @returns {any} */
export const importsOf = (name, made) => ({ [`./${name}_bg.js`]: made });

/** The modules that are loaded, by what was made for each. @type {Map<Made, any>} */
const ready = new Map();

/**
 * A module together with what was made for it, which takes the first instance that it is given.
 * @template {Made} T @param {T} made @param {WebAssembly.Instance} instance
 * @returns {T & { memory: WebAssembly.Memory }}
 */
export function joined(made, { exports }) {
    if (!ready.has(made)) {
        made.__wbg_set_wasm(exports);
        /** @type {any} */ (exports).__wbindgen_start?.();
        ready.set(made, { ...made, memory: exports.memory });
    }
    return ready.get(made);
}

/**
 * Gives the function that loads a module. Those of modules that few pages load are beside what needs them.
 * @template T
 * @param {string} name of the module: its octets are in the file NAME_bg.wasm
 * @param {() => Made & T | Promise<Made & T>} made gives what is beside it
 * @param {() => URL} address where the file is in this package, written out so that bundlers see it
 * @returns {(source?: Source | Promise<Source>) => Promise<T & { memory: WebAssembly.Memory }>}
 */
export function loader(name, made, address) {
    /** @type {Promise<T & { memory: WebAssembly.Memory }> | undefined} */
    let loading;
    return (source) => {
        loading ??= (async () => {
            try {
                const from = source ?? sources?.(`${name}_bg.wasm`) ?? address();
                const [beside, module] = await Promise.all([made(), moduleFrom(await from)]);
                return joined(beside, await WebAssembly.instantiate(module, importsOf(name, beside)));
            } catch (cause) {
                loading = undefined;
                throw new Error(`wamp-wasm: cannot load the WebAssembly module: ${textOf(cause)}`, { cause });
            }
        })();
        return loading;
    };
}

/** That of the module which every page loads, as soon as it is loaded. @type {WebAssembly.Memory | undefined} */
export let memory;

const loadCore = loader('wamp_wasm', () => core, () => new URL('../wasm/wamp_wasm_bg.wasm', import.meta.url));

/**
 * Loads the module that every connection needs, if it is not loaded yet. `connect()` and `open()` call this
 * by themselves.
 * @param {Source | Promise<Source> | Sources} [from] where to load it from, if not from beside this
 *   package; a function is also asked for the modules that are loaded later
 * @returns {Promise<void>}
 */
export async function init(from) {
    if (typeof from === 'function') sources = from;
    ({ memory } = await loadCore(typeof from === 'function' ? undefined : from));
}
