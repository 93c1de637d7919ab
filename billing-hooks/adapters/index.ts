export { exportMoney } from './export-money.ts';
export type { MoneyEvent, MoneySink } from './money-sink.ts';
export { sinkFor } from './sink-for.ts';
export { createCsvSink, createHttpSink, createJsonlSink, createLocalSink, type HttpSinkOptions } from './sinks.ts';
