// The tape of large frames, as a page has it once its module is loaded.

import { readFileSync } from 'node:fs';

import { Reader } from '../../pkg/glue/large/reader.js';
import { importsOf, joined } from '../../pkg/glue/load.js';
import * as made from '../../pkg/wasm/wamp_wasm_large.js';

const module = new WebAssembly.Module(readFileSync(new URL('../../pkg/wasm/wamp_wasm_large_bg.wasm', import.meta.url)));
const { Large, memory } = joined(made, new WebAssembly.Instance(module, importsOf('wamp_wasm_large', made)));

export const tape = new Reader(new Large(), memory);
