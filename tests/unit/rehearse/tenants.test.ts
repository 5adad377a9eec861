import { TENANTS, type TenantName } from '../../../rehearse/tenants';
import type { TenantBehaviour } from '../../../rehearse/tenant';

const DEADLINE_MS = 4000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Gives a tenant's agent one request; `said()` has all that the agent has sent. */
function asked(name: TenantName, requestId: string, eventDriven = true) {
  const behaviour: TenantBehaviour = TENANTS[name];
  const texts: string[] = [];
  const agent = { send: (text: string) => void texts.push(text), answer: (id: string) => void texts.push(`answer ${id}`) };
  const view = { deadlineMs: DEADLINE_MS, isEventDriven: () => eventDriven, foreignIds: () => ['foreign'] };
  behaviour.onRequest(requestId, agent, view);
  return { tick: () => behaviour.onTick?.(agent, view), said: () => texts.splice(0) };
}

test('the silent agent of a rehearsal never answers', () => {
  const { said } = asked('silent', 'r');
  jest.advanceTimersByTime(60_000);
  expect(said()).toEqual([]);
});

test('the slow service of a rehearsal is slow for event-driven requests only', () => {
  const slow = asked('slow', 'r');
  const quick = asked('slow', 's', false);
  jest.advanceTimersByTime(2999);
  expect([slow.said(), quick.said()]).toEqual([[], ['answer s']]);
  jest.advanceTimersByTime(1);
  expect(slow.said()).toEqual(['answer r']);
});

test('the hostile agent of a rehearsal answers a third of its requests never, a third late, and a third just before a safety read', () => {
  const [never, late, beforeARead] = ['0000', '0001', '0002'].map((requestId) => asked('hostile', requestId));
  jest.advanceTimersByTime(1000);
  expect([never?.said(), late?.said(), beforeARead?.said()]).toEqual([[], [], ['answer 0002']]);
  jest.advanceTimersByTime(DEADLINE_MS);
  expect([never?.said(), late?.said(), beforeARead?.said()]).toEqual([[], ['answer 0001'], []]);
});

test('the hostile agent of a rehearsal sends garbage, answers to nothing and foreign answers all the time', () => {
  const { tick, said } = asked('hostile', '0000');
  tick();
  const texts = said();
  expect(texts).toContain('answer foreign');
  expect(texts.filter((text) => /^answer [0-9a-f-]{36}$/.test(text))).toHaveLength(1);
  expect(() => JSON.parse(texts[0] ?? '') as unknown).toThrow(SyntaxError);
});
