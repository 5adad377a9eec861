/**
 * When the cloud asks an agent for an answer with a ticket (`answer_wanted`), in ms after it has sent the request: for the first time after
 * `firstMs`, then after twice, four times and eight times this time, and then again and again after eight times this time.
 */
const FIRST_QUESTION_MS = 1000;

const LONGEST = 8;

/** The time of the first question after `ms`. */
export function nextQuestionAfter(ms: number, firstMs = FIRST_QUESTION_MS): number {
  let at = firstMs;
  for (let pause = 2; at <= ms; pause = Math.min(pause * 2, LONGEST)) at += pause * firstMs;
  return at;
}
