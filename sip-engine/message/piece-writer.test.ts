import t from 'tap';
import { PieceWriter } from './piece-writer.ts';

t.test('pieces stand one behind the other as they would in one text', async (t) => {
  const writer = new PieceWriter();
  const request = Buffer.from('abcdefgh');
  writer.begin(200);
  writer.bytes(Buffer.from('A'));
  writer.part(request, 2, 5);
  writer.text('é€😀');
  writer.line('line');
  for (const number of [0, 9, 10, 5060, 65_535]) writer.decimal(number);
  writer.hex(0xffff_ffff | 0);
  writer.hex(0x00a0_b00c);
  t.equal(writer.end().toString(), 'Acdeé€😀line\r\n0910506065535ffffffff00a0b00c');
});

t.test('a message is left as it was by those that follow, in this block and in the next', async (t) => {
  const writer = new PieceWriter();
  const write = (text: string): Buffer => {
    writer.begin(text.length);
    writer.text(text);
    return writer.end();
  };
  const texts = Array.from({ length: 300 }, (_, index) => String(index).repeat(200));
  const written = [...texts, 'x'.repeat(100_000), ...texts].map(write);
  t.strictSame(
    written.map((bytes) => bytes.toString()),
    [...texts, 'x'.repeat(100_000), ...texts],
  );
});
