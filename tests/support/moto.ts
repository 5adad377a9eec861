import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { readKnownFaults } from '../../oracle/known-faults';

/** moto for Python, an emulator of AWS that is not this project's: https://docs.getmoto.org */
export interface Moto {
  readonly url: string;
  close(): Promise<void>;
}

/** `moto 5.2.1`: the version whose faults are known. */
const [, VERSION = ''] = readKnownFaults('oracle/known/moto.json').emulator.split(' ');

/** Why moto cannot run on this machine; undefined if it can. */
export function missingMoto(): string | undefined {
  const { error, status, stdout, stderr } = spawnSync('python3', ['-c', 'import moto, moto.server; print(moto.__version__)'], {
    encoding: 'utf8',
  });
  const installed = stdout?.trim();
  if (!error && status === 0 && installed === VERSION) return undefined;
  const reason = error
    ? 'python3 is not on the PATH'
    : status === 0
      ? `version ${installed} is installed, whose faults are not known`
      : stderr.trim().split('\n').at(-1);
  return `moto cannot run here (${reason}): pip install 'moto[server]==${VERSION}'`;
}

/**
 * Starts moto on a free port of the loopback interface.
 * @param accountId the account that it says it is
 */
export async function startMoto(accountId: string): Promise<Moto> {
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    // The account's stack attaches a policy that AWS manages.
    env: { ...process.env, MOTO_ACCOUNT_ID: accountId, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stderr });
  const url = await new Promise<string>((resolve, reject) => {
    let told = '';
    lines.on('line', (line) => {
      told += `${line}\n`;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`moto ended: ${told}`)));
  });
  return {
    url,
    async close() {
      child.kill();
      await ended;
    },
  };
}

/** Names of the tables and buckets that an endpoint has. */
export async function dataStoresAt(endpoint: string): Promise<string[]> {
  const client = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
  const dynamodb = new DynamoDBClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  try {
    const { TableNames = [] } = await dynamodb.send(new ListTablesCommand());
    const { Buckets = [] } = await s3.send(new ListBucketsCommand());
    return [...TableNames, ...Buckets.map(({ Name = '' }) => Name)];
  } finally {
    dynamodb.destroy();
    s3.destroy();
  }
}
