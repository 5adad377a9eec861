import { readFileSync } from 'node:fs';
import path from 'node:path';
import { environments, functionsOf, type Environment } from '../../../environments';
import { deployRights } from '../../../modules/ci-rights';
import { DOMAIN } from '../../../modules/addresses';
import { commandsIn } from '../../support/document-facts';
import { prodWithDomain, prodWithDoor, synthesizeBootstrap } from '../../support/infra-stack';

const read = (file: string): string => readFileSync(path.join(__dirname, '../../..', file), 'utf8');
const guide = read('docs/deploy.md');

/** The code spans in the cells of the row that begins with `start`, by column. */
function cells(start: string): string[][] {
  const row = guide.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';
  return row.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
}

test('the table of deploy.md lists every setting that is an example, is left out, or holds for one account', () => {
  const [, table = ''] = guide.split('## Before you begin');
  const listed = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| (`.*?) \|/gm)].flatMap(([, first = '']) =>
    [...first.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  const isOwn = (value: unknown, { accountId, region }: Environment): boolean => {
    const json = JSON.stringify(value);
    return [accountId, region, '"-owner-/', 'null'].some((own) => json.includes(own));
  };
  const deployed: readonly Environment[] = [environments.dev, environments.staging, environments.prod];
  const own = new Set(
    deployed.flatMap((environment) => Object.entries(environment).flatMap(([name, value]) => (isOwn(value, environment) ? [name] : []))),
  );
  expect(listed).toEqual(expect.arrayContaining([...own]));
  expect(own.size).toBeGreaterThanOrEqual(8);
});

test('deploy.md names the services on which the first apply of an environment needs rights', () => {
  const services = (environment: Environment): string[] => [...new Set(deployRights(environment).map(({ service }) => service))].sort();
  const [, , named = []] = cells('an environment |');
  const withDomain = services(prodWithDomain);
  expect([...named].sort()).toEqual(withDomain);
  expect(named.slice(-2)).toEqual(withDomain.filter((service) => !services(environments.prod).includes(service)));
  expect(Object.keys(DOMAIN).some((address) => address.startsWith('aws_acm_'))).toBe(true);
});

test('deploy.md names the services on which a streaming door needs further rights, and the concurrency that prod reserves', () => {
  const services = (environment: Environment): string[] => deployRights(environment).map(({ service }) => service);
  const more = new Set(services(prodWithDoor).filter((service) => !services(environments.prod).includes(service)));
  const [, , named] = cells('… with a streaming door |');
  expect(named).toEqual([...more]);
  const reserved = (environment: Environment): number =>
    functionsOf(environment).reduce((sum, name) => sum + (environment.functions[name].reservedConcurrency ?? 0), 0);
  const sentence = `reserves ${reserved(environments.prod)}, with a streaming door ${reserved(prodWithDoor)};`;
  expect(guide.replace(/\s+/g, ' ')).toContain(sentence);
  expect(guide.replace(/\s+/g, ' ')).toContain(`reserves too: ${prodWithDoor.functions['stream-request'].reservedConcurrency} in`);
});

test('deploy.md names the services on which the bootstrap needs rights', () => {
  const [, , named] = cells('bootstrap |');
  const { addresses } = synthesizeBootstrap(environments.prod);
  const services = addresses.map((address) => /^aws_(s3|iam|api_gateway)_/.exec(address)?.[1]?.replace('_', '') ?? address);
  expect([...(named ?? [])].sort()).toEqual([...new Set(services)].sort());
});

test('ci.md and troubleshooting.md give the same command for a create that failed half-way, after init in the same directory', () => {
  const inPipeline = commandsIn(read('docs/ci.md'));
  const untaint = inPipeline.filter((line) => line.includes(' untaint '));
  expect(untaint).toHaveLength(1);
  expect(commandsIn(read('docs/troubleshooting.md'))).toContain(untaint[0]);
  const before = inPipeline.slice(0, inPipeline.indexOf(untaint[0] ?? ''));
  expect(before).toContain((untaint[0] ?? '').replace(/ untaint .*/, ' init'));
});
