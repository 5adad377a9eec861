import { compare } from '../../../local/console/verdict';
import type { Figures } from '../../../local/console/view-model';

const figures = (requests: number, errors: number, p50: number, more: Partial<Figures> = {}): Figures => ({
  requests,
  errors,
  response: { average: p50, p50, p99: p50 * 2 },
  returned: { p50: p50 / 2 },
  ...more,
});

test.each([
  ['is quicker', figures(100, 0, 40), figures(400, 0, 100), 'better'],
  ['differs by less than a person notices', figures(100, 0, 96), figures(400, 0, 100), 'same'],
  ['is slower', figures(100, 0, 150), figures(400, 0, 100), 'worse'],
  ['fails more often than chance explains', figures(200, 20, 100), figures(200, 2, 100), 'worse'],
  ['fails a little more often, as chance has it', figures(100, 2, 100), figures(400, 4, 100), 'same'],
  ['fails less often than chance explains', figures(200, 2, 100), figures(200, 20, 100), 'better'],
  ['is quicker, and fails more often', figures(200, 20, 40), figures(200, 2, 100), 'mixed'],
  ['has hardly been asked', figures(19, 0, 40), figures(400, 0, 100), 'unknown'],
  ['has hardly anything beside it', figures(400, 0, 40), figures(19, 0, 100), 'unknown'],
  ['is not there', figures(0, 0, 0), figures(400, 0, 100), 'unknown'],
  ['is as quiet as its control', figures(0, 0, 0), figures(0, 0, 0), 'unknown'],
] as const)('the canary that %s', (_, canary, control, kind) => {
  expect(compare(canary, control, 15).kind).toBe(kind);
});

test('the verdict says in words and numbers what it rests on', () => {
  const { headline, detail } = compare(figures(120, 0, 42), figures(480, 3, 97), 15);
  expect(headline).toBe('The canary is better than the control');
  expect(detail).toBe(
    "Half of its visitors wait less than 42 ms, of the control's 97 ms. Of that the way back takes 21 ms against 49 ms. " +
      '0.0 % against 0.6 % of requests fail, which may be chance. (120 and 480 requests in the last 15 minutes.)',
  );
});

test('a canary that is quicker for most and much slower for a few is said to be so', () => {
  const slow = figures(120, 0, 42, { response: { p50: 42, p99: 900 } });
  expect(compare(slow, figures(480, 0, 97), 15).detail).toContain("But its slowest hundredth waits 900 ms, the control's 194 ms.");
});

test.each([
  [undefined, 'unknown'],
  [100, 'better'],
  [50, 'same'],
  [20, 'worse'],
] as const)('where nobody polls any more the recorded baseline of %s ms stands in for the control', (baseline, kind) => {
  expect(compare(figures(500, 0, 50), figures(0, 0, 0), 15, baseline).kind).toBe(kind);
});
