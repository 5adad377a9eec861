/**
 * The faults of the lab, by name: one for each way in which an edge can fail. All of them are off until a plan switches them on.
 * docs/fault-plans.md describes the fields.
 */
import type { FaultPlanInput } from '../../emulator/faults/fault-plan';

type Fault = FaultPlanInput['faults'][number];

/**
 * What a visitor may meet while the fault is on, besides the own answer and the tunnel's errors. docs/promises.md has the reasons.
 * `gateway-500`: the function that waits ends. `gateway-503`: the function that waits is throttled. `answer-lost`: the row with an
 * answer cannot be read, or its waiter is gone. `delivered-twice`: a message reaches an agent twice, and an old agent does not notice.
 *
 * The others allow nothing alone, but some of them together, as ADR 0048 says ("What is weaker than with a row"). `wake-lost`: the wake with an
 * answer that is stored nowhere is lost without a sound, so that the waiter has to ask the agent. `question-lost`: the question, or the answer
 * that is sent again, is lost. `agent-crashed`: an agent ends at once, and its answers end with it. `agent-ended`: an agent ends when nobody has
 * asked for its last answers for a while.
 *
 * `stream-cut`: agent and waiter hear nothing of one another for so long that one of them gives the stream up, or one of them is gone.
 * `part-lost`: a part of a stream, or a sign of life, does not reach the waiter. It is asked for again, so that only losses which go on for long
 * cut a stream.
 */
export type Allowance =
  | 'gateway-500'
  | 'gateway-503'
  | 'answer-lost'
  | 'delivered-twice'
  | 'wake-lost'
  | 'question-lost'
  | 'agent-crashed'
  | 'agent-ended'
  | 'stream-cut'
  | 'part-lost';

export interface FaultKind {
  readonly fault: Omit<Fault, 'name' | 'switched'>;
  readonly allows?: readonly Allowance[];
  /** True for a fault that has no effect where every request polls. */
  readonly eventDriven?: true;
}

const TUNNELS = { service: 'dynamodb', table: 'tunnels' } as const;
const ROWS = { service: 'dynamodb', table: 'pending-requests' } as const;
const POSTS = { operation: 'ManageConnections', api: 'agent-gateway' } as const;
const WAKES = { operation: 'ManageConnections', api: 'wake-channel' } as const;
const TO_AGENT = { api: 'agent-gateway', direction: 'to-client' } as const;
const FROM_AGENT = { api: 'agent-gateway', direction: 'from-client' } as const;
const TO_WAITER = { api: 'wake-channel', direction: 'to-client' } as const;
const FROM_WAITER = { api: 'wake-channel', direction: 'from-client' } as const;
const WAITER = 'forward-request';
const STREAMER = 'stream-request';
const eventDriven = true;

