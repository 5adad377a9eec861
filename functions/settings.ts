/**
 * Every setting that functions read from their environment, in one table. `modules/` writes a Lambda's `environment` block from
 * the table. The functions read the settings at init: a missing or malformed setting stops the function with an error that names
 * the setting.
 */

interface Setting<T> {
  readonly meaning: string;
  /** @throws Error with what is wrong with the value */
  readonly parse: (text: string) => T;
  readonly optional?: true;
}

const text = (meaning: string): Setting<string> => ({ meaning, parse: nonEmpty });
const milliseconds = (meaning: string): Setting<number> => ({ meaning: `${meaning}, in ms`, parse: wholeNumber });

const SETTINGS = {
  TUNNELS_TABLE: text('name of the tunnels table'),
  PENDING_REQUESTS_TABLE: text('name of the pending-requests table'),
  BODY_BUCKET: text('name of the bucket for bodies that are too large for a message or a row'),
  EVENT_BUS_NAME: text('name of the event bus'),
  AGENT_GATEWAY_URL: { meaning: "URL of the agent gateway's stage (wss)", parse: url },
  WAKE_CHANNEL_URL: { meaning: "URL of the wake channel's stage (wss)", parse: url },
  VISITOR_URL: { meaning: 'URL at which visitors reach the HTTP API', parse: url },
  STREAM_URL: {
    meaning: 'URL of the streaming door, where visitors get answers as they come; absent in an environment without the door',
    parse: url,
    optional: true,
  },
  TUNNEL_DOMAIN: {
    meaning: 'domain whose subdomains are tunnel names; without it tunnels are reached by path only',
    parse: nonEmpty,
    optional: true,
  },
  TOKEN_KEY_PARAMETER: {
    meaning: 'name of the SSM SecureString that holds the HS256 key of agent tokens; for environments without TOKEN_ISSUER',
    parse: nonEmpty,
    optional: true,
  },
  TOKEN_ISSUER: {
    meaning: 'identity provider of agent tokens, as JSON: jwksUrl, issuer, audience, namesClaim',
    parse: tokenIssuer,
    optional: true,
  },
  USE_EVENT_DRIVEN: { meaning: 'kill switch: false makes every request poll', parse: trueOrFalse },
  EVENT_DRIVEN_MODE: { meaning: 'how event-driven requests are woken: bus or direct', parse: eventDrivenMode },
  USE_TICKETS: {
    meaning: 'whether requests of mode direct have a ticket instead of a row, if their agents know tickets; default false',
    parse: trueOrFalse,
    // Terraform updates a function's configuration before its code. When a deployment goes back to a version before the tickets, this code
    // runs without the variable for some seconds, and must start all the same.
    optional: true,
  },
  EVENT_DRIVEN_PERCENT: { meaning: 'share of event-driven requests while there is no rollout item, 0 to 100', parse: percentage },
  ROLLOUT_CACHE_MS: milliseconds('age at which the rollout item is read again, together with the next tunnel'),
  ROLLOUT_STALE_MS: milliseconds('time for which the last good rollout item is used when the item cannot be read'),
  MAX_IN_FLIGHT: { meaning: "requests of one owner's tunnels that may be in flight; further requests get 429", parse: wholeNumber },
  MESSAGES_BURST: { meaning: 'messages of one agent that may come at once without serving a visitor', parse: wholeNumber },
  MESSAGES_PER_SECOND: { meaning: 'messages of one agent that may come each second without serving a visitor', parse: wholeNumber },
  MAX_TUNNELS: { meaning: 'tunnels of one owner that may have an agent; further agents get 429', parse: wholeNumber },
  REQUEST_DEADLINE_MS: milliseconds(
    "time from the visitor's arrival until the request is given up; for stream-request the longest life of a stream",
  ),
  POLLING_DELAYS_MS: { meaning: 'delays between the reads of mode polling, in ms; the last one repeats', parse: delays },
  SAFETY_READ_MS: milliseconds('interval of the reads that find an answer whose wake was lost'),
  WAKE_IDLE_MS: milliseconds('idle time after which the wake socket is probed before it is used'),
  WAKE_HELLO_MS: milliseconds('wait for the probe of the wake socket before the request falls back to polling'),
  WAKE_ROTATE_MS: milliseconds('age at which the wake socket is replaced (API Gateway closes it at two hours)'),
  SERVICE_CALL_MS: milliseconds('time limit for one attempt of a call to DynamoDB, EventBridge or SSM'),
  WAKE_POST_MS: milliseconds('time limit for posting a wake; after that the bus or a safety read takes over'),
  LEASE_GRACE_MS: milliseconds('time a tunnel name stays with its owner after the agent has gone'),
  PROBE_GRACE_MS: milliseconds('time from the first run of sweep in an environment until probes must return'),
  TICKET_KEY_MS: milliseconds('age at which sweep makes a new key for tickets'),
  NAME_COOLDOWN_MS: milliseconds('time after the lease in which no other owner may have the name'),
  STREAM_LIFE_MS: milliseconds("longest life of a stream, and of the wait for its head, from the visitor's arrival"),
  STREAM_WINDOW_BYTES: { meaning: 'bytes of a stream that the agent may send beyond what the visitor has taken', parse: wholeNumber },
  STREAM_CHUNK_BYTES: { meaning: 'largest part of a body in one message of a stream, in bytes', parse: wholeNumber },
  STREAM_GATHER_MS: milliseconds('time in which later bytes of a stream are gathered into one message'),
  STREAM_PROBE_MS: milliseconds('silence of a stream after which the waiter asks the agent for a sign of life'),
  STREAM_SILENCE_MS: milliseconds('silence after which a stream ends, because the agent or the waiter is gone'),
  STREAM_HEARTBEAT_MS: milliseconds('silence of the local service after which a comment is written into an event stream'),
  STREAM_STALL_MS: milliseconds('time for which the visitor may take nothing; after that the stream ends'),
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
type Value<N extends SettingName> = ReturnType<(typeof SETTINGS)[N]['parse']>;
type IsOptional<N extends SettingName> = (typeof SETTINGS)[N] extends { optional: true } ? true : false;

/** The settings of the core that both doors of visitors share. */
const OF_DOORS = [
  'TUNNELS_TABLE',
  'PENDING_REQUESTS_TABLE',
  'BODY_BUCKET',
  'AGENT_GATEWAY_URL',
  'WAKE_CHANNEL_URL',
  'TUNNEL_DOMAIN',
  'USE_EVENT_DRIVEN',
  'EVENT_DRIVEN_MODE',
  'USE_TICKETS',
  'EVENT_DRIVEN_PERCENT',
  'ROLLOUT_CACHE_MS',
  'ROLLOUT_STALE_MS',
  'MAX_IN_FLIGHT',
  'REQUEST_DEADLINE_MS',
  'POLLING_DELAYS_MS',
  'SAFETY_READ_MS',
  'WAKE_IDLE_MS',
  'WAKE_HELLO_MS',
  'WAKE_ROTATE_MS',
  'SERVICE_CALL_MS',
] as const satisfies readonly SettingName[];

/** The settings that each function reads. The infrastructure gives it exactly these. */
export const FUNCTION_SETTINGS = {
  'forward-request': [...OF_DOORS, 'STREAM_URL'],
  // Without STREAM_URL: the URL belongs to this function, so Terraform could make neither of the two first.
  'stream-request': [
    ...OF_DOORS,
    'STREAM_LIFE_MS',
    'STREAM_WINDOW_BYTES',
    'STREAM_CHUNK_BYTES',
    'STREAM_GATHER_MS',
    'STREAM_PROBE_MS',
    'STREAM_SILENCE_MS',
    'STREAM_HEARTBEAT_MS',
    'STREAM_STALL_MS',
  ],
  'authorize-agent': ['TOKEN_KEY_PARAMETER', 'TOKEN_ISSUER', 'SERVICE_CALL_MS'],
  'connect-agent': ['TUNNELS_TABLE', 'MAX_TUNNELS', 'LEASE_GRACE_MS', 'NAME_COOLDOWN_MS', 'SERVICE_CALL_MS'],
  'disconnect-agent': ['TUNNELS_TABLE', 'LEASE_GRACE_MS', 'SERVICE_CALL_MS'],
  'receive-message': [
    'TUNNELS_TABLE',
    'PENDING_REQUESTS_TABLE',
    'BODY_BUCKET',
    'AGENT_GATEWAY_URL',
    'WAKE_CHANNEL_URL',
    'VISITOR_URL',
    'STREAM_URL',
    'TUNNEL_DOMAIN',
    'MESSAGES_BURST',
    'MESSAGES_PER_SECOND',
    'LEASE_GRACE_MS',
    'SERVICE_CALL_MS',
    'WAKE_POST_MS',
  ],
  'process-stream': ['EVENT_BUS_NAME', 'SERVICE_CALL_MS'],
  'wake-waiter': ['WAKE_CHANNEL_URL', 'WAKE_POST_MS'],
  'greet-waiter': [],
  'roll-back': ['TUNNELS_TABLE', 'EVENT_DRIVEN_PERCENT', 'SERVICE_CALL_MS'],
  sweep: [
    'TUNNELS_TABLE',
    'PENDING_REQUESTS_TABLE',
    'BODY_BUCKET',
    'AGENT_GATEWAY_URL',
    'LEASE_GRACE_MS',
    'NAME_COOLDOWN_MS',
    'PROBE_GRACE_MS',
    'TICKET_KEY_MS',
    'USE_EVENT_DRIVEN',
    'EVENT_DRIVEN_PERCENT',
    'SERVICE_CALL_MS',
  ],
} as const satisfies Record<string, readonly SettingName[]>;

export type FunctionName = keyof typeof FUNCTION_SETTINGS;
type NamesFor<F extends FunctionName> = (typeof FUNCTION_SETTINGS)[F][number];

/** The settings of one function as it reads them. */
export type SettingsOf<F extends FunctionName> = {
  readonly [N in NamesFor<F> as IsOptional<N> extends true ? never : N]: Value<N>;
} & {
  readonly [N in NamesFor<F> as IsOptional<N> extends true ? N : never]?: Value<N>;
};

/** A setting of a Lambda's environment that is missing or malformed. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/**
 * Reads one function's settings; meant to run at init.
 * @throws SettingError naming every setting that is wrong
 */
export function readSettings<F extends FunctionName>(
  functionName: F,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SettingsOf<F> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of FUNCTION_SETTINGS[functionName]) {
    const setting: Setting<unknown> = SETTINGS[name];
    const value = environment[name];
    if (value === undefined) {
      if (!setting.optional) problems.push(`${name} is missing (${setting.meaning})`);
      continue;
    }
    try {
      values[name] = setting.parse(value);
    } catch (error) {
      problems.push(`${name}="${value}" ${(error as Error).message} (${setting.meaning})`);
    }
  }
  if (problems.length > 0) throw new SettingError(`${functionName}: ${problems.join('; ')}`);
  return values as SettingsOf<F>;
}

