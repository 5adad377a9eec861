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
  { percent: 0, soakHours: 0, meaning: "everybody polls; only sweep's probe goes through stream and bus" },
  { percent: 10, soakHours: 2, meaning: 'the canary: enough requests for a rate, few enough that a mistake hurts few visitors' },
  { percent: 25, soakHours: 4, meaning: 'a quarter: what shows under load begins to show' },
  { percent: 50, soakHours: 24, meaning: 'as many as poll: a day, so that its peak is compared too' },
  { percent: 100, soakHours: 48, meaning: 'everybody; after two days the polling control may be given up for good' },
];

/** The stage that a share has reached. */
export const stageOf = (percent: number): Stage => STAGES.findLast((stage) => stage.percent <= percent) ?? (STAGES[0] as Stage);

export const nextStage = (percent: number): Stage | undefined => STAGES.find((stage) => stage.percent > percent);

export const isStage = (percent: number): boolean => STAGES.some((stage) => stage.percent === percent);
