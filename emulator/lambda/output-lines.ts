import type { Readable } from 'node:stream';

/**
 * Passes the output of a child process on, line by line. A carriage return within a line becomes a line break of the same
 * log event: AWS's runtime writes a console message of several lines so. An unfinished last line comes at the output's end.
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
 * Runs `then` after the output that a child wrote before its last message, or before its end, has been read. The bytes
 * are already in the pipe, and one whole turn of the event loop reads them.
 */
export function afterPendingOutput(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
