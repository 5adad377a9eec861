import { EventEmitter } from 'node:events';
import { FunctionKeys } from '../../../emulator/lambda/function-keys';
import type { ExecutionEnvironment } from '../../../emulator/services';
import type { FunctionSpec } from '../../../emulator/specs';

const SWEEP = { name: 'sweep', roleArn: 'arn:aws:iam::123456789012:role/sweep' } as FunctionSpec;
const environment = (): ExecutionEnvironment =>
  Object.assign(new EventEmitter(), { functionName: 'sweep' }) as unknown as ExecutionEnvironment;

test('a token stays valid after its environment has ended, until 500 more have ended; that of a living environment always does', () => {
  const keys = new FunctionKeys([SWEEP]);
  const { accessKeyId } = keys.of(SWEEP);
  const isValid = (token: string): boolean => keys.find(accessKeyId, token) !== undefined;
  const end = (token: string): void => {
    const ending = environment();
    keys.add(token, ending);
    ending.emit('exit');
  };
  keys.add('living', environment());
  end('first');
  for (let other = 1; other < 500; other++) end(`other ${other}`);
  expect(isValid('first')).toBe(true);
  end('the 501st');
  expect(['first', 'other 1', 'the 501st', 'living'].map(isValid)).toEqual([false, true, true, true]);
});
