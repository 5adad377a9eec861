/** One step of the way from polling to event-driven. */
export interface Stage {
  /** Share of requests that is event-driven, 0 to 100. */
  readonly percent: number;
  /** How long the stage is watched before the next stage may begin. */
  readonly soakHours: number;
  readonly meaning: string;
}

/** The plan's stages, and the 25 % of its deployment phase (docs/operations.md says what became of each stage). */
export const STAGES: readonly Stage[] = [
  { percent: 0, soakHours: 0, meaning: "all requests poll; only sweep's probe goes through stream and bus" },
  {
    percent: 10,
    soakHours: 2,
    meaning: 'the canary: enough requests to measure an error rate, few enough that a mistake hurts few visitors',
  },
  { percent: 25, soakHours: 4, meaning: 'a quarter of the requests: faults that need load begin to appear' },
  { percent: 50, soakHours: 24, meaning: 'half of the requests: a whole day, so that the comparison includes the daily peak' },
  { percent: 100, soakHours: 48, meaning: 'all requests: after two days nobody needs the polling control any more' },
];

/** The stage that a share has reached. */
export const stageOf = (percent: number): Stage => STAGES.findLast((stage) => stage.percent <= percent) ?? (STAGES[0] as Stage);

export const nextStage = (percent: number): Stage | undefined => STAGES.find((stage) => stage.percent > percent);

export const isStage = (percent: number): boolean => STAGES.some((stage) => stage.percent === percent);
