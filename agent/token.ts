import { readFileSync } from 'node:fs';
import { AgentOptionError } from './errors';

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
export function findToken(
  { tokenFile, token }: TokenSources,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (tokenFile !== undefined) return readTokenFile(tokenFile);
  const found = (token ?? environment.HTTP_TUNNEL_TOKEN ?? '').trim();
  if (found !== '') return found;
  throw new AgentOptionError(
    'a token is missing: put it into a file and pass --token-file FILE, or set HTTP_TUNNEL_TOKEN; whoever runs this tunnel hands them out',
  );
}

function readTokenFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AgentOptionError(
      `token file "${file}" cannot be read (${code ?? 'unknown error'}): check --token-file`,
      {
        cause: error,
      },
    );
  }
  if (text === '') throw new AgentOptionError(`token file "${file}" is empty: put the token into it`);
  return text;
}
