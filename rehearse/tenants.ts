import { randomUUID } from 'node:crypto';
import { TENANT_RATE, type TenantBehaviour } from './tenant';

/** Time that the slow tenant's service takes for an event-driven request and for any other request, in ms. */
const SLOW_MS = 3000;
const QUICK_MS = 50;
/** How long after the deadline the hostile agent answers, in ms. */
const LATE_MS = 500;
/** When the hostile agent answers in order to meet a safety read: the waiter reads its row after a second. In ms. */
const BEFORE_A_READ_MS = { from: 970, to: 1000, step: 7 };

/** All of a tenant's requests wait until the deadline. */
const untilTheDeadline = (deadlineMs: number): number => (TENANT_RATE * deadlineMs) / 1000;

/** Tenants that must never change how the requests of others are answered. */
export const TENANTS = {
  /** A laptop that sleeps: its agent takes requests and never answers. */
  silent: { inFlight: untilTheDeadline, onRequest: () => undefined },

  /** A local service that takes seconds, by bad luck only for the requests that are event-driven. */
  slow: {
    inFlight: () => (TENANT_RATE * SLOW_MS) / 1000,
    onRequest: (requestId, agent, view) =>
      void setTimeout(() => agent.answer(requestId), view.isEventDriven(requestId) ? SLOW_MS : QUICK_MS),
  },

  /**
   * An agent that tries everything at once. Its own visitors get nothing, a late answer, or an answer that a safety read finds before
   * its wake has arrived. Meanwhile it sends garbage, answers to nothing, and answers to the requests of others.
   */
  hostile: {
    inFlight: untilTheDeadline,
    onRequest: (requestId, agent, { deadlineMs }) => {
      const turn = Number.parseInt(requestId.slice(0, 4), 16);
      const { from, to, step } = BEFORE_A_READ_MS;
      const beforeARead = from + ((turn * step) % (to - from));
      const waits = [undefined, deadlineMs + LATE_MS, beforeARead][turn % 3];
      if (waits !== undefined) setTimeout(() => agent.answer(requestId), waits);
    },
    onTick: (agent, { foreignIds }) => {
      agent.send('{"type":"http_response"');
      agent.send(JSON.stringify({ type: 'of-no-kind', request_id: randomUUID() }));
      agent.answer(randomUUID());
      for (const id of foreignIds().slice(0, 2)) agent.answer(id);
    },
  },
} as const satisfies Record<string, TenantBehaviour>;

export type TenantName = keyof typeof TENANTS;
