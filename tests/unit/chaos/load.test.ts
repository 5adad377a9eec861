import { arrivals, type Arrival } from '../../../chaos/load/arrivals';
import { namedIn, textFor } from '../../../chaos/load/bodies';
import { Pace } from '../../../chaos/load/pace';
import { endOf } from '../../../chaos/load/visit-end';
import { CAST, OWN_AGENTS } from '../../../chaos/world/cast';

const visitors = (first: number, requests: number, seed = 1): Arrival[] => [...arrivals(seed, { mode: 'bus', first, requests })];

test('visitors are the same for the same seed, and a plan that begins later has the same visitors from there on', () => {
  expect(visitors(0, 50)).toEqual(visitors(0, 50));
  expect(visitors(0, 50)).not.toEqual(visitors(0, 50, 2));
  expect(visitors(30, 20)).toEqual(visitors(0, 50).slice(30));
});

test('visitors come at random times with the mean that was asked for, to every tunnel, with and without a body', () => {
  const all = visitors(0, 5000);
  const mean = all.reduce((sum, { gap }) => sum + gap, 0) / all.length;
  expect(mean).toBeGreaterThan(0.9);
  expect(mean).toBeLessThan(1.1);
  expect(new Set(all.map(({ tunnel }) => tunnel.name))).toEqual(new Set(CAST.map(({ name }) => name)));
  expect(all.filter(({ uploadBytes }) => uploadBytes > 0).length).toBeGreaterThan(1500);
  expect(Math.max(...all.map(({ downloadBytes }) => downloadBytes))).toBeGreaterThan(300_000);
  expect(new Set(all.map(({ manner }) => manner))).toEqual(new Set(['answer', 'error', 'hang-up', 'silence']));
  expect(all.every(({ nonce }, i) => nonce.startsWith(`bus-${i}-`))).toBe(true);
});

test('the cast has three owners, five tunnels, agents of this project and an old one, and a hostile agent', () => {
  expect(new Set(CAST.filter(({ agent }) => agent !== 'hostile').map(({ owner }) => owner)).size).toBe(3);
  expect(CAST.filter(({ agent }) => agent !== 'hostile')).toHaveLength(5);
  expect(CAST.map(({ agent }) => agent)).toEqual(expect.arrayContaining(['own', 'old', 'hostile']));
  expect(OWN_AGENTS).toHaveLength(4);
});

test('every part of a body names its request', () => {
  const text = textFor('bus-7-ann-web', 1000);
  expect(text).toHaveLength(1000);
  expect(text.slice(0, 28)).toBe('bus-7-ann-web bus-7-ann-web ');
  expect(namedIn(text)).toBe('bus-7-ann-web');
  expect(textFor('x', 0)).toBe('');
});

describe('a visit ends', () => {
  const arrival: Pick<Arrival, 'nonce' | 'downloadBytes' | 'manner'> = { nonce: 'v1', downloadBytes: 40, manner: 'answer' };
  const end = (
    reply: { status: number; body?: string; headers?: Record<string, string>; failure?: string },
    manner: Arrival['manner'] = 'answer',
  ) => endOf({ ...arrival, manner } as Arrival, { body: '', headers: {}, ...reply });

  test.each([
    ['with its own answer', end({ status: 200, body: textFor('v1', 40) }), { kind: 'own-answer' }],
    ["with the local service's own error", end({ status: 500, body: textFor('v1', 40) }, 'error'), { kind: 'own-answer' }],
    ['with a wrong answer when bytes are missing', end({ status: 200, body: textFor('v1', 39) }), { kind: 'wrong-answer', found: 'v1' }],
    ['with a wrong answer when it names another', end({ status: 200, body: textFor('v2', 40) }), { kind: 'wrong-answer', found: 'v2' }],
    [
      'with a wrong answer when one byte in it is changed',
      end({ status: 200, body: textFor('v1', 39) + 'x' }),
      { kind: 'wrong-answer', found: 'v1' },
    ],
    [
      'with an error of the tunnel',
      end({ status: 502, headers: { 'x-tunnel-error': 'agent_away' } }),
      { kind: 'tunnel-error', code: 'agent_away' },
    ],
    [
      "with an unknown error when the status is not the code's",
      end({ status: 200, headers: { 'x-tunnel-error': 'agent_away' } }),
      { kind: 'unknown-error', status: 200, found: 'x-tunnel-error agent_away' },
    ],
    [
      'with an unknown error when no such code is documented',
      end({ status: 502, headers: { 'x-tunnel-error': 'rain' } }),
      { kind: 'unknown-error', status: 502, found: 'x-tunnel-error rain' },
    ],
    ["with API Gateway's error", end({ status: 500, body: '{"message":"Internal Server Error"}' }), { kind: 'gateway-error', status: 500 }],
    ['with a cut connection', end({ status: 0, failure: 'ECONNRESET' }), { kind: 'cut', code: 'ECONNRESET' }],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

test('fewer visitors come while invocations wait for an environment or the lab for a core, and more when they do not', () => {
  let waiting = 0;
  const pace = new Pace(() => waiting);
  const after = (times: number, lateMs = 0): number => {
    for (let i = 0; i < times; i++) pace.look(lateMs);
    return pace.now;
  };
  expect(after(0)).toBe(0.3);
  expect(after(20)).toBe(1);
  waiting = 5;
  expect(after(5)).toBe(1);
  waiting = 30;
  expect(after(1)).toBeCloseTo(0.255);
  expect(after(10)).toBeCloseTo(0.255);
  waiting = 5;
  expect(after(1)).toBeCloseTo(0.255);
  waiting = 0;
  expect(after(1)).toBeCloseTo(0.85);
  expect(after(20)).toBe(1);
  expect(after(1, 500)).toBeCloseTo(0.255);
  for (let times = 0; times < 50; times++) {
    after(1, 500);
    after(1);
  }
  expect(after(1, 500)).toBe(0.05);
});
