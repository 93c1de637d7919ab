import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { startProduct } from '../test-sip/support/product.ts';

const PAGE = readFileSync(join(import.meta.dirname, 'api.md'), 'utf8');
/** Tells the status of each request behind its answer. */
const CURL = `curl() { command curl -sS -w '\\n<%{http_code}>\\n' "$@"; }\n`;

t.test('every example of docs/api.md is answered with success by a server with the demo world', async (t) => {
  const examples = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, example = '']) => example);
  t.ok(examples.length >= 2, `${examples.length} examples`);
  const product = await startProduct(t);
  const TOKEN = product.demo.accounts.find((account) => account.name === 'MSP Demo')?.api_key ?? '';
  for (const example of examples) {
    const env = { PATH: process.env.PATH ?? '', API: product.demo.api, TOKEN };
    const shell = spawn('bash', ['-euc', CURL + example], { env });
    const [out, err] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'close')]);
    const statuses = [...out.matchAll(/^<(\d+)>$/gm)].map(([, status]) => Number(status));
    t.equal(statuses.length, example.match(/\bcurl\b/g)?.length, `${out}${err}`);
    for (const status of statuses) t.ok(status >= 200 && status < 300, `${status} of:\n${example}\n${out}`);
  }
});
