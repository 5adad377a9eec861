import * as github from '@octokit/webhooks-methods';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import Stripe from 'stripe';
import { startLocalServer, type LocalServer } from '../support/agent-local-server';
import type { StartMode } from '../../local/start/start-options';
import { ask } from '../support/http-client';
import { randomBodies, type TypedBody } from '../support/random-bodies';
import { MODES, startCloud, type CloudUnderTest } from '../support/tunnel';

/** The part of the bodies for each mode. Modes differ only in the way of the answer, so most bodies use the fastest mode. */
const SHARES: Record<StartMode, [from: number, to: number]> = { direct: [0, 800], polling: [800, 940], bus: [940, 1000] };
const BODIES = randomBodies(1000, 0.2718);
/** The number of concurrent senders. Each further sender costs a cold start of each function. */
const SENDERS = 4;

/** How a service signs webhooks and how a receiver checks them, with the service's own library. */
interface Signer {
  readonly header: string;
  readonly sign: (payload: string) => string | Promise<string>;
  readonly verify: (payload: string, signature: string) => boolean | Promise<boolean>;
}

const SIGNERS: Record<'stripe' | 'github', Signer> = {
  stripe: {
    header: 'stripe-signature',
    sign: (payload) => Stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_test' }),
    verify: (payload, signature) => {
      try {
        return Stripe.webhooks.signature?.verifyHeader(payload, signature, 'whsec_test') === true;
      } catch (error) {
        if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
        throw error;
      }
    },
  },
  github: {
    header: 'x-hub-signature-256',
    sign: (payload) => github.sign('a secret of the hook', payload),
    verify: (payload, signature) => github.verify('a secret of the hook', payload, signature),
  },
};

/** The libraries sign text. With one character for each byte, different bytes always give different texts. */
const textOf = (bytes: Buffer): string => bytes.toString('latin1');

/** The names of the signers whose signature is valid for these bytes, and not valid after one byte has changed. */
async function verdict(headers: IncomingHttpHeaders, body: Buffer): Promise<string> {
  const changed = Buffer.from(body);
  changed[Math.floor(body.length / 2)]! ^= 1;
  const good: string[] = [];
  for (const [name, { header, verify }] of Object.entries(SIGNERS)) {
    const signature = headers[header];
    if (typeof signature !== 'string') continue;
    if (await verify(textOf(body), signature)) good.push(name);
    if (await verify(textOf(changed), signature)) good.push(`${name}, whatever the body`);
  }
  return good.join(', ');
}

/** One line for a webhook, to compare what was sent with what arrived: signer, type, length and digest. */
const told = (name: string, type: string | undefined, bytes: Buffer): string =>
  `${name} ${type} ${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;

describe.each(MODES)('in mode %s', (mode) => {
  let cloud: CloudUnderTest;
  let service: LocalServer;
  beforeAll(async () => {
    cloud = await startCloud({ mode });
    service = await startLocalServer((request, response, body) => {
      void verdict(request.headers, body).then((name) => response.end(told(name, request.headers['content-type'], body)));
    });
    await cloud.agent({ target: { port: service.port } });
  });
  afterAll(async () => {
    await cloud.close();
    await service.close();
  });

  async function deliver({ contentType, bytes }: TypedBody, name: keyof typeof SIGNERS, to: 'host' | 'path'): Promise<[string, string]> {
    const { header, sign } = SIGNERS[name];
    const headers = { [header]: await sign(textOf(bytes)), ...(contentType !== undefined && { 'content-type': contentType }) };
    const hook = { method: 'POST', headers, body: bytes };
    const byHost = { ...hook, headers: { ...headers, host: 'demo.localhost' } };
    const reply = await (to === 'host' ? ask(cloud.visitorUrl, '/hook', byHost) : cloud.visit('/hook', hook));
    return [reply.text, told(name, contentType, bytes)];
  }

  test('webhooks arrive with the bytes that Stripe and GitHub have signed', async () => {
    const mine = BODIES.slice(...SHARES[mode]);
    const queue = mine.map((body, index) => {
      return { body, name: index % 2 === 0 ? 'stripe' : 'github', to: index % 4 < 2 ? 'host' : 'path' } as const;
    });
    const arrived: string[] = [];
    const sent: string[] = [];
    const sender = async (): Promise<void> => {
      for (let next = queue.pop(); next; next = queue.pop()) {
        const [came, went] = await deliver(next.body, next.name, next.to);
        arrived.push(came);
        sent.push(went);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    expect(sent).toHaveLength(mine.length);
    expect(arrived).toEqual(sent);
  });
});

test('the test bodies include text and bytes, small and large sizes, and several content types', () => {
  const sizes = BODIES.map(({ bytes }) => bytes.length);
  expect(sizes.filter((size) => size < 2000).length).toBeGreaterThan(500);
  expect(sizes.filter((size) => size > 32 * 1024).length).toBeGreaterThan(50);
  expect(Math.max(...sizes)).toBeGreaterThan(80_000);
  expect(Math.max(...sizes)).toBeLessThan(95_000);
  expect(new Set(BODIES.map(({ contentType }) => contentType)).size).toBe(6);
  expect(BODIES.filter(({ bytes }) => !Buffer.from(bytes.toString()).equals(bytes)).length).toBeGreaterThan(100);
});
