import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { LocalBody } from '../../agent/stream/local-body';
import { ResponseStream, type StreamOutcome } from '../../agent/stream/response-stream';
import { decodeAgentMessage, type PartsTakenMessage, type StreamMessage } from '../../protocol';
import { bytesOf, sha256 } from '../support/agent-stream-reader';

/** What happens next at the local service, or on the way between agent and cloud; `pick` chooses among the messages on their way. */
type Step =
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'pause' | 'tell' | 'renew ticket' | 'lose connection' | 'connect' }
  | { readonly kind: Delivery; readonly pick: number };
type Delivery = 'deliver part' | 'lose part' | 'double part' | 'deliver control' | 'lose control';

const HEAD = { status: 200, headers: {}, isBodiless: false };

/** A cloud that gets the parts of one answer over a way that loses, doubles and reorders messages. */
class UnreliableCloud {
  readonly parts = new Map<number, StreamMessage>();
  private readonly toCloud: StreamMessage[] = [];
  private readonly toAgent: PartsTakenMessage[] = [];
  private tickets = 1;
  private told = 0;
  isConnected = true;
  /** What the agent did that it must not do. */
  readonly violations: string[] = [];
  private allowed: number;
  private newest = { number: 0, until: 0 };
  private readonly numbersSent = new Set<number>();
  private bytesSent = 0;

  constructor(private readonly window: number) {
    this.allowed = window;
  }

  /** The agent sends a message. */
  readonly send = (text: string): boolean => {
    if (!this.isConnected) return false;
    const message = decodeAgentMessage(text) as StreamMessage;
    this.toCloud.push(message);
    const number = numberOf(message);
    if (message.type === 'stream_alive' || this.numbersSent.has(number)) return true;
    this.numbersSent.add(number);
    this.bytesSent += bytesOf(message).length;
    if (this.bytesSent > this.allowed) this.violations.push(`sent ${this.bytesSent} bytes where ${this.allowed} were allowed`);
    return true;
  };

  get inOrder(): StreamMessage[] {
    const parts: StreamMessage[] = [];
    for (let part = this.parts.get(0); part; part = this.parts.get(parts.length)) parts.push(part);
    return parts;
  }

  partArrives(pick: number, isDouble = false): void {
    const index = pick % this.toCloud.length;
    const part = this.toCloud[index];
    if (!part) return;
    if (!isDouble) this.toCloud.splice(index, 1);
    // A waiter that has another ticket now does not get messages with an old one.
    if (ticketNumber(part) !== this.tickets) return;
    if (part.type === 'stream_alive') this.told = Math.max(this.told, part.number);
    else this.parts.set(numberOf(part), part);
  }

  losePart(pick: number): void {
    this.toCloud.splice(pick % Math.max(1, this.toCloud.length), 1);
  }

  /** Puts `parts_taken` on its way. */
  tell(asks: boolean): void {
    const number = this.inOrder.length;
    const bytes = this.inOrder.reduce((sum, part) => sum + bytesOf(part).length, 0);
    const highest = Math.max(this.told, ...this.parts.keys(), 0);
    const missing = Array.from({ length: highest + 1 }, (_, i) => i).filter((i) => i >= number && !this.parts.has(i));
    this.toAgent.push({ ...CONTROL, number, until: bytes + this.window, missing, asks, ticket: `ticket-${this.tickets}` });
  }

  renewTicket(): void {
    this.tickets += 1;
    this.tell(false);
  }

  controlArrives(pick: number, stream: ResponseStream): void {
    const [message] = this.toAgent.splice(pick % Math.max(1, this.toAgent.length), 1);
    if (!message) return;
    this.allowed = Math.max(this.allowed, message.until);
    const before = stream.answered.ticket;
    const isOvertaken = message.number < this.newest.number || message.until < this.newest.until;
    stream.taken(message);
    if (isOvertaken && stream.answered.ticket !== before) this.violations.push('took the ticket of a message that was overtaken');
    this.newest = { number: Math.max(this.newest.number, message.number), until: Math.max(this.newest.until, message.until) };
  }

