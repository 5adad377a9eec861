import { setTimeout as sleep } from 'node:timers/promises';
import { nonceIn } from '../../bench/bench-service';
import { textFor } from '../load/bodies';
import type { Attack } from './attacks';
import type { LabAgent } from './lab-agent';
import { Wire, type Message } from '../../rehearse/wire';

/** Requests of all tunnels, by the tunnel's ids of the requests. No hostile agent would know them; the lab tells this one. */
export interface StolenIds {
  /** A request that waits now. */
  waiting(): string | undefined;
  /** A request that is over. */
  over(): string | undefined;
}

export interface HostileAgentOptions {
  readonly endpoint: string;
  readonly token: string;
  readonly name: string;
  readonly ids: StolenIds;
  readonly random: () => number;
}

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
  private readonly answered: string[] = [];

  constructor(private readonly options: HostileAgentOptions) {}

  get tunnelId(): string {
    return this.options.name;
  }

  /** Connects. The cloud may refuse it for a while, which is no failure. */
  async start(): Promise<void> {
    if (this.connecting || this.stopped) return;
    this.connecting = true;
    const { endpoint, token, name } = this.options;
    const wire = await Wire.connect(endpoint, { token, name }, (message) => this.receive(message)).catch(() => undefined);
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
    const { ids, random, endpoint, token } = this.options;
    switch (attack) {
      case 'forge': {
        const id = ids.waiting();
        if (id === undefined) return;
        if (random() < 0.5) this.answer(id, FORGED);
        else this.wire?.send({ type: 'error', request_id: id, code: 'internal_error', message: FORGED });
        return;
      }
      case 'late':
        for (const id of [ids.over(), this.answered[Math.floor(random() * this.answered.length)]])
          if (id !== undefined) this.answer(id, FORGED);
        return;
      case 'uploads':
        this.wire?.send({ type: 'upload_request', request_id: ids.waiting() ?? 'none', bytes: 200_000, sha256: `${'A'.repeat(43)}=` });
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
    const id = String(message['request_id']);
    const mood = this.options.random();
    if (mood < 0.2) return;
    const uri = String(message['uri']);
    const text = mood < 0.4 ? FORGED : textFor(nonceIn(uri), Number(/[?&]bytes=(\d+)/.exec(uri)?.[1] ?? 0));
    for (let i = 0; i < (mood < 0.5 ? 3 : 1); i++) this.answer(id, text);
    this.answered.push(id);
    if (this.answered.length > 50) this.answered.shift();
  }

  private answer(requestId: string, text: string): void {
    this.wire?.send({
      type: 'http_response',
      request_id: requestId,
      status_code: 200,
      headers: { 'content-type': ['text/plain'] },
      body: Buffer.from(text).toString('base64'),
    });
  }
}
