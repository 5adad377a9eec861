import fc from 'fast-check';
import { parseCompositeRule } from '../../../emulator/cloudwatch/alarms/composite-rule';
import type { AlarmState } from '../../../emulator/observations';

const STATES: Readonly<Record<string, AlarmState>> = { on: 'ALARM', off: 'OK', new: 'INSUFFICIENT_DATA' };
const holds = (rule: string): boolean => parseCompositeRule(rule).holds((name) => STATES[name] ?? 'OK');

test.each([
  ['ALARM(on)', true],
  ['ALARM("on")', true],
  ["ALARM('off')", false],
  ['OK(off)', true],
  ['INSUFFICIENT_DATA(new)', true],
  ['TRUE', true],
  ['FALSE', false],
  ['NOT FALSE', true],
  ['NOT NOT ALARM(on)', true],
  ['ALARM(on) AND NOT ALARM(off)', true],
  ['(ALARM(off) OR ALARM(on)) AND OK(off)', true],
  ['TRUE OR FALSE AND FALSE', true],
  ['(TRUE OR FALSE) AND FALSE', false],
  ['NOT TRUE OR TRUE', true],
  ['NOT (TRUE OR TRUE)', false],
  ['  ALARM( on )\n  OR\n  ALARM(off)', true],
])('the rule %s evaluates to %s', (rule, expected) => expect(holds(rule)).toBe(expected));

test('a rule lists each alarm that it names once', () => {
  const arn = 'arn:aws:cloudwatch:eu-central-1:000000000000:alarm:b';
  expect(parseCompositeRule(`ALARM("a name") OR ALARM(${arn}) OR OK("a name")`).children).toEqual(['a name', arn]);
});

test.each([
  '',
  'ALARM',
  'ALARM()',
  'ALARM(a',
  'ALARM(a) ALARM(b)',
  'ALARM(a) OR',
  'alarm(a)',
  'AT_LEAST(2, ALARM, (a, b))',
  '(TRUE',
  'TRUE)',
  'ALARM("a)',
])('"%s" is not a valid rule', (rule) => expect(() => parseCompositeRule(rule)).toThrow(SyntaxError));

/** A rule and its value. */
const rules = fc.letrec<{ rule: { text: string; value: boolean } }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(
      { text: 'TRUE', value: true },
      { text: 'FALSE', value: false },
      { text: 'ALARM(on)', value: true },
      { text: 'OK("on")', value: false },
    ),
    tie('rule').map(({ text, value }) => ({ text: `NOT (${text})`, value: !value })),
    fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => ({ text: `(${a.text}) AND (${b.text})`, value: a.value && b.value })),
    fc.tuple(tie('rule'), tie('rule')).map(([a, b]) => ({ text: `(${a.text}) OR (${b.text})`, value: a.value || b.value })),
  ),
}));

test('a nested rule of any depth evaluates to the combination of its parts', () => {
  fc.assert(fc.property(rules.rule, ({ text, value }) => expect(holds(text)).toBe(value)));
});
