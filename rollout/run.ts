import { look, next, off, resume, set, type RolloutOutcome } from './commands';
import type { RolloutConnection } from './connect';
import { explain } from './explain';
import type { RolloutOptions } from './options';
import { obstacleText, outcomeJson, outcomeText, statusJson, statusText } from './report';

/** Where output lines go. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

/** Carries out a command. @returns the exit code: 0 when the command is done, 1 when it was refused or failed */
export async function runRollout(options: RolloutOptions, connecting: () => RolloutConnection, terminal: Terminal): Promise<number> {
  let connection: RolloutConnection | undefined;
  try {
    connection = connecting();
    return await carryOut(options, connection, terminal);
  } catch (error) {
    const known = explain(error as Error, options.env, connection);
    if (known === undefined) throw error;
    terminal.error(known);
    return 1;
  } finally {
    connection?.close();
  }
}

async function carryOut(options: RolloutOptions, connection: RolloutConnection, { out, error }: Terminal): Promise<number> {
  const { env, json } = options;
  if (options.command === 'status') {
    const situation = await look(connection.operation);
    out(json ? JSON.stringify(statusJson(env, situation)) : statusText(env, situation));
    return 0;
  }
  const outcome = await change(options, connection);
  if (json) out(JSON.stringify(outcomeJson(env, outcome)));
  else if (outcome.kind !== 'refused') out(outcomeText(env, outcome));
  if (outcome.kind !== 'refused') return 0;
  if (!json) error(`refused: ${obstacleText(outcome.obstacles)}`);
  return 1;
}

async function change(options: Exclude<RolloutOptions, { command: 'status' }>, connection: RolloutConnection): Promise<RolloutOutcome> {
  const { operation } = connection;
  const reason = { by: options.by ?? (await connection.whoAmI()), why: options.why, force: 'force' in options && options.force };
  switch (options.command) {
    case 'next':
      return next(operation, reason);
    case 'set':
      return set(operation, options.percent, reason);
    case 'off':
      return off(operation, reason);
    case 'resume':
      return resume(operation, reason);
  }
}
