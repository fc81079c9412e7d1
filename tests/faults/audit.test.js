// The judge of the fault rig finds what it is there to find: a rig that cannot fail would prove nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Audit } from './audit.js';

const NOTHING = { publications: [], calls: [], received: [], executed: [], complaints: [] };
/** Two members, and one publication, acknowledged at 1100. */
const published = (received, then = () => {}) => {
  const audit = new Audit(2);
  audit.add({ ...NOTHING, publications: [[true, 7, 1000, 1100, 'done']], received });
  then(audit);
  return audit.verdict();
};

test('what everybody got is not lost', () => {
  const { lost, duplicates, deliveries, acknowledged } = published([0, 7, 1, 7], (audit) => audit.observed(7));
  assert.deepEqual({ lost, duplicates, deliveries, acknowledged }, { lost: [], duplicates: [], deliveries: 2, acknowledged: 1 });
});

test('what did not reach the observer was not delivered, or, if the router was killed meanwhile, is lost with it', () => {
  assert.match(published([0, 7, 1, 7]).undelivered[0], /7 .*to the observer/);
  const killed = published([0, 7, 1, 7], (audit) => audit.crashed(1300));
  assert.deepEqual([killed.undelivered, killed.lost_in_crash], [[], 1]);
  assert.equal(published([0, 7, 1, 7], (audit) => audit.crashed(5000)).undelivered.length, 1);
});

test('what did not reach a member is lost if the router has sent it, and otherwise not delivered', () => {
  const { lost, undelivered } = published([0, 7], (audit) => (audit.observed(7), audit.sent(1, 7)));
  assert.match(lost[0], /7 .*was sent to session 1/);
  assert.deepEqual(undelivered, []);
  assert.match(published([0, 7], (audit) => audit.observed(7)).undelivered[0], /7 .*to session 1/);
});

test('what did not reach a member to which something happened meanwhile is excused', () => {
  const one = (from, to, who = 1) => published([0, 7], (audit) => (audit.observed(7), audit.hit([who], from, to))).undelivered.length;
  assert.equal(one(1050, 1500), 0);
  assert.equal(one(100, 900), 1);
  assert.equal(one(1050, 1500, 0), 1);
});

test('what comes twice to one session is a duplicate, and so is a call that is executed twice', () => {
  assert.match(published([0, 7, 0, 7, 1, 7]).duplicates[0], /7 came 2 times to session 0/);
  const audit = new Audit(2);
  audit.add({ ...NOTHING, calls: [[1, 'done'], [2, 'wamp.error.canceled']], executed: [0, 1, 1, 1, 0, 2] });
  const { duplicates, rejected } = audit.verdict();
  assert.deepEqual(duplicates, ['call 1 was executed 2 times']);
  assert.deepEqual(rejected, { calls: { 'wamp.error.canceled': 1 } });
});

test('an answer with another number, or to a call that nobody executed, is wrong', () => {
  const audit = new Audit(2);
  audit.add({ ...NOTHING, calls: [[1, 'done'], [2, 'wrong']], executed: [0, 2] });
  assert.deepEqual(audit.verdict().wrong, ['call 1 was answered and not executed', 'call 2']);
});