/**
 * Picks the settings of one function from the values of a whole environment; `modules/` writes them into Terraform. A value left
 * `undefined` is allowed for optional settings only.
 */
export function variablesFor(
  functionName: FunctionName,
  values: Readonly<Record<SettingName, string | undefined>>,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of FUNCTION_SETTINGS[functionName]) {
    const value = values[name];
    const setting: Setting<unknown> = SETTINGS[name];
    if (value !== undefined) variables[name] = value;
    else if (!setting.optional) throw new SettingError(`${functionName}: ${name} has no value (${setting.meaning})`);
  }
  return variables;
}

function nonEmpty(value: string): string {
  if (value.trim() === '') throw new Error('is empty');
  return value;
}

function url(value: string): URL {
  try {
    return new URL(value);
  } catch {
    throw new Error('is not a URL');
  }
}

function tokenIssuer(value: string): { readonly [K in 'jwksUrl' | 'issuer' | 'audience' | 'namesClaim']: string } {
  const { jwksUrl, issuer, audience, namesClaim } = JSON.parse(value) as Record<string, unknown>;
  const texts = { jwksUrl, issuer, audience, namesClaim };
  for (const [name, each] of Object.entries(texts)) if (typeof each !== 'string' || each === '') throw new Error(`lacks ${name}`);
  return texts as Record<keyof typeof texts, string>;
}

function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new Error('is not a whole number');
  return Number(value);
}

function delays(value: string): readonly number[] {
  return value.split(',').map(wholeNumber);
}

function percentage(value: string): number {
  const percent = wholeNumber(value);
  if (percent > 100) throw new Error('is above 100');
  return percent;
}

function trueOrFalse(value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new Error('is neither true nor false');
  return value === 'true';
}

function eventDrivenMode(value: string): 'bus' | 'direct' {
  if (value !== 'bus' && value !== 'direct') throw new Error('is neither bus nor direct');
  return value;
}
