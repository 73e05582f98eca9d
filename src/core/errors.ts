/**
 * Every error that Vitrine raises on purpose has a code from this catalogue. `docs/reference/errors.md` lists
 * exactly these codes (a test compares both), the CLI prints `vitrine: <message> (<CODE>). <advice>` on one line,
 * and the HTTP API answers with the same code.
 */
export interface CatalogueEntry {
  /** What happened, in a few words, for the reference page. */
  readonly summary: string;
  /** What the person in front of it can do; ends the one line that is printed. */
  readonly advice: string;
  /** Whether the same call can succeed later without a change by the user. */
  readonly retryable: boolean;
  /** 2: the command was called wrongly; 1: it could not be carried out. */
  readonly exitCode: 1 | 2;
}

export const errorCatalogue = {
  USAGE: { summary: 'The command line is wrong', advice: 'See --help.', retryable: false, exitCode: 2 },
  CONFIG_INVALID: {
    summary: 'The configuration has problems; all of them are listed',
    advice: 'Correct the listed keys; docs/reference/config.md describes each.',
    retryable: false,
    exitCode: 2,
  },
  CONFIG_UNREADABLE: {
    summary: 'The configuration file cannot be read or is not YAML/JSON',
    advice: 'Check the path and the syntax.',
    retryable: false,
    exitCode: 2,
  },
  SOURCE_NOT_FOUND: {
    summary: 'The source does not exist',
    advice: 'Check the path or the device name.',
    retryable: false,
    exitCode: 1,
  },
  SOURCE_EMPTY: {
    summary: 'The source holds no data or no image',
    advice: 'Give a file or folder with at least one image or video.',
    retryable: false,
    exitCode: 1,
  },
  SOURCE_UNSUPPORTED: {
    summary: 'The source is not an image or video that can be read',
    advice: 'Use JPEG, PNG, WebP, GIF, TIFF, BMP or a video that FFmpeg reads.',
    retryable: false,
    exitCode: 1,
  },
  SOURCE_CORRUPT: {
    summary: 'The source is damaged or cut short',
    advice: 'Copy the file again or convert it.',
    retryable: false,
    exitCode: 1,
  },
  SOURCE_TOO_LARGE: {
    summary: 'The picture is larger than the limit on pixels',
    advice: 'Make the picture smaller or raise capture.maxMegapixels.',
    retryable: false,
    exitCode: 1,
  },
  SOURCE_UNREACHABLE: {
    summary: 'The camera or stream cannot be opened',
    advice: 'Check the address, the cable and the credentials.',
    retryable: true,
    exitCode: 1,
  },
  SOURCE_STALLED: {
    summary: 'The camera or stream stopped delivering frames',
    advice: 'It is reopened by itself; check the camera if this repeats.',
    retryable: true,
    exitCode: 1,
  },
  MODEL_MISSING: {
    summary: 'A model file is not there',
    advice: 'Run `vitrine models build`.',
    retryable: false,
    exitCode: 1,
  },
  MODEL_INVALID: {
    summary: 'A model file is not what the manifest says (hash, input, output)',
    advice: 'Run `vitrine models verify`, or correct the manifest entry of your own model.',
    retryable: false,
    exitCode: 1,
  },
  ENGINE_UNAVAILABLE: {
    summary: 'The inference engine (ONNX Runtime) cannot be loaded on this machine',
    advice: 'It needs a 64-bit x86 or ARM system with glibc; run script/setup again.',
    retryable: false,
    exitCode: 1,
  },
  MODEL_BUILD_FAILED: {
    summary: 'The published weights could not be turned into ONNX',
    advice: 'Run script/setup again; the installed packages may be incomplete.',
    retryable: false,
    exitCode: 1,
  },
  NO_FACE: {
    summary: 'No face was found where one is needed',
    advice: 'Use a picture in which the face is at least 20 pixels wide.',
    retryable: false,
    exitCode: 1,
  },
  KEY_INVALID: {
    summary: 'The key does not open the stored templates',
    advice: 'Restore the key file that belongs to this data folder, or set VITRINE_KEY.',
    retryable: false,
    exitCode: 1,
  },
  STORE_UNREADABLE: {
    summary: 'The database cannot be opened or is damaged',
    advice: 'Check the path and the permissions, or restore a backup.',
    retryable: false,
    exitCode: 1,
  },
  STORE_BUSY: {
    summary: 'Another process is using this data folder',
    advice: 'Stop the other process or use another --data folder.',
    retryable: true,
    exitCode: 1,
  },
  STORE_NEWER: {
    summary: 'The database was written by a newer version',
    advice: 'Update Vitrine.',
    retryable: false,
    exitCode: 1,
  },
  DISK_FULL: {
    summary: 'There is no space left on the disk',
    advice: 'Free some space and run it again; what was stored is kept.',
    retryable: true,
    exitCode: 1,
  },
  VISITOR_UNKNOWN: {
    summary: 'There is no visitor with this face id',
    advice: 'See `vitrine db export --table visitors` for the ids that are stored.',
    retryable: false,
    exitCode: 1,
  },
  OUTPUT_UNWRITABLE: {
    summary: 'A result cannot be written where it was asked for',
    advice: 'Check the path and the permissions.',
    retryable: false,
    exitCode: 1,
  },
  EVAL_INVALID: {
    summary: 'A labels file is missing or cannot be read',
    advice: 'Give a folder with labels.csv, pairs.csv or reid.csv.',
    retryable: false,
    exitCode: 1,
  },
  NOT_AVAILABLE: {
    summary: 'This part is not in this version',
    advice: 'See CHANGELOG.md for what is.',
    retryable: false,
    exitCode: 1,
  },
  INTERNAL: {
    summary: 'A defect in Vitrine',
    advice: 'Please report it with the log.',
    retryable: false,
    exitCode: 1,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error with a code of the catalogue. `message` names the thing concerned and holds no secret and no pixel. */
export class VitrineError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'VitrineError';
    this.code = code;
  }

  get entry(): CatalogueEntry {
    return errorCatalogue[this.code];
  }

  get retryable(): boolean {
    return this.entry.retryable;
  }
}

/** The error as a VitrineError: itself, or wrapped as INTERNAL. */
export function asVitrineError(error: unknown): VitrineError {
  if (error instanceof VitrineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new VitrineError('INTERNAL', message, { cause: error });
}

/** `message (CODE). advice`: always one line, whatever the message holds. */
export function describeError(error: unknown): string {
  const known = asVitrineError(error);
  const message = known.message.replaceAll(/\s+/g, ' ').replace(/[.\s]+$/, '');
  return `${message} (${known.code}). ${known.entry.advice}`;
}
