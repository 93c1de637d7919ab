import { type StoreContext, WallClock } from '../../tenancy/index.ts';
import { timezoneOf } from './first-renewal.ts';

/** The wall clocks of accounts, read once each: for one run, which is over before anybody moves. */
export class RenewalClocks {
  readonly #byAccount = new Map<number, WallClock>();
  readonly #byZone = new Map<string, WallClock>();

  async of(context: StoreContext, accountId: number): Promise<WallClock> {
    const known = this.#byAccount.get(accountId);
    if (known !== undefined) return known;
    const timezone = await timezoneOf(context, accountId);
    const clock = this.#byZone.get(timezone) ?? new WallClock(timezone);
    this.#byZone.set(timezone, clock);
    this.#byAccount.set(accountId, clock);
    return clock;
  }
}
