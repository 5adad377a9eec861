import { shortName } from '../environments/physical-name';
import { tablesOf } from '../emulator/aws-endpoint/call-recorder';
import type { LocalCloud } from '../emulator/local-cloud';
import type { InvocationRecord } from '../emulator/lambda/invocation';
import type { AwsCall, AwsReply, Interceptor, InvocationInterceptor, LogLine, StreamRecord } from '../emulator/services';
import type { LatencyOperation } from '../emulator/latency/aws-latency';
import { eventUnits, httpUnits, logBytes, messageUnits, type Usage } from './usage';

type Tally = Record<string, number>;

const add = (tally: Tally, key: string, amount = 1): void => void (tally[key] = (tally[key] ?? 0) + amount);

/** Counts, while it is on, what AWS would charge and which requests did not take their contender's way. */
export class Meter {
  private on = false;
  private requests = 0;
  private counts: Tally = {};
  private invocations: Tally = {};
  private gigabyteSeconds: Tally = {};
  private polled = 0;
  private foundByReads = 0;
  private handedToBus = 0;
  private lateAnswers = 0;
  private minutes = 0;
  private onSince = 0;

  /** @param eventDriven whether waiters are to be woken: if so, a request that polls from the start counts as a fallback */
  constructor(private readonly eventDriven: boolean) {}

  start(): void {
    this.on = true;
    this.onSince = performance.now();
  }

  stop(): void {
    this.on = false;
    this.minutes += (performance.now() - this.onSince) / 60_000;
  }

  /** Sets everything counted so far to 0. */
  reset(): void {
    this.counts = {};
    this.invocations = {};
    this.gigabyteSeconds = {};
    this.requests = this.polled = this.foundByReads = this.handedToBus = this.lateAnswers = this.minutes = 0;
  }

  /**
   * Requests that did not take their contender's way: they polled, a safety read found their answer (even if only before the wake
   * arrived), or the bus woke them instead of receive-message.
   */
  get fallbacks(): number {
    return (this.eventDriven ? this.polled : 0) + this.foundByReads + this.handedToBus;
  }

  get late(): number {
    return this.lateAnswers;
  }

  /** @param wakeConnections open connections of the wake channel */
  usage(wakeConnections: number): Usage {
    const count = (name: string): number => this.counts[name] ?? 0;
    return {
      requests: this.requests,
      httpApiRequests: count('http units'),
      webSocketMessages: count('messages'),
      posts: count('posts'),
      connectionMinutes: wakeConnections * this.minutes,
      invocations: { ...this.invocations },
      gigabyteSeconds: { ...this.gigabyteSeconds },
      pendingReads: count('pending reads'),
      otherReads: count('other reads'),
      writes: count('writes'),
      readUnits: count('read units'),
      writeUnits: count('write units'),
      events: count('events'),
      logBytes: count('log bytes'),
      s3Puts: count('PutObject'),
      s3Gets: count('GetObject'),
      transferBytes: count('transfer bytes'),
    };
  }

  // --- what it reads ------------------------------------------------------------------------------------------------

  /** Meters calls of DynamoDB, PutEvents, PostToConnection and S3. */
  readonly intercept: Interceptor = async (call, next) => {
    if (!this.on) return next();
    switch (call.service) {
      case 'dynamodb':
        return this.meterTable(call, next);
      case 'events':
        for (const { Detail = '' } of entriesOf(call)) add(this.counts, 'events', eventUnits(Detail.length));
        break;
      case 'execute-api':
        if (call.input['method'] === 'POST') this.countPost(call.input['bytes'] as number);
        break;
      case 's3':
        add(this.counts, call.operation);
        // Agents fetch the bodies of requests over the internet; functions fetch the bodies of answers, which is free.
        if (String(call.input['Key']).startsWith('requests/')) return this.meterDownload(call, next);
    }
    return next();
  };

