import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';

t.test('the demo plays its whole story and ends well', async (t) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'didfarm.js'), 'demo']);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  t.equal(code, 0, err);
  t.match(out, /\[7\/7\]/);
  t.match(out, /call 3: 486 .*cac_trunk_in/);
  t.match(out, /480 .*trunk_offline/);
  t.match(out, /carrier +didfarm +Acme Corp/, 'with the ladder of a call');
});
