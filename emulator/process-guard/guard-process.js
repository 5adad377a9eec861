/**
 * The guard: a separate process that lives slightly longer than the main process and cleans up after it. The guard reads lines
 * from stdin: `+ENTRY` adds an entry, `-ENTRY` removes it. An entry is a process id or the absolute path of a directory.
 * Stdin ends when the main process closes it or dies for any reason. The guard then sends SIGKILL to all remaining processes
 * (no other signal would end a stopped process), removes all remaining directories, and exits.
 */
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');

const entries = new Set();

// The guard must not end before the main process, so it ignores signals that go to the whole session.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.startsWith('+')) entries.add(line.slice(1));
  else entries.delete(line.slice(1));
});
lines.on('close', () => {
  const directories = [...entries].filter((entry) => entry.startsWith('/'));
  for (const entry of entries) if (!directories.includes(entry)) kill(Number(entry));
  for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
}
