import { setTimeout as sleep } from 'node:timers/promises';
import { nonceIn } from '../../bench/bench-service';
import { textFor } from '../load/bodies';
import type { Attack } from './attacks';
import type { LabAgent } from './lab-agent';
import type { StolenRequest, StolenRequests } from './stolen-requests';
import { answerOf, ticketAttack } from './ticket-attack';
import { Wire, type Message } from '../../rehearse/wire';

export interface HostileAgentOptions {
  readonly endpoint: string;
  readonly token: string;
  readonly name: string;
  /** Requests of all tunnels. */
  readonly stolen: Pick<StolenRequests, 'waiting' | 'over'>;
  readonly random: () => number;
}

const CAPABILITIES = ['tickets'] as const;
/** So many requests of its own are remembered. */
const OWN = 50;
const RETRY_MS = 500;
/** Time between two messages of an attack, in ms: enough to hurt, and little enough for a machine that does everything. */
const MESSAGE_MS = 40;
/** What it says in the place of others. */
const FORGED = 'forged-by-eve';
const GARBAGE = [
  '',
  'null',
  '[]',
  '{',
  '\u0000',
  '{"type":"__proto__"}',
  '{"type":"ready","__proto__":{"x":1}}',
  `"${'x'.repeat(20_000)}"`,
];

/** An agent with a token of its own that lies. For its own visitors it answers, or it does not, or it answers many times. */
export class HostileAgent implements LabAgent {
  private wire: Wire | undefined;
  private stopped = false;
  private connecting = false;
  private readonly own: StolenRequest[] = [];

  constructor(private readonly options: HostileAgentOptions) {}

  get tunnelId(): string {
    return this.options.name;
  }

  /** Connects. The cloud may refuse it for a while, which is no failure. */
  async start(): Promise<void> {
    if (this.connecting || this.stopped) return;
    this.connecting = true;
    const { endpoint, token, name } = this.options;
    const query = { token, name };
    const wire = await Wire.connect(endpoint, query, (message) => this.receive(message), CAPABILITIES).catch(() => undefined);
    this.connecting = false;
    if (this.stopped) return wire?.vanish();
    this.wire = wire;
    if (wire) wire.onceClosed(() => this.again());
    else this.again();
  }

  /** Does this for a while, as often as it can without taking the whole machine. */
  async attack(attack: Attack, forMs: number): Promise<void> {
    for (const endsAt = Date.now() + forMs; Date.now() < endsAt && !this.stopped; await sleep(MESSAGE_MS)) await this.strike(attack);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wire?.vanish();
  }

  private again(): void {
    void sleep(RETRY_MS).then(() => this.start());
  }

  private async strike(attack: Attack): Promise<void> {
    const { stolen, random, endpoint, token } = this.options;
    switch (attack) {
      case 'forge': {
        const requestId = stolen.waiting()?.requestId;
        if (requestId === undefined) return;
        if (random() < 0.5) this.answer({ requestId }, FORGED);
        else this.wire?.send({ type: 'error', request_id: requestId, code: 'internal_error', message: FORGED });
        return;
      }
      case 'late':
        for (const request of [stolen.over(), this.oneOfOwn()]) if (request) this.answer(request, FORGED);
        return;
      case 'tickets': {
        const loot = { own: this.oneOfOwn(), waiting: stolen.waiting(), over: stolen.over() };
        for (const message of ticketAttack(loot, FORGED, random)) this.wire?.send(message);
        return;
      }
      case 'uploads':
        this.wire?.send({
          type: 'upload_request',
          request_id: stolen.waiting()?.requestId ?? 'none',
          bytes: 200_000,
          sha256: `${'A'.repeat(43)}=`,
        });
        return;
      case 'garbage':
        this.wire?.sendText(GARBAGE[Math.floor(random() * GARBAGE.length)] ?? '');
        return;
      case 'floods':
        this.wire?.send({ type: random() < 0.5 ? 'ready' : 'ping', tunnel_id: 'ann-web', owner: 'ann' });
        return;
      case 'reconnects': {
        const wire = await Wire.connect(endpoint, { token }, () => undefined).catch(() => undefined);
        wire?.vanish();
      }
    }
  }

  private receive(message: Message): void {
    if (message['type'] !== 'http_request') return;
    const ticket = message['ticket'];
    const request = { requestId: String(message['request_id']), ...(typeof ticket === 'string' && { ticket }) };
    this.own.push(request);
    if (this.own.length > OWN) this.own.shift();
    const mood = this.options.random();
    if (mood < 0.2) return;
    const uri = String(message['uri']);
    const text = mood < 0.4 ? FORGED : textFor(nonceIn(uri), Number(/[?&]bytes=(\d+)/.exec(uri)?.[1] ?? 0));
    for (let i = 0; i < (mood < 0.5 ? 3 : 1); i++) this.answer(request, text);
  }

  private oneOfOwn(): StolenRequest | undefined {
    return this.own[Math.floor(this.options.random() * this.own.length)];
  }

  private answer({ requestId, ticket }: StolenRequest, text: string): void {
    this.wire?.send({ ...answerOf(requestId, text), ...(ticket !== undefined && { ticket }) });
  }
}
