import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Advanced,
  createAdminApp,
  createAdminStore,
  createRecordStore,
  type TestCaller,
  type TestWorldPort,
} from '../admin/index.ts';
import { RecordStreamer, WebhookSender } from '../billing-hooks/index.ts';
import { authenticateKey, type KeyRow, type Store, type Visible } from '../tenancy/index.ts';
import { EventLog } from './event-log.ts';
import { recordsFolderOf } from './remove-world-files.ts';
import { type Ran, Timeline } from './timeline.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { worksOf } from './works.ts';
import { createTestCarrier } from './world-carrier.ts';
import { keepTestKeys } from './world-keys.ts';
import { TestPayments } from './world-payments.ts';
import { WorldPhones } from './world-phones.ts';
import type { WorldPlace } from './world-place.ts';
import { keepWorldTime } from './world-settings.ts';

type App = Awaited<ReturnType<typeof createAdminApp>>;

/** Longest that a request may take that moves the clock, in real time (ms): clients wait 30 s. */
const BUDGET_MS = 20_000;
/** Events that are shown of a move of the clock. */
const MOST_EVENTS = 100;
/** An endpoint that does not answer holds up the whole world, so it is given less time than on the live side (ms). */
const WEBHOOK_MS = 3000;
/** Longest time between two looks at what is due (ms). */
const LONGEST_NAP_MS = 60_000;

/** One account's test world while it is open: a store, an API, a clock, and all that time brings about. */
export class TestWorld {
  readonly #place: WorldPlace;
  readonly #store: Store;
  readonly #clock: VirtualClock;
  readonly #startedAtMs: number;
  readonly #timeline: Timeline;
  readonly #sender: WebhookSender;
  readonly #streamer: RecordStreamer;
  readonly #phones: WorldPhones;
  readonly #callers = new WeakMap<IncomingMessage, TestCaller>();
  readonly #app: Promise<App>;
  #queue: Promise<unknown> = Promise.resolve();
  #isLooking = false;
  #nap: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(store: Store, clock: VirtualClock, startedAtMs: number, place: WorldPlace) {
    this.#place = place;
    this.#store = store;
    this.#clock = clock;
    this.#startedAtMs = startedAtMs;
    const carrier = createTestCarrier(store);
    const payments = new TestPayments(store);
    const { guard, renewal, logger, realMs } = place;
    const onFault = (error: unknown) => logger.error({ err: error }, 'a test world could not do what was due');
    this.#phones = new WorldPhones({ store, clock, ...place, onFault });
    const { holds } = this.#phones;
    this.#sender = new WebhookSender({
      ...{ store, guard, timeoutMs: WEBHOOK_MS, wallMs: realMs, headers: { 'X-DIDfarm-Livemode': 'false' } },
      onFault,
    });
    const folder = recordsFolderOf(store.file);
    this.#streamer = new RecordStreamer({ store, guard, folder, timeoutMs: WEBHOOK_MS, onFault });
    const line = () => this.#phones.line;
    const told = { sender: this.#sender, streamer: this.#streamer };
    const deps = { store, carrier, holds, renewal, payments, ...told, line, onFault };
    this.#timeline = new Timeline(clock, worksOf(deps));
    const admin = createAdminStore(store, { carrier, guard, holds, payments: payments.provider });
    this.#app = this.#createApp({ ...admin, keys: keepTestKeys(admin.keys, place) });
  }

  /** Resolves when it has done what became due while it was closed. */
  async start(): Promise<void> {
    await (await this.#app).ready();
    await this.look();
  }

  get file(): string {
    return this.#store.file;
  }

  /** Whether closing it would end somebody's calls. */
  get isRinging(): boolean {
    return this.#phones.isInUse;
  }

  /** Answers a request of its account. */
  async serve(caller: TestCaller, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#callers.set(request, caller);
    const { method } = request;
    (await this.#app).routing(request, response);
    if (method !== 'GET') response.once('finish', () => void this.look());
  }

  findKey(token: string): Promise<KeyRow | undefined> {
    return authenticateKey(this.#store, token);
  }

  /** Does what is due by now, and sees to it that what is due later is done then. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    await this.#inTurn(async () => {
      this.#isLooking = false;
      await this.#timeline.catchUp();
      await this.#runUntil(Math.max(this.#clock.runningMs, this.#clock.nowMs()), 'running');
    }).catch((error: unknown) => this.#place.logger.error({ err: error }, 'a test world could not go on'));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#nap);
    try {
      await this.#queue;
      await this.#phones.close();
      await (await this.#app).close();
      await Promise.all([this.#sender.close(), this.#streamer.close()]);
      await this.#keepTime();
    } finally {
      // Whatever went wrong: a store that stays open could not be opened again, by nobody.
      await this.#store.close();
    }
  }

  #createApp(store: ReturnType<typeof createAdminStore>): Promise<App> {
    const { version, access, logger } = this.#place;
    return createAdminApp({
      channel: 'sandbox',
      ...{ store, version, access, testWorld: this.#port() },
      records: createRecordStore(this.#store),
      sip: this.#phones.queries,
      publish: () => this.#phones.publish(),
      isReady: () => true,
      domain: this.#store.platformRealm,
      // The live side has counted the request already.
      rateLimits: false,
      nowMs: () => this.#clock.nowMs(),
      // Finished requests are logged by the live side.
      logger: logger.child({ part: 'sandbox' }, { level: 'warn' }),
    });
  }

  #port(): TestWorldPort {
    return {
      callerOf: (request) => this.#callers.get(request),
      startedAtMs: this.#startedAtMs,
      nowMs: () => this.#clock.nowMs(),
      nextDue: () => this.#timeline.next(),
      advance: (toMs, visible) => this.#inTurn(() => this.#advance(toMs, visible)),
      reset: () => this.#place.reset(),
      phones: this.#phones,
    };
  }

  async #advance(toMs: number, visible: Visible): Promise<Advanced> {
    const fromMs = this.#clock.nowMs();
    const log = new EventLog(this.#store, MOST_EVENTS, visible);
    await log.start();
    await this.#timeline.catchUp();
    const { reached, work } = await this.#runUntil(toMs, 'here', () => log.note());
    await log.note();
    return {
      ...{ fromMs, nowMs: this.#clock.nowMs(), reached, work },
      events: log.events.map(({ id, event, createdAtMs: atMs, data }) => ({ id, event, atMs, data })),
      totalEvents: await log.total(),
    };
  }

  async #runUntil(toMs: number, from: 'here' | 'running', onMoment: () => Promise<void> = async () => {}) {
    let ran: Ran = { reached: false, work: {} };
    try {
      ran = await this.#timeline.runUntil(toMs, { budgetMs: BUDGET_MS, onMoment });
      return ran;
    } finally {
      this.#clock.release(ran.reached ? from : 'here');
      await this.#keepTime();
      await this.#phones.publish();
      await this.#sleep();
    }
  }

  /** Wakes up by itself when something is due. */
  async #sleep(): Promise<void> {
    clearTimeout(this.#nap);
    const next = await this.#timeline.next();
    if (next === undefined || this.#isClosed) return;
    const waitMs = Math.max(0, Math.min(next.atMs - this.#clock.nowMs(), LONGEST_NAP_MS));
    this.#nap = setTimeout(() => void this.look(), waitMs);
    this.#nap.unref();
  }

  #keepTime(): Promise<void> {
    const { aheadMs } = this.#clock;
    const doneAtMs = this.#clock.nowMs();
    return keepWorldTime(this.#store, { startedAtMs: this.#startedAtMs, aheadMs, doneAtMs });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}
