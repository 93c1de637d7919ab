import type { CallsConfig } from '../../config/index.ts';
import type { Step } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import type { CallContext } from '../call-context.ts';
import { type CallOutcome, CallSimulator, GivenBindings } from '../simulate/index.ts';
import { type Difference, differenceOf } from './difference.ts';
import { comeAgain, type RecordedCall } from './recorded-call.ts';
import { RegistrationTimeline, type TimedState } from './registration-timeline.ts';

export interface ReplayWorld {
  readonly current: Directory;
  readonly candidate: Directory;
  readonly config: CallsConfig;
  /** What registrations went through in that time, and the state they came with. */
  readonly registrations: readonly TimedState[];
  /** The accounts whose calls are replayed; `null`: all. */
  readonly visible: ReadonlySet<number> | null;
  /** So many differences are listed, all are counted. @default all */
  readonly most?: number;
}

export interface ReplayedCall extends Difference {
  readonly call: RecordedCall;
}

export interface ReplayReport {
  readonly replayed: number;
  readonly same: number;
  readonly different: number;
  /** The record does not say who called. */
  readonly left_out: number;
  /** They ended otherwise than today's tenants would have it: those have changed since, or the moment decided. */
  readonly recorded_otherwise: number;
  readonly changes: readonly ReplayedCall[];
  /** How many calls each change is about, the commonest first. */
  readonly kinds: readonly { readonly before: string; readonly after: string; readonly calls: number }[];
}

interface Ending {
  readonly atMs: number;
  readonly uuid: string;
}

/** Lets recorded calls come again, in their order, to the tenants of now and to those of a candidate. */
export class Replay {
  readonly #world: ReplayWorld;
  readonly #timeline: RegistrationTimeline;
  readonly #sides: readonly [Side, Side];
  /** Calls that are up, the one that ends next at the end. */
  readonly #up: Ending[] = [];
  readonly #changes: ReplayedCall[] = [];
  readonly #kinds = new Map<string, { readonly before: string; readonly after: string; calls: number }>();
  #counts = { replayed: 0, same: 0, different: 0, left_out: 0, recorded_otherwise: 0 };
  #nowMs = 0;

  constructor(world: ReplayWorld, steps: readonly Step<CallContext>[]) {
    this.#world = world;
    this.#timeline = new RegistrationTimeline(world.registrations);
    const side = (directory: Directory): Side => {
      const bindings = new GivenBindings(directory, (trunkId) => this.#timeline.isOffline(trunkId));
      const { config } = world;
      return {
        directory,
        simulator: new CallSimulator({ directory, bindings, config, nowMs: () => this.#nowMs }, steps),
      };
    };
    this.#sides = [side(world.current), side(world.candidate)];
  }

  /** The next call; calls come in the order in which they started. */
  take(call: RecordedCall): void {
    this.#moveTo(call.startedAtMs);
    const turn = this.#counts.replayed;
    const [before, after] = this.#sides.map((side) => place(side, call, turn));
    if (before === undefined || after === undefined) {
      this.#counts.left_out += 1;
      return;
    }
    this.#counts.replayed += 1;
    this.#holdUntil(call.uuid, call.endedAtMs ?? Number.POSITIVE_INFINITY);
    if ((before.places.length === 0 ? before.reason : null) !== call.refusal) this.#counts.recorded_otherwise += 1;
    const { visible, most = Number.POSITIVE_INFINITY } = this.#world;
    const difference = differenceOf(before, after, (accountId) => visible === null || visible.has(accountId));
    if (difference === undefined) {
      this.#counts.same += 1;
      return;
    }
    this.#counts.different += 1;
    if (this.#changes.length < most) this.#changes.push({ call, ...difference });
    this.#countKind(difference);
  }

  get report(): ReplayReport {
    const kinds = [...this.#kinds.values()].sort((a, b) => b.calls - a.calls);
    return { ...this.#counts, changes: this.#changes, kinds };
  }

  #countKind({ before, after }: Difference): void {
    const key = `${before}\n${after}`;
    const kind = this.#kinds.get(key);
    if (kind === undefined) this.#kinds.set(key, { before, after, calls: 1 });
    else kind.calls += 1;
  }

  /** Calls that have ended by then hold no place any more. */
  #moveTo(atMs: number): void {
    this.#nowMs = atMs;
    this.#timeline.advance(atMs);
    for (let ending = this.#up.at(-1); ending !== undefined && ending.atMs <= atMs; ending = this.#up.at(-1)) {
      this.#up.pop();
      for (const { simulator } of this.#sides) simulator.release(ending.uuid);
    }
  }

  #holdUntil(uuid: string, atMs: number): void {
    let [low, high] = [0, this.#up.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#up[middle]?.atMs ?? 0) > atMs) low = middle + 1;
      else high = middle;
    }
    this.#up.splice(low, 0, { atMs, uuid });
  }
}

interface Side {
  readonly directory: Directory;
  readonly simulator: CallSimulator;
}

function place({ directory, simulator }: Side, call: RecordedCall, turn: number): CallOutcome | undefined {
  const imagined = comeAgain(directory, call);
  return imagined === undefined ? undefined : simulator.place(call.uuid, imagined, turn);
}
