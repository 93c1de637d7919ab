import { readFileSync } from 'node:fs';

interface Demo {
  readonly api: string;
  readonly metrics: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly operator_key: string;
  readonly accounts: readonly {
    readonly name: string;
    readonly api_key: string;
    readonly trunks: readonly DemoTrunk[];
  }[];
}

interface DemoTrunk {
  readonly name: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  readonly dids: readonly string[];
}

/** What a person sees after the first start: credentials to put into a PBX, and three things to try. */
export function renderWelcome(demoFile: string): string {
  const demo = JSON.parse(readFileSync(demoFile, 'utf8')) as Demo;
  const trunks = demo.accounts.flatMap((account) =>
    account.trunks.map((trunk) => ({ account: account.name, ...trunk })),
  );
  const [first] = trunks;
  const keyed = demo.accounts.find((account) => account.trunks.length > 0);
  const rows = trunks.map((trunk) => [trunk.name, trunk.username, trunk.password, trunk.realm, trunk.dids.join(' ')]);
  return [
    '',
    `didfarm is up: SIP on ${demo.sip.host}:${demo.sip.port}, API ${demo.api}, metrics ${demo.metrics}`,
    '',
    'A demo world was made. Put one of these into a PBX or softphone (SIP server as above, domain as below):',
    '',
    ...table(['trunk', 'user', 'password', 'domain', 'numbers'], rows),
    '',
    `API key of ${keyed?.name}: ${keyed?.api_key}`,
    `Operator key: ${demo.operator_key}   (all of this is in ${demoFile})`,
    '',
    'Now try this:',
    `  1. register ${first?.username}@${first?.realm} and look: npx didfarm trunks list`,
    `  2. ask what a call would do: npx didfarm explain --from +4915112345678 --to ${first?.dids[0]}`,
    '  3. watch the whole story play by itself: npm run demo',
    '',
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [line(head), ...rows.map(line)];
}
