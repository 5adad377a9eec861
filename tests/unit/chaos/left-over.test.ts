import { countedIn, isLeft } from '../../../chaos/judge/left-over';

const NOW = 1_700_000_000_000;
const DEADLINE_MS = 14_000;

test.each([
  ['requests in flight', { tunnelId: '#in-flight/ann', emptyBy: NOW, 'e:8:r1': NOW - 1, 'e:r2': NOW - DEADLINE_MS }, 2],
  ['entries whose deadline is over', { tunnelId: '#in-flight/ann', emptyBy: NOW, 'e:r1': NOW - DEADLINE_MS - 1 }, 0],
  ['connections', { tunnelId: '#connections/ann', 'e:lease': { tunnelId: 'a', since: NOW, until: NOW } }, 0],
  ['a tunnel', { tunnelId: 'ann', leaseExpiresAt: NOW + 1000, capabilities: ['any-method'] }, 0],
])('a row of the tunnels table with %s counts the requests in flight', (_, row, expected) => {
  expect(countedIn(row, NOW, DEADLINE_MS)).toBe(expected);
});

test('the items of the rollout and of the environment stay, and every other row of the tunnels table has to go', () => {
  expect(
    ['#rollout', '#rollout-2026', '#environment', '#ticket-keys', 'ann-web', '#in-flight/ann'].filter((tunnelId) => isLeft({ tunnelId })),
  ).toEqual(['ann-web', '#in-flight/ann']);
});
