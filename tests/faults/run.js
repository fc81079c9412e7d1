// run.js FAULTS SEED ROUTER… [DOCUMENT]: the command behind scripts/test-faults. Runs the rig against each router,
// prints what came of it, writes it into the document if one is given, and fails if something was lost.

import { crossbar, wamp_wasm } from '../interop/harness/routers.js';
import { replaced } from '../interop/harness/markdown.js';
import { failures, figures, kinds, passed, reasons } from './report.js';
import { rig } from './rig.js';

const ROUTERS = { ours: [wamp_wasm], crossbar: [crossbar], both: [wamp_wasm, crossbar] };

const [faults, seed, which, document] = process.argv.slice(2);
const runs = [];
for (const router of ROUTERS[which]) {
  console.log(`${faults} faults for ${router.name}, seed ${seed}`);
  let told = 0;
  const progress = (count) => {
    if (count - told < 25) return;
    told = count;
    console.log(`  ${count} of ${faults}`);
  };
  const run = await rig(router, { faults: Number(faults), seed: Number(seed), progress });
  runs.push(run);
  [...failures(run), ...run.undelivered.slice(0, 10).map((what) => `not delivered by the router: ${what}`), ...reasons(run)].forEach((line) => console.log(`  ${line}`));
  const texts = new Set(run.complaints.map((text) => text.split('\n')[0]));
  console.log(`  ${run.complaints.length} complaints of the client${[...texts].slice(0, 20).map((text) => `\n    ${text}`).join('')}`);
}
console.log(`\n${figures(runs)}\n\n${kinds(runs)}`);
for (const run of document ? runs : []) {
  const when = `${new Date().toISOString().slice(0, 10)}: \`scripts/test-faults --faults ${faults} --router ${which} --seed ${seed}\``;
  replaced(document, `figures of ${run.router}`, `${when}\n\n${figures([run])}\n\n${kinds([run])}`, 'scripts/test-faults --write');
}
process.exit(runs.every(passed) ? 0 : 1);
