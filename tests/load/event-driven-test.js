/* global __ENV, __VU, __ITER */
/**
 * Load on a deployed environment, for k6 (https://grafana.com/docs/k6/): the program `npm run load` as far as one can see it
 * from outside. An agent must run before the demo service: `npm run demo`, and `http-tunnel http <its port>` in another terminal.
 *
 *   k6 run --env TUNNEL_URL=https://…/demo --vus 100 --duration 5m tests/load/event-driven-test.js
 *
 * Each of the --vus keeps one request in flight. --env AGENT_MS=2500 sets the agent's time in ms.
 */
import { check } from 'k6';
import http from 'k6/http';
import { Rate, Trend } from 'k6/metrics';

const tunnel = (__ENV.TUNNEL_URL || '').replace(/\/$/, '');
const agentMs = Number(__ENV.AGENT_MS || 2500);

const withoutAgent = new Trend('response_without_agent', true);
const wrong = new Rate('wrong_answers');

export const options = {
  thresholds: {
    // The plan's criteria.
    response_without_agent: ['avg<200', 'p(99)<500'],
    wrong_answers: ['rate==0'],
  },
};

/** Before the load: without a tunnel there is nothing to measure. */
export function setup() {
  if (!tunnel) throw new Error('TUNNEL_URL is missing: pass --env TUNNEL_URL=https://…/<tunnel>');
  const { status } = http.get(`${tunnel}/delay/0`);
  if (status !== 200) throw new Error(`${tunnel}/delay/0 gave ${status}: does an agent run before the demo service?`);
}

export default function visit() {
  const nonce = `${__VU}-${__ITER}`;
  const response = http.get(`${tunnel}/delay/${agentMs}?say=${nonce}`);
  withoutAgent.add(response.timings.duration - agentMs);
  wrong.add(!check(response, { 'the answer is its own': ({ status, body }) => status === 200 && body === nonce }));
}
