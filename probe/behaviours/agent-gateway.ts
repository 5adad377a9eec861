import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES } from '../../protocol';
import type { World } from '../world';
import { sightingOf, type Behaviour, type Sighting } from './behaviour';

const LIMITS = 'docs/limits.md#what-a-visitor-can-send-and-get';
const AGENT = 'agent/agent-connection.ts';
/** How long a check waits for the gateway. */
const PATIENCE_MS = 10_000;
const IDLE_MS = 10 * 60 * 1000;

/** A connection that sends nothing by itself, under a name of its own. */
function connect({ place: { agentEndpoint, token } }: World, authorization = token): WebSocket {
  const url = new URL(agentEndpoint);
  url.searchParams.set('name', `probe-${randomBytes(4).toString('hex')}`);
  return new WebSocket(url, { headers: { authorization: `Bearer ${authorization}` }, perMessageDeflate: false });
}

/** Lets `act` use a connection, and tells the code with which the gateway closes it. */
async function closeCode(world: World, act: (socket: WebSocket) => void, patienceMs = PATIENCE_MS): Promise<string> {
  const socket = connect(world);
  try {
    await once(socket, 'open');
    // A cut connection is an error first, and has a code afterwards.
    socket.on('error', () => undefined);
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(patienceMs) }) as Promise<[number]>;
    act(socket);
    const [code] = await closed;
    return String(code);
  } catch (error) {
    return (error as Error).name === 'AbortError' ? `open after ${patienceMs / 1000} s` : (error as Error).message;
  } finally {
    socket.terminate();
  }
}

async function sendFrames(socket: WebSocket, sizes: readonly number[]): Promise<void> {
  sizes.forEach((size, i) => socket.send('x'.repeat(size), { binary: false, fin: i === sizes.length - 1 }, () => undefined));
}

async function refusal(world: World): Promise<Sighting> {
  const socket = connect(world, `${world.place.token}x`);
  socket.on('error', () => undefined);
  const opened = once(socket, 'open').then(() => 'connected');
  const refused = once(socket, 'unexpected-response').then(([, response]) => `HTTP ${(response as IncomingMessage).statusCode}`);
  try {
    return sightingOf(await Promise.race([opened, refused]), 'HTTP 401');
  } catch (error) {
    return { seen: (error as Error).message, holds: false };
  } finally {
    opened.catch(() => undefined);
    refused.catch(() => undefined);
    socket.terminate();
  }
}

export const agentGateway: readonly Behaviour[] = [
  {
    assumption: 'an agent with a wrong token is refused with HTTP 401',
    reliedOn: 'agent/refusal.ts',
    check: refusal,
  },
  {
    assumption: `a frame of more than ${MAX_FRAME_BYTES / 1024} KB closes the connection with 1009`,
    reliedOn: LIMITS,
    check: async (world) => sightingOf(await closeCode(world, (socket) => void sendFrames(socket, [MAX_FRAME_BYTES + 1])), '1009'),
  },
  {
    assumption: `a message of more than ${MAX_MESSAGE_BYTES / 1024} KB in smaller frames closes the connection with 1009`,
    reliedOn: LIMITS,
    check: async (world) => {
      const frame = MAX_FRAME_BYTES - 1024;
      const sizes = Array.from({ length: Math.ceil(MAX_MESSAGE_BYTES / frame) + 1 }, () => frame);
      return sightingOf(await closeCode(world, (socket) => void sendFrames(socket, sizes)), '1009');
    },
  },
  {
    assumption: 'the agent gateway answers a ping with a pong',
    reliedOn: 'agent/heartbeat.ts',
    check: async (world) => {
      const socket = connect(world);
      try {
        await once(socket, 'open');
        const pong = once(socket, 'pong', { signal: AbortSignal.timeout(PATIENCE_MS) });
        socket.ping();
        await pong;
        return { seen: 'a pong', holds: true };
      } catch (error) {
        return { seen: (error as Error).message, holds: false };
      } finally {
        socket.terminate();
      }
    },
  },
];

/** Takes more than ten minutes. */
export const idleAgentGateway: Behaviour = {
  assumption: 'a connection without messages is closed after 10 minutes, with 1001',
  reliedOn: AGENT,
  check: async (world) => sightingOf(await closeCode(world, () => undefined, IDLE_MS + 60_000), '1001'),
};
