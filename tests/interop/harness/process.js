// Runs the other programs of a test (routers, peers) as child processes.
// The rule: whatever is started here is ended here, at the latest when this process ends.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts a program whose standard output is lines.
 * `child.line(pattern, seconds)` waits for a line and returns the match; `child.on_line` gets every
 * later one; `child.send(text)` writes a line; `child.stop()` ends it and waits until it is gone.
 */
export function start(name, command, args, options = {}) {
  const process_ = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], ...options });
  running.add(process_);
  const lines = [];
  let complaints = '';
  let on_line = null;
  let failure = null;
  process_.stdin.on('error', () => {}); // the child's end is reported by 'exit'
  process_.stderr.on('data', (text) => (complaints = (complaints + text).slice(-4000)));
  createInterface({ input: process_.stdout }).on('line', (line) => (on_line ? on_line(line) : lines.push(line)));
  const ended = new Promise((resolve) => {
    process_.once('error', (error) => resolve((failure = `${name} cannot be started: ${error.message}`)));
    process_.once('close', (code, signal) => resolve((failure ??= `${name} ended (${signal ?? code})\n${complaints}`)));
  }).then(() => running.delete(process_));

  return {
    name,
    ended,
    get failure() { return failure; },
    get complaints() { return complaints; },
    set on_line(handler) {
      on_line = handler;
      lines.splice(0).forEach(handler);
    },
    send: (text) => process_.stdin.write(`${text}\n`),
    line(pattern, seconds) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${name}: no line ${pattern} within ${seconds} s\n${complaints}`)), seconds * 1000);
        const look = (line) => {
          const match = pattern.exec(line);
          if (!match) return;
          clearTimeout(late);
          on_line = null;
          resolve(match);
        };
        ended.then(() => { clearTimeout(late); reject(new Error(failure)); });
        this.on_line = look;
      });
    },
    /** Ends it without asking, or by another signal; waits until it is gone. */
    async kill(signal = 'SIGKILL') {
      process_.kill(signal);
      await ended;
    },
    async stop() {
      if (process_.exitCode !== null || process_.signalCode !== null || failure) return;
      process_.kill('SIGTERM');
      const late = setTimeout(() => process_.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}
