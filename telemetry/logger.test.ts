import t from 'tap';
import { createInfoLine, createLogger } from './index.ts';

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

t.test(
  'secrets are cut one level down, in errors and in what all lines of a child bear, and nowhere else',
  async (t) => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', stream: { write: (line: string) => lines.push(line) } });
    const fault = Object.assign(new TypeError('no'), { token: 'hunter2' });
    const fields = { err: fault, trunk: { ha1: 'hunter2', name: 'Acme' }, list: ['x'], none: null };
    logger.child({ authorization: 'hunter2', thread: 'sip' }).warn(fields, 'odd');
    t.notMatch(lines[0], /hunter2/);
    t.match(JSON.parse(lines[0] ?? ''), {
      authorization: '[cut]',
      thread: 'sip',
      err: { type: 'TypeError', message: 'no', token: '[cut]', stack: String },
      trunk: { ha1: '[cut]', name: 'Acme' },
      list: ['x'],
      none: null,
    });
    t.equal(fault.token, 'hunter2', 'who logs keeps what it has');
  },
);

t.test('a line of plain fields is, to the byte, what the logger itself writes', async (t) => {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ level: 'info', stream }).child({ thread: 'sip' });
  const fields = { call: 'call_1', from: '"Al"\n\\', to: 'ü'.repeat(60), account: null, trunk: undefined, status: 200 };
  logger.info(fields, 'call "ended"');
  createInfoLine(logger, 'call "ended"')(fields);
  const untimed = lines.map((line) => line.replace(/"time":"[^"]+Z"/, '"time":""'));
  t.equal(lines.length, 2);
  t.match(lines[1], /^\{"level":"info","time":"\d{4}-\d\d-\d\dT[\d:.]+Z","thread":"sip","call":/);
  t.equal(untimed[1], untimed[0]);
  logger.level = 'warn';
  createInfoLine(logger, 'call ended')(fields);
  t.equal(lines.length, 2, 'a level that is off writes nothing');
});
