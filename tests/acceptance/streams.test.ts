/** Streams to programs without a browser, through what `npm start` starts. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../support/eventually';
import { startStreamSource, type StreamSource } from '../support/stream-source';
import { startStreaming, type StreamingTunnel } from '../support/streaming-start';

let source: StreamSource;
let tunnel: StreamingTunnel;
beforeAll(async () => {
  source = await startStreamSource();
  tunnel = await startStreaming('--port', String(source.port));
});
afterAll(async () => {
  await tunnel.stop();
  await source.close();
});

/** What has arrived of an answer's body, and how the body has ended. */
interface Arriving {
  text: string;
  end?: 'whole' | 'broken';
}

function arriving(response: Response): Arriving {
  const so: Arriving = { text: '' };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) so.text += decoder.decode(bytes, { stream: true });
  };
  read().then(
    () => (so.end = 'whole'),
    () => (so.end = 'broken'),
  );
  return so;
}

test('fetch in Node gets each piece before the local service sends the next one, and then the end', async () => {
  const fetching = fetch(new URL('tokens', tunnel.streamUrl), { method: 'POST', body: 'What is a tunnel?' });
  const stream = await source.opened();
  expect(stream.body).toBe('What is a tunnel?');
  // The head is there before the first byte of the body.
  const response = await fetching;
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  const body = arriving(response);
  let sent = '';
  for (const token of ['A ', 'tunnel ', 'is ', 'a ', 'way ', 'through. ', 'ä€🙂']) {
    stream.write(token);
    sent += token;
    await eventually(() => expect(body.text).toBe(sent));
  }
  stream.end();
  await eventually(() => expect(body).toEqual({ text: sent, end: 'whole' }));
});

test('an event stream that breaks off goes on after its last event, for a client that sends Last-Event-ID', async () => {
  const events: string[] = [];
  let lastId = '';
  const open = async (): Promise<Arriving> => {
    const headers = { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) };
    return arriving(await fetch(new URL('events', tunnel.streamUrl), { headers }));
  };
  const keep = (text: string): void => {
    for (const [, id = '', data = ''] of text.matchAll(/^id: (.*)\ndata: (.*)\n\n/gm)) {
      lastId = id;
      events.push(data);
    }
  };
  const first = open();
  const before = await source.opened();
  before.write('id: 7\ndata: one\n\n');
  const broken = await first;
  await eventually(() => expect(broken.text).toContain('one'));
  before.breakOff();
  await eventually(() => expect(broken.end).toBe('broken'));
  keep(broken.text);

  const second = open();
  const after = await source.opened();
  expect(after.headers['last-event-id']).toBe('7');
  after.write('id: 8\ndata: two\n\n');
  after.end();
  const whole = await second;
  await eventually(() => expect(whole.end).toBe('whole'));
  keep(whole.text);
  expect(events).toEqual(['one', 'two']);
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) process.stderr.write('\nSKIPPED: tests of streams with curl: install curl\n');

(hasCurl || process.env['CI'] === 'true' ? describe : describe.skip)('curl -N', () => {
  interface Curl {
    /** Without the comments that keep a silent stream alive, which come where the machine is slow. */
    readonly shown: () => string;
    readonly ended: Promise<number>;
  }
  function curl(path: string): Curl {
    const program = spawn('curl', ['-sN', new URL(path, tunnel.streamUrl).href], { stdio: ['ignore', 'pipe', 'inherit'] });
    let shown = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    return { shown: () => shown.replaceAll(/^:\n\n/gm, ''), ended: once(program, 'close').then(([code]) => code as number) };
  }

  test('shows each event before the local service sends the next one, and ends with the stream', async () => {
    const { shown, ended } = curl('events');
    const stream = await source.opened();
    for (const text of ['data: 1\n\n', 'data: 1\n\ndata: 2\n\n', 'data: 1\n\ndata: 2\n\ndata: 3\n\n']) {
      stream.write(text.slice(shown().length));
      await eventually(() => expect(shown()).toBe(text));
    }
    stream.end();
    expect(await ended).toBe(0);
  });

  test('fails with its error for a partial answer where the local service breaks the stream off', async () => {
    const { shown, ended } = curl('events');
    const stream = await source.opened();
    stream.write('data: 1\n\n');
    await eventually(() => expect(shown()).toBe('data: 1\n\n'));
    stream.breakOff();
    // 18 is CURLE_PARTIAL_FILE: https://curl.se/libcurl/c/libcurl-errors.html
    expect(await ended).toBe(18);
  });
});
