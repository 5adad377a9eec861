import { isLoopbackHost } from '../../../emulator/loopback-host';

test.each(['localhost', 'localhost:8080', 'demo.localhost:8080', 'a.b.LOCALHOST', '127.0.0.1', '127.1.2.3:80', '[::1]:8080', '[::1]'])(
  'the host %s stands for this machine',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

test.each([
  undefined,
  '',
  'example.com',
  'localhost.example.com',
  '127.0.0.1.example.com',
  'evil-localhost',
  '.localhost',
  '10.0.0.1',
  '[::2]',
])('the host %s does not stand for this machine', (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});
