import { fileURLToPath } from 'node:url';
import type PDFDocument from 'pdfkit';

type Pdf = InstanceType<typeof PDFDocument>;

/** Sets the font that has the letters of a text. */
export type SetFont = (text: string, isBold?: boolean) => void;

/** What the fonts that every reader of PDFs has can show (Windows-1252). */
const LATIN = /^[\x20-\x7e\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\n]*$/;
const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

const FILES = {
  plain: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  japanese: '@expo-google-fonts/kosugi/Kosugi_400Regular.ttf',
} as const;

/**
 * Latin documents need no font of their own. One with other letters anywhere is written in one that has them, its part
 * that is used embedded; Japanese in another, which has no bold.
 * @param texts all that will be written
 */
export function chooseFonts(pdf: Pdf, texts: readonly string[]): SetFont {
  if (texts.every((text) => LATIN.test(text)))
    return (_text, isBold = false) => void pdf.font(isBold ? 'Helvetica-Bold' : 'Helvetica');
  for (const [name, file] of Object.entries(FILES)) pdf.registerFont(name, fileURLToPath(import.meta.resolve(file)));
  return (text, isBold = false) => void pdf.font(JAPANESE.test(text) ? 'japanese' : isBold ? 'bold' : 'plain');
}
