import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from '../agent';
import type { Segment } from '../emulator/xray/segment';
import { segmentsOf } from '../trace/xray-segments';
import { connectAgent } from './deployed';
import { filterFor } from './figures/invocations';
import type { Place } from './place';
import { ProbeService, type Answer, type Fields, type SeenRequest } from './probe-service';
import { Visitor, type Ask, type Reply } from './visitor';

/** A new environment starts two functions before it answers. */
const CONNECT_MS = 60_000;
const HANDSHAKE_MS = 25_000;
/** Traces are read again until no more come, at most this many times. */
const MOST_READS = 12;
/** The clocks of this machine and of AWS may differ by this much. */
const CLOCK_SLACK_MS = 60_000;

/** Everything that a probe uses: a tunnel of its own, with a visitor at one end and a local service at the other. */
export class World {
  private constructor(
    readonly place: Place,
    readonly tunnel: string,
    readonly service: ProbeService,
    readonly visitor: Visitor,
    private readonly agent: Agent,
  ) {}

  /** @throws NoAgentError */
  static async open(place: Place): Promise<World> {
    const service = await ProbeService.start();
    const tunnel = `probe-${randomBytes(4).toString('hex')}`;
    const { agentEndpoint: endpoint, token, visitorUrl } = place;
    const agent = new Agent({ endpoint, token, name: tunnel, target: { port: service.port }, connectTimeoutMs: HANDSHAKE_MS });
    const world = new World(place, tunnel, service, new Visitor(visitorUrl), agent);
    try {
      await connectAgent(agent, endpoint, CONNECT_MS);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** A visit of the probe's own tunnel. `seen` is missing when the request did not reach the local service. */
  async visit(ask: Partial<Ask> & { readonly answer?: Answer } = {}): Promise<{ reply: Reply; seen: SeenRequest | undefined }> {
    const { answer = {}, path = '/', fields = [], ...more } = ask;
    const asking = this.service.asking(answer);
    const all: Fields = [...asking.fields, ...fields];
    const reply = await this.visitor.ask({ ...more, path: `/${this.tunnel}${path}`, fields: all });
    return { reply, seen: this.service.request(asking.id) };
  }

  /** The traces since a time, once no more of them come. */
  async segmentsSince(from: number): Promise<readonly Segment[]> {
    const { environment, xray, traceDelayMs } = this.place;
    let segments: readonly Segment[] = [];
    for (let read = 0; read < MOST_READS; read++) {
      await pause(traceDelayMs);
      const search = { from: from - CLOCK_SLACK_MS, to: Date.now() + CLOCK_SLACK_MS, filter: filterFor(environment) };
      const found = await segmentsOf(xray, search);
      if (found.length > 0 && found.length === segments.length) break;
      segments = found;
    }
    return segments;
  }

  async close(): Promise<void> {
    await this.agent.stop({ graceMs: 1000 });
    this.visitor.close();
    this.service.close();
    this.place.xray.destroy();
  }
}
