import type { PurseRecord, SpendAlarm, SpendRecord } from '../../bus/index.ts';
import { ZoneOffsets } from '../rating/index.ts';
import { SpendLog } from './spend-log.ts';

const DAY_MS = 86_400_000;

type Cap = SpendAlarm['cap'];

/** One cap, and how much of it is spent. */
export interface CapUse {
  readonly cap: Cap;
  readonly capMicros: number;
  readonly spentMicros: number;
}

/** Counts what purses with caps spend, live calls included (F-112). */
export class SpendCaps {
  readonly #logs = new Map<string, SpendLog>();
  readonly #held = new Map<string, number>();
  readonly #zones = new Map<string, ZoneOffsets>();
  readonly #told = new Set<string>();

  clear(): void {
    this.#logs.clear();
  }

  spend({ purse, trunkId, atMs, amountMicros }: SpendRecord): void {
    this.#log(purse).add({ atMs, amountMicros });
    if (trunkId !== null) this.#log(trunkKey(purse, trunkId)).add({ atMs, amountMicros });
  }

  /** What live calls may still spend; negative gives it back. */
  hold(purse: string, trunkId: number | null, amountMicros: number): void {
    for (const key of trunkId === null ? [purse] : [purse, trunkKey(purse, trunkId)])
      this.#held.set(key, (this.#held.get(key) ?? 0) + amountMicros);
  }

  uses({ key, caps }: PurseRecord, trunkId: number | null, nowMs: number): readonly CapUse[] {
    const { perTrunkDayMicros, perDayMicros, rolling24hMicros, timezone } = caps;
    const held = this.#held.get(key) ?? 0;
    const uses: CapUse[] = [];
    const midnight = perTrunkDayMicros === null && perDayMicros === null ? 0 : this.#midnight(timezone, nowMs);
    if (perTrunkDayMicros !== null && trunkId !== null) {
      const name = trunkKey(key, trunkId);
      const spentMicros = this.#log(name).since(midnight) + (this.#held.get(name) ?? 0);
      uses.push({ cap: 'trunk_day', capMicros: perTrunkDayMicros, spentMicros });
    }
    if (perDayMicros !== null)
      uses.push({ cap: 'day', capMicros: perDayMicros, spentMicros: this.#log(key).since(midnight) + held });
    if (rolling24hMicros !== null)
      uses.push({ cap: 'rolling_24h', capMicros: rolling24hMicros, spentMicros: this.#log(key).rolling(nowMs) + held });
    return uses;
  }

  /** Alarms that are due and were not told today. */
  alarms(purse: PurseRecord, trunkId: number | null, nowMs: number, blocked: boolean): readonly SpendAlarm[] {
    const accountId = Number(purse.key.split(':')[1]);
    return this.uses(purse, trunkId, nowMs).flatMap(({ cap, capMicros, spentMicros }): readonly SpendAlarm[] => {
      const about = {
        accountId,
        trunkId: cap === 'trunk_day' ? trunkId : null,
        cap,
        spentMicros,
        capMicros,
        atMs: nowMs,
      };
      const isNear = spentMicros * 100 >= capMicros * purse.caps.alarmPercent;
      const isReached = spentMicros >= capMicros || (blocked && isNear);
      // The alarm comes before the block, also when one call takes all that is left.
      const states = [...(isNear || isReached ? ['near' as const] : []), ...(isReached ? ['reached' as const] : [])];
      return states.map((state) => ({ ...about, state })).filter((alarm) => this.#isNew(alarm, purse.caps.timezone));
    });
  }

  #isNew({ accountId, trunkId, cap, state, atMs }: SpendAlarm, timezone: string): boolean {
    const name = [accountId, trunkId, cap, state, this.#midnight(timezone, atMs)].join('/');
    if (this.#told.has(name)) return false;
    this.#told.add(name);
    return true;
  }

  #log(name: string): SpendLog {
    const log = this.#logs.get(name) ?? new SpendLog();
    this.#logs.set(name, log);
    return log;
  }

  /** When the day of that zone began (epoch ms). */
  #midnight(timezone: string, nowMs: number): number {
    const zone = this.#zones.get(timezone) ?? new ZoneOffsets(timezone);
    this.#zones.set(timezone, zone);
    const wall = Math.floor((nowMs + zone.at(nowMs).offsetMs) / DAY_MS) * DAY_MS;
    const start = wall - zone.at(nowMs).offsetMs;
    // The clock may have changed since midnight: then it was the other offset.
    return wall - zone.at(start).offsetMs;
  }
}

function trunkKey(purse: string, trunkId: number): string {
  return `${purse}/${trunkId}`;
}
