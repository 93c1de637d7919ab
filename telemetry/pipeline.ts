import type { Reason } from './reasons.ts';

/** A refusal: an outcome, not an exception. */
export interface Rejection {
  readonly status: number;
  readonly reason: Reason;
  /** What this request in particular got wrong: "you sent X, expected Y". Overrides the catalogue's sentence in traces. */
  readonly sentence?: string;
  /** How to mend this very case, where the catalogue's remedy would not. */
  readonly remedy?: string;
  /** Rendered header lines for the answer, e.g. challenges, Retry-After, Min-Expires. */
  readonly lines?: readonly string[];
}

/** One line of a decision trace: the step, what it looked at, what it decided. */
export interface TraceLine {
  readonly step: string;
  readonly saw: string;
  readonly decided: string;
}

/** A step returns nothing to proceed, or the refusal that ends the flow. Its function name is the step's name. */
export type Step<C> = (context: C) => Rejection | undefined;

/** A context that keeps a trace; `note` is called by steps, `trace` is read at the end. */
export interface Traced {
  readonly trace: TraceLine[];
}

/**
 * Runs the steps in order until one refuses. The refusing step leaves a trace line by itself, so that
 * the trace is made by the code that decides and never by a second copy of it.
 */
export function runSteps<C extends Traced>(steps: readonly Step<C>[], context: C): Rejection | undefined {
  for (const step of steps) {
    const before = context.trace.length;
    const rejection = step(context);
    if (rejection !== undefined) {
      context.trace.push({
        step: step.name,
        saw: rejection.sentence ?? '',
        decided: `${rejection.status} ${rejection.reason}`,
      });
      return rejection;
    }
    if (context.trace.length === before) context.trace.push({ step: step.name, saw: '', decided: 'proceed' });
  }
  return undefined;
}

/** Leaves a trace line for a step that proceeded. */
export function note(context: Traced, step: string, saw: string, decided: string): void {
  context.trace.push({ step, saw, decided });
}

/** A context whose trace holds only what steps noted, until `completeTrace` is asked for the rest. */
export interface LazilyTraced extends Traced {
  /** Index of the step that refused, -1 for none. */
  refusedAt: number;
}

/** As `runSteps`, for flows whose trace is read of failures alone: a success costs no trace line but its notes. */
export function runStepsLazily<C extends LazilyTraced>(steps: readonly Step<C>[], context: C): Rejection | undefined {
  for (let index = 0; index < steps.length; index += 1) {
    const rejection = steps[index]?.(context);
    if (rejection === undefined) continue;
    context.refusedAt = index;
    return rejection;
  }
  return undefined;
}

/** The trace that `runSteps` would have left of the run that ended in that refusal; notes bear their step's name. */
export function completeTrace<C extends LazilyTraced>(
  steps: readonly Step<C>[],
  context: C,
  rejection: Rejection,
): readonly TraceLine[] {
  return steps.slice(0, context.refusedAt + 1).flatMap((step, index) => {
    const notes = context.trace.filter((line) => line.step === step.name);
    if (index < context.refusedAt) {
      return notes.length > 0 ? notes : [{ step: step.name, saw: '', decided: 'proceed' }];
    }
    const decided = `${rejection.status} ${rejection.reason}`;
    return [...notes, { step: step.name, saw: rejection.sentence ?? '', decided }];
  });
}
