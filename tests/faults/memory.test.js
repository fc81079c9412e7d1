// Reconnects leave nothing behind. The figures of ten thousand of them: scripts/test-faults --cycles 10000.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growth, memory } from './memory.js';

test('two hundred reconnects of a session with a hundred subscriptions leave neither memory nor listeners behind', { timeout: 120_000 }, async (t) => {
  const result = await memory(200);
  t.diagnostic(JSON.stringify(result));
  assert.deepEqual(growth(result), []);
});
