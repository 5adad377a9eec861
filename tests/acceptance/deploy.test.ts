import path from 'node:path';
import { BUNDLES } from '../../local/local-tunnel';
import { sumOfMetric } from '../support/emf';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { bundlesBeforeTickets, testEachWith } from '../support/old-bundles';
import { contentOf, SteadyVisitors } from '../support/steady-visitors';
import { functionOf, startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';

const REPLACED = ['receive-message', 'forward-request'] as const;
type Replaced = (typeof REPLACED)[number];
type Version = 'old' | 'new';
/** Each kind of request is sent and answered so often while two versions work together. */
const ROUNDS = 2;

const oldBundles = bundlesBeforeTickets();

interface CallsOfTwo {
  /** Rows that forward-request puts. */
  readonly puts: number;
  /** Rows that receive-message completes. */
  readonly completions: number;
  /** Answers with a ticket that receive-message posted. */
  readonly unreadable: number;
}

class Deployment {
  constructor(
    private readonly under: CloudUnderTest,
    private readonly old: string,
  ) {}

  /** As Terraform does: first the configuration, then the code. */
  async replace(name: Replaced, version: Version): Promise<void> {
    const { lambda, spec } = this.under.cloud.services;
    const { arn, environment } = spec.functions.find((each) => each.name === functionOf(this.under.cloud, name))!;
    const { USE_TICKETS: _, ...withoutTickets } = environment;
    await lambda.update(arn, { environment: version === 'old' ? withoutTickets : environment });
    await lambda.update(arn, { codeZip: path.join(version === 'old' ? this.old : BUNDLES, `${name}.zip`) });
  }

  calls(): CallsOfTwo {
    const { calls } = this.under.cloud.services;
    const count = (name: Replaced, operation: string) =>
      calls.count({ functionName: functionOf(this.under.cloud, name), operation, table: tableOf(this.under.cloud, 'pending-requests') });
    return {
      puts: count('forward-request', 'PutItem'),
      completions: count('receive-message', 'UpdateItem'),
      unreadable: sumOfMetric(this.under.logs, 'UnreadableTicket'),
    };
  }
}

testEachWith(oldBundles, [[...REPLACED], [...REPLACED].reverse()])(
  'a deploy and its way back in mid-traffic lose nothing: %j',
  async (order, old) => {
    const under = await startCloud({ mode: 'direct', tickets: false });
    const visitors = await SteadyVisitors.start((to, how, tunnel) => under.visit(to, how, tunnel));
    try {
      const { lambda, spec } = under.cloud.services;
      await lambda.invoke(spec.functions.find(({ name }) => name === functionOf(under.cloud, 'sweep'))?.arn ?? '', {});
      const deployment = new Deployment(under, old);
      for (const name of order) await deployment.replace(name, 'old');
      await under.agent({ target: { port: visitors.servicePort } });
      const oldAgent = await MinimalAgent.connect(under.agentEndpoint, await under.token('old'), ({ request_id: id, uri }, agent) =>
        agent.answer(id, visitors.sight(contentOf(String(uri)).nonce)),
      );
      visitors.come('demo', 8);
      visitors.come(oldAgent.tunnel.tunnel_id, 2, ['small', 'slow']);

      const phase = async (what: string) => {
        const before = deployment.calls();
        const begin = Date.now();
        await visitors.answeredSince(begin, ROUNDS);
        const after = deployment.calls();
        console.log(what, Date.now() - begin, {
          puts: after.puts - before.puts,
          completions: after.completions - before.completions,
          unreadable: after.unreadable - before.unreadable,
          visited: visitors.visited.length,
          wrong: visitors.visited.filter(({ status, isOwnAnswer }) => status !== 200 || !isOwnAnswer),
        });
      };
      await phase('old, old');
      for (const version of ['new', 'old'] as const) {
        for (const name of order) {
          await deployment.replace(name, version);
          await phase(`${name} ${version}`);
        }
      }
      await visitors.stop();
      expect(visitors.visited.filter(({ status, isOwnAnswer }) => status !== 200 || !isOwnAnswer)).toEqual([]);
      await eventually(async () => expect(await under.pendingRows()).toEqual([]));
      await eventually(() => expect(under.cloud.services.buckets.objects()).toEqual([]));
      oldAgent.vanish();
    } finally {
      await visitors.stop();
      await under.close();
    }
  },
);
