import { LogStore } from '../../../emulator/logs/log-store';
import { logText } from '../../../local/story/log-text';

const line = (text: string, requestId?: string) => ({
  at: 1,
  functionName: 'f',
  environmentId: 'e',
  text,
  ...(requestId !== undefined && { requestId }),
});

describe('the logs of the local cloud', () => {
  test('keep the newest lines up to a number of lines and characters, and emit each new line', () => {
    const heard: string[] = [];
    const logs = new LogStore(8, 1000);
    logs.events.on('line', ({ text }) => heard.push(text));
    for (let i = 0; i < 100; i++) logs.add(line(`line ${i}`));
    expect(heard).toHaveLength(100);
    expect(logs.recent(100).length).toBeLessThanOrEqual(8);
    expect(logs.recent(2).map(({ text }) => text)).toEqual(['line 98', 'line 99']);
    expect(logs.recent(0)).toEqual([]);
    for (let i = 0; i < 5; i++) logs.add(line('x'.repeat(400)));
    expect(logs.recent(100).reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(1000);
  });

  test('find the lines that name a request, and all lines of the same invocation', () => {
    const logs = new LogStore();
    logs.add(line('START', 'lambda-1'));
    logs.add(line('{"requestId":"r-1"}', 'lambda-1'));
    logs.add(line('{"requestId":"r-2"}', 'lambda-2'));
    logs.add(line('nothing ran'));
    expect(logs.about('r-1').map(({ text }) => text)).toEqual(['START', '{"requestId":"r-1"}']);
  });
});

test.each([
  ['START RequestId: 1 Version: $LATEST', { kind: 'frame', level: 'info' }],
  [
    '{"level":"WARN","message":"the direct wake failed, so the event bus carries the wake","service":"f","requestId":"r","error":{"name":"E","message":"m"}}',
    { kind: 'message', level: 'warning', text: 'the direct wake failed, so the event bus carries the wake; E: m', requestId: 'r' },
  ],
  [
    '{"_aws":{},"service":"f","ReturnTime":12.4,"Requests":1,"requestId":"r"}',
    { kind: 'metrics', text: 'Requests 1, ReturnTime 12 ms', requestId: 'r' },
  ],
  ['2026 1\tERROR\tboom', { kind: 'message', level: 'error', text: '2026 1\tERROR\tboom' }],
  [
    '{"timestamp":"t","level":"ERROR","requestId":"lambda-1","message":{"errorType":"TypeError","errorMessage":"boom","stackTrace":[]}}',
    { kind: 'message', level: 'error', text: 'TypeError: boom' },
  ],
  ['{"time":"t","type":"platform.start","record":{"requestId":"1"}}', { kind: 'frame', level: 'info' }],
  ['{"time":"t","type":"platform.report","record":{"requestId":"1","status":"error","errorType":"Error"}}', { kind: 'frame' }],
  [
    '{"time":"t","type":"platform.report","record":{"requestId":"1","status":"timeout","errorType":"Sandbox.Timedout","metrics":{"durationMs":500}}}',
    { kind: 'message', level: 'error', text: 'timed out, after 500 ms' },
  ],
  [
    '{"time":"t","type":"platform.initReport","record":{"status":"error","errorType":"Runtime.ExitError","metrics":{"durationMs":9}}}',
    { kind: 'message', level: 'error', text: 'init ended: Runtime.ExitError, after 9 ms' },
  ],
  ['{half', { kind: 'message', level: 'info', text: '{half' }],
])('logText() makes this log line readable: %s', (text, expected) => {
  expect(logText(text)).toMatchObject(expected);
});
