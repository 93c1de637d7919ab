/** Which way a call goes, as price lists see it; `toll_free` is inbound to a number that the called side pays for. */
export type RateDirection = 'out' | 'in' | 'toll_free';

/** Times of the week at which other prices hold, on the wall clock of the deck. */
export interface BandRecord {
  readonly name: string;
  /** 1 (Monday) to 7 (Sunday): the days on which it begins. */
  readonly days: readonly number[];
  /** Minutes since midnight; an end at or before the start is on the next day. */
  readonly fromMin: number;
  readonly toMin: number;
}

/** Prices by prefix, packed into lists of numbers: they cross between threads at once, however many they are. */
export interface RateTableRecord {
  /** Sorted: the prefix's digits behind a leading 1, as one number. */
  readonly keys: Float64Array;
  /** Where the prices of each prefix begin in `rates`; one more than there are keys. */
  readonly starts: Uint32Array;
  /** `RATE_FIELDS` numbers a price. */
  readonly rates: Float64Array;
}

/** A price list as the SIP threads read it. */
export interface DeckRecord {
  readonly id: number;
  /** Whose revenue it makes; `null`: the platform's. */
  readonly accountId: number | null;
  readonly currency: string;
  readonly timezone: string;
  /** What a charge is rounded up to, in micro-units. */
  readonly roundToMicros: number;
  readonly bands: readonly BandRecord[];
  readonly tables: Readonly<Partial<Record<RateDirection, RateTableRecord>>>;
}

/** Who pays how: an account, or the platform at a carrier. */
export interface PurseRecord {
  /** `account:12`, `carrier:3`. */
  readonly key: string;
  /** What it pays by; `null`: nothing. */
  readonly deckId: number | null;
  /** `null`: pays afterwards, and is never cut off. */
  readonly creditMicros: number | null;
  readonly balanceMicros: number;
  readonly caps: SpendCaps;
}

/** Fraud caps (F-112) in micro-units; `null`: none. */
export interface SpendCaps {
  /** A destination dearer than this a minute is refused. */
  readonly perMinuteMicros: number | null;
  readonly perTrunkDayMicros: number | null;
  /** By the calendar day of `timezone`. */
  readonly perDayMicros: number | null;
  readonly rolling24hMicros: number | null;
  /** Share of a cap, in percent, at which an alarm is told before anything is refused. */
  readonly alarmPercent: number;
  readonly timezone: string;
}

/** What was spent before the SIP thread started, so that caps go on counting. */
export interface SpendRecord {
  readonly purse: string;
  readonly trunkId: number | null;
  readonly atMs: number;
  readonly amountMicros: number;
}

/** What changed in the money that SIP has to know of; `reset` starts from empty. */
export interface FundsUpdate {
  readonly reset: boolean;
  readonly decks: readonly DeckRecord[];
  readonly removedDecks: readonly number[];
  readonly purses: readonly PurseRecord[];
  /** Calls whose charge is within the balances above: what was reserved for them is let go. */
  readonly settledCalls: readonly string[];
  readonly spent: readonly SpendRecord[];
}

/** A cap is nearly, or wholly, used up. */
export interface SpendAlarm {
  readonly accountId: number;
  readonly trunkId: number | null;
  readonly cap: 'trunk_day' | 'day' | 'rolling_24h';
  readonly state: 'near' | 'reached';
  readonly spentMicros: number;
  readonly capMicros: number;
  readonly atMs: number;
}

/** A call whose money ends soon, told before it is ended. */
export interface FundsEnding {
  readonly callUuid: string;
  readonly accountId: number;
  readonly trunkId: number | null;
  readonly endsAtMs: number;
  readonly atMs: number;
}
