/** What a sampler saw of this machine between two looks. */
export interface Interval {
  readonly seconds: number;
  /** How late the timers of a thread came that does nothing else, 99th percentile in ms. */
  readonly lateMs: number;
  /** Only where the kernel tells, which is on Linux. */
  readonly cpu?: CpuInterval;
}

/** Times in ms, all cores together. */
export interface CpuInterval {
  readonly cores: number;
  /** CPU time of this program: its own process and all processes below it. */
  readonly oursMs: number;
  /** CPU time of all other processes, and what the host of a virtual machine took. May be below 0 by the rounding of the kernel's counters. */
  readonly othersMs: number;
  /** How long the main threads of this program's processes had a core, and how long they could have run and waited for one. */
  readonly ranMs: number;
  readonly waitedMs: number;
}
