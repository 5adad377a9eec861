import { compare } from '../../../local/console/verdict';
import type { Figures } from '../../../local/console/view-model';

const figures = (requests: number, errors: number, p50: number, more: Partial<Figures> = {}): Figures => ({
  requests,
  errors,
  response: { average: p50, p50, p99: p50 * 2 },
  returned: { average: p50 / 2, p50: p50 / 2 },
  ...more,
});

test.each([
  ['that is quicker is judged as better', figures(100, 0, 40), figures(400, 0, 100), 'better'],
  ['that differs by less than a person notices is judged as the same', figures(100, 0, 96), figures(400, 0, 100), 'same'],
  ['that is slower is judged as worse', figures(100, 0, 150), figures(400, 0, 100), 'worse'],
  ['that fails more often than chance explains is judged as worse', figures(200, 20, 100), figures(200, 2, 100), 'worse'],
  ['that fails slightly more often, as chance explains, is judged as the same', figures(100, 2, 100), figures(400, 4, 100), 'same'],
  ['that fails less often than chance explains is judged as better', figures(200, 2, 100), figures(200, 20, 100), 'better'],
  ['that is quicker and fails more often is judged as mixed', figures(200, 20, 40), figures(200, 2, 100), 'mixed'],
  ['with too few requests is judged as unknown', figures(19, 0, 40), figures(400, 0, 100), 'unknown'],
  ['beside a control with too few requests is judged as unknown', figures(400, 0, 40), figures(19, 0, 100), 'unknown'],
  ['without requests is judged as unknown', figures(0, 0, 0), figures(400, 0, 100), 'unknown'],
  ['without requests, beside a control without requests, is judged as unknown', figures(0, 0, 0), figures(0, 0, 0), 'unknown'],
] as const)('a canary %s', (_, canary, control, kind) => {
  expect(compare(canary, control, 15).kind).toBe(kind);
});

test('the verdict explains its result in words and numbers', () => {
  const { headline, detail } = compare(figures(120, 0, 42), figures(480, 3, 97), 15);
  expect(headline).toBe('The canary is better than the control');
  expect(detail).toBe(
    'The median response time is 42 ms for the canary and 97 ms for the control. ' +
      'The median return time is 21 ms for the canary and 49 ms for the control. ' +
      "0.0 % of the canary's and 0.6 % of the control's requests failed; the difference may be chance. " +
      '(120 canary and 480 control requests in the last 15 minutes.)',
  );
});

test('the verdict mentions that a canary is quicker for most visitors and much slower for a few', () => {
  const slow = figures(120, 0, 42, { response: { p50: 42, p99: 900 } });
  expect(compare(slow, figures(480, 0, 97), 15).detail).toContain("But the canary's p99 response time is 900 ms, the control's 194 ms.");
});

test.each([
  [undefined, 'unknown'],
  [100, 'better'],
  [50, 'same'],
  [20, 'worse'],
] as const)('a recorded return time of %s ms replaces the control when no request polls any more', (baseline, kind) => {
  expect(compare(figures(500, 0, 1000, { returned: { average: 50 } }), figures(0, 0, 0), 15, baseline).kind).toBe(kind);
});
