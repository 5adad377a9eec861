/** `npm run trace -- REQUEST_ID`: prints the story of one request, in the local cloud or in a deployed environment. */
import { NoRunningCloudError } from '../local/running-cloud';
import { runProgram } from '../cli/command-line';
import { awsStory } from './aws-story';
import { localStory } from './local-story';
import { parseTraceOptions, type TraceOptions } from './options';
import { storyText } from './story-text';
import { TraceError } from './trace-error';

async function tell(options: TraceOptions): Promise<number> {
  const { requestId, env, json } = options;
  try {
    const entries = env === 'local' ? await localStory(requestId) : await awsStory(options);
    process.stdout.write(`${json ? JSON.stringify({ requestId, environment: env, entries }) : storyText(requestId, entries)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof TraceError) && !(error instanceof NoRunningCloudError)) throw error;
    process.stderr.write(`trace: ${error.message}\n`);
    return 1;
  }
}

void runProgram('trace', parseTraceOptions, tell);
