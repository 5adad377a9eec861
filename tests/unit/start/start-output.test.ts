import type { AlarmTransition } from '../../../emulator/observations';
import { jsonOutput, textOutput } from '../../../local/start/start-output';

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
