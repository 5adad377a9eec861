import { sightingOf, type Behaviour } from './behaviour';

const PATHS = 'docs/limits.md#paths';

/** As a visitor sends it, and as the local service should see it. */
const TARGETS: readonly (readonly [sent: string, expected: string])[] = [
  ['/a//b/', '/a//b/'],
  ['/a/../b', '/a/../b'],
  ['/a;b=c', '/a;b=c'],
  ['/a+b', '/a+b'],
  ['/sp%20ace', '/sp%20ace'],
  ['/[x]|^', '/[x]|^'],
  ['/%E4%BD%A0', '/%E4%BD%A0'],
  ['/%e4%bd%a0', '/%E4%BD%A0'],
  ['/a%2Fb', '/a/b'],
  ['/%61', '/a'],
  ['/%2e%2e/x', '/../x'],
  ['/a%3Fb', '/a'],
  ['/q?a=1&a=2&b=&c&=d', '/q?a=1&a=2&b=&c&=d'],
  ['/q?x=%20+%2B%2f;%e4%bd%a0', '/q?x=%20+%2B%2f;%e4%bd%a0'],
  ['/q?a=/?b', '/q?a=/?b'],
];

export const pathAndQuery: readonly Behaviour[] = TARGETS.map(([sent, expected]) => ({
  assumption: `${sent} reaches the local service as ${expected}`,
  reliedOn: PATHS,
  check: async (world) => {
    const { reply, seen } = await world.visit({ path: sent });
    return sightingOf(seen?.url ?? `status ${reply.status}, and nothing reached the local service`, expected);
  },
}));
