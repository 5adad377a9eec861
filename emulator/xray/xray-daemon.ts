/**
 * Emulates the X-Ray daemon: a UDP port that receives segments. Each datagram has a header line and one segment
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon).
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Closeable } from '../services';
import { isSegment, type Segment } from './segment';

/** Buffer for datagrams while this process is busy, in bytes. UDP drops datagrams that do not fit, as on AWS. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export class XrayDaemon implements Closeable {
  private constructor(private readonly socket: Socket) {}

  /** Listens on a free port of 127.0.0.1. */
  static async start(onSegment: (segment: Segment) => void): Promise<XrayDaemon> {
    const socket = createSocket('udp4');
    socket.on('message', (datagram) => {
      const segment = parseDatagram(datagram.toString('utf8'));
      if (segment) onSegment(segment);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // The default size of the system is good enough.
    }
    return new XrayDaemon(socket);
  }

  /** For AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }
}

/** The segment in a datagram; `undefined` for anything else, which a daemon drops. */
export function parseDatagram(text: string): Segment | undefined {
  const end = text.indexOf('\n');
  try {
    const { format, version } = JSON.parse(text.slice(0, end)) as { format?: unknown; version?: unknown };
    if (format !== 'json' || version !== 1) return undefined;
    const document: unknown = JSON.parse(text.slice(end + 1));
    return isSegment(document) ? document : undefined;
  } catch {
    return undefined;
  }
}
