// Node's globals that autobahn's dependencies expect.
export { Buffer } from 'buffer/';
export const process = { env: {}, nextTick: (f, ...a) => queueMicrotask(() => f(...a)), version: '', versions: {}, browser: true };
