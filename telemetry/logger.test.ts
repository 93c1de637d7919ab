import t from 'tap';
import { createLogger } from './index.ts';

t.test('lines carry time and level in words, and no secrets', async (t) => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', stream: { write: (line: string) => lines.push(line) } });
  logger.info({ callId: 'a1', password: 'hunter2', trunk: { ha1: 'abc' } }, 'hello');
  logger.debug('not this one');
  t.equal(lines.length, 1);
  const line: unknown = JSON.parse(lines[0] ?? '');
  t.match(line, { level: 'info', callId: 'a1', msg: 'hello', password: '[cut]', trunk: { ha1: '[cut]' } });
  t.match((line as { time: string }).time, /^\d{4}-\d\d-\d\dT.*Z$/);
});
