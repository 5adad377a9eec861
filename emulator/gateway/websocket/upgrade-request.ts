import { STATUS_CODES } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { endWith } from '../../http-server';

/** `/<api id>/<stage>`, perhaps with a slash at the end. On AWS the API is in the host name. */
export function addressedStage(url = ''): { apiId: string; stage: string } | undefined {
  const [, apiId, stage] = /^\/([^/?]+)\/([^/?]+)\/?(?:\?|$)/.exec(url) ?? [];
  return apiId === undefined || stage === undefined ? undefined : { apiId, stage };
}

const TOKENS = /^[!#$%&'*+.^_`|~\w-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~\w-]+)*$/;

/** Whether the list of subprotocols is missing, or names each one once (RFC 6455 section 4.1). */
function hasSoundProtocols({ 'sec-websocket-protocol': list }: IncomingHttpHeaders): boolean {
  const names = list?.split(',').map((name) => name.trim()) ?? [];
  return list === undefined || (TOKENS.test(list) && new Set(names).size === names.length);
}

/** Whether the request is a WebSocket handshake (RFC 6455 section 4.2.1); checked before any function runs. */
export const isHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['sec-websocket-version'] === '13' &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
  hasSoundProtocols(headers);

/** Answers an upgrade with a plain HTTP response instead. @param body JSON, or a function's own text */
export function refuseUpgrade(socket: Duplex, status: number, body: string, errorType?: string): void {
  const json = body.startsWith('{');
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `content-type: ${json ? 'application/json' : 'text/plain'}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...(errorType === undefined ? [] : [`x-amzn-errortype: ${errorType}`]),
    'connection: close',
  ];
  endWith(socket, `${lines.join('\r\n')}\r\n\r\n${body}`);
}
