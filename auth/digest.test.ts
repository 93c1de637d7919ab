import t from 'tap';
import { computeHa1, computeResponse, equalInConstantTime } from './digest.ts';

const rfc7616 = {
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  qop: 'auth',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

t.test('RFC 7616 section 3.9.1: the MD5 example', async (t) => {
  const ha1 = computeHa1('MD5', 'Mufasa', 'http-auth@example.org', 'Circle of Life');
  t.equal(computeResponse('MD5', ha1, 'GET', rfc7616), '8ca523f5e9506fed4657c9700eebdbec');
});

t.test('RFC 7616 section 3.9.1: the SHA-256 example', async (t) => {
  const ha1 = computeHa1('SHA-256', 'Mufasa', 'http-auth@example.org', 'Circle of Life');
  const expected = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';
  t.equal(computeResponse('SHA-256', ha1, 'GET', rfc7616), expected);
});

t.test('RFC 7616 section 3.9.2 with its erratum 4897: the SHA-512-256 example, user name in UTF-8', async (t) => {
  const ha1 = computeHa1('SHA-512-256', 'Jäsøn Doe', 'api@example.org', 'Secret, or not?');
  const response = computeResponse('SHA-512-256', ha1, 'GET', {
    nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
    uri: '/doe.json',
    qop: 'auth',
    nc: '00000001',
    cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
  });
  t.equal(response, '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
});

t.test('RFC 2617 section 3.5: the example', async (t) => {
  const ha1 = computeHa1('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life');
  t.equal(ha1, '939e7578ed9e3c518a452acee763bce9');
  const response = computeResponse('MD5', ha1, 'GET', {
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    uri: '/dir/index.html',
    qop: 'auth',
    nc: '00000001',
    cnonce: '0a4f113b',
  });
  t.equal(response, '6629fae49393a05397450978507c4ef1');
});

t.test('RFC 3261 section 22.4 (RFC 2069): the response without qop', async (t) => {
  const ha1 = computeHa1('MD5', 'Mufasa', 'testrealm@host.com', 'CircleOfLife');
  const form = { nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', uri: '/dir/index.html', qop: '', nc: '', cnonce: '' };
  t.equal(computeResponse('MD5', ha1, 'GET', form), '1949323746fe6a43ef61f9606e7febea');
});

t.test('texts are equal only when every character is', async (t) => {
  t.ok(equalInConstantTime('abc', 'abc'));
  t.notOk(equalInConstantTime('abc', 'abd'));
  t.notOk(equalInConstantTime('abc', 'ab'));
});
