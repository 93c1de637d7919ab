import type { FundsKeeper, FundsRefusal, Paid } from '../billing-hooks/index.ts';
import type { AccountRecord, CallRecord, FundsEnding, OnwardLeg, SpendAlarm } from '../bus/index.ts';
import type { Rejection } from '../telemetry/index.ts';
import type { CallEnd } from './bridge/call.ts';
import { type CallContext, callerTrunk, onwardOf, type RouteOption } from './call-context.ts';
import { EmptiedMap } from './emptied-map.ts';
import type { CallClock, CallFunds, CallSink, RoutingDirectory } from './ports.ts';

export interface CallFundsDeps {
  readonly keeper: FundsKeeper;
  readonly directory: Pick<RoutingDirectory, 'chain'>;
  readonly clock: CallClock;
  hangUp(uuid: string, end: CallEnd): void;
  onAlarm(alarm: SpendAlarm): void;
  onEnding(ending: FundsEnding): void;
}

/** A slice is extended so long before it ends (ms). */
const EXTEND_AHEAD_MS = 5000;
/** Ended so long before the second that is not paid begins, for a timer that comes late (ms). */
const CUT_AHEAD_MS = 300;

/** Lets calls start that can be paid, follows them by their records, and ends them when the money does. */
export class CallFundsWatch implements CallFunds {
  readonly #deps: CallFundsDeps;
  readonly #calls = new EmptiedMap<Watched>();

  constructor(deps: CallFundsDeps) {
    this.#deps = deps;
  }

  check(context: CallContext, option = context.options[context.admitted]): Rejection | undefined {
    const { keeper, clock } = this.#deps;
    if (!keeper.hasPrices) return undefined;
    const facts = this.#facts({
      ...payerOf(context, option),
      ...onwardOf(context, option),
      direction: context.direction,
      to: context.calledNumber,
    });
    if (facts === undefined) return undefined;
    const refusal = keeper.check(facts, clock.now());
    if (refusal === 'spend_cap') this.#alarm(facts, refusal);
    return refusal === undefined ? undefined : rejectionOf(refusal, context.calledNumber);
  }

  /** Sees every record on its way: a call reserves when it starts and settles when it ends. */
  watch(sink: CallSink): CallSink {
    return {
      ...sink,
      emit: (record) => sink.emit(this.#follow(record)),
    };
  }

  /** Accounts that are closed pay for nothing any longer: their calls end. */
  directoryChanged(accounts: readonly Pick<AccountRecord, 'id' | 'status'>[]): void {
    const closed = new Set(accounts.filter(({ status }) => status === 'closed').map(({ id }) => id));
    if (closed.size === 0) return;
    const sentence = 'The account was closed while the call was up.';
    for (const { record } of this.#calls.values()) {
      const isClosed = this.#facts(record)?.chain.some((id) => closed.has(id)) ?? false;
      const status = record.answeredAtMs === null ? 403 : 200;
      if (isClosed)
        this.#deps.hangUp(record.uuid, { reason: 'account_suspended', status, sentence, hungUpBy: 'server' });
    }
  }

  /** @returns the record as it goes on */
  #follow(record: CallRecord): CallRecord {
    const { uuid, answeredAtMs, endedAtMs } = record;
    if (endedAtMs !== null) return this.#ended(this.#calls.delete(uuid), record, endedAtMs);
    const known = this.#calls.get(uuid);
    if (known === undefined) this.#begun(record);
    else if (answeredAtMs !== null && !known.isAnswered) this.#answered(known, record, answeredAtMs);
    return record;
  }

  #begun(record: CallRecord): void {
    const { keeper, clock } = this.#deps;
    if (record.accountId === null) return;
    this.#calls.set(record.uuid, { record, isAnswered: false, paidSec: undefined, stop: nothing });
    const facts = keeper.hasPrices ? this.#facts(record) : undefined;
    if (facts === undefined) return;
    keeper.open(record.uuid, facts, clock.now());
    this.#alarm(facts);
  }

  /** Many calls that are cut at once are not all cut in time: what one had too much is not charged. */
  #ended(known: Watched | undefined, record: CallRecord, endedAtMs: number): CallRecord {
    const { keeper } = this.#deps;
    const { uuid, answeredAtMs } = record;
    known?.stop();
    const paidSec = answeredAtMs === null ? undefined : this.#paidOf(known, answeredAtMs, endedAtMs);
    const isOver = answeredAtMs !== null && paidSec !== undefined && endedAtMs - answeredAtMs > paidSec * 1000;
    keeper.close(uuid, answeredAtMs, isOver ? answeredAtMs + paidSec * 1000 : endedAtMs);
    return isOver ? { ...record, paidSec } : record;
  }

  /** What is paid of a call that has ended; what is still there pays for what it lasted. */
  #paidOf(known: Watched | undefined, answeredAtMs: number, endedAtMs: number): number | undefined {
    const { keeper } = this.#deps;
    let paidSec = known?.paidSec;
    while (known !== undefined && paidSec !== undefined && endedAtMs - answeredAtMs > paidSec * 1000) {
      const more = keeper.extend(known.record.uuid, answeredAtMs, endedAtMs);
      if (more === undefined || more.paidSec <= paidSec) break;
      paidSec = more.paidSec;
    }
    return paidSec;
  }

  #answered(watched: Watched, record: CallRecord, answeredAtMs: number): void {
    const { keeper } = this.#deps;
    watched.isAnswered = true;
    const before = watched.record;
    const isAnother = record.carrierId !== before.carrierId || !isSame(record.onward, before.onward);
    const facts = keeper.hasPrices || isAnother ? this.#facts(record) : undefined;
    if (facts !== undefined && isAnother) {
      // Another carrier than the first has taken the call, or it was sent on: that has another price.
      keeper.close(record.uuid, null, answeredAtMs);
      keeper.open(record.uuid, facts, answeredAtMs);
    }
    watched.record = record;
    this.#plan(watched, answeredAtMs, keeper.answered(record.uuid, answeredAtMs));
    if (facts !== undefined) this.#alarm(facts);
  }

  /** Comes back before what is paid for ends. */
  #plan(watched: Watched, answeredAtMs: number, paid: Paid | undefined): void {
    if (paid === undefined) return;
    watched.paidSec = paid.paidSec;
    const { clock, onEnding } = this.#deps;
    const { uuid, accountId, trunkId } = watched.record;
    const endsAtMs = answeredAtMs + paid.paidSec * 1000 - CUT_AHEAD_MS;
    const now = clock.now();
    if (!paid.isLast) {
      watched.stop = clock.after(Math.max(0, endsAtMs - EXTEND_AHEAD_MS - now), () =>
        this.#extend(watched, answeredAtMs),
      );
      return;
    }
    onEnding({ callUuid: uuid, accountId: accountId ?? 0, trunkId, endsAtMs, atMs: now });
    watched.stop = clock.after(Math.max(0, endsAtMs - now), () => this.#cut(watched, answeredAtMs, paid.paidSec));
  }

  #extend(watched: Watched, answeredAtMs: number): void {
    const { keeper, clock } = this.#deps;
    this.#plan(watched, answeredAtMs, keeper.extend(watched.record.uuid, answeredAtMs, clock.now()));
    const facts = this.#facts(watched.record);
    if (facts !== undefined) this.#alarm(facts);
  }

  /** Somebody may have topped up meanwhile: only then it goes on. */
  #cut(watched: Watched, answeredAtMs: number, paidSec: number): void {
    const { keeper, clock, hangUp } = this.#deps;
    const more = keeper.extend(watched.record.uuid, answeredAtMs, clock.now());
    if (more !== undefined && more.paidSec > paidSec) {
      this.#plan(watched, answeredAtMs, more);
      return;
    }
    const sentence = 'The money ended while the call was up.';
    hangUp(watched.record.uuid, { reason: 'insufficient_balance', status: 200, sentence, hungUpBy: 'server' });
  }

  #alarm(facts: Facts, refusal?: FundsRefusal): void {
    const { keeper, clock, onAlarm } = this.#deps;
    for (const alarm of keeper.alarms(facts, clock.now(), refusal)) onAlarm(alarm);
  }

  #facts(call: Payer & Pick<CallRecord, 'direction' | 'to'>): Facts | undefined {
    const { accountId, trunkId, carrierId, direction, to, onward, isEmergency = false } = call;
    if (accountId === null) return undefined;
    const chainOf = (account: number) => this.#deps.directory.chain(account).map(({ id }) => id);
    const facts = { direction, isEmergency, to, chain: chainOf(accountId), trunkId, carrierId };
    if (onward === undefined) return facts;
    return { ...facts, onward: { to: onward.to, chain: chainOf(onward.accountId), carrierId: onward.carrierId } };
  }
}

