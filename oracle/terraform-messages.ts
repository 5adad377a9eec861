/** What `terraform apply -json` and its like print, a message a line: https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
interface Message {
  readonly type?: string;
  readonly '@message'?: string;
  readonly hook?: { readonly resource?: { readonly addr?: string } };
  readonly changes?: { readonly operation?: string; readonly add?: number; readonly change?: number; readonly remove?: number };
  readonly diagnostic?: { readonly severity?: string; readonly summary?: string; readonly detail?: string; readonly address?: string };
}

/** Why a step failed for a resource. */
export interface Refusal {
  readonly step: Step;
  /** Undefined for an error that concerns no resource. */
  readonly address: string | undefined;
  readonly kind: RefusalKind;
  /** Terraform's message, in one line. */
  readonly message: string;
}

export type Step = 'apply' | 'plan' | 'destroy';
export type RefusalKind = keyof typeof REFUSALS;

/** Kinds of refusals, and what each says about whose fault it is. */
export const REFUSALS = {
  unsupported: 'the endpoint says that it does not implement this',
  'server-error': 'an error inside the endpoint, whose own log says more: a call that it does not implement, or a defect of it',
  rejected: 'the endpoint does not accept this, and AWS may not accept it either',
} as const;

/** Long enough for the call, the status and what the endpoint says. */
const MESSAGE_LENGTH = 400;

/** Collects what one run of Terraform tells. */
export class TerraformMessages {
  /** Addresses of resources that were created, changed or destroyed. */
  readonly done = new Set<string>();
  readonly refusals: Refusal[] = [];
  readonly warnings: string[] = [];
  /** Number of resources that Terraform was about to create, change or destroy. */
  planned = 0;

  /** @param progress is told of every tenth resource, and of every error at once */
  constructor(
    private readonly step: Step,
    private readonly progress: (text: string) => void,
  ) {}

  /** @param line a line that is no message is left out: providers may print what they like */
  readonly hear = (line: string): void => {
    const { type, hook, changes, diagnostic } = parsed(line);
    if (type === 'change_summary' && changes?.operation === 'plan') {
      this.planned = (changes.add ?? 0) + (changes.change ?? 0) + (changes.remove ?? 0);
    } else if (type === 'apply_complete' && hook?.resource?.addr !== undefined) {
      this.done.add(hook.resource.addr);
      if (this.done.size % 10 === 0) this.progress(`${this.done.size} of ${this.planned} resources`);
    } else if (type === 'diagnostic' && diagnostic) this.hearDiagnostic(diagnostic);
  };

  private hearDiagnostic({ severity, summary = '', detail = '', address }: NonNullable<Message['diagnostic']>): void {
    const whole = [summary, detail].filter(Boolean).join(': ').replace(/\s+/g, ' ');
    const message = whole.length > MESSAGE_LENGTH ? `${whole.slice(0, MESSAGE_LENGTH)}…` : whole;
    if (severity !== 'error') return void this.warnings.push(message);
    this.refusals.push({ step: this.step, address, kind: kindOf(whole), message });
    this.progress(address === undefined ? message : `${address}: ${message}`);
  }
}

function parsed(line: string): Message {
  try {
    return (JSON.parse(line) ?? {}) as Message;
  } catch {
    return {};
  }
}

/** Emulators answer 501, or name an error as AWS names it for a call that does not exist; some answer 500 for that too. */
function kindOf(message: string): RefusalKind {
  if (/StatusCode: 501|Not_?Implemented|not (yet )?(been )?implemented|UnknownOperation|InvalidAction/i.test(message)) return 'unsupported';
  return /StatusCode: 5\d\d/.test(message) ? 'server-error' : 'rejected';
}
