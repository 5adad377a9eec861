import { readdirSync } from 'node:fs';
import { readProcess, type ProcessTimes } from './read-process';

/** A process and all processes below it, read from /proc; empty without /proc. */
export class ProcessTree {
  /** Parent by process id. A process is asked for its parent only once, because a machine has hundreds of other processes. */
  private parents = new Map<number, number>();

  constructor(private readonly root: number) {}

  /** The processes that live now, the root first. */
  look(): ProcessTimes[] {
    const living = processIds();
    this.parents = new Map(living.map((pid) => [pid, this.parents.get(pid) ?? readProcess(pid)?.parent ?? 0]));
    const ours = living.filter((pid) => this.isBelow(pid)).map(readProcess);
    return ours.flatMap((each) => (each ? [each] : [])).sort((a, b) => Number(b.pid === this.root) - Number(a.pid === this.root));
  }

  private isBelow(pid: number): boolean {
    for (let each: number | undefined = pid; each !== undefined && each > 0; each = this.parents.get(each)) {
      if (each === this.root) return true;
    }
    return false;
  }
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}
