import t from 'tap';
import { escapeUser, formatNameAddr, parseNameAddr, parseUri, uriHost, withUser } from './sip-uri.ts';

t.test('user and host are read from every form of URI', async (t) => {
  t.same(parseUri('sip:+3120;npdi=yes@Host.example:5070;transport=tcp'), {
    scheme: 'sip',
    user: '+3120',
    host: 'host.example',
  });
  t.same(parseUri('sips:a:secret@[2001:db8::1]:5061'), { scheme: 'sips', user: 'a', host: '2001:db8::1' });
  t.same(parseUri('tel:+31-20-123;phone-context=x'), { scheme: 'tel', user: '+31-20-123', host: '' });
  t.same(parseUri('sip:host'), { scheme: 'sip', user: '', host: 'host' });
  t.equal(parseUri('http://x'), undefined);
  t.equal(parseUri('sip:a@b c'), undefined);
});

t.test('swapping the user keeps every other byte', async (t) => {
  t.equal(
    withUser('sip:s@10.0.0.9:5062;line=A%41b;rinstance=x?Foo=1', '+3120'),
    'sip:+3120@10.0.0.9:5062;line=A%41b;rinstance=x?Foo=1',
  );
  t.equal(withUser('sip:[::1]:5060', '+3120'), 'sip:+3120@[::1]:5060');
  t.equal(withUser('not a uri', '+3120'), 'not a uri');
});

t.test('a name-addr is read with and without brackets, quotes and a display name', async (t) => {
  t.same(parseNameAddr('"Al \\"x\\"" <sip:a@b>;tag=1'), { display: 'Al "x"', uri: 'sip:a@b' });
  t.same(parseNameAddr('Al Bo <sip:a@b;x=1>;tag=1'), { display: 'Al Bo', uri: 'sip:a@b;x=1' });
  t.same(parseNameAddr('sip:a@b;tag=1'), { display: '', uri: 'sip:a@b' });
  t.equal(parseNameAddr(''), undefined);
});

t.test('a display name cannot break out of its quotes or its line', async (t) => {
  t.equal(formatNameAddr('a"\r\nX: y', 'sip:a@b'), '"a\\"  X: y" <sip:a@b>');
  t.equal(formatNameAddr('', 'sip:a@b'), '<sip:a@b>');
});

t.test('IPv6 literals get brackets once', async (t) => {
  t.equal(uriHost('::1'), '[::1]');
  t.equal(uriHost('[::1]'), '[::1]');
  t.equal(uriHost('10.0.0.1'), '10.0.0.1');
});

t.test('a user part cannot end the URI or the line', async (t) => {
  t.equal(escapeUser('+3120'), '+3120');
  t.equal(escapeUser('a>\r\nX: y@b;c'), 'a%3E%0D%0AX%3A%20y%40b%3Bc');
});
