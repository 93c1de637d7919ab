import { BoundedMap } from '../auth/index.ts';
import type { Reason } from '../telemetry/index.ts';

/** The same failure is told this often. */
const REPEAT_MS = 30_000;
/** Failures of any kind that are told in one second. */
const MOST_PER_SEC = 100;
/** Those among them that anybody can cause with datagrams of made-up addresses. */
const MOST_UNPROVEN_PER_SEC = 10;
const MOST_KEYS = 20_000;

/** What makes two failures the same. */
export interface FailureKey {
  /** `null`: none could be told. */
  readonly trunkId: number | null;
  readonly username: string;
  readonly sourceAddress: string;
  readonly reason: Reason;
  /** What was wrong in particular; a mistake mended to another one is news. */
  readonly sentence: string | undefined;
  /** Whether it came from where it says. */
  readonly isProven: boolean;
}

/** Only where guesses are few anyhow (five a minute and identity, ten identities and source): else texts could be made up. */
function detailOf({ reason, sentence }: FailureKey): string {
  return reason === 'wrong_password' || reason === 'unknown_user' ? (sentence?.slice(0, LONGEST_DETAIL) ?? '') : '';
}

const LONGEST_DETAIL = 200;

/** Lets through what is new, so that a flood or a PBX that retries for ever does not drown the port to the main thread. */
export class FailureGate {
  readonly #told = new BoundedMap<string, number>(MOST_KEYS);
  #second = 0;
  #count = 0;
  #unproven = 0;

  /** Whether this failure is to be told now (epoch ms). */
  admits(failure: FailureKey, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#count = 0;
      this.#unproven = 0;
    }
    this.#second = second;
    if (this.#count >= MOST_PER_SEC || (!failure.isProven && this.#unproven >= MOST_UNPROVEN_PER_SEC)) return false;
    const key = `${failure.trunkId ?? failure.username} ${failure.sourceAddress} ${failure.reason} ${detailOf(failure)}`;
    const told = this.#told.get(key);
    if (told !== undefined && nowMs >= told && nowMs - told < REPEAT_MS) return false;
    this.#told.set(key, nowMs);
    this.#count += 1;
    if (!failure.isProven) this.#unproven += 1;
    return true;
  }
}
