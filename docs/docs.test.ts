import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..');
const LEFT_OUT = ['node_modules', '.git', '.tap', 'data', 'testdata'];

function pages(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.includes(entry.name)) return [];
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

for (const page of pages(ROOT)) {
  const name = relative(ROOT, page);
  const text = readFileSync(page, 'utf8');

  t.test(`${name}: every link to a file of ours leads somewhere`, async (t) => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      t.ok(existsSync(join(dirname(page), target)), target);
    }
  });

  t.test(`${name}: every npm script it names exists`, async (t) => {
    for (const [, script = ''] of text.matchAll(/npm run ([a-z][a-z:-]*)/g)) t.ok(manifest.scripts[script], script);
  });
}

t.test('the README leads to every page of docs', async (t) => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  for (const page of readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md')))
    t.match(readme, `](docs/${page})`);
});

t.test('the README has exactly two set-up commands', async (t) => {
  const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```\w*\n([\s\S]*?)^```/gm)];
  t.strictSame(
    blocks.map((block) => block[1]?.trim()),
    ['npm ci && npm start', 'npm ci && npm test'],
  );
});
