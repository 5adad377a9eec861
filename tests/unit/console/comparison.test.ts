import { compare } from '../../../local/console/comparison';
import type { Figures } from '../../../local/console/view-model';

const figures = (requests: number, errors: number, p50: number, more: Partial<Figures> = {}): Figures => ({
  requests,
  errors,
  response: { average: p50, p50, p99: p50 * 2 },
  returned: { average: p50 / 2, p50: p50 / 2 },
  ...more,
});
const none = figures(0, 0, 0);

test.each([
  ['that is quicker is better', figures(100, 0, 40), figures(400, 0, 100), 'good', 'is better than the control'],
  ['that differs by less than a person notices is as good', figures(100, 0, 96), figures(400, 0, 100), 'good', 'is as good as the control'],
  ['that is slower is worse', figures(100, 0, 150), figures(400, 0, 100), 'bad', 'is worse than the control'],
  ['that fails more often than chance explains is worse', figures(200, 20, 100), figures(200, 2, 100), 'bad', 'is worse than the control'],
  [
    'that fails slightly more often, as chance explains, is as good',
    figures(100, 2, 100),
    figures(400, 4, 100),
    'good',
    'is as good as the control',
  ],
  [
    'that fails less often than chance explains is better',
    figures(200, 2, 100),
    figures(200, 20, 100),
    'good',
    'is better than the control',
  ],
  [
    'that is quicker and fails more often is better and worse',
    figures(200, 20, 40),
    figures(200, 2, 100),
    'warning',
    'is better in one thing and worse in another',
  ],
] as const)('a canary %s', (_, canary, control, kind, words) => {
  expect(compare(canary, control)).toMatchObject({ kind, headline: `The canary ${words}` });
});

test.each([
  [
    'a canary with too few requests',
    figures(19, 0, 40),
    figures(400, 0, 100),
    /^19 requests of the canary and 400 requests of the control .* 20 of each/,
  ],
  [
    'a control with too few requests',
    figures(400, 0, 40),
    figures(19, 0, 100),
    /^400 requests of the canary and 19 requests of the control/,
  ],
  [
    'a canary without requests',
    none,
    figures(400, 4, 100),
    /^All 400 requests of the last minute polled\. They took 100 ms \(median\), and 1\.0 % failed\.$/,
  ],
  ['cohorts without requests', none, none, /^No visit of the last minute reached an agent\.$/],
] as const)('%s: there is nothing to judge, and the text says so', (_, canary, control, text) => {
  expect(compare(canary, control)).toEqual({ kind: undefined, points: [expect.stringMatching(text)] });
});

test('the comparison explains its result in words and numbers', () => {
  const { points } = compare(figures(120, 0, 42), figures(480, 3, 97));
  expect(points).toEqual([
    'The median response time is 42 ms for the canary and 97 ms for the control. ' +
      'The median return time is 21 ms for the canary and 49 ms for the control.',
    "0.0 % of the canary's and 0.6 % of the control's requests failed; the difference may be chance.",
    '(120 canary and 480 control requests in the last minute.)',
  ]);
});

test('the comparison mentions that a canary is quicker for most visitors and much slower for a few', () => {
  const slow = figures(120, 0, 42, { response: { p50: 42, p99: 900 } });
  expect(compare(slow, figures(480, 0, 97)).points).toContain("But the canary's p99 response time is 900 ms, the control's 194 ms.");
});

describe('when no request polls any more', () => {
  const all = figures(500, 0, 1000, { returned: { average: 50 } });

  test.each([
    ['without a baseline', undefined],
    ['with a slower baseline', 100],
    ['with about the same baseline', 50],
  ])('%s there is nothing to compare, and the missing control is no news', (_, baseline) => {
    const { kind, points } = compare(all, none, baseline);
    expect(kind).toBeUndefined();
    expect(points[0]).toBe('All 500 requests of the last minute were event-driven. They took 1000 ms (median), and 0.0 % failed.');
    expect(points.join(' ')).not.toContain('control');
  });

  test('answers that return more slowly than the recorded baseline are bad', () => {
    expect(compare(all, none, 20)).toMatchObject({
      kind: 'bad',
      headline: 'Answers return more slowly than by polling',
      points: [expect.any(String), 'An answer takes 50 ms to return on average; the recorded baseline of polling is 20 ms.'],
    });
  });
});
