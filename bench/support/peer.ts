import { parseArgs } from 'node:util';

export type Peer = 'kamailio';

/** The command line of `npm run bench`: the benches named, who is measured beside the product, what is written down. */
function readArguments() {
  const options = { peer: { type: 'string' }, update: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  return { names: positionals, ...values };
}

export function benchNames(): readonly string[] {
  return readArguments().names;
}

/** Whether the ratios of this run are to be the baseline of the next. */
export function updatesBaseline(): boolean {
  return readArguments().update;
}

/** @throws when it names nobody that is known */
export function peer(): Peer | undefined {
  const { peer } = readArguments();
  if (peer === undefined || peer === 'kamailio') return peer;
  throw new Error(`bench: --peer takes kamailio, not ${peer}`);
}
