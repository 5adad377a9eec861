import http from 'node:http';

export interface Reply {
  /** 0 when no response came. */
  readonly status: number;
  readonly body: string;
}

/** A visitor with as many connections as it has requests in flight. */
export class Visitor {
  private readonly agent: http.Agent;

  /** @param keepAlive whether connections are used again: quicker, but one that is closed just then is an error of nobody's */
  constructor(
    private readonly url: string,
    keepAlive = true,
  ) {
    this.agent = new http.Agent({ keepAlive, maxSockets: Infinity });
  }

  /** Never rejects: what goes wrong is a reply with status 0. */
  ask(path: string, body?: Buffer): Promise<Reply> {
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
