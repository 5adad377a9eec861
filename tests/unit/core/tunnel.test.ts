import { isTunnelName, nameProblem, randomTunnelId } from '../../../functions/core/tunnel';

test.each(['demo', 'my-app', 'a1b', 'x'.repeat(63)])('%s is a valid tunnel name', (name) => {
  expect(nameProblem(name)).toBeUndefined();
});

test.each(['', 'ab', 'Demo', '-demo', 'demo-', 'de.mo', 'de_mo', 'dé-mo', 'x'.repeat(64)])(
  'the tunnel name "%s" is invalid, and the error contains the name',
  (name) => {
    expect(nameProblem(name)).toContain(`"${name}"`);
  },
);

test.each([
  ...['admin', 'agent', 'agents', 'api', 'app', 'auth', 'console', 'dashboard', 'docs', 'help', 'http-tunnel', 'localhost'],
  ...['login', 'mail', 'ns1', 'ns2', 'status', 'support', 'wake', 'www'],
])('the reserved tunnel name %s is refused', (name) => {
  expect(nameProblem(name)).toBe(`tunnel name "${name}" is reserved: choose another name`);
});

test('a random tunnel id has twelve characters of a-z and 0-9, and many ids use all of these characters', () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const ids = Array.from({ length: 200 }, () => randomTunnelId(random));
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{12}$/);
  expect(new Set(ids).size).toBe(200);
  expect(new Set(ids.join(''))).toEqual(new Set('abcdefghijklmnopqrstuvwxyz0123456789'));
  expect(ids.every(isTunnelName)).toBe(true);
});
