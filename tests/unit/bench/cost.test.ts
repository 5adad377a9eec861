import { costOf, monthlyCost, totalOf, transferCostOf } from '../../../bench/cost';
import { eventUnits, httpUnits, messageUnits, type Usage } from '../../../bench/usage';

const NOTHING: Usage = {
  requests: 1000,
  httpApiRequests: 0,
  webSocketMessages: 0,
  posts: 0,
  connectionMinutes: 0,
  invocations: {},
  gigabyteSeconds: {},
  pendingReads: 0,
  otherReads: 0,
  writes: 0,
  readUnits: 0,
  writeUnits: 0,
  events: 0,
  logBytes: 0,
  s3Puts: 0,
  s3Gets: 0,
  transferBytes: 0,
};

test.each<[string, Partial<Usage>, number]>([
  ['a request through the HTTP API', { httpApiRequests: 1000 }, 1],
  ['three messages', { webSocketMessages: 3000 }, 3],
  ['a minute of a connection', { connectionMinutes: 1000 }, 0.25],
  ['an invocation', { invocations: { a: 600, b: 400 } }, 0.2],
  ['300 ms of 256 MB', { gigabyteSeconds: { a: 1000 * 0.25 * 0.3 } }, 1.000005],
  ['nine write units', { writeUnits: 9000 }, 5.625],
  ['a read unit', { readUnits: 1000 }, 0.125],
  ['an event', { events: 1000 }, 1],
  ['a body through the bucket', { s3Puts: 1000, s3Gets: 1000 }, 5.4],
  ['a kilobyte of logs', { logBytes: 1e6 }, 0.5],
])('a million requests with %s each cost what the price page says', (_, usage, usd) => {
  expect(totalOf(costOf({ ...NOTHING, ...usage }))).toBeCloseTo(usd, 5);
});

test('the monthly cost of 100 tunnels is the cost of a million requests and of 100 connections', () => {
  expect(monthlyCost(0, 100)).toBeCloseTo(100 * 730 * 60 * 0.25e-6, 10);
  expect(monthlyCost(12, 100) - monthlyCost(0, 100)).toBeCloseTo(12, 10);
});

test.each([
  [1, 1],
  [32 * 1024, 1],
  [32 * 1024 + 1, 2],
  [128 * 1024, 4],
])('a WebSocket message of %i bytes is billed as %i messages', (bytes, units) => expect(messageUnits(bytes)).toBe(units));

test('an event above 64 KB is billed as two events', () => {
  expect([eventUnits(200), eventUnits(64 * 1024 + 1)]).toEqual([1, 2]);
});

test('a transfer of 1 MB to the internet per request costs 90 dollars for a million requests', () => {
  expect(transferCostOf({ ...NOTHING, transferBytes: 1000 * 1e6 })).toBeCloseTo(90, 5);
});

test.each([
  [0, 0, 1],
  [512 * 1024, 1, 1],
  [1, 512 * 1024 + 1, 2],
  [4 * 1024 * 1024, 0, 8],
])('an HTTP request of %i bytes with an answer of %i bytes is billed as %i requests', (request, response, units) =>
  expect(httpUnits(request, response)).toBe(units),
);
