/** Another DynamoDB-compatible server over HTTP, such as DynamoDB Local. */
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { EngineError, engineHeaders } from './engine';
import type { Engine, EngineReply } from './engine';

/** @throws EngineError when the URL is not an http one */
export function httpEngine(engineUrl: string, region: string): Engine {
  const url = URL.canParse(engineUrl) ? new URL(engineUrl) : undefined;
  if (url?.protocol !== 'http:') {
    throw new EngineError(`DynamoDB engine "${engineUrl}" is not an http URL; give a URL such as http://127.0.0.1:8000`);
  }
  const agent = new http.Agent({ keepAlive: true });
  return {
    send: (operation, input) => post(url, agent, engineHeaders(operation, region), JSON.stringify(input)),
    close: async () => agent.destroy(),
  };
}

function post(url: URL, agent: http.Agent, headers: Record<string, string>, body: string): Promise<EngineReply> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(
        new EngineError(`DynamoDB engine ${url.href} does not answer (${error.message}); start the engine`, {
          cause: error,
        }),
      );
    const request = http.request(url, {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    request.on('error', failed);
    request.on('response', (response) => {
      text(response).then((reply) => resolve({ status: response.statusCode ?? 500, body: reply }), failed);
    });
    request.end(body);
  });
}
