import { Mailbox } from '../../../functions/core/mailbox';

test('a mailbox keeps messages in their order until a reader asks for the next message', async () => {
  const mailbox = new Mailbox<string>();
  mailbox.deliver('one');
  mailbox.deliver('two');
  await expect(mailbox.next()).resolves.toBe('one');
  await expect(mailbox.next()).resolves.toBe('two');
});

test('a reader that waits at a mailbox gets the first message, and the second message is kept', async () => {
  const mailbox = new Mailbox<string>();
  const first = mailbox.next();
  mailbox.deliver('one');
  mailbox.deliver('two');
  await expect(first).resolves.toBe('one');
  await expect(mailbox.next()).resolves.toBe('two');
});
