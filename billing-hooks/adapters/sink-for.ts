import type { MoneySink } from './money-sink.ts';
import { createCsvSink, createHttpSink, createJsonlSink } from './sinks.ts';

/**
 * A sink by its address: `https://…` is a server, a file that ends in `.csv` is CSV, any other file JSONL.
 * @param token sent to a server as a Bearer token
 */
export function sinkFor(address: string, token?: string): MoneySink {
  if (/^https?:\/\//i.test(address)) return createHttpSink({ url: address, ...(token === undefined ? {} : { token }) });
  return address.toLowerCase().endsWith('.csv') ? createCsvSink(address) : createJsonlSink(address);
}
