import { join } from 'node:path';
import {
  dueRecordStreams,
  forgetTakenRecords,
  nextRecords,
  openRecordStreamSecret,
  passRecords,
  type QueuedRecords,
  type RecordStreamRow,
  readQueueNews,
  type SqliteConnection,
  type Store,
  type StreamProgress,
  saveStreamProgress,
} from '../../tenancy/index.ts';
import type { AddressGuard } from '../webhooks/address-guard.ts';
import { retryDelayMs } from '../webhooks/backoff.ts';
import { Connections } from '../webhooks/connections.ts';
import { postEvent } from '../webhooks/post-event.ts';
import { signBody } from '../webhooks/sign.ts';
import { type NumberedLine, RecordFiles } from './record-files.ts';
import { recordLine } from './record-line.ts';

export interface RecordStreamerOptions {
  readonly store: Store;
  readonly guard: AddressGuard;
  /** Files of streams are in a folder each below it. */
  readonly folder: string;
  /** @default 10 s */
  readonly timeoutMs?: number;
  /** @default 64 MiB */
  readonly mostFileBytes?: number;
  readonly random?: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Calls that are looked through, and records that are sent, at a time. */
const BATCH = 500;
/** Nobody waits for a record any longer than that (ms). */
const KEPT_MS = 30 * 86_400_000;
const FORGET = 5000;
const FORGET_EVERY_MS = 60_000;

/**
 * Carries call records to where accounts want them (F-119): at least once and in the order in which the calls ended.
 * Each stream has a cursor in the store, so that a crash repeats a batch at most, and goes on by itself, so that a slow
 * one delays no other.
 */
export class RecordStreamer {
  readonly #options: RecordStreamerOptions;
  readonly #connections: Connections;
  readonly #files = new Map<number, RecordFiles>();
  readonly #busy = new Map<number, Promise<void>>();
  /** Streams that have something to take; nobody else is looked after. */
  readonly #behind = new Set<number>();
  /** How far the queue was looked at; everybody has to be, at first. */
  #seenSeq: number | undefined;
  #isClosing = false;
  #forgotAtMs: number;

  constructor(options: RecordStreamerOptions) {
    this.#options = options;
    this.#connections = new Connections(options.guard);
    this.#forgotAtMs = options.store.clock.nowMs();
  }

  /** Begins with each stream that has something; resolves before it is sent. @returns how many streams have begun */
  async round(): Promise<number> {
    const { store, onFault } = this.#options;
    const news = await store.read((connection) => readQueueNews(connection, this.#seenSeq));
    this.#seenSeq = news.lastSeq;
    for (const id of news.streamIds) this.#behind.add(id);
    let begun = 0;
    // What ends while it is looked up has another cursor by then than it is found with: it has its turn in the next round.
    const busy = new Set(this.#busy.keys());
    for (const stream of this.#behind.size === 0 ? [] : await dueRecordStreams(store, this.#behind)) {
      if (busy.has(stream.id) || this.#isClosing) continue;
      const queued = await store.read((connection) => nextRecords(connection, stream, BATCH));
      if (queued.isAll) this.#behind.delete(stream.id);
      if (queued.lastSeq === stream.cursorSeq) continue;
      const work = this.#carry(stream, queued)
        .catch(onFault)
        .finally(() => this.#busy.delete(stream.id));
      this.#busy.set(stream.id, work);
      begun += 1;
    }
    await this.#forget();
    return begun;
  }

  /** Goes on until nothing more is due now. */
  async settle(): Promise<void> {
    while ((await this.round()) > 0 || this.#busy.size > 0) await Promise.all(this.#busy.values());
    await this.#options.store.bulk((connection) => this.#pass(connection));
  }

  /** Takes on nothing new, and waits for what is on its way. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#busy.values());
    this.#connections.close();
  }

  async #carry(stream: RecordStreamRow, { records, lastSeq }: QueuedRecords): Promise<void> {
    // Numbers of the stream's own: those of the queue would tell how much others call.
    const lines = records.map((record, i) => {
      const seq = stream.lastNumber + 1 + i;
      return { seq, line: recordLine({ ...record, seq }, stream.accountId !== null) };
    });
    let isTaken = false;
    try {
      const error = lines.length === 0 ? null : await this.#take(stream, lines);
      const progress = this.#progress(stream, error, error === null ? lastSeq : 0, lines.length);
      await this.#options.store.bulk((connection) => saveStreamProgress(connection, stream.id, progress));
      isTaken = error === null;
    } finally {
      if (!isTaken) this.#behind.add(stream.id);
    }
  }

  #progress(stream: RecordStreamRow, error: string | null, cursorSeq: number, count: number): StreamProgress {
    const { store, random = Math.random } = this.#options;
    const nowMs = store.clock.nowMs();
    if (error === null) return { cursorSeq, taken: count, error, dueAtMs: nowMs };
    return { cursorSeq, taken: 0, error, dueAtMs: nowMs + retryDelayMs(stream.failures + 1, random()) };
  }

  /** @returns what went wrong, in words */
  async #take(stream: RecordStreamRow, lines: readonly NumberedLine[]): Promise<string | null> {
    if (stream.url !== null) return this.#post(stream, stream.url, lines);
    try {
      await this.#filesOf(stream).append(lines, this.#options.store.clock.nowMs());
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #post(stream: RecordStreamRow, url: string, lines: readonly NumberedLine[]): Promise<string | null> {
    const { timeoutMs = 10_000, store } = this.#options;
    const body = lines.map(({ line }) => line).join('');
    const headers = {
      'content-type': 'application/x-ndjson',
      'user-agent': 'didfarm-records/1',
      'X-DIDfarm-Signature': signBody((await openRecordStreamSecret(store, stream.id)) ?? '', body),
      'X-DIDfarm-Timestamp': String(Math.floor(store.clock.nowMs() / 1000)),
      'X-DIDfarm-Stream': stream.uuid,
      'X-DIDfarm-Records': `${lines[0]?.seq}-${lines.at(-1)?.seq}`,
    };
    return (await postEvent(this.#connections, { url, headers, body, timeoutMs })).error;
  }

  #filesOf({ id, uuid }: RecordStreamRow): RecordFiles {
    const { folder, mostFileBytes } = this.#options;
    const files = this.#files.get(id) ?? new RecordFiles(join(folder, uuid), mostFileBytes);
    this.#files.set(id, files);
    return files;
  }

  async #forget(): Promise<void> {
    const { store } = this.#options;
    const nowMs = store.clock.nowMs();
    if (nowMs - this.#forgotAtMs < FORGET_EVERY_MS) return;
    const gone = await store.bulk((connection) => {
      this.#pass(connection);
      return forgetTakenRecords(connection, nowMs - KEPT_MS, FORGET);
    });
    // A full batch is followed by the next one at once: more may end in a minute than one takes.
    if (gone < FORGET) this.#forgotAtMs = nowMs;
  }

  /** What was for others is behind a stream, too. */
  #pass(connection: SqliteConnection): void {
    passRecords(connection, this.#seenSeq ?? 0, [...this.#behind, ...this.#busy.keys()]);
  }
}
