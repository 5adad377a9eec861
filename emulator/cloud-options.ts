import type { FaultPlan } from './faults/fault-plan';
import type { AccessDecision } from './iam/iam';
import type { Latency } from './latency/latency-profile';
import type { Limits } from './limits';
import type { Interceptor, InvocationInterceptor, LogSink } from './services';
import type { Account } from './terraform/computed-attributes';
import type { Segment } from './xray/segment';

export interface CloudOptions {
  /** `cdk.tf.json` of the stack to run. */
  readonly stackFile: string;
  readonly account: Account;
  /** Values of the stack's variables, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Port that visitors use; 0 for any free port. */
  readonly httpPort: number;
  /** Port of the stack's function URL, if it has one; any free port by default. */
  readonly streamPort?: number | undefined;
  readonly limits?: Limits;
  /** Receives every log line of the functions. */
  readonly log: LogSink;
  /** Receives warnings for people, one line each. */
  readonly warn: (text: string) => void;
  /** Wraps every AWS call that a function makes, including refused calls. */
  readonly intercept?: Interceptor;
  /** Wraps every invocation by a gateway. */
  readonly interceptInvocation?: InvocationInterceptor;
  /** Latency profile of the services. Without a profile, the services add no waits. */
  readonly latency?: Latency | undefined;
  /** Whether a function gets only the share of a core that its memory buys, as on AWS; default false. */
  readonly cpuShare?: boolean | undefined;
  /** The faults to inject. */
  readonly faults?: FaultPlan | undefined;
  /** Whether every request is traced; default true. AWS Lambda traces one request per second and 5 % of the others. */
  readonly traces?: boolean;
  /** Directory for V8's code caches of the functions. Without it, every execution environment compiles its code again. */
  readonly codeCache?: string | undefined;
  /** How many execution environments may initialise at the same time; default: the number of the machine's cores. */
  readonly concurrentStarts?: number | undefined;
  /** Divides the periods of alarms and the pauses between their evaluations; default 1. It does not change clocks. */
  readonly alarmTimeFactor?: number;
  /** Whether alarms are evaluated and run their actions; default true. */
  readonly watch?: boolean;
  /** Called with every IAM decision about functions and services, from the boot on. */
  readonly onDecision?: (decision: AccessDecision) => void;
  /** Called with every segment of a sampled trace: the segments that functions send, and Lambda's own. */
  readonly onSegment?: (segment: Segment) => void;
}
