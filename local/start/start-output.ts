import { streamText, type Disconnection, type RequestSummary, type StreamBeginning } from '../../agent';
import type { FaultCount } from '../../emulator/faults/active-fault';
import type { AlarmTransition } from '../../emulator/observations';
import type { LogLine } from '../../emulator/services';
import { isTrouble, ProblemLines, readableLine } from './log-lines';

/** What `npm start` says once everything runs. */
export interface Ready {
  readonly mode: string;
  /** Share of requests that are event-driven at the start, 0 to 100; the others poll. */
  readonly percent: number;
  readonly seconds: number;
  readonly functions: number;
  /** Execution environments that run already. */
  readonly environments: number;
  readonly visitorUrl: string;
  readonly agentEndpoint: string;
  readonly consoleUrl?: string;
  /** The environment's tunnel, unless only the cloud was started. */
  readonly tunnel?: {
    readonly name: string;
    /** `http://demo.localhost:8080` */
    readonly url: string;
    /** `http://127.0.0.1:8080/demo/`: works where `*.localhost` does not resolve. */
    readonly pathUrl: string;
    /** `http://127.0.0.1:8082/demo/`: answers come as they are made. Only where the stack has a function URL. */
    readonly streamUrl?: string;
    readonly target: string;
    readonly isDemo: boolean;
  };
  /** A token for agents, if only the cloud was started. */
  readonly token?: string;
  readonly pins: readonly { readonly name: string; readonly url: string }[];
}

export interface StartOutput {
  progress(text: string): void;
  ready(ready: Ready): void;
  /** An answer has begun that is sent as a stream; `request` follows when it has ended. */
  streaming(beginning: StreamBeginning): void;
  request(summary: RequestSummary): void;
  disconnected(disconnection: Disconnection): void;
  reconnected(url: string): void;
  alarm(transition: AlarmTransition): void;
  /** What a function logged. */
  log(line: LogLine): void;
  warning(text: string): void;
  /** How often each fault of the fault plan struck. */
  faults(counts: Readonly<Record<string, FaultCount>>): void;
  stopping(): void;
}

type Write = (text: string) => void;

/** Lines for people. */
export function textOutput(out: Write, err: Write, verbose: boolean): StartOutput {
  const line = (text = ''): void => out(`${text}\n`);
  const problems = new ProblemLines();
  let isStopping = false;
  return {
    progress: (text) => line(`… ${text}`),
    ready: (ready) => line(readyText(ready)),
    streaming: ({ method, path, status, ms }) => line(`${method} ${path} ${status} ${ms} ms, streaming`),
    request: (summary) => {
      const { method, path, status, error, ms, bytes } = summary;
      line(`${method} ${path} ${status ?? error ?? ''} ${ms} ms ${bytes} bytes${streamText(summary)}`);
    },
    disconnected: ({ reason, retryInMs }) =>
      line(`agent disconnected: ${reason}${retryInMs === undefined ? '' : `; trying again in ${(retryInMs / 1000).toFixed(1)} s`}`),
    reconnected: (url) => line(`agent connected again: ${url}`),
    alarm: ({ name, from, to, reason }) => {
      // Other changes are not printed: after a start, many alarms only settle.
      if (from === 'ALARM' || to === 'ALARM') line(`alarm ${name}: ${from} -> ${to}: ${reason}`);
    },
    log: (logged) => {
      // A stop ends functions while they start. Their last lines name no problem that anybody has.
      const text = verbose ? readableLine(logged) : isStopping ? undefined : problems.textOf(logged);
      if (text !== undefined) line(text);
    },
    warning: (text) => err(`warning: ${text}\n`),
    faults: (counts) => {
      for (const [name, { struck, matched }] of Object.entries(counts)) line(`fault ${name}: applied to ${struck} of ${matched} matches`);
    },
    stopping: () => {
      isStopping = true;
      line('stopping');
    },
  };
}

function readyText({
  mode,
  percent,
  seconds,
  functions,
  environments,
  visitorUrl,
  agentEndpoint,
  consoleUrl,
  tunnel,
  token,
  pins,
}: Ready): string {
  const lines = [
    '',
    `http-tunnel is running on the local cloud (mode ${mode}${percent === 100 ? '' : ` for ${percent} % of the requests`}, ready in ${seconds.toFixed(1)} s; Ctrl-C stops it)`,
    '',
    `  visitors       ${visitorUrl}`,
    `  agent gateway  ${agentEndpoint}`,
    `  functions      ${functions}, from the Terraform of environment "local"; ${environments} execution environments run`,
  ];
  if (consoleUrl !== undefined) lines.push(`  console        ${consoleUrl}`);
  if (tunnel)
    lines.push(`  local service  ${tunnel.target}${tunnel.isDemo ? '  (the built-in demo; use --port for your own service)' : ''}`);
  for (const { name, url } of pins) lines.push(`  pinned         ${url} -> ${name}`);
  lines.push('');
  if (tunnel)
    lines.push(
      `Open ${tunnel.pathUrl} (works in every program on this machine, but only on this machine)`,
      `Forwarding ${tunnel.url} -> ${tunnel.target}`,
      ...(tunnel.streamUrl === undefined ? [] : [`Streaming  ${tunnel.streamUrl} -> ${tunnel.target} (answers come as they are made)`]),
    );
  if (token !== undefined) {
    lines.push(
      'Connect an agent from another terminal:',
      '',
      `  export HTTP_TUNNEL_ENDPOINT=${agentEndpoint}`,
      `  export HTTP_TUNNEL_TOKEN=${token}`,
      '  npm run agent -- http 3000',
    );
  }
  return lines.join('\n');
}

/** The same as one JSON object a line: `{"time": "<ISO 8601>", "event": "ready", …}`. */
export function jsonOutput(out: Write, verbose: boolean): StartOutput {
  const event = (name: string, fields: object = {}): void =>
    out(`${JSON.stringify({ time: new Date().toISOString(), event: name, ...fields })}\n`);
  return {
    progress: (text) => event('progress', { text }),
    ready: (ready) => event('ready', ready),
    streaming: (beginning) => event('streaming', beginning),
    request: (summary) => event('request', summary),
    disconnected: (disconnection) => event('disconnected', disconnection),
    reconnected: (url) => event('reconnected', { url }),
    alarm: (transition) => event('alarm', transition),
    log: (line) => {
      if (verbose || isTrouble(line.text)) event('log', line);
    },
    warning: (text) => event('warning', { text }),
    faults: (counts) => event('faults', { counts }),
    stopping: () => event('stopping'),
  };
}
