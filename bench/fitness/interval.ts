/** What a sampler saw of this machine between two looks. */
export interface Interval {
  readonly seconds: number;
  /** Lateness of the timers in an idle thread, 99th percentile in ms. */
  readonly lateMs: number;
  /** Only on Linux, where the kernel reports CPU times. */
  readonly cpu?: CpuInterval;
}

/** Times in ms, all cores together. */
export interface CpuInterval {
  readonly cores: number;
  /** CPU time of this program: its own process and all processes below it. */
  readonly oursMs: number;
  /** CPU time of all other processes and of the virtual machine's host. Rounding of the kernel's counters can make the value negative. */
  readonly othersMs: number;
  /** Times of the main threads of this program's processes: running on a core, and waiting for a core. */
  readonly ranMs: number;
  readonly waitedMs: number;
}
