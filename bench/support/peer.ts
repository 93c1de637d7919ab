import { parseArgs } from 'node:util';

export type Peer = 'kamailio';

/** The command line of `npm run bench`: the benches named, and who is measured beside the product. */
function readArguments(): { readonly names: readonly string[]; readonly peer: string | undefined } {
  const { values, positionals } = parseArgs({ options: { peer: { type: 'string' } }, allowPositionals: true });
  return { names: positionals, peer: values.peer };
}

export function benchNames(): readonly string[] {
  return readArguments().names;
}

/** @throws when it names nobody that is known */
export function peer(): Peer | undefined {
  const { peer } = readArguments();
  if (peer === undefined || peer === 'kamailio') return peer;
  throw new Error(`bench: --peer takes kamailio, not ${peer}`);
}
