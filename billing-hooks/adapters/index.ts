export { exportMoney } from './export-money.ts';
export type { MoneyEvent, MoneySink } from './money-sink.ts';
export { type JsonAnswer, type JsonServer, postJson, under } from './post-json.ts';
export { sinkFor } from './sink-for.ts';
export { createCsvSink, createHttpSink, createJsonlSink, createLocalSink, type HttpSinkOptions } from './sinks.ts';
