/** `npm run demo`: the demo service by itself, for an agent that runs elsewhere. */
import { parseNothing, runProgram } from '../../cli/command-line';
import { onStopSignal } from '../stop-signals';
import { startDemoService } from './demo-service';

const parse = parseNothing('npm run demo --', 'Starts the demo service on a free port of 127.0.0.1, until Ctrl-C.');

void runProgram('demo', parse, async () => {
  const service = await startDemoService();
  const { port } = service;
  process.stdout.write(
    `The demo service listens at http://127.0.0.1:${port}; Ctrl-C stops it.\nTo tunnel to it: npm run agent -- http ${port}\n`,
  );
  onStopSignal(() => void service.close());
  return 0;
});
