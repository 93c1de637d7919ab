import {
  type AttemptResult,
  type DeliveryRow,
  dueDeliveries,
  dueWebhooks,
  loadWebhookTargets,
  type Store,
  saveAttempts,
  takeOutbox,
} from '../../tenancy/index.ts';
import type { AddressGuard } from './address-guard.ts';
import { GIVE_UP_AFTER_MS, retryDelayMs } from './backoff.ts';
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
  readonly onFault: (error: unknown) => void;
}

type Target = Awaited<ReturnType<typeof loadWebhookTargets>>[number];

/** Events on their way to one endpoint at the same time; another endpoint has as many of its own. */
const PER_ENDPOINT = 4;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_POLL_MS = 200;
/** How long a shutdown waits for endpoints (ms). */
const LAST_WAIT_MS = 2000;

/**
 * Carries events from the outbox to the endpoints: at least once, in order per resource. What is on its way is
 * in the store, so a crash loses nothing; each endpoint has its own places, so a slow one delays nobody else.
 */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #inFlight = new Map<number, Set<number>>();
  readonly #sends = new Set<Promise<void>>();
  #finished: AttemptResult[] = [];
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
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
    } while (this.#sends.size > 0 || this.#finished.length > 0);
  }

  /** Takes on nothing new, waits a little for answers and notes them; what has none is sent again after the start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    await this.#round;
    await Promise.race([Promise.all(this.#sends), new Promise((resolve) => setTimeout(resolve, LAST_WAIT_MS))]);
    await this.tick();
  }

  async #work(): Promise<void> {
    const { store } = this.#options;
    await this.#saveFinished();
    if (this.#isClosing) return;
    const isNew = (await takeOutbox(store, 1)).length > 0;
    if (!isNew && (await dueWebhooks(store)).length === 0) return;
    const targets = await loadWebhookTargets(store);
    while (isNew && (await store.write((context) => fanOut(context, targets))) > 0);
    const due = new Set(await dueWebhooks(store));
    for (const target of targets) if (due.has(target.id)) await this.#feed(target);
  }

  async #saveFinished(): Promise<void> {
    if (this.#finished.length === 0) return;
    const results = this.#finished;
    await this.#options.store.write((context) => saveAttempts(context, results));
    this.#finished = this.#finished.slice(results.length);
    for (const { delivery } of results) this.#inFlight.get(delivery.webhookId)?.delete(delivery.id);
  }

  async #feed(target: Target): Promise<void> {
    const inFlight = this.#inFlight.get(target.id) ?? new Set<number>();
    this.#inFlight.set(target.id, inFlight);
    if (inFlight.size >= PER_ENDPOINT) return;
    const due = await dueDeliveries(this.#options.store, target.id, PER_ENDPOINT + inFlight.size);
    for (const delivery of due) {
      if (inFlight.size >= PER_ENDPOINT) return;
      if (inFlight.has(delivery.id)) continue;
      inFlight.add(delivery.id);
      const sending = this.#send(target, delivery).finally(() => {
        this.#sends.delete(sending);
        if (!this.#isClosing) void this.tick();
      });
      this.#sends.add(sending);
    }
  }

  async #send(target: Target, delivery: DeliveryRow): Promise<void> {
    const { store, guard, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const atMs = store.clock.nowMs();
    const startedMs = performance.now();
    const answer = await postEvent(guard, {
      url: target.url,
      headers: headersOf(target, delivery, atMs),
      body: delivery.body,
      timeoutMs,
    });
    const tookMs = Math.round(performance.now() - startedMs);
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

function headersOf(target: Target, delivery: DeliveryRow, atMs: number): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'user-agent': 'didfarm-webhooks/1',
    'X-DIDfarm-Signature': signBody(target.secret, delivery.body),
    'X-DIDfarm-Event-Id': `evt_${delivery.outboxId}`,
    'X-DIDfarm-Timestamp': String(Math.floor(atMs / 1000)),
    'X-DIDfarm-Delivery-Attempt': String(delivery.attempts + 1),
  };
}
