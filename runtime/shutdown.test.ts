import t from 'tap';
import { createLogger } from '../telemetry/index.ts';
import { runStep } from './shutdown.ts';

/** A log whose lines can be read. */
function log() {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'info', stream: { write: (line) => void lines.push(JSON.parse(line)) } });
  return { lines, logger };
}

t.test('a part that never stops is left behind, with a line that names it', async (t) => {
  const { lines, logger } = log();
  await runStep({ name: 'http', limitMs: 1, run: () => new Promise(() => undefined) }, logger);
  t.match(lines, [{ level: 'error', step: 'http', limitMs: 1, msg: 'gave up waiting for a part to stop' }]);
});

t.test('a part that cannot stop is named, and is no reason not to go on', async (t) => {
  const { lines, logger } = log();
  for (const limit of [{}, { limitMs: 60_000 }])
    await runStep({ name: 'sip', ...limit, run: () => Promise.reject(new Error('sip-1 hangs')) }, logger);
  t.match(lines, [{ step: 'sip', err: { message: 'sip-1 hangs' } }, { step: 'sip' }]);
});
