import path from 'node:path';
import type { Interceptor } from '../../emulator/services';
import { BUNDLES } from '../../local/local-tunnel';
import { sumOfMetric } from '../support/emf';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { bundlesBeforeTickets, testEachWith } from '../support/old-bundles';
import { contentOf, OWN_ANSWER, SteadyVisitors, type Visited } from '../support/steady-visitors';
import { functionOf, startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';

type Name = 'receive-message' | 'forward-request';
type Version = 'old' | 'new';

/** Between two changes, so many requests of each kind are sent and answered. */
const ROUNDS = 2;
const TUNNEL = 'demo';

/** The two functions that have to understand each other, whose code is replaced one after the other. */
class Deployment {
  /** Requests that forward-request has put a row for. */
  private readonly withRow = new Set<string>();
  /** Requests whose row receive-message has completed. */
  private readonly completed = new Set<string>();
  private under!: CloudUnderTest;

  constructor(private readonly oldBundles: string) {}

  of(under: CloudUnderTest): this {
    this.under = under;
    return this;
  }

  readonly intercept: Interceptor = (call, next) => {
    const { input, operation, caller } = call;
    const { TableName, Item, Key } = input as Record<string, Record<string, { S: string }> | undefined> & { TableName?: string };
    if (TableName === tableOf(this.under.cloud, 'pending-requests')) {
      if (operation === 'PutItem' && caller.functionName === this.nameOf('forward-request')) this.withRow.add(Item?.['requestId']?.S ?? '');
      if (operation === 'UpdateItem' && caller.functionName === this.nameOf('receive-message'))
        this.completed.add(Key?.['requestId']?.S ?? '');
    }
    return next();
  };

  /** How many of these requests have had a row, and how many were answered by a row. */
  rowsOf(visits: readonly Visited[]) {
    const count = (ids: ReadonlySet<string>) => visits.filter(({ requestId }) => ids.has(requestId)).length;
    return { visits: visits.length, withRow: count(this.withRow), completed: count(this.completed) };
  }

  nameOf(name: Name): string {
    return functionOf(this.under.cloud, name);
  }

  /** Changes the configuration, as Terraform does before it changes the code. Only forward-request has a variable that came with the tickets. */
  async configure(name: Name, version: Version): Promise<void> {
    const { lambda, spec } = this.under.cloud.services;
    const { arn, environment } = spec.functions.find((each) => each.name === this.nameOf(name))!;
    const { USE_TICKETS: _, ...before } = environment;
    await lambda.update(arn, { environment: version === 'old' ? before : environment });
  }

  async replace(name: Name, version: Version): Promise<void> {
    const { lambda, spec } = this.under.cloud.services;
    const { arn } = spec.functions.find((each) => each.name === this.nameOf(name))!;
    await lambda.update(arn, { codeZip: path.join(version === 'old' ? this.oldBundles : BUNDLES, `${name}.zip`) });
  }
}

const oldBundles = bundlesBeforeTickets();
const ORDERS: readonly (readonly Name[])[] = [
  ['receive-message', 'forward-request'],
  ['forward-request', 'receive-message'],
];

testEachWith(oldBundles, ORDERS)('a deploy and its way back in mid-traffic lose nothing: %j', async (order, old) => {
  const deployment = new Deployment(old);
  const under = await startCloud({ mode: 'direct', tickets: false, intercept: deployment.intercept });
  deployment.of(under);
  const visitors = await SteadyVisitors.start((to, how, tunnel) => under.visit(to, how, tunnel));
  try {
    const { lambda, spec } = under.cloud.services;
    await lambda.invoke(spec.functions.find(({ name }) => name === functionOf(under.cloud, 'sweep'))?.arn ?? '', {});
    const running: Record<Name, Version> = { 'receive-message': 'old', 'forward-request': 'old' };
    for (const name of order) await deployment.replace(name, 'old');
    await under.agent({ name: TUNNEL, target: { port: visitors.servicePort } });
    const oldAgent = await MinimalAgent.connect(under.agentEndpoint, await under.token('old'), ({ request_id: id, uri }, agent) =>
      agent.answer(id, visitors.sight(contentOf(String(uri)).nonce)),
    );
    visitors.come(TUNNEL, 8);
    visitors.come(oldAgent.tunnel.tunnel_id, 2, ['small', 'slow']);

    const askedFor = () => sumOfMetric(under.logs, 'AnswersAskedFor');
    /** Requests go through the two versions that run now, and leave the traces of these versions. */
    const expectTraffic = async () => {
      const before = askedFor();
      const visits = await visitors.answeredFromNow(TUNNEL, ROUNDS);
      const rows = deployment.rowsOf(visits);
      console.log(JSON.stringify({ ...running, ...rows, asked: askedFor() - before }));
    };
    await expectTraffic();
    for (const version of ['new', 'old'] as const) {
      for (const name of order) {
        if (name === 'forward-request') await deployment.configure(name, version);
        if (name === 'forward-request') await expectTraffic();
        await deployment.replace(name, version);
        running[name] = version;
        await expectTraffic();
      }
    }
    await visitors.stop();
    oldAgent.vanish();
    expect(visitors.visited.filter(({ outcome }) => outcome !== OWN_ANSWER)).toEqual([]);
    expect(visitors.visited.filter(({ nonce }) => visitors.sightings.get(nonce) !== 1)).toEqual([]);
    console.time('left');
    await under.noPendingRows();
    console.timeEnd('left');
    await eventually(() => expect(under.cloud.services.buckets.objects()).toEqual([]));
    console.timeEnd('left');
  } finally {
    await visitors.stop();
    await under.close();
  }
});
