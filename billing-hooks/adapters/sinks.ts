import { appendFile, stat } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { MoneyEvent, MoneySink } from './money-sink.ts';
import { postJson } from './post-json.ts';

/** Another part of this process. */
export function createLocalSink(name: string, take: (events: readonly MoneyEvent[]) => Promise<void>): MoneySink {
  return { name, take };
}

/** A line of JSON each, appended. */
export function createJsonlSink(file: string): MoneySink {
  return {
    name: `jsonl:${file}`,
    take: (events) => appendFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join('')),
  };
}

const COLUMNS = [
  ...['kind', 'id', 'entry_id', 'account_id', 'carrier_id', 'ledger', 'amount_micros', 'currency', 'call_uuid'],
  ...['revision', 'prefix', 'billed_sec', 'reference_type', 'reference_id', 'called_at', 'at'],
];

/** A line of CSV each, appended; the first line of a new file names the columns. */
export function createCsvSink(file: string): MoneySink {
  return {
    name: `csv:${file}`,
    async take(events) {
      const isNew = await stat(file).then(
        ({ size }) => size === 0,
        () => true,
      );
      await appendFile(file, stringify([...events], { header: isNew, columns: COLUMNS }));
    },
  };
}

export interface HttpSinkOptions {
  readonly url: string;
  /** Sent as a Bearer token. */
  readonly token?: string;
  /** @default 10 000 */
  readonly timeoutMs?: number;
}

/** A POST of `{events: […]}` each; every status but 2xx is a refusal, and the batch comes again. */
export function createHttpSink({ url, token, timeoutMs = 10_000 }: HttpSinkOptions): MoneySink {
  return {
    name: `http:${url}`,
    async take(events) {
      const { isOk, status } = await postJson({ url, token, timeoutMs }, { events });
      if (!isOk) throw new Error(`${url} answered ${status}`);
    },
  };
}
