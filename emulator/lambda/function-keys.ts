/** Access keys: one per function. The session token identifies the execution environment of the function. */
import { randomBytes } from 'node:crypto';
import { FifoMap } from 'toad-cache';
import type { ExecutionEnvironment, Principal, Principals } from '../services';
import type { FunctionSpec } from '../specs';

export interface FunctionKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roleArn: string;
  readonly functionName: string;
}

/** The tokens of so many ended environments stay valid; the oldest are forgotten first. */
const KEPT_ENDED = 500;

export class FunctionKeys implements Principals {
  private readonly keys = new Map<string, FunctionKey>();
  private readonly byFunction = new Map<string, FunctionKey>();
  private readonly living = new Map<string, ExecutionEnvironment>();
  private readonly ended = new FifoMap<ExecutionEnvironment>(KEPT_ENDED);

  constructor(functions: readonly FunctionSpec[]) {
    for (const spec of functions) {
      const key = newKey(spec);
      this.keys.set(key.accessKeyId, key);
      this.byFunction.set(spec.name, key);
    }
  }

  of(spec: FunctionSpec): FunctionKey {
    return this.byFunction.get(spec.name) as FunctionKey;
  }

  /**
   * Registers an environment under its session token. The token stays valid after the environment ends: a call that was in
   * flight when the process died still counts, as on AWS.
   */
  add(sessionToken: string, environment: ExecutionEnvironment): void {
    this.living.set(sessionToken, environment);
    environment.once('exit', () => {
      this.living.delete(sessionToken);
      this.ended.set(sessionToken, environment);
    });
  }

  /** @returns undefined for an unknown key, or a session token of another function */
  find(accessKeyId: string, sessionToken: string | undefined): Principal | undefined {
    const key = this.keys.get(accessKeyId);
    if (!key || sessionToken === undefined) return key;
    const environment = this.living.get(sessionToken) ?? this.ended.get(sessionToken);
    return environment?.functionName === key.functionName ? { ...key, environment } : undefined;
  }
}

/** Creates an unguessable key. AWS begins the ids of temporary keys with `ASIA`. */
function newKey({ name, roleArn }: FunctionSpec): FunctionKey {
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    roleArn,
    functionName: name,
  };
}

export function newSessionToken(): string {
  return randomBytes(48).toString('base64url');
}
