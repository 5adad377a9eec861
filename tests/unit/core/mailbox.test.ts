import { Mailbox } from '../../../functions/core/mailbox';

test('messages that come before anybody reads are kept in their order', async () => {
  const mailbox = new Mailbox<string>();
  mailbox.deliver('one');
  mailbox.deliver('two');
  await expect(mailbox.next()).resolves.toBe('one');
  await expect(mailbox.next()).resolves.toBe('two');
});

test('a reader who waits gets the next message, and only that one', async () => {
  const mailbox = new Mailbox<string>();
  const first = mailbox.next();
  mailbox.deliver('one');
  mailbox.deliver('two');
  await expect(first).resolves.toBe('one');
  await expect(mailbox.next()).resolves.toBe('two');
});
