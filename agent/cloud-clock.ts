import { EventEmitter } from 'node:events';

/** What the clocks of this machine show at one moment, in ms. */
export interface Reading {
  /**
   * From a clock that nobody sets. On Linux this clock stands still while the machine sleeps (CLOCK_MONOTONIC; Node has no access to
   * CLOCK_BOOTTIME, which goes on). On macOS and Windows it goes on.
   */
  readonly monotonic: number;
  /** Since the epoch. This clock may be wrong by hours. It jumps when it is set, and on Linux also when the machine has slept. */
  readonly wall: number;
}

/** How far a clock may run fast or slow: 1 ms a second. Quartz stays below a tenth of it, and NTP corrects a clock by half of it at most. */
const DRIFT = 0.001;

/** A difference between the two clocks of this machine that has changed by more than this, in ms, is a jump. */
const JUMP_MS = 1000;

interface Bound<At> {
  /** The cloud's time, in ms since the epoch. */
  readonly time: number;
  readonly at: At;
}

/**
 * What the cloud's clock shows, as two bounds, so that the clock of this machine may be wrong, jump or stand still.
 *
 * - `least`: every message with a time says that the cloud's clock showed at least this time when the message came. From then on, the
 *   monotonic clock counts, which never counts too much. Of the messages since the last answer, the one with the smallest delay gives the
 *   highest bound.
 * - `most`: an answer was made after its question was asked, so the cloud's clock showed at most the answer's time when the question was
 *   asked. A jump of this machine's clocks since then may be a sleep of unknown length, so the bound is lost until the next answer.
 *
 * Each answer sets both bounds anew, so that an error of this machine's clocks does not last.
 *
 * Emits `answer` when the cloud has answered a question about its time.
 */
export class CloudClock extends EventEmitter<{ answer: [] }> {
  private floor?: Bound<number>;
  private ceiling?: Bound<Reading>;
  private question?: { readonly id: string; readonly askedAt: Reading };
  private questions = 0;
  private isSilent = false;

  constructor(readonly read: () => Reading) {
    super();
    // Each request that waits for an answer listens.
    this.setMaxListeners(0);
  }

  /** The cloud's clock shows this or more. */
  get least(): number {
    return this.floor ? this.floor.time + (this.read().monotonic - this.floor.at) * (1 - DRIFT) : -Infinity;
  }

  /** The cloud's clock shows this or less. Infinity while this is not known; -Infinity for an older cloud, which never tells its time. */
  get most(): number {
    if (this.isSilent) return -Infinity;
    return this.ceiling ? this.mostBy(this.ceiling) : Infinity;
  }

  /** How long it takes until `least` is after `time`, in ms. */
  untilSurelyAfter(time: number): number {
    return Math.max(0, time - this.least) / (1 - DRIFT) + 1;
  }

  /** A message came that was made at `time` or later, and that may have waited for long. */
  hear(time: number): void {
    if (time > this.least) this.floor = { time, at: this.read().monotonic };
  }

  /** Begins a question by `ping`; only the answer to the last one counts as an answer. @returns the id of the ping */
  ask(): string {
    const id = String((this.questions += 1));
    this.question = { id, askedAt: this.read() };
    return id;
  }

  /** A `pong` came. */
  hearPong({ id, time }: { readonly id?: string | undefined; readonly time?: number | undefined }): void {
    if (time === undefined) return;
    if (id === this.question?.id && this.question) this.hearAnswer(time, this.question.askedAt);
    else this.hear(time);
  }

  /** An answer came. @param time when it was made; undefined from an older cloud */
  hearAnswer(time: number | undefined, askedAt: Reading): void {
    this.isSilent = time === undefined;
    if (time !== undefined) {
      this.floor = { time, at: this.read().monotonic };
      this.ceiling = { time, at: askedAt };
    }
    // After a jump between question and answer, the question has to be asked again.
    if (this.most < Infinity) this.emit('answer');
  }

  private mostBy({ time, at }: Bound<Reading>): number {
    const { monotonic, wall } = this.read();
    const elapsedMs = monotonic - at.monotonic;
    const jumpMs = wall - at.wall - elapsedMs;
    return Math.abs(jumpMs) > JUMP_MS ? Infinity : time + elapsedMs * (1 + DRIFT);
  }
}
