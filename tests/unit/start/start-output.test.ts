import type { AlarmTransition } from '../../../emulator/observations';
import { jsonOutput, textOutput, type Ready } from '../../../local/start/start-output';
import type { LogLine } from '../../../emulator/services';

const change = (from: AlarmTransition['from'], to: AlarmTransition['to']): AlarmTransition => ({
  at: 1_795_000_000_000,
  name: 'http-tunnel-local-errors',
  from,
  to,
  reason: 'Threshold Crossed: 1 out of the last 1 datapoint',
});
const CHANGES = [change('INSUFFICIENT_DATA', 'OK'), change('OK', 'ALARM'), change('ALARM', 'OK')];

test('the text output reports the beginning and the end of an alarm, but not its first change to OK', () => {
  const lines: string[] = [];
  const output = textOutput(
    (text) => lines.push(text),
    () => undefined,
    false,
  );
  for (const each of CHANGES) output.alarm(each);
  expect(lines).toEqual([
    'alarm http-tunnel-local-errors: OK -> ALARM: Threshold Crossed: 1 out of the last 1 datapoint\n',
    'alarm http-tunnel-local-errors: ALARM -> OK: Threshold Crossed: 1 out of the last 1 datapoint\n',
  ]);
});

test('the JSON output writes every alarm change as an object', () => {
  const lines: string[] = [];
  const output = jsonOutput((text) => lines.push(text), false);
  for (const each of CHANGES) output.alarm(each);
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
    CHANGES.map((each) => ({ time: expect.any(String), event: 'alarm', ...each })),
  );
});

/** The lines that functions log, at one second after the other. @param startAt of the first line, in s */
const logged = (texts: readonly string[], startAt = 0): LogLine[] =>
  texts.map((text, i) => ({ at: 1000 * (startAt + i), functionName: 'http-tunnel-local-forward-request', environmentId: 'e', text }));

const METRICS =
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["service"]],"Metrics":[{"Name":"Requests","Unit":"Count"}]}]},"service":"f","Requests":1}';
const couldNotRead = (id: number): string =>
  `{"level":"WARN","message":"could not read the row","service":"f","requestId":"0b2c7a52-3f0e-4d0c-9a53-7a0e0f3f1a${id}","error":{"name":"TimeoutError","message":"after ${id} ms"}}`;

function printedIn(verbose: boolean, lines: readonly LogLine[]): string {
  let printed = '';
  const output = textOutput(
    (text) => (printed += text),
    () => undefined,
    verbose,
  );
  for (const line of lines) output.log(line);
  return printed;
}

test('the text output prints a log line that names a problem as one sentence, and no other log line', () => {
  const lines = logged([
    '{"level":"INFO","message":"an ordinary line","service":"f"}',
    METRICS,
    couldNotRead(11),
    '{"timestamp":"t","level":"ERROR","requestId":"i","message":{"errorType":"TypeError","errorMessage":"boom","stackTrace":["at a","at b"]}}',
    '{"time":"t","type":"platform.report","record":{"requestId":"i","status":"error","errorType":"TypeError","metrics":{"durationMs":5}}}',
    '{"time":"t","type":"platform.report","record":{"requestId":"i","status":"timeout","metrics":{"durationMs":500}}}',
    '{"timestamp":"t","level":"ERROR","requestId":"i","message":{"errorType":"Error","errorMessage":"Unauthorized"}}',
  ]);
  expect(printedIn(false, lines)).toBe(
    'forward-request: warning: could not read the row; TimeoutError: after 11 ms\n' +
      'forward-request: error: TypeError: boom\n' +
      'forward-request: error: timed out, after 500 ms\n',
  );
});

test('the text output prints the same problem once a minute, with the number of lines in between', () => {
  const lines = [...logged([couldNotRead(11), couldNotRead(12), couldNotRead(13)]), ...logged([couldNotRead(14)], 61)];
  expect(printedIn(false, lines)).toBe(
    'forward-request: warning: could not read the row; TimeoutError: after 11 ms\n' +
      'forward-request: warning: could not read the row; TimeoutError: after 14 ms (2 more since the last such line)\n',
  );
});

test('the verbose text output prints every log line, without JSON', () => {
  const lines = logged(['{"level":"INFO","message":"an ordinary line","service":"f"}', METRICS, couldNotRead(11), couldNotRead(12)]);
  expect(printedIn(true, lines)).toBe(
    'forward-request: an ordinary line\n' +
      'forward-request: Requests 1\n' +
      'forward-request: warning: could not read the row; TimeoutError: after 11 ms\n' +
      'forward-request: warning: could not read the row; TimeoutError: after 12 ms\n',
  );
});

test('the text output prints no problem of a function that a stop has ended', () => {
  let printed = '';
  const output = textOutput(
    (text) => (printed += text),
    () => undefined,
    false,
  );
  output.stopping();
  for (const line of logged([couldNotRead(11)])) output.log(line);
  expect(printed).toBe('stopping\n');
});

describe('a tunnel whose answers stream', () => {
  const ready = (streamUrl?: string): Ready => ({
    mode: 'direct',
    percent: 100,
    seconds: 1,
    functions: 2,
    environments: 2,
    visitorUrl: 'http://127.0.0.1:8080',
    agentEndpoint: 'ws://127.0.0.1:8081/a/v1',
    tunnel: {
      name: 'demo',
      url: 'http://demo.localhost:8080',
      pathUrl: 'http://127.0.0.1:8080/demo/',
      target: 'http://127.0.0.1:3000',
      isDemo: false,
      ...(streamUrl !== undefined && { streamUrl }),
    },
    pins: [],
  });
  const printed = (said: Ready): string => {
    let text = '';
    textOutput(
      (more) => (text += more),
      () => undefined,
      false,
    ).ready(said);
    return text;
  };

  test('is announced with its address', () => {
    expect(printed(ready('http://127.0.0.1:8082/demo/'))).toContain('Streaming  http://127.0.0.1:8082/demo/ -> http://127.0.0.1:3000');
  });

  test('is not announced where the stack has no function URL', () => {
    expect(printed(ready())).not.toContain('Streaming');
  });
});

test('the text output tells when an answer begins as a stream, and how it ended; a whole answer has one line', () => {
  const lines: string[] = [];
  const output = textOutput(
    (text) => lines.push(text),
    () => undefined,
    false,
  );
  const request = { method: 'GET', path: '/clock', status: 200 };
  output.streaming({ ...request, ms: 5 });
  output.request({ ...request, ms: 1000, bytes: 40, stream: 'complete' });
  output.request({ ...request, ms: 900, bytes: 30, stream: 'cut', reason: 'the service broke off' });
  output.request({ ...request, ms: 7, bytes: 20 });
  expect(lines).toEqual([
    'GET /clock 200 5 ms, streaming\n',
    'GET /clock 200 1000 ms 40 bytes, stream complete\n',
    'GET /clock 200 900 ms 30 bytes, stream cut: the service broke off\n',
    'GET /clock 200 7 ms 20 bytes\n',
  ]);
});
