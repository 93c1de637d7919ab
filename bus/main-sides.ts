import type { DirectoryDelta } from './directory-records.ts';
import type { BindingShare, DirectoryShare } from './directory-share.ts';
import type { CallRecord, TrunkStateRecord } from './events.ts';
import type { MainSide } from './main-side.ts';
import type { ListeningAddress, SipRequestName } from './messages.ts';

/** The main thread's end of the bus to SIP, be it one thread or several. */
export type SipBus = Pick<
  MainSide,
  'started' | 'publish' | 'acknowledged' | 'share' | 'shareBindings' | 'restore' | 'request'
>;

/** What a request is, where several threads could answer: for home alone unless it is named here. */
const FOR_ALL: ReadonlySet<SipRequestName> = new Set(['metrics', 'funds', 'stats', 'drain', 'stop']);

/** Several SIP threads as one: home, which has all but calls to itself, and those that have calls alone. */
export class MainSides implements SipBus {
  readonly #home: MainSide;
  readonly #others: readonly MainSide[];
  readonly started: Promise<readonly ListeningAddress[]>;

  constructor(home: MainSide, others: readonly MainSide[]) {
    this.#home = home;
    this.#others = others;
    this.started = Promise.all([home.started, ...others.map((side) => side.started)]).then(([points]) => points);
    // Whoever waits for the start hears of it; nobody else must.
    this.started.catch(() => undefined);
  }

  /** Resolves when all of them have it. */
  async publish(delta: DirectoryDelta, parts: readonly DirectoryShare[] = []): Promise<void> {
    await Promise.all(this.#all.map((side) => side.publish(delta, parts)));
  }

  async acknowledged(version: number): Promise<void> {
    await Promise.all(this.#all.map((side) => side.acknowledged(version)));
  }

  share(share: DirectoryShare): void {
    for (const side of this.#all) side.share(share);
  }

  /** Home tells the others what it has made of them. */
  shareBindings(share: BindingShare): void {
    this.#home.shareBindings(share);
  }

  /** The others join home where it listens, one after the other: sockets count in the order in which they came to a port. */
  restore(calls: readonly CallRecord[] = [], states: readonly TrunkStateRecord[] = []): void {
    this.#home.restore(calls, states);
    void this.#joinHome();
  }

  async request(name: SipRequestName, args?: unknown, limitMs?: number): Promise<unknown> {
    if (!FOR_ALL.has(name)) return this.#home.request(name, args, limitMs);
    const others = this.#others.map((side) => side.request(name, args, limitMs));
    // Home has the connections that the others send over: it ends last.
    if (name === 'stop') await Promise.allSettled(others);
    const [first, ...rest] = await allOf([this.#home.request(name, args, limitMs), ...others]);
    if (name === 'metrics') return [first, ...rest].flat();
    return name === 'stats' ? withCallsOf(first as Stats, rest as readonly Stats[]) : first;
  }

  async #joinHome(): Promise<void> {
    try {
      const points = await this.#home.started;
      for (const side of this.#others) {
        side.join(points);
        await side.started;
      }
    } catch {
      // Who waits for the start hears of it.
    }
  }

  get #all(): readonly MainSide[] {
    return [this.#home, ...this.#others];
  }
}

/** What all have answered, once each has or has failed: nobody is left behind for a failure of another. */
async function allOf(answers: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(answers);
  const failures = settled.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  const [failure, ...more] = failures;
  if (failure === undefined) return settled.map((answer) => (answer as PromiseFulfilledResult<unknown>).value);
  throw more.length === 0 ? failure : new AggregateError(failures, failures.map(({ message }) => message).join('; '));
}

interface Stats {
  readonly callsActive: number;
}

function withCallsOf(home: Stats, others: readonly Stats[]): Stats {
  return { ...home, callsActive: others.reduce((sum, { callsActive }) => sum + callsActive, home.callsActive) };
}
