import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseMessage, SipParseError, validateKnownHeaders } from './index.ts';
import { TORTURE_DIR, torture } from './torture.ts';

/**
 * What the message layer owes each message of RFC 4475. `ok` = it parses and every known header is
 * good; what it deserves beyond that (416, 420, 483 …) is decided above. A number is the answer;
 * 0 = dropped silently.
 */
const EXPECTED: Readonly<Record<string, 'ok' | readonly [status: number, reason: string]>> = {
  'badaspec.dat': 'ok', // allowed alternative: the blanks inside < > are taken away
  'badbranch.dat': [400, 'Bad Via Header'],
  'baddate.dat': 'ok', // allowed alternative: Date is ignored
  'baddn.dat': [400, ''], // no empty line
  'baddn.fixed.dat': [400, 'Bad From Header'],
  'badinv01.dat': [400, 'Bad Via Header'],
  'badvers.dat': [505, ''],
  'bcast.dat': 'ok', // a response: the transaction layer finds no one waiting for it
  'bext01.dat': 'ok',
  'bigcode.dat': [0, ''],
  'clerr.dat': [400, ''],
  'cparam01.dat': 'ok',
  'cparam02.dat': 'ok',
  'dblreq.dat': 'ok',
  'esc01.dat': 'ok',
  'esc02.dat': 'ok',
  'escnull.dat': 'ok',
  'escruri.dat': [400, ''],
  'insuf.dat': [400, ''],
  'intmeth.dat': 'ok',
  'inv2543.dat': 'ok',
  'invut.dat': 'ok',
  'longreq.dat': 'ok',
  'ltgtruri.dat': [400, ''],
  'lwsdisp.dat': 'ok',
  'lwsruri.dat': [400, ''],
  'lwsstart.dat': [400, ''],
  'mcl01.dat': [400, 'Bad Content-Length Header'],
  'mismatch01.dat': [400, ''],
  'mismatch02.dat': [400, ''],
  'mpart01.dat': 'ok',
  'multi01.dat': [400, 'Bad CSeq Header'],
  'ncl.dat': [400, 'Bad Content-Length Header'],
  'noreason.dat': 'ok',
  'novelsc.dat': 'ok',
  'quotbal.dat': [400, 'Bad To Header'],
  'regaut01.dat': 'ok',
  'regbadct.dat': [400, 'Bad Contact Header'],
  'regescrt.dat': 'ok',
  'scalar02.dat': [400, 'Bad CSeq Header'],
  'scalarlg.dat': [0, 'Bad CSeq Header'],
  'sdp01.dat': 'ok',
  'semiuri.dat': 'ok',
  'transports.dat': 'ok',
  'trws.dat': [400, ''],
  'unkscm.dat': 'ok',
  'unksm2.dat': 'ok',
  'unreason.dat': 'ok',
  'wsinv.dat': 'ok',
  'zeromf.dat': 'ok',
};

function outcome(bytes: Buffer): 'ok' | readonly [number, string] {
  try {
    const fault = validateKnownHeaders(parseMessage(bytes));
    return fault === undefined ? 'ok' : [fault.status, fault.reason];
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    return [error.status, error.reason];
  }
}

t.test('every message of RFC 4475 gets what it deserves', (t) => {
  const files = readdirSync(TORTURE_DIR).filter((file) => file.endsWith('.dat'));
  t.strictSame(files.sort(), Object.keys(EXPECTED).sort(), 'none is left out');
  for (const file of files) t.strictSame(outcome(readFileSync(join(TORTURE_DIR, file))), EXPECTED[file], file);
  t.end();
});

t.test('what index.tsv calls valid is accepted, what it calls invalid refused', (t) => {
  // Allowed by name there: ignoring the Date header, and trimming blanks inside of angle brackets.
  const lenient = ['baddate.dat', 'badaspec.dat'];
  for (const line of readFileSync(join(TORTURE_DIR, 'index.tsv'), 'utf8').trim().split('\n').slice(1)) {
    const [file = '', , , syntax] = line.split('\t');
    if (!lenient.includes(file)) t.equal(outcome(torture(file)) === 'ok', syntax === 'valid', file);
  }
  t.end();
});

t.test('a refused request can be answered: Via, From, To, Call-ID and CSeq are in the fault', (t) => {
  for (const file of ['badvers.dat', 'clerr.dat', 'lwsruri.dat', 'mcl01.dat', 'quotbal.dat', 'trws.dat']) {
    try {
      parseMessage(torture(file));
      t.fail(file);
    } catch (error) {
      const partial = error instanceof SipParseError ? error.partial : undefined;
      for (const name of ['via', 'from', 'to', 'call-id', 'cseq'])
        t.type(partial?.header(name), 'string', `${file} ${name}`);
      t.ok(partial?.isRequest && partial.topVia.branch !== '' && partial.method !== '', file);
    }
  }
  t.end();
});

t.test('the odd spaces, folds and compact names of wsinv give the plain values', (t) => {
  const message = parseMessage(torture('wsinv.dat'));
  t.match(message, { method: 'INVITE', cseq: 9, cseqMethod: 'INVITE', fromTag: '98asjd8', toTag: '1918181833n' });
  t.match(message.topVia, { transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' });
  t.strictSame(message.headerValues('via').length, 3);
  t.equal(message.header('subject'), '');
  t.equal(message.header('newfangledheader'), 'newfangled value continued newfangled value');
  t.equal(
    message.header('contact'),
    '"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam = newvalue ; secondparam ; q = 0.33',
  );
  t.equal(message.body.length, 150);
  t.end();
});

t.test('bytes behind Content-Length, NULs and UTF-8 are kept or left as they should be', (t) => {
  t.equal(parseMessage(torture('dblreq.dat')).body.length, 0, 'the second request is not the body');
  const parts = parseMessage(torture('mpart01.dat'));
  t.equal(parts.body.length, Number(parts.header('content-length')));
  t.ok(parts.body.includes(0), 'NUL in the body');
  t.match(parseMessage(torture('unreason.dat')).reason, /^= 2\*\*3 \* 5\*\*2 но сто девяносто девять - простое$/);
  t.equal(parseMessage(torture('noreason.dat')).reason, '');
  t.match(parseMessage(torture('intmeth.dat')).header("extensionHeader-!.%*+_`'~"), '大停電');
  t.match(parseMessage(torture('longreq.dat')).headerValues('v').length, 34);
  t.end();
});
