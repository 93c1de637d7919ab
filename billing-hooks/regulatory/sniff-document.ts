import { fileTypeFromBuffer } from 'file-type';
import { TenancyError } from '../../tenancy/index.ts';

/** The only types that are taken. */
export const MEDIA_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Largest document (bytes). */
export const MOST_BYTES = 10 * 1024 * 1024;

export interface Upload {
  /** The file's name as its sender calls it; a label only. */
  readonly name: string;
  /** What its sender says it is; empty when nothing was said. */
  readonly declaredType: string;
  readonly content: Buffer;
}

/** What its ending says a file is. */
const BY_ENDING: Readonly<Record<string, MediaType>> = {
  pdf: 'application/pdf',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
};

/** What people send when they do not know. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/**
 * What a document is by its content, which neither its name nor its declared type can change.
 * @throws TenancyError `validation_failed` when it is none of ours, or says it is another
 */
export async function sniffDocument(field: string, { name, declaredType, content }: Upload): Promise<MediaType> {
  const refuse = (problem: string) => new TenancyError('validation_failed', `${field}: ${problem}`, { field });
  if (content.length === 0) throw refuse('is empty');
  if (content.length > MOST_BYTES) throw refuse(`has more than ${MOST_BYTES / 1024 / 1024} MiB`);
  const found = (await fileTypeFromBuffer(content))?.mime;
  const mediaType = MEDIA_TYPES.find((type) => type === found);
  if (mediaType === undefined)
    throw refuse(`must be PDF, JPEG or PNG; by its content it is ${found ?? 'none of these'}`);
  const declared = (declaredType.split(';', 1)[0] ?? '').trim().toLowerCase().replace('image/jpg', 'image/jpeg');
  if (!SAYS_NOTHING.has(declared) && declared !== mediaType)
    throw refuse(`says it is ${declared}, but by its content it is ${mediaType}`);
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending !== undefined && BY_ENDING[ending] !== mediaType)
    throw refuse(`is called ${name.slice(-60)}, but by its content it is ${mediaType}`);
  return mediaType;
}
