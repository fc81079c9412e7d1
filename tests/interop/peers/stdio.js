// Drives a peer over standard input and output: a command per line in, its answer per line out, in any
// order, matched by id. Ends when the input ends.

import { createInterface } from 'node:readline';

export function serve(answer) {
  const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const { id, ...command } = JSON.parse(line);
      print({ id, ...(await answer(command)) });
    })
    .on('close', () => process.exit(0));
  print({ ready: true });
}
