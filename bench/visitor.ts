import http from 'node:http';

export interface VisitorReply {
  /** 0 when no response came. */
  readonly status: number;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Why the answer is missing or incomplete, such as `ECONNRESET`; missing for a complete answer. */
  readonly failure?: string;
}

/** A visitor that has one connection for each of its requests in flight. */
export class Visitor {
  private readonly agent: http.Agent;

  /** @param keepAlive whether connections are reused: quicker, but a request on a connection that is just closing fails by chance */
  constructor(
    private readonly url: string,
    keepAlive = true,
  ) {
    this.agent = new http.Agent({ keepAlive, maxSockets: Infinity });
  }

  /** Never rejects: an error becomes a reply with status 0. @param signal makes the visitor go away */
  ask(path: string, body?: Buffer, signal?: AbortSignal): Promise<VisitorReply> {
    return new Promise((resolve) => {
      const fail = ({ code, name }: NodeJS.ErrnoException): void => resolve({ status: 0, body: '', headers: {}, failure: code ?? name });
      const how = { agent: this.agent, method: body ? 'POST' : 'GET', ...(signal && { signal }) };
      const request = http.request(`${this.url}${path}`, how, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
        response.on('error', fail);
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