type Facts = Parameters<FundsKeeper['check']>[0];
type Payer = Pick<CallRecord, 'accountId' | 'trunkId' | 'carrierId' | 'isEmergency' | 'onward'>;

interface Watched {
  record: CallRecord;
  isAnswered: boolean;
  /** Seconds from the answer; `undefined` while nobody has to pay in advance. */
  paidSec: number | undefined;
  stop: () => void;
}

function isSame(a: OnwardLeg | undefined, b: OnwardLeg | undefined): boolean {
  return a?.to === b?.to && a?.carrierId === b?.carrierId && a?.accountId === b?.accountId;
}

/** As the call's record will say it. */
function payerOf(context: CallContext, option: RouteOption | undefined): Payer {
  const trunk = callerTrunk(context) ?? option?.trunk;
  const carrier = context.source?.kind === 'carrier' ? context.source.carrier : option?.carrier;
  return {
    accountId: trunk?.accountId ?? context.did?.accountId ?? null,
    trunkId: trunk?.id ?? null,
    carrierId: carrier?.id ?? null,
    isEmergency: context.isEmergency,
  };
}

function rejectionOf(refusal: FundsRefusal, number: string): Rejection {
  switch (refusal) {
    case 'insufficient_balance':
    case 'spend_cap':
      return { status: 503, reason: refusal };
    case 'carrier_balance':
      return { status: 503, reason: 'no_carrier', sentence: 'The balance at the carrier is used up.' };
    case 'no_rate':
      return { status: 403, reason: 'destination_blocked', sentence: `There is no price for calls to ${number}.` };
    case 'rate_too_high':
      return { status: 403, reason: 'destination_blocked', sentence: `Calls to ${number} cost more than is allowed.` };
  }
}

function nothing(): void {
  // Nothing has been planned for the call.
}
