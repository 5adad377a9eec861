import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ToldError } from '../cli/told-error';

/** No step of a check takes this long on a healthy machine, in ms. */
const STEP_TIMEOUT_MS = 180_000;
/** A plan as JSON is some hundred KB; in bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface TerraformRun {
  readonly cwd: string;
  /** Environment variables, in addition to those that are kept of the caller's environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A terraform command that failed. The message contains the output of the command. */
export class TerraformCommandError extends ToldError {
  override readonly name = 'TerraformCommandError';
}

/** Terraform, or the provider that it needs, is not available on this machine. */
export class TerraformUnavailableError extends ToldError {
  override readonly name = 'TerraformUnavailableError';
}

/** Runs terraform and resolves with its output. @throws TerraformError */
export async function terraform(args: readonly string[], run: TerraformRun): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('terraform', args, options(run));
    return stdout;
  } catch (error) {
    throw failure(args, error);
  }
}

/** Runs terraform synchronously, for results that are needed before the tests of a suite are defined. @throws TerraformError */
export function terraformSync(args: readonly string[], run: TerraformRun): string {
  try {
    return execFileSync('terraform', args, { ...options(run), stdio: 'pipe' });
  } catch (error) {
    throw failure(args, error);
  }
}

export interface FollowedRun extends TerraformRun {
  /** Called with each line of the output. */
  readonly onLine: (line: string) => void;
  /** Interrupts terraform: it finishes what it has begun, writes its state, and ends. */
  readonly signal?: AbortSignal;
}

/**
 * Runs terraform for as long as it takes, and reports its output while it comes. If this process ends, terraform is killed.
 * @returns terraform's exit status; null after a kill
 * @throws TerraformUnavailableError
 */
export async function followTerraform(args: readonly string[], { cwd, variables, onLine, signal }: FollowedRun): Promise<number | null> {
  // In a process group of its own, terraform does not hear the Ctrl-C of the terminal: it would take that for the second of two signals, and
  // end without writing its state.
  const child = spawn('terraform', args, { cwd, env: environmentOf(variables), detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const interrupt = (): void => void child.kill('SIGINT');
  const kill = (): void => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'));
  createInterface({ input: child.stdout }).on('line', onLine);
  signal?.addEventListener('abort', interrupt);
  process.once('exit', kill);
  try {
    if (signal?.aborted) interrupt();
    const [status] = (await once(child, 'close')) as [number | null];
    return status;
  } catch (error) {
    throw failure(args, error);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    process.off('exit', kill);
  }
}

const options = ({ cwd, variables }: TerraformRun) => ({
  cwd,
  encoding: 'utf8' as const,
  timeout: STEP_TIMEOUT_MS,
  maxBuffer: MAX_OUTPUT_BYTES,
  env: environmentOf(variables),
});

const environmentOf = (variables: TerraformRun['variables']): NodeJS.ProcessEnv => ({
  ...callersEnvironment(),
  CHECKPOINT_DISABLE: '1',
  TF_IN_AUTOMATION: '1',
  TF_INPUT: '0',
  ...variables,
});

/** The caller's environment without settings that would change a check's result: workspaces, arguments, variables, profiles. */
function callersEnvironment(): NodeJS.ProcessEnv {
  const kept = new Set(['TF_CLI_CONFIG_FILE', 'TF_PLUGIN_CACHE_DIR']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.has(name) || !/^(TF|AWS)_/.test(name)));
}

function failure(args: readonly string[], error: unknown): Error {
  const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === 'ENOENT') {
    return new TerraformUnavailableError('terraform is not on the PATH: install Terraform 1.11 or later', {
      cause: error,
    });
  }
  return new TerraformCommandError(`terraform ${args.join(' ')} failed:\n${stderr?.trim() || message}`, {
    cause: error,
  });
}