  loseControl(pick: number): void {
    this.toAgent.splice(pick % Math.max(1, this.toAgent.length), 1);
  }

  /** From now on nothing is lost: all that is on its way arrives, and the cloud asks. */
  heal(stream: ResponseStream): void {
    this.tell(true);
    while (this.toAgent.length > 0) this.controlArrives(0, stream);
    while (this.toCloud.length > 0) this.partArrives(0);
  }
}

const CONTROL = { type: 'parts_taken', request_id: 'r' } as const;
const numberOf = (message: StreamMessage): number => ('number' in message ? message.number : 0);
const ticketNumber = ({ ticket }: { readonly ticket: string }): number => Number(ticket.replace('ticket-', ''));

const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'tell', 'renew ticket', 'lose connection', 'connect') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('deliver part', 'deliver control'), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('lose part', 'double part', 'lose control'), pick }) },
);
const terms = fc.record({
  window: fc.integer({ min: 1, max: 120 }),
  chunk: fc.integer({ min: 1, max: 50 }),
  gather_ms: fc.integer({ min: 0, max: 2 }),
  silence_ms: fc.constant(300_000),
});

const turn = (): Promise<void> => new Promise(setImmediate);

describe('a stream whose messages are lost, doubled and reordered on their way', () => {
  it('says the body of the local service, keeps within its window, and takes no ticket of a message that was overtaken', async () => {
    await fc.assert(
      fc.asyncProperty(terms, fc.array(step, { maxLength: 60 }), async (agreed, steps) => {
        const cloud = new UnreliableCloud(agreed.window);
        const source = new PassThrough();
        const written: Uint8Array[] = [];
        let isForgotten = false;
        const stream = new ResponseStream({ request_id: 'r', ticket: 'ticket-1', stream: agreed }, new AbortController(), {
          send: cloud.send,
          onSilence: () => undefined,
          onForgotten: () => (isForgotten = true),
          now: () => performance.now(),
        });
        const ended: Promise<StreamOutcome> = stream.run(HEAD, new LocalBody(source, 1), (error) => {
          throw error;
        });
        for (const next of steps) {
          if (next.kind !== 'write') await happen(next, cloud, stream);
          else if (written.push(next.bytes)) source.write(next.bytes);
        }
        source.end();
        connect(cloud, stream);
        while (!isForgotten) {
          await turn();
          cloud.heal(stream);
        }

        const body = Buffer.concat(written);
        expect(await ended).toEqual({ end: 'complete', bytes: body.length });
        expect(Buffer.concat(cloud.inOrder.map(bytesOf)).equals(body)).toBe(true);
        expect(cloud.inOrder.at(-1)).toMatchObject({ type: 'response_end', sha256: sha256(body) });
        expect(cloud.violations).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

async function happen(step: Exclude<Step, { kind: 'write' }>, cloud: UnreliableCloud, stream: ResponseStream): Promise<void> {
  switch (step.kind) {
    case 'pause':
      return turn();
    case 'tell':
      return cloud.tell(false);
    case 'renew ticket':
      return cloud.renewTicket();
    case 'lose connection':
      cloud.isConnected = false;
      return;
    case 'connect':
      return connect(cloud, stream);
    case 'deliver part':
      return cloud.partArrives(step.pick);
    case 'double part':
      return cloud.partArrives(step.pick, true);
    case 'lose part':
      return cloud.losePart(step.pick);
    case 'deliver control':
      return cloud.controlArrives(step.pick, stream);
    case 'lose control':
      return cloud.loseControl(step.pick);
  }
}

function connect(cloud: UnreliableCloud, stream: ResponseStream): void {
  cloud.isConnected = true;
  stream.flush();
}
