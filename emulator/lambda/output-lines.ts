import type { Readable } from 'node:stream';

/**
 * Hands on what a child writes, line by line. A carriage return within a line is a line break of one log event (so AWS's
 * runtime writes a console message of several lines) and comes out as such; an unfinished last line comes when it ends.
 */
export function onLines(output: Readable, receive: (text: string) => void): void {
  let rest = '';
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) receive(line.replaceAll('\r', '\n'));
  });
  output.on('end', () => {
    if (rest !== '') receive(rest.replaceAll('\r', '\n'));
  });
}

/**
 * Runs `then` when what a child wrote before its last message, or its end, has been read: its bytes are in the pipe by
 * then, and one whole turn of the event loop reads them.
 */
export function afterPendingOutput(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
