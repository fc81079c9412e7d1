// Autobahn's namespace for Node: the same, but the WebAssembly modules are read from the disk.

import './auth_node.js';

export * from './autobahn.js';
export { default } from './autobahn.js';