  /** Meters visitors' requests and agents' messages. */
  readonly interceptInvocation: InvocationInterceptor = async (call, next) => {
    const { rawPath, body } = call.payload as HttpPayload & { rawPath?: string };
    if (!this.on) return next();
    if (rawPath === undefined) {
      if (typeof body === 'string') add(this.counts, 'messages', messageUnits(Buffer.byteLength(body)));
      return next();
    }
    this.requests++;
    // A function URL has no price of its own. What visitors get through it is counted where it is read, because it is still coming.
    if (shortName(call.functionArn.replace(/^.*:/, '')) === 'stream-request') return next();
    const result = await next();
    const answered = result.kind === 'ok' ? bodyBytes(result.payload as HttpPayload) : 0;
    add(this.counts, 'http units', httpUnits(bodyBytes(call.payload as HttpPayload), answered));
    add(this.counts, 'transfer bytes', answered);
    return result;
  };

  /** A hello and its answer run no function and call no API: only the latency drawn for them shows them. */
  readonly onLatency = (operation: LatencyOperation): void => {
    if (this.on && operation === 'MOCK route') add(this.counts, 'messages', 2);
  };

  readonly onInvocation =
    (cloud: LocalCloud) =>
    ({ functionName, billedMs }: InvocationRecord): void => {
      if (!this.on) return;
      const spec = cloud.services.spec.functions.find(({ name }) => name === functionName);
      const name = shortName(functionName);
      add(this.invocations, name);
      add(this.gigabyteSeconds, name, ((spec?.memoryMb ?? 0) / 1024) * (billedMs / 1000));
    };

  readonly onLog = ({ text }: LogLine): void => {
    if (!this.on) return;
    add(this.counts, 'log bytes', logBytes(text));
    if (text.includes('"LateAnswer":1')) this.lateAnswers++;
    if (text.includes('"source":"safety-read"')) this.foundByReads++;
  };

  /** A row says whether its request is to be woken and, in mode direct, whether posting the wake failed. */
  readonly onRecord = ({ dynamodb }: StreamRecord): void => {
    if (!this.on) return;
    const { mode, wake } = (dynamodb.NewImage ?? {}) as Record<string, { S?: string }>;
    if (mode?.S === 'direct' && wake?.S === 'bus') this.handedToBus++;
    if (!dynamodb.OldImage && mode?.S === 'polling') this.polled++;
  };

  private countPost(bytes: number): void {
    add(this.counts, 'messages', messageUnits(bytes));
    add(this.counts, 'posts', messageUnits(bytes));
    add(this.counts, 'transfer bytes', bytes);
  }

  private async meterDownload(call: AwsCall, next: () => Promise<AwsReply>): Promise<AwsReply> {
    const reply = await next();
    if (call.operation === 'GetObject') add(this.counts, 'transfer bytes', reply.body.length);
    return reply;
  }

  private async meterTable({ input, operation }: AwsCall, next: () => Promise<AwsReply>): Promise<AwsReply> {
    const tables = tablesOf(input);
    input['ReturnConsumedCapacity'] = 'TOTAL';
    const reply = await next();
    const { ConsumedCapacity } = JSON.parse(reply.body.toString()) as { ConsumedCapacity?: Capacity | Capacity[] };
    const isRead = /^(Batch)?Get/.test(operation);
    const ofPending = tables.some((table) => table.endsWith('pending-requests'));
    add(this.counts, isRead ? (ofPending ? 'pending reads' : 'other reads') : 'writes');
    for (const { CapacityUnits } of [ConsumedCapacity ?? []].flat()) add(this.counts, isRead ? 'read units' : 'write units', CapacityUnits);
    return reply;
  }
}

/** An HTTP event, or a function's answer to the event. */
interface HttpPayload {
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

const bodyBytes = ({ body, isBase64Encoded }: HttpPayload): number => Buffer.byteLength(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

/** For a batch, DynamoDB reports one for each table. */
interface Capacity {
  readonly CapacityUnits: number;
}

const entriesOf = ({ input }: AwsCall): { Detail?: string }[] => (input['Entries'] as { Detail?: string }[] | undefined) ?? [];
