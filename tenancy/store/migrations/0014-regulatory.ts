import { check, type Migration, oneOf, uuidColumn } from './migration.ts';

/**
 * Documents that numbers wait for (F-074). The content is sealed, and goes on its day; what is left of the row says what
 * was there. A submission is decided once.
 */
const DOCUMENTS = `
CREATE TABLE regulatory_documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('doc')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL,
  media_type TEXT NOT NULL ${oneOf('media_type', ['application/pdf', 'image/jpeg', 'image/png'])},
  file_name TEXT NOT NULL DEFAULT '',
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  content_sealed BLOB,
  deletes_at_ms INTEGER,
  deleted_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  ${check('content_sealed: is there until the document is deleted, and not after', '(content_sealed IS NULL) = (deleted_at_ms IS NOT NULL)')}
);
CREATE INDEX regulatory_documents_account ON regulatory_documents (account_id, id);
CREATE INDEX regulatory_documents_due ON regulatory_documents (deletes_at_ms)
  WHERE deleted_at_ms IS NULL AND deletes_at_ms IS NOT NULL;
`;

const SUBMISSIONS = `
CREATE TABLE regulatory_submissions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('sub')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  status TEXT NOT NULL DEFAULT 'pending' ${oneOf('status', ['pending', 'approved', 'rejected'])},
  reason TEXT,
  decided_by TEXT,
  carrier_has_it INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  decided_at_ms INTEGER,
  ${check('decided_at_ms: is given when it is decided', "(status = 'pending') = (decided_at_ms IS NULL)")}
);
CREATE INDEX regulatory_submissions_account ON regulatory_submissions (account_id, id);
CREATE INDEX regulatory_submissions_due ON regulatory_submissions (due_at_ms) WHERE status = 'pending';

CREATE TABLE regulatory_submission_documents (
  submission_id INTEGER NOT NULL REFERENCES regulatory_submissions (id),
  document_id INTEGER NOT NULL REFERENCES regulatory_documents (id),
  PRIMARY KEY (submission_id, document_id)
) WITHOUT ROWID;
CREATE INDEX regulatory_submission_documents_document ON regulatory_submission_documents (document_id);

CREATE TABLE regulatory_submission_numbers (
  submission_id INTEGER NOT NULL REFERENCES regulatory_submissions (id),
  did_id INTEGER NOT NULL REFERENCES dids (id),
  PRIMARY KEY (submission_id, did_id)
) WITHOUT ROWID;
CREATE INDEX regulatory_submission_numbers_did ON regulatory_submission_numbers (did_id);

CREATE TRIGGER regulatory_submissions_decided BEFORE UPDATE OF status ON regulatory_submissions
  WHEN OLD.status <> 'pending' BEGIN
  SELECT RAISE(ABORT, 'status: it has been decided already');
END;
`;

export const regulatory: Migration = { version: 14, name: 'regulatory', sql: [DOCUMENTS, SUBMISSIONS].join('\n') };
