import path from 'node:path';
import type { LambdaService } from '../../emulator/lambda/lambda-service';
import type { Interceptor } from '../../emulator/services';
import type { FunctionSpec } from '../../emulator/specs';
import { BUNDLES } from '../../local/local-tunnel';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { bundlesBeforeTickets, testEachWith } from '../support/old-bundles';
import { contentOf, OWN_ANSWER, SteadyVisitors, type Visited } from '../support/steady-visitors';
import { functionOf, startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';

type Name = 'receive-message' | 'forward-request' | 'sweep';
type Version = 'old' | 'new';

/** Between two changes, so many requests of each kind are sent and answered. */
const ROUNDS = 2;
const TUNNEL = 'demo';

/** The two functions that have to understand each other, and whose code is replaced one after the other. */
class Deployment {
  /** When code or configuration was changed, in ms since the epoch. */
  readonly changedAt: number[] = [];
  /** Requests that have a row, or had one. */
  private readonly withRow = new Set<string>();
  /** Requests whose row receive-message has completed, or has looked for to complete it. */
  private readonly completed = new Set<string>();
  /** Requests with an answer for which there was no row yet. */
  private readonly early = new Set<string>();
  private readonly running = { 'receive-message': 'new', 'forward-request': 'new', sweep: 'new', configuration: 'new' };
  private under!: CloudUnderTest;

  constructor(private readonly oldBundles: string) {}

  of(under: CloudUnderTest): void {
    this.under = under;
  }

  /** Notes which requests have rows. */
  readonly intercept: Interceptor = (call, next) => {
    const { TableName, Item, Key } = call.input as CallWithRow;
    const requestId = (Item ?? Key)?.['requestId']?.S;
    if (requestId !== undefined && TableName === tableOf(this.under.cloud, 'pending-requests')) {
      if (call.operation === 'PutItem') this.withRow.add(requestId);
      if (call.operation === 'UpdateItem') {
        this.completed.add(requestId);
        if (!this.withRow.has(requestId)) this.early.add(requestId);
      }
    }
    return next();
  };

  async replace(name: Name, version: Version): Promise<void> {
    const codeZip = path.join(version === 'old' ? this.oldBundles : BUNDLES, `${name}.zip`);
    await this.update(name, { codeZip });
    this.running[name] = version;
  }

  /**
   * Changes the configuration of forward-request, as Terraform does before it changes the code: an old configuration has no variable that came
   * with the tickets.
   */
  async configure(version: Version): Promise<void> {
    const { environment } = this.specOf('forward-request');
    const { USE_TICKETS: _, ...before } = environment;
    await this.update('forward-request', { environment: version === 'old' ? before : environment });
    this.running.configuration = version;
  }

  /** Requests go through the versions that run now. Which of them have rows shows that these versions run. */
  async expectTraffic(visitors: SteadyVisitors): Promise<void> {
    const visits = await visitors.answeredFromNow(TUNNEL, ROUNDS);
    expect(visits.filter(isFailed)).toEqual([]);
    const among = (ids: ReadonlySet<string>): number => visits.filter(({ requestId }) => ids.has(requestId)).length;
    const hasTickets = this.running['forward-request'] === 'new' && this.running.configuration === 'new';
    const opensTickets = this.running['receive-message'] === 'new';
    const seen = { ...this.running, withRow: among(this.withRow), completed: among(this.completed), early: among(this.early) };
    if (!hasTickets) expect(seen).toEqual({ ...this.running, withRow: visits.length, completed: visits.length, early: 0 });
    else if (opensTickets) expect(seen.completed).toBeLessThan(visits.length);
    else {
      // The row comes with the second question.
      expect(seen).toMatchObject({ withRow: visits.length, completed: visits.length });
      expect(seen.early).toBeGreaterThan(0);
    }
  }

  private async update(name: Name, changes: Parameters<LambdaService['update']>[1]): Promise<void> {
    this.changedAt.push(Date.now());
    await this.under.cloud.services.lambda.update(this.specOf(name).arn, changes);
  }

  private specOf(name: Name): FunctionSpec {
    return this.under.cloud.services.spec.functions.find((spec) => spec.name === functionOf(this.under.cloud, name))!;
  }
}

const isFailed = ({ outcome }: Visited): boolean => outcome !== OWN_ANSWER;

/** The fields of a call to DynamoDB that name a row. */
interface CallWithRow {
  readonly TableName?: string;
  readonly Item?: Readonly<Record<string, { readonly S?: string }>>;
  readonly Key?: Readonly<Record<string, { readonly S?: string }>>;
}

const oldBundles = bundlesBeforeTickets();
const ORDERS: readonly (readonly Name[])[] = [
  ['receive-message', 'forward-request'],
  ['forward-request', 'receive-message'],
];

testEachWith(oldBundles, ORDERS)(
  'a deploy from before the tickets and its way back, in mid-traffic, lose nothing, in the order %j',
  async (order, old) => {
    const deployment = new Deployment(old);
    const under = await startCloud({ mode: 'direct', tickets: false, intercept: deployment.intercept });
    deployment.of(under);
    const visitors = await SteadyVisitors.start((to, how, tunnel) => under.visit(to, how, tunnel));
    try {
      await under.runSweep();
      for (const name of order) await deployment.replace(name, 'old');
      await under.agent({ name: TUNNEL, target: { port: visitors.servicePort } });
      const oldAgent = await MinimalAgent.connect(under.agentEndpoint, await under.token('old'), ({ request_id: id, uri }, agent) =>
        agent.answer(id, visitors.sight(contentOf(String(uri))).toString()),
      );
      const begin = Date.now();
      visitors.come(TUNNEL, 8);
      visitors.come(oldAgent.tunnel.tunnel_id, 2, ['small', 'slow']);

      await deployment.expectTraffic(visitors);
      for (const version of ['new', 'old'] as const) {
        for (const name of order) {
          if (name === 'forward-request') {
            await deployment.configure(version);
            await deployment.expectTraffic(visitors);
          }
          await deployment.replace(name, version);
          await deployment.expectTraffic(visitors);
        }
      }
      await visitors.stop();
      oldAgent.vanish();

      expect(visitors.visited.filter(isFailed)).toEqual([]);
      expect(visitors.visited.filter(({ nonce }) => visitors.sightings.get(nonce) !== 1)).toEqual([]);
      const inFlightAt = (time: number) => visitors.visited.filter(({ sentAt, answeredAt }) => sentAt < time && time < answeredAt);
      for (const time of deployment.changedAt.filter((changedAt) => changedAt > begin)) expect(inFlightAt(time)).not.toEqual([]);
      // The sweep from before the tickets finds the item of their keys in the tunnels table, and does not know it.
      await deployment.replace('sweep', 'old');
      await under.runSweep();
      // Sweep runs every minute, as on AWS, and may have to remove something that nobody waited for.
      await under.noPendingRows();
      await eventually(() => expect(under.cloud.services.buckets.objects()).toEqual([]));
    } finally {
      await visitors.stop();
      await under.close();
    }
  },
);
