/**
 * The guard: a process of its own that outlives the main process by a moment and clears up after it. It reads lines on
 * stdin, `+ENTRY` to remember and `-ENTRY` to forget, where an entry is a process id or the absolute path of a directory.
 * When stdin ends, because the main process closed it or died, however it died, every process that is still remembered
 * gets SIGKILL (a stopped one too, which no other signal would end), every directory is removed, and the guard exits.
 */
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');

const entries = new Set();

// It ends with the main process and not before it: a signal to a whole session must not take the guard first.
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
    // It has ended by itself.
  }
}
