import { GetParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ssmService } from '../../../emulator/ssm/ssm-service';
import { clientSettings, startEndpoint } from '../../support/dynamodb-endpoint';

const KEY = {
  address: 'aws_ssm_parameter.key',
  name: '/http-tunnel/local/token-key',
  type: 'SecureString',
  value: 'hush',
} as const;
const PLAIN = {
  address: 'aws_ssm_parameter.plain',
  name: '/http-tunnel/local/plain',
  type: 'String',
  value: 'open',
} as const;

let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let ssm: SSMClient;
beforeAll(async () => {
  endpoint = await startEndpoint({ ssm: ssmService([KEY, PLAIN]) });
  ssm = new SSMClient(clientSettings(endpoint.url));
});
afterAll(async () => {
  ssm.destroy();
  await endpoint.close();
});

test('a parameter is read by its name', async () => {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: PLAIN.name }));
  expect(Parameter).toMatchObject({ Name: PLAIN.name, Type: 'String', Value: 'open', Version: 1 });
  expect(Parameter?.LastModifiedDate).toBeInstanceOf(Date);
});

test('a SecureString is readable only with decryption', async () => {
  const read = async (WithDecryption?: boolean) =>
    (await ssm.send(new GetParameterCommand({ Name: KEY.name, WithDecryption }))).Parameter?.Value;
  expect(await read(true)).toBe('hush');
  expect(await read()).toMatch(/^AQIB[\w+/=]{80,}$/);
  expect(await read(false)).not.toContain('hush');
});

test('an unknown parameter causes ParameterNotFound', async () => {
  const read = ssm.send(new GetParameterCommand({ Name: '/nowhere' }));
  await expect(read).rejects.toMatchObject({
    name: 'ParameterNotFound',
    message: expect.stringContaining('/nowhere') as string,
  });
});

test('GetParameters lists the names that are missing, and refuses more than ten names', async () => {
  const result = await ssm.send(new GetParametersCommand({ Names: [KEY.name, '/nowhere', PLAIN.name], WithDecryption: true }));
  expect(result.Parameters?.map(({ Value }) => Value)).toEqual(['hush', 'open']);
  expect(result.InvalidParameters).toEqual(['/nowhere']);
  const Names = Array.from({ length: 11 }, (_, i) => `/${i}`);
  await expect(ssm.send(new GetParametersCommand({ Names }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('PutParameter is refused with an error that names the operation', async () => {
  await expect(ssm.send(new PutParameterCommand({ Name: '/x', Value: 'y' }))).rejects.toThrow(/ssm:PutParameter is not emulated/);
});
