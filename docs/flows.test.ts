import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REGISTER_STEPS } from '../registrar/index.ts';
import { CALL_STEPS, MESSAGE_STEPS } from '../routing/index.ts';
import { REASONS } from '../telemetry/index.ts';

const page = readFileSync(join(import.meta.dirname, 'flows.md'), 'utf8');
const tree = (heading: string) => page.split(`\n## ${heading}\n`)[1]?.split('```')[1] ?? '';

for (const [heading, steps] of [
  ['INVITE', CALL_STEPS],
  ['MESSAGE', MESSAGE_STEPS],
  ['REGISTER', REGISTER_STEPS],
] as const) {
  t.test(`the ${heading} tree has the steps of the code, in their order`, async (t) => {
    const drawn = [...tree(heading).matchAll(/^([a-z][A-Za-z]+)/gm)].map(([, name]) => name);
    t.strictSame(
      drawn,
      steps.map((step) => step.name),
    );
  });
}

t.test('every reason of the catalogue is on the page, and every reason on the page is in the catalogue', async (t) => {
  const words = new Set(page.match(/\b[a-z]+(?:_[a-z]+)*\b/g));
  for (const reason of Object.keys(REASONS)) t.ok(words.has(reason), reason);
  const answers = [...page.matchAll(/──►[^\n]*? {2}([a-z_]+(?: · [a-z_]+)*)$/gm)].flatMap(([, list = '']) =>
    list.split(' · '),
  );
  t.ok(answers.length > 40);
  for (const answer of answers) t.ok(Object.hasOwn(REASONS, answer), answer);
});
