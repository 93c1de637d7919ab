export { askAbout, askCarrier } from './ask-carrier.ts';
export { type Decision, decideSubmission } from './decide-submission.ts';
export { type DocumentKind, KINDS } from './requirement-table.ts';
export { DOCUMENT_KINDS, listRequirements, type RequirementSet, requirementsOf } from './requirements.ts';
export { RETENTION } from './retention.ts';
export { MEDIA_TYPES, MOST_BYTES, type Upload } from './sniff-document.ts';
export {
  type CheckedUpload,
  checkUpload,
  type SubmissionRequest,
  storeDocument,
  submitDocuments,
} from './submit-documents.ts';
