import { AgentOptionError } from './errors';
import { readSecretFile } from './secret-file';

export interface TokenSources {
  /** `--token-file` */
  readonly tokenFile?: string;
  /** `--token` */
  readonly token?: string;
}

/**
 * The token from the first source that has one: `--token-file`, `--token`, `HTTP_TUNNEL_TOKEN`.
 * @throws AgentOptionError
 */
export function findToken({ tokenFile, token }: TokenSources, environment: Readonly<Record<string, string | undefined>>): string {
  if (tokenFile !== undefined) return readSecretFile('token', tokenFile, '--token-file');
  const found = (token ?? environment.HTTP_TUNNEL_TOKEN ?? '').trim();
  if (found !== '') return found;
  throw new AgentOptionError(
    'a token is missing: put the token into a file and pass --token-file FILE, or set HTTP_TUNNEL_TOKEN; the operator of the tunnel issues tokens',
  );
}
