import { eventually } from '../support/eventually';
import { functionOf, startTunnel } from '../support/tunnel';

test('the visitor gets the answer before the row is removed, and the removal completes while the waiter is frozen', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const tunnel = await startTunnel({
    mode: 'direct',
    tickets: false,
    intercept: async ({ operation }, next) => {
      if (operation === 'DeleteItem') await held;
      return next();
    },
  });
  try {
    expect(await tunnel.visit('/nonce/1')).toMatchObject({ status: 200, text: '1' });
    expect(await tunnel.pendingRows()).toHaveLength(1);
    const waiters = tunnel.cloud.services.lambda.environments(functionOf(tunnel.cloud, 'forward-request'));
    await eventually(() => waiters.every(({ frozen }) => frozen));

    release();
    await tunnel.noPendingRows();
    expect(waiters.map(({ frozen }) => frozen)).toEqual([true]);

    // The reply that came during the freeze is read after the thaw, and does no harm.
    expect(await tunnel.visit('/nonce/2')).toMatchObject({ status: 200, text: '2' });
    expect(tunnel.logs.filter(({ text }) => text.includes('could not be removed'))).toEqual([]);
  } finally {
    release();
    await tunnel.close();
  }
});
