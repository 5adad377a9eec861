import { jsonOutput, textOutput, type Output } from '../../../agent/output';

const TUNNEL = { tunnelId: 'demo', publicUrl: 'https://tunnels.test/demo/' };
const REQUEST = { method: 'GET', path: '/a', status: 200, ms: 12, bytes: 345 };

function capture(create: (out: (text: string) => void, err: (text: string) => void) => Output) {
  const out: string[] = [];
  const err: string[] = [];
  return {
    output: create(
      (text) => out.push(text),
      (text) => err.push(text),
    ),
    out,
    err,
  };
}
const text = () => capture((out, err) => textOutput('http://127.0.0.1:3000', out, err));
const json = () => capture((out) => jsonOutput('http://127.0.0.1:3000', out));

describe('text output', () => {
  it('prints one line for a request that was too old and was not forwarded', () => {
    const { output, out } = text();
    output.request(TOO_OLD);
    expect(out).toEqual(['POST /charge-card was not forwarded: the request is 452.3 s too old (the visitor has gone)\n']);
  });

  it('prints a forwarding line for the subdomain address and one for the path-based address', () => {
    const { output, out } = text();
    output.connected({
      ...TUNNEL,
      subdomainUrl: 'https://demo.tunnels.test',
      pathBasedUrl: 'https://tunnels.test/demo/',
    });
    expect(out).toEqual([
      'Forwarding https://demo.tunnels.test -> http://127.0.0.1:3000\n',
      'Forwarding https://tunnels.test/demo/ -> http://127.0.0.1:3000\n',
    ]);
  });

  it('prints one forwarding line when the public address and the path-based address are the same', () => {
    const { output, out } = text();
    output.connected({ ...TUNNEL, pathBasedUrl: TUNNEL.publicUrl });
    expect(out).toEqual(['Forwarding https://tunnels.test/demo/ -> http://127.0.0.1:3000\n']);
  });

  it('prints one line for a request, with its status or its error', () => {
    const { output, out } = text();
    output.request(REQUEST);
    output.request({ method: 'POST', path: '/b', error: 'timeout', ms: 25_000, bytes: 0 });
    expect(out).toEqual(['GET /a 200 12 ms 345 bytes\n', 'POST /b timeout 25000 ms 0 bytes\n']);
  });

  it('prints the address for streams on a line of its own', () => {
    const { output, out } = text();
    output.connected({ ...TUNNEL, streamUrl: 'https://streams.test/demo/' });
    expect(out).toEqual([
      'Forwarding https://tunnels.test/demo/ -> http://127.0.0.1:3000\n',
      'Streams: https://streams.test/demo/ -> http://127.0.0.1:3000\n',
    ]);
  });

  it('prints a line when a stream begins, and one that says how it ended', () => {
    const { output, out } = text();
    output.streaming({ method: 'GET', path: '/a', status: 200, ms: 3 });
    output.request({ ...REQUEST, stream: 'complete' });
    output.request({ ...REQUEST, stream: 'cut', error: 'invalid_response', reason: 'it broke off' });
    output.request({ ...REQUEST, stream: 'visitor_left' });
    output.request({ method: 'GET', path: '/b', ms: 12, bytes: 0, stream: 'visitor_left' });
    expect(out).toEqual([
      'GET /a 200 3 ms, streaming\n',
      'GET /a 200 12 ms 345 bytes, stream complete\n',
      'GET /a 200 12 ms 345 bytes, stream cut: it broke off\n',
      'GET /a 200 12 ms 345 bytes, the visitor has left\n',
      'GET /b 12 ms 0 bytes, the visitor has left\n',
    ]);
  });

  it('prints the reason of a disconnection and the time until the next attempt', () => {
    const { output, out } = text();
    output.disconnected({ reason: 'the connection was cut', retryInMs: 1530 });
    expect(out).toEqual(['Disconnected: the connection was cut; trying again in 1.5 s\n']);
  });

  it('replaces control characters in paths and warnings by question marks', () => {
    const { output, out, err } = text();
    output.request({ ...REQUEST, path: '/\x1b[2J\r\nGET\u202e\x9b' });
    output.warning('a\x07b\nc');
    expect(out).toEqual(['GET /?[2J??GET?? 200 12 ms 345 bytes\n']);
    expect(err).toEqual(['warning: a?b?c\n']);
  });
});

const TOO_OLD = { method: 'POST', path: '/charge-card', ms: 0, bytes: 0, error: 'expired', tooOldByMs: 452_345 } as const;

describe('JSON output', () => {
  it('prints by how much a request was too old that was not forwarded', () => {
    const { output, out } = json();
    output.request(TOO_OLD);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ event: 'request', ...TOO_OLD });
  });

  it('prints the address for streams, the beginning of a stream, and how it ended', () => {
    const { output, out } = json();
    output.connected({ ...TUNNEL, streamUrl: 'https://streams.test/demo/' });
    output.streaming({ method: 'GET', path: '/a', status: 200, ms: 3 });
    output.request({ ...REQUEST, stream: 'cut', error: 'timeout', reason: 'it took too long' });
    expect(out.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'connected', streamUrl: 'https://streams.test/demo/' },
      { event: 'streaming', method: 'GET', path: '/a', status: 200, ms: 3 },
      { event: 'request', ...REQUEST, stream: 'cut', error: 'timeout', reason: 'it took too long' },
    ]);
  });

  it('prints one JSON object per line, with time and event', () => {
    const { output, out } = json();
    output.connected(TUNNEL);
    output.request(REQUEST);
    output.error('refused\nfor good');
    const lines = out.map((line) => JSON.parse(line) as { time: string; event: string });
    expect(lines).toMatchObject([
      { event: 'connected', tunnelId: 'demo', target: 'http://127.0.0.1:3000' },
      { event: 'request', ...REQUEST },
      { event: 'error', message: 'refused\nfor good' },
    ]);
    expect(lines.every(({ time }) => time === new Date(time).toISOString())).toBe(true);
    expect(out.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  });
});
