// Autobahn's namespace for Node: the same, but the WebAssembly module is read from the disk.

import './node.js';

export * from './autobahn.js';
export { default } from './autobahn.js';
