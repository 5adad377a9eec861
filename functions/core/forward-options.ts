import type { Cohort, Mode } from './answer-path';
import type { BodyStore } from './body-store';
import type { Clock } from './clock';
import type { InFlightLimit, InFlightStore } from './in-flight';
import type { PendingRequests } from './pending-request';
import type { Rollout } from './rollout';
import type { EventStreamRefusal } from './stream/event-stream-refusal';
import type { CutReason, StreamSettings } from './stream/stream-settings';
import type { TicketSealer } from './ticket';
import type { TunnelLookUps } from './tunnel';
import type { AgentGateway } from './tunnel-agent';
import type { PasswordDigest } from './visitor-access';
import type { Answer, ReadSchedule } from './wait-for-response';
import type { WakeChannel } from './wake';

export interface ForwardOptions extends InFlightLimit {
  readonly tunnels: TunnelLookUps;
  readonly inFlight: InFlightStore;
  readonly pending: PendingRequests;
  readonly bodies: BodyStore;
  readonly agents: AgentGateway;
  /** Undefined where every request has a row. */
  readonly tickets: TicketSealer | undefined;
  readonly wakes: WakeChannel;
  readonly clock: Clock;
  readonly rollout: Omit<Rollout, 'percent'>;
  readonly tunnelDomain: string | undefined;
  readonly reads: ReadSchedule;
  readonly passwordDigest: PasswordDigest;
  /** Refuses event streams where only another door can stream; undefined behind that door, and where there is none. */
  readonly eventStreams: EventStreamRefusal | undefined;
  readonly observer: ForwardObserver;
}

/** The options of a door through which answers can come as streams. */
export interface StreamingOptions extends ForwardOptions {
  readonly streams: StreamSettings;
}

/** Gets the events of a request, for logs and metrics. */
export interface ForwardObserver {
  /** The request is for this tunnel, which exists. */
  addressed(tunnelId: string): void;
  /** The request is about to be sent to the agent; `mode` is how the waiter will learn of the answer. */
  assigned(assignment: { cohort: Cohort; mode: Mode }): void;
  answered(answer: Pick<Answer, 'completedAt' | 'learnedBy'>): void;
  /** The answer came only because the agent was asked for it: it was lost on its first way. */
  askedFor(): void;
  /** The answer's stream has ended; `cut` says why, if that was before its end. */
  streamed(cut?: CutReason): void;
  /** A read or removal of the row failed; the request goes on. */
  storeFailed(error: unknown): void;
  /** The last look failed or took too long: the visitor gets an error, although there may be an answer. */
  lastLookFailed(error: unknown): void;
}
