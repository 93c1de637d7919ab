import type PDFDocument from 'pdfkit';
import { amountText, type InvoiceDocument } from './invoice-document.ts';

type Pdf = InstanceType<typeof PDFDocument>;

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
  drawHead(pdf, document);
  drawLines(pdf, document);
  drawTotals(pdf, document);
  pdf.end();
  return done;
}

function drawHead(pdf: Pdf, document: InvoiceDocument): void {
  const { issuer, customer, kind, number, credits, periodFrom, periodTo, issuedOn } = document;
  pdf.rect(0, 0, 595, 12).fill(issuer.color);
  pdf.fillColor(issuer.color).font('Helvetica-Bold').fontSize(18).text(issuer.name, MARGIN, 40);
  pdf.fillColor('#333333').font('Helvetica').fontSize(9);
  for (const line of [...issuer.address, ...taxLine(issuer.taxId)]) pdf.text(line);
  pdf
    .fontSize(16)
    .fillColor(issuer.color)
    .text(TITLES[kind], 350, 40, { width: RIGHT - 350, align: 'right' });
  const facts = [number, `Date ${issuedOn}`, `Period ${periodFrom} to ${periodTo}`];
  if (credits !== null) facts.push(`Credits ${credits}`);
  pdf.fillColor('#333333').fontSize(9);
  for (const fact of facts) pdf.text(fact, { width: RIGHT - 350, align: 'right' });
  pdf.fontSize(11).text(customer.name, MARGIN, 140).fontSize(9);
  for (const line of [...customer.address, ...taxLine(customer.taxId)]) pdf.text(line);
}

function taxLine(taxId: string | null): readonly string[] {
  return taxId === null ? [] : [`Tax ID ${taxId}`];
}

function drawLines(pdf: Pdf, { issuer, lines, currency }: InvoiceDocument): void {
  const head = (y: number) => {
    pdf.fillColor(issuer.color).font('Helvetica-Bold').fontSize(9);
    row(pdf, y, ['Description', 'Quantity', `Amount ${currency}`]);
    pdf
      .moveTo(MARGIN, y + 14)
      .lineTo(RIGHT, y + 14)
      .lineWidth(0.5)
      .stroke(issuer.color);
    pdf.fillColor('#000000').font('Helvetica');
    return y + 20;
  };
  let y = head(220);
  for (const { text, quantity, amountMicros } of lines) {
    const height = pdf.heightOfString(text, { width: QUANTITY_X - MARGIN - 10 });
    if (y + height > LAST_LINE_Y) {
      pdf.addPage();
      y = head(MARGIN);
    }
    row(pdf, y, [text, String(quantity), amountText(amountMicros)]);
    y += height + 4;
  }
  pdf.y = y;
}

function row(pdf: Pdf, y: number, [text, quantity, amount]: readonly [string, string, string]): void {
  pdf.text(text, MARGIN, y, { width: QUANTITY_X - MARGIN - 10 });
  pdf.text(quantity, QUANTITY_X, y, { width: 50, align: 'right' });
  pdf.text(amount, AMOUNT_X, y, { width: RIGHT - AMOUNT_X, align: 'right' });
}

function drawTotals(pdf: Pdf, document: InvoiceDocument): void {
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
    pdf.font(index === 2 ? 'Helvetica-Bold' : 'Helvetica').fontSize(index === 2 ? 11 : 9);
    pdf.text(text, QUANTITY_X - 80, y, { width: 130 });
    pdf.text(amountText(micros), AMOUNT_X, y, { width: RIGHT - AMOUNT_X, align: 'right' });
    y += 18;
  }
  if (issuer.footer !== '')
    pdf
      .font('Helvetica')
      .fontSize(8)
      .fillColor('#555555')
      .text(issuer.footer, MARGIN, y + 20);
}
