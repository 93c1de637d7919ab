import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ApiError, fieldError } from '../errors.ts';

/** A file in a body: a part of a form as it comes, or written out in JSON. */
export const FILE_SHAPE = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 255, description: 'A label; what the file is, its content says.' })),
    media_type: Type.Optional(Type.String({ maxLength: 100, description: 'Must be what the content is, when given.' })),
    content: Type.String({
      pattern: '^[A-Za-z0-9+/]*={0,2}$',
      contentEncoding: 'base64',
      description: 'Base64 in JSON; in a form the file itself.',
    }),
  },
  { additionalProperties: false },
);

export type FileBody = Static<typeof FILE_SHAPE>;

export interface UploadLimits {
  /** Of one file (bytes). */
  readonly fileBytes: number;
  /** How many; each is in memory while it is looked at. */
  readonly files: number;
  /** Files and fields together. */
  readonly parts: number;
}

type Parts = Record<string, string | FileBody | (string | FileBody)[]>;

/**
 * A form (RFC 7578) as the object that JSON would have been, so that one schema checks both. A field that comes several
 * times is a list.
 * @throws ApiError `payload_too_large`, `validation_failed`
 */
export async function readForm(request: FastifyRequest, limits: UploadLimits): Promise<object> {
  const { fileBytes: fileSize, files, parts } = limits;
  const body: Parts = Object.create(null) as Parts;
  try {
    for await (const part of request.parts({
      limits: { fileSize, files, parts, fieldSize: 10_000, fieldNameSize: 100 },
    })) {
      const value = part.type === 'file' ? await fileOf(part) : String(part.value);
      const earlier = body[part.fieldname];
      if (earlier === undefined) body[part.fieldname] = value;
      else body[part.fieldname] = Array.isArray(earlier) ? [...earlier, value] : [earlier, value];
    }
  } catch (error) {
    throw refusalOf(error, limits);
  }
  return { ...body };
}

interface FilePart {
  readonly filename: string | undefined;
  readonly mimetype: string;
  toBuffer(): Promise<Buffer>;
}

async function fileOf(part: FilePart): Promise<FileBody> {
  const content = (await part.toBuffer()).toString('base64');
  return { name: (part.filename ?? '').slice(-255), media_type: part.mimetype.slice(0, 100), content };
}

function refusalOf(error: unknown, { fileBytes, files, parts }: UploadLimits): ApiError {
  const code = (error as { readonly code?: string }).code ?? '';
  if (code === 'FST_REQ_FILE_TOO_LARGE')
    return new ApiError('payload_too_large', `A file may have ${fileBytes / 1024 / 1024} MiB.`, { cause: error });
  if (code.endsWith('_LIMIT'))
    return new ApiError('payload_too_large', `A form may have ${parts} parts, ${files} of them files.`, {
      cause: error,
    });
  return fieldError('body', 'is not a well-formed multipart/form-data');
}
