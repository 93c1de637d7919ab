import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { readSessionExpires } from './session-timer.ts';

function read(value: string | undefined) {
  const message = OutgoingMessage.response(200);
  if (value !== undefined) message.set('Session-Expires', value);
  return readSessionExpires(message);
}

t.test('an interval and who refreshes are read, however they are written', async (t) => {
  const cases: readonly (readonly [string | undefined, ReturnType<typeof read>])[] = [
    [undefined, undefined],
    ['1800;refresher=uas', { sec: 1800, refresher: 'uas' }],
    ['90;refresher=uac', { sec: 90, refresher: 'uac' }],
    ['1800', { sec: 1800, refresher: '' }],
    [' 1800 ; Refresher = "UAC"', { sec: 1800, refresher: 'uac' }],
    ['1800;x=y;refresher=uac', { sec: 1800, refresher: 'uac' }],
    ['1x00;refresher=uas', { sec: 1, refresher: 'uas' }],
    ['1800;xrefresher=uas', { sec: 1800, refresher: '' }],
    ['1800;refresher=uasx', { sec: 1800, refresher: 'uas' }],
    [';refresher=uas', undefined],
    ['x;refresher=uas', undefined],
    ['123456789;refresher=uas', { sec: 123_456_789, refresher: 'uas' }],
  ];
  for (const [value, expected] of cases) t.same(read(value), expected, value ?? 'none');
});
