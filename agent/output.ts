import type { Disconnection, TunnelAddress } from './agent';
import { streamText, type RequestSummary, type StreamBeginning } from './request-summary';

/** Writes one piece of output, such as `process.stdout.write`. */
type Write = (text: string) => void;

/** What the CLI tells its user, event by event. */
export interface Output {
  connected(tunnel: TunnelAddress): void;
  disconnected(disconnection: Disconnection): void;
  /** An answer has begun that is sent as a stream. */
  streaming(beginning: StreamBeginning): void;
  request(summary: RequestSummary): void;
  draining(graceMs: number): void;
  warning(text: string): void;
  error(text: string): void;
}

/** Lines for people: the tunnel's life and requests to `out`, warnings and errors to `err`. */
export function textOutput(target: string, out: Write, err: Write): Output {
  const line = (write: Write, text: string): void => write(`${printable(text)}\n`);
  return {
    connected({ publicUrl, subdomainUrl, pathBasedUrl, streamUrl }) {
      const main = subdomainUrl ?? publicUrl;
      line(out, `Forwarding ${main} -> ${target}`);
      if (pathBasedUrl !== undefined && pathBasedUrl !== main) line(out, `Forwarding ${pathBasedUrl} -> ${target}`);
      if (streamUrl !== undefined) line(out, `Streams: ${streamUrl} -> ${target}`);
    },
    disconnected({ reason, retryInMs }) {
      const next = retryInMs === undefined ? '' : `; trying again in ${(retryInMs / 1000).toFixed(1)} s`;
      line(out, `Disconnected: ${reason}${next}`);
    },
    streaming: ({ method, path, status, ms }) => line(out, `${method} ${path} ${status} ${ms} ms, streaming`),
    request(summary) {
      const { method, path, status, error, ms, bytes, tooOldByMs } = summary;
      const result = status ?? error;
      const names = `${method} ${path}${result === undefined ? '' : ` ${result}`}`;
      if (tooOldByMs === undefined) line(out, `${names} ${ms} ms ${bytes} bytes${streamText(summary)}`);
      else
        line(out, `${method} ${path} was not forwarded: the request is ${(tooOldByMs / 1000).toFixed(1)} s too old (the visitor has gone)`);
    },
    draining: (graceMs) => line(out, `Stopping: finishing requests for up to ${graceMs / 1000} s (press Ctrl-C again to stop at once)`),
    warning: (text) => line(err, `warning: ${text}`),
    error: (text) => line(err, `error: ${text}`),
  };
}

/** The same as one JSON object a line, all to `out`: `{"time": "<ISO 8601>", "event": "request", …}`. */
export function jsonOutput(target: string, out: Write): Output {
  const line = (event: string, fields: object): void => out(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
  return {
    connected: (tunnel) => line('connected', { ...tunnel, target }),
    disconnected: (disconnection) => line('disconnected', disconnection),
    streaming: (beginning) => line('streaming', beginning),
    request: (summary) => line('request', summary),
    draining: (graceMs) => line('draining', { graceMs }),
    warning: (message) => line('warning', { message }),
    error: (message) => line('error', { message }),
  };
}

/** Replaces characters that could control the terminal, because paths and the cloud's texts come from strangers. */
const printable = (text: string): string => text.replace(UNPRINTABLE, '?');

/** Control characters, line separators, and characters that reverse the direction of text. */
// eslint-disable-next-line no-control-regex -- naming what is replaced is the point
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
