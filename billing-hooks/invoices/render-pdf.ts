import type PDFDocument from 'pdfkit';
import { amountText, fractionDigits, type InvoiceDocument } from './invoice-document.ts';
import { chooseFonts, type SetFont } from './invoice-fonts.ts';

type Pdf = InstanceType<typeof PDFDocument>;

/** A page in the making. */
interface Sheet {
  readonly pdf: Pdf;
  readonly font: SetFont;
}

const MARGIN = 50;
const RIGHT = 545;
const AMOUNT_X = 440;
const QUANTITY_X = 380;
const LAST_LINE_Y = 720;
const TITLES = { invoice: 'Invoice', credit_note: 'Credit note', client_invoice: 'Invoice' } as const;

/** The invoice on A4; the same document gives the same bytes, whenever and wherever it is rendered. */
export async function renderInvoicePdf(document: InvoiceDocument): Promise<Buffer> {
  // Loaded when it is needed: the SIP thread shares this folder, and has no use for fonts.
  const { default: Pdf } = await import('pdfkit');
  const at = new Date(document.issuedAtMs);
  const info = { Title: document.number, Author: document.issuer.name, CreationDate: at, ModDate: at };
  const pdf = new Pdf({ size: 'A4', margin: MARGIN, info });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  const sheet = { pdf, font: chooseFonts(pdf, textsOf(document)) };
  drawHead(sheet, document);
  drawLines(sheet, document);
  drawTotals(sheet, document);
  pdf.end();
  return done;
}

/** What was not written by us. */
function textsOf({ issuer, customer, lines, taxLabel }: InvoiceDocument): readonly string[] {
  const parties = [issuer, customer].flatMap(({ name, address, taxId }) => [name, ...address, taxId ?? '']);
  return [...parties, ...lines.map(({ text }) => text), taxLabel, issuer.footer];
}

function drawHead({ pdf, font }: Sheet, document: InvoiceDocument): void {
  const { issuer, customer, kind, number, credits, periodFrom, periodTo, issuedOn } = document;
  pdf.rect(0, 0, 595, 12).fill(issuer.color);
  font(issuer.name, true);
  // Beside it stands the kind of paper: a long name goes on below, not into it.
  pdf.fillColor(issuer.color).fontSize(18).text(issuer.name, MARGIN, 40, { width: 290 });
  pdf.fillColor('#333333').fontSize(9);
  drawParty({ pdf, font }, issuer);
  const customerY = Math.max(140, pdf.y + 20);
  font(TITLES[kind]);
  pdf
    .fontSize(16)
    .fillColor(issuer.color)
    .text(TITLES[kind], 350, 40, { width: RIGHT - 350, align: 'right' });
  const facts = [number, `Date ${issuedOn}`, `Period ${periodFrom} to ${periodTo}`];
  if (credits !== null) facts.push(`Credits ${credits}`);
  pdf.fillColor('#333333').fontSize(9);
  for (const fact of facts) pdf.text(fact, { width: RIGHT - 350, align: 'right' });
  font(customer.name);
  pdf
    .fontSize(11)
    .text(customer.name, MARGIN, customerY, { width: RIGHT - MARGIN })
    .fontSize(9);
  drawParty({ pdf, font }, customer);
}

function drawParty({ pdf, font }: Sheet, { address, taxId }: InvoiceDocument['customer']): void {
  for (const line of [...address, ...(taxId === null ? [] : [`Tax ID ${taxId}`])]) {
    font(line);
    pdf.text(line);
  }
}

function drawLines(sheet: Sheet, document: InvoiceDocument): void {
  const { issuer, lines, currency } = document;
  const { pdf, font } = sheet;
  const digits = fractionDigits(document);
  const head = (y: number) => {
    pdf.fillColor(issuer.color).fontSize(9);
    row(sheet, y, ['Description', 'Quantity', `Amount ${currency}`], true);
    pdf
      .moveTo(MARGIN, y + 14)
      .lineTo(RIGHT, y + 14)
      .lineWidth(0.5)
      .stroke(issuer.color);
    pdf.fillColor('#000000');
    return y + 20;
  };
  let y = head(Math.max(220, pdf.y + 15));
  for (const { text, quantity, amountMicros } of lines) {
    font(text);
    const height = pdf.heightOfString(text, { width: QUANTITY_X - MARGIN - 10 });
    if (y + height > LAST_LINE_Y) {
      pdf.addPage();
      y = head(MARGIN);
    }
    row(sheet, y, [text, String(quantity), amountText(amountMicros, digits)], false);
    y += height + 4;
  }
  pdf.y = y;
}

function row(
  { pdf, font }: Sheet,
  y: number,
  [text, quantity, amount]: readonly [string, string, string],
  isBold: boolean,
): void {
  font(text, isBold);
  pdf.text(text, MARGIN, y, { width: QUANTITY_X - MARGIN - 10 });
  font(quantity, isBold);
  pdf.text(quantity, QUANTITY_X, y, { width: 50, align: 'right' });
  pdf.text(amount, AMOUNT_X, y, { width: RIGHT - AMOUNT_X, align: 'right' });
}

function drawTotals({ pdf, font }: Sheet, document: InvoiceDocument): void {
  const { netMicros, taxMicros, totalMicros, taxLabel, taxRate, currency, issuer } = document;
  if (pdf.y > LAST_LINE_Y - 80) {
    pdf.addPage();
    pdf.y = MARGIN;
  }
  let y = pdf.y + 10;
  pdf
    .moveTo(QUANTITY_X - 80, y)
    .lineTo(RIGHT, y)
    .lineWidth(0.5)
    .stroke(issuer.color);
  y += 8;
  const totals: readonly (readonly [string, number])[] = [
    ['Net', netMicros],
    [`${taxLabel} ${(taxRate / 100).toString()} %`, taxMicros],
    [`Total ${currency}`, totalMicros],
  ];
  for (const [index, [text, micros]] of totals.entries()) {
    const isLast = index === 2;
    font(text, isLast);
    pdf.fontSize(isLast ? 11 : 9).text(text, QUANTITY_X - 80, y, { width: 130 });
    font('', isLast);
    pdf.text(amountText(micros, fractionDigits(document)), AMOUNT_X, y, { width: RIGHT - AMOUNT_X, align: 'right' });
    y += 18;
  }
  if (issuer.footer === '') return;
  font(issuer.footer);
  pdf
    .fontSize(8)
    .fillColor('#555555')
    .text(issuer.footer, MARGIN, y + 20, { width: RIGHT - MARGIN });
}
