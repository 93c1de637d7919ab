import {
  type AttemptResult,
  type DeliveryRow,
  disableWebhook,
  dueDeliveries,
  hasEvents,
  loadWebhookTargets,
  type SqliteConnection,
  type Store,
  saveAttempts,
  type WebhookTarget,
  webhooksVersion,
} from '../../tenancy/index.ts';
import type { AddressGuard } from './address-guard.ts';
import { GIVE_UP_AFTER_MS, retryDelayMs } from './backoff.ts';
import { Connections } from './connections.ts';
import { Endpoint } from './endpoint.ts';
import { fanOut } from './fan-out.ts';
import { type PostAnswer, postEvent } from './post-event.ts';
import { signBody } from './sign.ts';

export interface WebhookSenderOptions {
  readonly store: Store;
  readonly guard: AddressGuard;
  /** @default 10 s, features.md A16 */
  readonly timeoutMs?: number;
  /** How often new events are looked for. @default 200 ms */
  readonly pollMs?: number;
  readonly random?: () => number;
  /** Tells a receiver that what it hears of is not live. @default nothing more is told */
  readonly headers?: Readonly<Record<string, string>>;
  /** When it is really sent, where the store has a clock of its own. @default the store's clock */
  readonly wallMs?: () => number;
  readonly onFault: (error: unknown) => void;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_POLL_MS = 200;
/** Answers that come within this time are noted in one transaction (ms). */
const GATHER_MS = 10;
/** How long a shutdown waits for endpoints (ms). */
const LAST_WAIT_MS = 2000;
/** 410 Gone: the endpoint asks not to be called again. */
const GONE = 410;

/**
 * Carries events from the outbox to the endpoints: at least once, in order per resource. What is on its way is
 * in the store, so a crash loses nothing; each endpoint has its own places, so a slow one delays nobody else.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #connections: Connections;
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #sends = new Set<Promise<void>>();
  #targets: readonly WebhookTarget[] = [];
  #targetsVersion = '';
  #finished: AttemptResult[] = [];
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #hasMore = false;
  #isClosing = false;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.#connections = new Connections(options.guard);
  }

  start(): void {
    this.#timer = setInterval(() => void this.tick(), this.#options.pollMs ?? DEFAULT_POLL_MS);
    this.#timer.unref();
  }

  /** One look at what there is to do; never two at a time. Resolves before what it sends is answered. */
  tick(): Promise<void> {
    this.#round ??= this.#work()
      .catch(this.#options.onFault)
      .finally(() => {
        this.#round = undefined;
      });
    return this.#round;
  }

  /** Looks, sends and notes until nothing more is due now. */
  async settle(): Promise<void> {
    do {
      await this.tick();
      await Promise.all(this.#sends);
    } while (this.#hasMore || this.#sends.size > 0 || this.#finished.length > 0);
  }

  /** Takes on nothing new, waits a little for answers and notes them; what has none is sent again after the start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    clearTimeout(this.#gathering);
    await this.#round;
    await Promise.race([Promise.all(this.#sends), new Promise((resolve) => setTimeout(resolve, LAST_WAIT_MS))]);
    await this.tick();
    this.#connections.close();
  }

  async #work(): Promise<void> {
    const { store } = this.#options;
    await this.#saveFinished();
    if (this.#isClosing) return;
    await this.#loadTargets();
    await this.#handOn();
    await store.read((connection) => {
      for (const target of this.#targets) this.#feed(connection, target);
    });
  }

  /** Some new events a round, so that neither what is due nor anything else on this thread waits for many. */
  async #handOn(): Promise<void> {
    const { store } = this.#options;
    const isNew = await store.read((connection) => hasEvents(connection));
    this.#hasMore = isNew && (await store.bulk((connection) => fanOut(connection, this.#targets, store)));
    if (this.#hasMore) this.#gather();
  }

  async #saveFinished(): Promise<void> {
    if (this.#finished.length === 0) return;
    const { store } = this.#options;
    const results = this.#finished;
    await store.bulk((connection) => {
      saveAttempts(connection, results, store.clock.nowMs());
      for (const { delivery, attempt } of results) {
        if (attempt.status === GONE) disableWebhook(connection, delivery.webhookId, 'answered 410 Gone', attempt.atMs);
      }
    });
    this.#finished = this.#finished.slice(results.length);
    for (const { delivery } of results) this.#endpoint(delivery.webhookId).done(delivery.id);
  }

  /** Reads the endpoints, with their secrets, when they have changed. */
  async #loadTargets(): Promise<void> {
    const { store } = this.#options;
    const version = await webhooksVersion(store);
    if (version === this.#targetsVersion) return;
    this.#targets = await loadWebhookTargets(store);
    this.#targetsVersion = version;
    const used = new Set(this.#targets.map(({ id }) => id));
    for (const [id, { busy }] of this.#endpoints) if (!used.has(id) && busy === 0) this.#endpoints.delete(id);
  }

  #endpoint(webhookId: number): Endpoint {
    const endpoint = this.#endpoints.get(webhookId) ?? new Endpoint();
    this.#endpoints.set(webhookId, endpoint);
    return endpoint;
  }

  #feed(connection: SqliteConnection, target: WebhookTarget): void {
    const { clock, secrets } = this.#options.store;
    const nowMs = clock.nowMs();
    const endpoint = this.#endpoint(target.id);
    const places = endpoint.placesLeft(nowMs);
    if (places === 0) return;
    const due = dueDeliveries(connection, target.id, places + endpoint.busy, nowMs, secrets);
    for (const delivery of due.filter(({ id }) => !endpoint.isOnTheWay(id)).slice(0, places)) {
      endpoint.send(delivery.id);
      const sending = this.#send(target, delivery).finally(() => {
        this.#sends.delete(sending);
        this.#gather();
      });
      this.#sends.add(sending);
    }
  }

  /** Looks again soon, with whatever else is answered until then. */
  #gather(): void {
    if (this.#timer === undefined || this.#isClosing || this.#gathering !== undefined) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      void this.tick();
    }, GATHER_MS);
    this.#gathering.unref();
  }

  async #send(target: WebhookTarget, delivery: DeliveryRow): Promise<void> {
    const { store, timeoutMs = DEFAULT_TIMEOUT_MS, wallMs, headers: more } = this.#options;
    const atMs = store.clock.nowMs();
    const startedMs = performance.now();
    const { url } = target;
    const headers = { ...headersOf(target, delivery, wallMs?.() ?? atMs), ...more };
    const answer = await postEvent(this.#connections, { url, headers, body: delivery.body, timeoutMs });
    const tookMs = Math.round(performance.now() - startedMs);
    this.#endpoint(target.id).judge(answer.error === null, store.clock.nowMs());
    this.#finished.push(this.#judge(delivery, answer, atMs, tookMs));
  }

  #judge(delivery: DeliveryRow, answer: PostAnswer, atMs: number, tookMs: number): AttemptResult {
    const attempt = { ...answer, atMs, tookMs };
    if (answer.error === null) return { delivery, status: 'delivered', nextAttemptAtMs: atMs, attempt };
    const random = this.#options.random ?? Math.random;
    const nextAttemptAtMs = this.#options.store.clock.nowMs() + retryDelayMs(delivery.attempts + 1, random());
    const isOver = nextAttemptAtMs > delivery.createdAtMs + GIVE_UP_AFTER_MS;
    return { delivery, status: isOver ? 'dead' : 'pending', nextAttemptAtMs, attempt };
  }
}

function headersOf(target: WebhookTarget, delivery: DeliveryRow, atMs: number): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'user-agent': 'didfarm-webhooks/1',
    'X-DIDfarm-Signature': signBody(target.secret, delivery.body),
    ...(target.nextSecret === null ? {} : { 'X-DIDfarm-Signature-Next': signBody(target.nextSecret, delivery.body) }),
    'X-DIDfarm-Event-Id': `evt_${delivery.outboxId}`,
    'X-DIDfarm-Timestamp': String(Math.floor(atMs / 1000)),
    'X-DIDfarm-Delivery-Attempt': String(delivery.attempts + 1),
  };
}
