import { parseArgs } from 'node:util';

export type Peer = 'kamailio';

/** The command line of `npm run bench`: the benches named, who is measured beside the product, what is left out, what is written down. */
function readArguments() {
  const options = {
    peer: { type: 'string' },
    'half-load': { type: 'string' },
    ports: { type: 'string', default: '1' },
    update: { type: 'boolean', default: false },
  } as const;
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

/**
 * `--half-load NAME=RATE,…`: those alone, and of them nothing but how long they take at these rates a second; `undefined`
 * when all is asked for. @throws when it is not of that form, or names nobody that is known
 */
export function halfLoadRates(known: readonly string[]): ReadonlyMap<string, number> | undefined {
  const text = readArguments()['half-load'];
  if (text === undefined) return undefined;
  return new Map(
    text.split(',').map((part) => {
      const [name = '', rate] = part.split('=');
      if (!known.includes(name) || !(Number(rate) > 0))
        throw new Error(`bench: --half-load takes NAME=RATE,… of ${known.join(', ')}, not ${text}`);
      return [name, Number(rate)];
    }),
  );
}

/** `--ports N`: PBXes that register come from so many ports, and not through one, as of a proxy. @throws when it is no number */
export function portsOfPbxes(): number {
  const { ports } = readArguments();
  if (/^[1-9]\d{0,2}$/.test(ports)) return Number(ports);
  throw new Error(`bench: --ports takes a number from 1 to 999, not ${ports}`);
}

/** @throws when it names nobody that is known */
export function peer(): Peer | undefined {
  const { peer } = readArguments();
  if (peer === undefined || peer === 'kamailio') return peer;
  throw new Error(`bench: --peer takes kamailio, not ${peer}`);
}
