import { startDemoService } from '../../agent/demo/demo-service';
import { ProcessGuard } from '../../emulator/process-guard';
import { JsonProgram } from './json-program';

/** `npm start`'s name for its tunnel. */
const NAME = 'demo';

/** What a user gets by `npm start`, as processes whose CPU time can be told apart. */
export interface Tunnel {
  /** The tunnel's home page. */
  readonly url: string;
  /** What `npm start` took until it was ready, by its own clock, in seconds. */
  readonly readySeconds: number;
  readonly emulatorPid: number;
  readonly agentPid: number;
  /** What the programs have warned of so far. */
  warnings(): readonly string[];
  /** Aborted with an Error when one of the programs ends by itself. */
  readonly ended: AbortSignal;
  /** Ends everything, last started first. */
  close(): Promise<void>;
}

/**
 * Starts `npm start`, and the agent beside it instead of within it: they are two programs on AWS as well, and in one process nobody
 * could tell whose CPU time it was. The demo service runs in this process.
 * @param signal gives up
 * @throws Error with what a program said, when it ends before it is ready; nothing is left running then
 */
export async function startTunnel(signal: AbortSignal): Promise<Tunnel> {
  const cleanUps: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    return { ...(await start(signal, cleanUps)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(signal: AbortSignal, cleanUps: (() => Promise<void>)[]): Promise<Omit<Tunnel, 'close'>> {
  // Ends the programs even when this process is killed.
  const guard = await ProcessGuard.start();
  cleanUps.push(() => guard.close());
  const run = (...args: Parameters<typeof JsonProgram.start>): JsonProgram => {
    const program = JsonProgram.start(...args);
    guard.watch(program.child);
    cleanUps.push(() => program.stop());
    return program;
  };
  const demo = await startDemoService();
  cleanUps.push(() => demo.close());
  const emulator = run('start', ['--json', '--no-agent', '--http-port', '0', '--console-port', '0']);
  const ready = await emulator.event('ready', signal);
  const agent = run('agent', ['http', String(demo.port), '--name', NAME, '--json'], {
    HTTP_TUNNEL_ENDPOINT: String(ready['agentEndpoint']),
    HTTP_TUNNEL_TOKEN: String(ready['token']),
  });
  await agent.event('connected', signal);
  return {
    url: `${String(ready['visitorUrl'])}/${NAME}/`,
    readySeconds: Number(ready['seconds']),
    emulatorPid: emulator.pid,
    agentPid: agent.pid,
    warnings: () => [...emulator.warnings, ...agent.warnings],
    ended: AbortSignal.any([emulator.ended, agent.ended]),
  };
}
