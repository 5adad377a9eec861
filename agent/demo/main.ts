/** `npm run demo`: the demo service by itself, for an agent that runs elsewhere. */
import { onStopSignal } from '../stop-signals';
import { startDemoService } from './demo-service';

void startDemoService().then((service) => {
  const { port } = service;
  process.stdout.write(
    `The demo service listens at http://127.0.0.1:${port}; Ctrl-C stops it.\nTo tunnel to it: npm run agent -- http ${port}\n`,
  );
  onStopSignal(() => void service.close());
});
