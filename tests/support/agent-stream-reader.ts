import { createHash } from 'node:crypto';
import type { HttpRequestMessage, PartsTakenMessage, ResponseHeadMessage, StreamMessage, StreamTerms } from '../../protocol';
import { requestMessage, type AnswerMessage, type FakeGateway } from './agent-fake-gateway';
import { eventually } from './eventually';

/** Terms with so much room and time that only a test of a limit reaches them. */
export const AMPLE_TERMS: StreamTerms = { window: 1024 * 1024, chunk: 24 * 1024, gather_ms: 25, silence_ms: 300_000 };

const FIRST_TICKET = 'ticket-1';

/** The cloud's side of one request whose answer may be sent as a stream. */
export class StreamReader {
  /** Every message about the stream, in the order of arrival. */
  readonly messages: StreamMessage[] = [];
  /** Whole answers and errors. */
  readonly answers: AnswerMessage[] = [];
  readonly request: HttpRequestMessage;
  ticket = FIRST_TICKET;
  private readonly terms: StreamTerms;
  private readonly parts = new Map<number, StreamMessage>();

  /**
   * Sends a request over the newest connection.
   * @param takesAll tell the agent after each part that all is taken, and let the window move on
   */
  constructor(
    private readonly gateway: FakeGateway,
    { takesAll = true, ...fields }: Partial<HttpRequestMessage> & { terms?: Partial<StreamTerms>; takesAll?: boolean } = {},
  ) {
    const { terms, ...rest } = fields;
    this.terms = { ...AMPLE_TERMS, ...terms };
    this.request = requestMessage({ ticket: this.ticket, stream: this.terms, deadline: Date.now() + 600_000, ...rest });
    gateway.on('stream', (message) => {
      if (message.request_id !== this.request.request_id) return;
      this.messages.push(message);
      if (message.type === 'stream_alive') return;
      this.parts.set(numberOf(message), message);
      if (takesAll) this.take(this.inOrder.length);
    });
    gateway.on('answer', (answer) => {
      if (answer.request_id === this.request.request_id) this.answers.push(answer);
    });
    gateway.newest.send(this.request);
  }

  get types(): string[] {
    return this.messages.map(({ type }) => type);
  }

  get head(): ResponseHeadMessage | undefined {
    return this.parts.get(0) as ResponseHeadMessage | undefined;
  }

  /** The parts so far without a gap, in the order of their numbers. */
  get inOrder(): StreamMessage[] {
    const parts: StreamMessage[] = [];
    for (let part = this.parts.get(0); part; part = this.parts.get(parts.length)) parts.push(part);
    return parts;
  }

  /** What the parts say together. */
  get body(): Buffer {
    return Buffer.concat(this.inOrder.map(bytesOf));
  }

  /** The digest of the last part; undefined before the end. */
  get digest(): string | undefined {
    const last = this.inOrder.at(-1);
    return last?.type === 'response_end' ? last.sha256 : undefined;
  }

  /** Says that the parts below `number` are taken. */
  take(number: number, fields: Partial<PartsTakenMessage> = {}): void {
    const bytes = this.inOrder.slice(0, number).reduce((sum, part) => sum + bytesOf(part).length, 0);
    this.say({ number, until: bytes + this.terms.window, ...fields });
  }

  /** Sends `parts_taken`. */
  say(fields: Partial<PartsTakenMessage> = {}): void {
    const { request_id: id } = this.request;
    this.gateway.newest.send({ type: 'parts_taken', request_id: id, number: 0, until: 0, ticket: this.ticket, ...fields });
  }

  cancel(): void {
    this.gateway.newest.send({ type: 'request_cancelled', request_id: this.request.request_id });
  }

  /** Resolves when a whole answer or the last part has come; then all parts are there. */
  async ended(): Promise<void> {
    const isLast = ({ type }: StreamMessage): boolean => type === 'response_end' || type === 'response_failed';
    await eventually(() => this.answers.length > 0 || this.inOrder.some(isLast));
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

const numberOf = (message: StreamMessage): number => ('number' in message ? message.number : 0);

export const bytesOf = (part: StreamMessage): Buffer => Buffer.from('body' in part ? part.body : '', 'base64');