export const FAULT_KINDS = {
  // --- the tables
  'tunnels-fail': { fault: { on: 'calls', match: { ...TUNNELS, caller: WAITER }, do: 'fail', probability: 0.3 } },
  'tunnels-hang': { fault: { on: 'calls', match: TUNNELS, do: 'drop', probability: 0.2 } },
  'tunnels-throttle': { fault: { on: 'calls', match: TUNNELS, do: 'throttle', probability: 0.4 } },
  'tunnels-fail-late': { fault: { on: 'calls', match: TUNNELS, do: 'fail-after', probability: 0.3 } },
  'tunnels-twice': { fault: { on: 'calls', match: TUNNELS, do: 'duplicate', probability: 0.3 } },
  'rows-fail': { fault: { on: 'calls', match: ROWS, do: 'fail', probability: 0.3 }, allows: ['answer-lost'] },
  'rows-hang': { fault: { on: 'calls', match: ROWS, do: 'drop', probability: 0.2 }, allows: ['answer-lost'] },
  'rows-throttle': { fault: { on: 'calls', match: ROWS, do: 'throttle', probability: 0.4 }, allows: ['answer-lost'] },
  'rows-fail-late': { fault: { on: 'calls', match: ROWS, do: 'fail-after', probability: 0.3 }, allows: ['answer-lost'] },
  'rows-answers-lost': { fault: { on: 'calls', match: ROWS, do: 'lose-answer', probability: 0.2 }, allows: ['answer-lost'] },
  'rows-twice': { fault: { on: 'calls', match: ROWS, do: 'duplicate', probability: 0.3 } },
  'completions-slow': { fault: { on: 'calls', match: { ...ROWS, operation: 'UpdateItem' }, do: 'delay', delayMs: 900 } },
  'removals-lost': { fault: { on: 'calls', match: { ...ROWS, operation: 'DeleteItem' }, do: 'drop' } },
  // --- messages to agents
  'posts-fail': { fault: { on: 'calls', match: POSTS, do: 'fail', probability: 0.3 }, allows: ['question-lost'] },
  'posts-fail-late': { fault: { on: 'calls', match: POSTS, do: 'fail-after', probability: 0.3 } },
  'posts-hang': { fault: { on: 'calls', match: POSTS, do: 'drop', probability: 0.2 }, allows: ['question-lost'] },
  'posts-answers-lost': { fault: { on: 'calls', match: POSTS, do: 'lose-answer', probability: 0.3 } },
  'posts-throttle': { fault: { on: 'calls', match: POSTS, do: 'throttle', probability: 0.3 }, allows: ['question-lost'] },
  'posts-twice': { fault: { on: 'calls', match: POSTS, do: 'duplicate', probability: 0.3 }, allows: ['delivered-twice'] },
  'requests-lost': { fault: { on: 'frames', match: TO_AGENT, do: 'drop', probability: 0.1 }, allows: ['question-lost'] },
  'requests-twice': { fault: { on: 'frames', match: TO_AGENT, do: 'duplicate', probability: 0.4 }, allows: ['delivered-twice'] },
  'requests-overtake': { fault: { on: 'frames', match: TO_AGENT, do: 'reorder', probability: 0.4 } },
  'requests-slow': { fault: { on: 'frames', match: TO_AGENT, do: 'delay', delayMs: 700, probability: 0.4 } },
  // --- messages from agents
  'answers-lost': { fault: { on: 'frames', match: FROM_AGENT, do: 'drop', probability: 0.3 }, allows: ['question-lost'] },
  'answers-twice': { fault: { on: 'frames', match: FROM_AGENT, do: 'duplicate', probability: 0.4 } },
  'answers-overtake': { fault: { on: 'frames', match: FROM_AGENT, do: 'reorder', probability: 0.4 } },
  'answers-slow': { fault: { on: 'frames', match: FROM_AGENT, do: 'delay', delayMs: 700, probability: 0.4 } },
  // --- sockets
  'agents-cut': {
    fault: { on: 'connections', match: { api: 'agent-gateway' }, do: 'close', everyMs: 700, probability: 0.3 },
    allows: ['question-lost'],
  },
  'agents-half-open': {
    fault: { on: 'connections', match: { api: 'agent-gateway' }, do: 'kill', everyMs: 1100, probability: 0.2 },
    allows: ['question-lost', 'stream-cut'],
  },
  'agents-cut-off': { fault: { on: 'frames', match: { api: 'agent-gateway' }, do: 'partition' }, allows: ['question-lost', 'stream-cut'] },
  'waiters-cut': {
    fault: { on: 'connections', match: { api: 'wake-channel' }, do: 'close', everyMs: 300, probability: 0.3 },
    allows: ['part-lost'],
    eventDriven,
  },
  'waiters-half-open': {
    fault: { on: 'connections', match: { api: 'wake-channel' }, do: 'kill', everyMs: 300, probability: 0.3 },
    allows: ['wake-lost'],
    eventDriven,
  },
  // --- wakes
  'wakes-fail': { fault: { on: 'calls', match: WAKES, do: 'fail', probability: 0.5 }, allows: ['part-lost'], eventDriven },
  'wakes-hang': { fault: { on: 'calls', match: WAKES, do: 'drop', probability: 0.4 }, allows: ['part-lost'], eventDriven },
  'wakes-throttle': { fault: { on: 'calls', match: WAKES, do: 'throttle', probability: 0.5 }, allows: ['part-lost'], eventDriven },
  'wakes-fail-late': { fault: { on: 'calls', match: WAKES, do: 'fail-after', probability: 0.5 }, eventDriven },
  'wakes-lost': { fault: { on: 'frames', match: TO_WAITER, do: 'drop', probability: 0.5 }, allows: ['wake-lost'], eventDriven },
  'wakes-twice': { fault: { on: 'frames', match: TO_WAITER, do: 'duplicate', probability: 0.5 }, eventDriven },
  'wakes-overtake': { fault: { on: 'frames', match: TO_WAITER, do: 'reorder', probability: 0.5 }, eventDriven },
  'wakes-slow': { fault: { on: 'frames', match: TO_WAITER, do: 'delay', delayMs: 700, probability: 0.4 }, eventDriven },
  'hellos-lost': { fault: { on: 'frames', match: FROM_WAITER, do: 'drop', probability: 0.5 }, eventDriven },
  'connects-fail': { fault: { on: 'calls', match: { operation: 'Invoke' }, do: 'fail', probability: 0.5 }, eventDriven },
  // --- stream and bus
  'stream-fails': { fault: { on: 'stream-reads', do: 'fail', probability: 0.5 }, eventDriven },
  'stream-lags': { fault: { on: 'stream-records', do: 'delay', delayMs: 1500, probability: 0.5 }, eventDriven },
  'records-lost': { fault: { on: 'stream-records', do: 'drop', probability: 0.3 }, eventDriven },
  'records-twice': { fault: { on: 'stream-records', do: 'duplicate', probability: 0.5 }, eventDriven },
  'events-fail': { fault: { on: 'calls', match: { operation: 'PutEvents' }, do: 'fail', probability: 0.5 }, eventDriven },
  'events-hang': { fault: { on: 'calls', match: { operation: 'PutEvents' }, do: 'drop', probability: 0.3 }, eventDriven },
  'events-throttle': { fault: { on: 'calls', match: { operation: 'PutEvents' }, do: 'throttle', probability: 0.5 }, eventDriven },
  'deliveries-fail': { fault: { on: 'deliveries', do: 'fail', probability: 0.5 }, eventDriven },
  'deliveries-lost': { fault: { on: 'deliveries', do: 'drop', probability: 0.3 }, eventDriven },
  'deliveries-twice': { fault: { on: 'deliveries', do: 'duplicate', probability: 0.5 }, eventDriven },
  // --- the bucket, by functions and by agents
  'bodies-fail': { fault: { on: 'calls', match: { service: 's3' }, do: 'fail', probability: 0.3 } },
  'bodies-hang': { fault: { on: 'calls', match: { service: 's3' }, do: 'drop', probability: 0.2 } },
  'bodies-slow-down': { fault: { on: 'calls', match: { service: 's3' }, do: 'throttle', probability: 0.4 } },
  'bodies-fail-late': { fault: { on: 'calls', match: { service: 's3' }, do: 'fail-after', probability: 0.3 } },
  'bodies-stay': { fault: { on: 'calls', match: { service: 's3', operation: 'DeleteObject' }, do: 'drop' } },
  'keys-fail': { fault: { on: 'calls', match: { service: 'ssm' }, do: 'fail', probability: 0.5 } },
  // --- functions
  'waiters-throw': {
    fault: { on: 'invocations', match: { function: WAITER }, do: 'fail', probability: 0.1 },
    allows: ['gateway-500'],
  },
  'waiters-throttle': {
    fault: { on: 'invocations', match: { function: WAITER }, do: 'throttle', probability: 0.2 },
    allows: ['gateway-503'],
  },
  'waiters-die': {
    fault: { on: 'environments', match: { function: WAITER }, do: 'kill', everyMs: 500, probability: 0.2 },
    allows: ['gateway-500', 'answer-lost'],
  },
  'waiters-stall': {
    fault: { on: 'environments', match: { function: WAITER }, do: 'freeze', forMs: 1500, everyMs: 500, probability: 0.2 },
    allows: ['gateway-500', 'answer-lost'],
  },
  'streamers-throw': {
    fault: { on: 'invocations', match: { function: STREAMER }, do: 'fail', probability: 0.3 },
    allows: ['gateway-500'],
  },
  'streamers-throttle': {
    fault: { on: 'invocations', match: { function: STREAMER }, do: 'throttle', probability: 0.3 },
    allows: ['gateway-503'],
  },
  'streamers-die': {
    fault: { on: 'environments', match: { function: STREAMER }, do: 'kill', everyMs: 500, probability: 0.3 },
    allows: ['gateway-500', 'answer-lost'],
  },
  'streamers-stall': {
    fault: { on: 'environments', match: { function: STREAMER }, do: 'freeze', forMs: 1500, everyMs: 500, probability: 0.3 },
    allows: ['gateway-500', 'answer-lost'],
  },
  'receivers-throw': {
    fault: { on: 'invocations', match: { function: 'receive-message' }, do: 'fail', probability: 0.3 },
    allows: ['question-lost'],
  },
  'receivers-throttle': {
    fault: { on: 'invocations', match: { function: 'receive-message' }, do: 'throttle', probability: 0.3 },
    allows: ['question-lost'],
  },
  'receivers-die': {
    fault: { on: 'environments', match: { function: 'receive-message' }, do: 'kill', everyMs: 300, probability: 0.4 },
    allows: ['question-lost'],
  },
  'receivers-stall': {
    fault: { on: 'environments', match: { function: 'receive-message' }, do: 'freeze', forMs: 1500, everyMs: 500, probability: 0.4 },
  },
  'messages-twice': { fault: { on: 'invocations', match: { function: 'receive-message' }, do: 'duplicate', probability: 0.4 } },
  'processors-die': {
    fault: { on: 'environments', match: { function: 'process-stream' }, do: 'kill', everyMs: 200, probability: 0.5 },
    eventDriven,
  },
  'processors-throw': {
    fault: { on: 'invocations', match: { function: 'process-stream' }, do: 'fail', probability: 0.5 },
    eventDriven,
  },
  'wakers-die': {
    fault: { on: 'environments', match: { function: 'wake-waiter' }, do: 'kill', everyMs: 200, probability: 0.5 },
    eventDriven,
  },
  'connecting-fails': { fault: { on: 'invocations', match: { function: 'connect-agent' }, do: 'fail', probability: 0.5 } },
  'disconnects-lost': { fault: { on: 'invocations', match: { function: 'disconnect-agent' }, do: 'fail', probability: 0.7 } },
  'sweep-fails': { fault: { on: 'invocations', match: { function: 'sweep' }, do: 'fail' } },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof FAULT_KINDS;

const KINDS: Readonly<Record<string, FaultKind>> = FAULT_KINDS;

/** What happenings allow that are no faults of the emulator. */
const HAPPENINGS_ALLOW: Readonly<Record<string, readonly Allowance[]>> = {
  'agents-crash': ['agent-crashed', 'stream-cut'],
  'agents-restart': ['agent-ended', 'stream-cut'],
};

/** What a fault or another happening of this name allows. */
export const allowancesOf = (name: string): readonly Allowance[] => KINDS[name]?.allows ?? HAPPENINGS_ALLOW[name] ?? [];

/** Names of the faults that can matter where requests are event-driven, or where every request polls. */
export const faultNames = (isEventDriven: boolean): FaultName[] =>
  (Object.keys(FAULT_KINDS) as FaultName[]).filter((name) => isEventDriven || !KINDS[name]?.eventDriven);

/** All of them as faults of the emulator, switched off. Each keeps its place in the list, and so its random decisions. */
export const emulatorFaults = (): FaultPlanInput['faults'] =>
  Object.entries(KINDS).map(([name, { fault }]) => ({ ...fault, name, switched: true }) as Fault);
