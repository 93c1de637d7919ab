import { readFileSync } from 'node:fs';
import t from 'tap';
import { buildProgram } from './program.ts';

const DOCS = readFileSync(new URL('../docs/cli.md', import.meta.url), 'utf8');

t.test('docs/cli.md lists every command and its parts, and no other', (t) => {
  const context = { env: {}, isTerminal: false, out: () => undefined, err: () => undefined };
  const commands = buildProgram(context).commands.filter((command) => command.name() !== 'help');
  const documented = [...DOCS.matchAll(/^\| `([a-z]+)((?: [a-z-]+)?(?:\\\|[a-z-]+)*)/gm)].map((row) => ({
    name: row[1] ?? '',
    parts: (row[2] ?? '')
      .trim()
      .split('\\|')
      .filter((part) => part !== ''),
  }));
  const table = documented.slice(0, commands.length);
  t.same(table.map((row) => row.name).sort(), commands.map((command) => command.name()).sort());
  for (const command of commands.filter(({ commands }) => commands.length > 0)) {
    const row = table.find((candidate) => candidate.name === command.name());
    t.same(row?.parts.sort(), command.commands.map((part) => part.name()).sort(), command.name());
  }
  t.end();
});
