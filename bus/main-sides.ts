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

  /** The others join home where it listens. */
  restore(calls: readonly CallRecord[] = [], states: readonly TrunkStateRecord[] = []): void {
    this.#home.restore(calls, states);
    this.#home.started.then(
      (points) => {
        for (const side of this.#others) side.join(points);
      },
      () => undefined,
    );
  }

  async request(name: SipRequestName, args?: unknown): Promise<unknown> {
    if (!FOR_ALL.has(name)) return this.#home.request(name, args);
    // Home has the connections that the others send over: it ends last.
    const others = this.#others.map((side) => side.request(name, args));
    if (name === 'stop') {
      await Promise.allSettled(others);
      return this.#home.request(name, args);
    }
    const [first, ...rest] = await Promise.all([this.#home.request(name, args), ...others]);
    if (name === 'metrics') return [first, ...rest].flat();
    return name === 'stats' ? withCallsOf(first as Stats, rest as readonly Stats[]) : first;
  }

  get #all(): readonly MainSide[] {
    return [this.#home, ...this.#others];
  }
}

interface Stats {
  readonly callsActive: number;
}

function withCallsOf(home: Stats, others: readonly Stats[]): Stats {
  return { ...home, callsActive: others.reduce((sum, { callsActive }) => sum + callsActive, home.callsActive) };
}
