import { startDemoService } from '../../agent/demo/demo-service';
import { ProcessGuard } from '../../emulator/process-guard';
import { JsonProgram } from './json-program';

/** The name of `npm start`'s tunnel. */
export const NAME = 'demo';

/** The tunnel that `npm start` gives a user, as separate processes, so that the CPU time of each is known. */
export interface TunnelPrograms {
  /** The tunnel's home page. */
  readonly url: string;
  /** Time that `npm start` took until it was ready, by its own clock, in seconds. */
  readonly readySeconds: number;
  readonly emulatorPid: number;
  readonly agentPid: number;
  /** Warnings of the programs so far. */
  warnings(): readonly string[];
  /** Aborted with an Error when one of the programs ends by itself. */
  readonly ended: AbortSignal;
  /** Ends everything, last started first. */
  close(): Promise<void>;
}

/**
 * Starts `npm start` without its agent, and the agent as a program beside it. On AWS they are two programs as well, and only separate
 * processes show the CPU time of each. The demo service runs in this process.
 * @param signal stops the start
 * @throws Error with the output of a program that ends before it is ready; no program is left running then
 */
export async function startTunnelPrograms(signal: AbortSignal): Promise<TunnelPrograms> {
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

async function start(signal: AbortSignal, cleanUps: (() => Promise<void>)[]): Promise<Omit<TunnelPrograms, 'close'>> {
  // The guard ends the programs even when this process is killed.
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
