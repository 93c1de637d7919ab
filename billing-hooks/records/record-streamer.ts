import { join } from 'node:path';
import {
  dueRecordStreams,
  forgetTakenRecords,
  nextRecords,
  type QueuedRecords,
  type RecordStreamTarget,
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
    let begun = 0;
    // What ends while it is looked up has another cursor by then than it is found with: it has its turn in the next round.
    const busy = new Set(this.#busy.keys());
    for (const stream of await dueRecordStreams(store)) {
      if (busy.has(stream.id) || this.#isClosing) continue;
      const queued = await store.read((connection) => nextRecords(connection, stream, BATCH));
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
  }

  /** Takes on nothing new, and waits for what is on its way. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#busy.values());
    this.#connections.close();
  }

  async #carry(stream: RecordStreamTarget, { records, lastSeq }: QueuedRecords): Promise<void> {
    const lines = records.map((record) => ({ seq: record.seq, line: recordLine(record) }));
    const error = lines.length === 0 ? null : await this.#take(stream, lines);
    const { store } = this.#options;
    await store.bulk((connection) => {
      saveStreamProgress(
        connection,
        stream.id,
        this.#progress(stream, error, error === null ? lastSeq : 0, lines.length),
      );
    });
  }

  #progress(stream: RecordStreamTarget, error: string | null, cursorSeq: number, count: number): StreamProgress {
    const { store, random = Math.random } = this.#options;
    const nowMs = store.clock.nowMs();
    if (error === null) return { cursorSeq, taken: count, error, dueAtMs: nowMs };
    return { cursorSeq, taken: 0, error, dueAtMs: nowMs + retryDelayMs(stream.failures + 1, random()) };
  }

  /** @returns what went wrong, in words */
  async #take(stream: RecordStreamTarget, lines: readonly NumberedLine[]): Promise<string | null> {
    if (stream.url !== null) return this.#post(stream, stream.url, lines);
    try {
      await this.#filesOf(stream).append(lines, this.#options.store.clock.nowMs());
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #post(stream: RecordStreamTarget, url: string, lines: readonly NumberedLine[]): Promise<string | null> {
    const { timeoutMs = 10_000, store } = this.#options;
    const body = lines.map(({ line }) => line).join('');
    const headers = {
      'content-type': 'application/x-ndjson',
      'user-agent': 'didfarm-records/1',
      'X-DIDfarm-Signature': signBody(stream.secret ?? '', body),
      'X-DIDfarm-Timestamp': String(Math.floor(store.clock.nowMs() / 1000)),
      'X-DIDfarm-Stream': stream.uuid,
      'X-DIDfarm-Records': `${lines[0]?.seq}-${lines.at(-1)?.seq}`,
    };
    return (await postEvent(this.#connections, { url, headers, body, timeoutMs })).error;
  }

  #filesOf({ id, uuid }: RecordStreamTarget): RecordFiles {
    const { folder, mostFileBytes } = this.#options;
    const files = this.#files.get(id) ?? new RecordFiles(join(folder, uuid), mostFileBytes);
    this.#files.set(id, files);
    return files;
  }

  async #forget(): Promise<void> {
    const { store } = this.#options;
    const nowMs = store.clock.nowMs();
    if (nowMs - this.#forgotAtMs < FORGET_EVERY_MS) return;
    const gone = await store.bulk((connection) => forgetTakenRecords(connection, nowMs - KEPT_MS, FORGET));
    // A full batch is followed by the next one at once: more may end in a minute than one takes.
    if (gone < FORGET) this.#forgotAtMs = nowMs;
  }
}
