import http from 'node:http';

export interface VisitorReply {
  /** 0 when no response came. */
  readonly status: number;
  readonly body: string;
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

  /** Never rejects: an error becomes a reply with status 0. */
  ask(path: string, body?: Buffer): Promise<VisitorReply> {
    return new Promise((resolve) => {
      const fail = (): void => resolve({ status: 0, body: '' });
      const request = http.request(`${this.url}${path}`, { agent: this.agent, method: body ? 'POST' : 'GET' }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
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
