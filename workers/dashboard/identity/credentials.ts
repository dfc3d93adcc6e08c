import * as z from "zod";

/** What people type in to sign in and up, bounded before anything is hashed or looked up. */

/** The longest address that SMTP can carry (RFC 5321 with its erratum 1690). */
const EMAIL_CHARS_MAX = 254;
/** NIST SP 800-63B asks for 8 and recommends 15; 12 stands up to guessing offline at the cost that we hash with. */
const PASSWORD_CHARS_MIN = 12;
/** Room for any passphrase; what is longer only costs time. */
const PASSWORD_CHARS_MAX = 256;
const NAME_CHARS_MAX = 100;
/** Longer than any token of ours. */
const INVITATION_TOKEN_CHARS_MAX = 256;

/**
 * An e-mail address in the one spelling that is stored and looked up: trimmed, lower case, NFC. Characters beyond ASCII
 * are refused, so that no two addresses look the same.
 */
export const emailField = z
  .string()
  .trim()
  .max(EMAIL_CHARS_MAX, { error: `must be at most ${EMAIL_CHARS_MAX} characters`, abort: true })
  .toLowerCase()
  .normalize("NFC")
  .pipe(z.email("must be an e-mail address"))
  .describe("Upper and lower case are the same.");

/** A password that is being chosen. */
export const newPasswordField = z
  .string()
  .min(PASSWORD_CHARS_MIN, `must be at least ${PASSWORD_CHARS_MIN} characters`)
  .max(PASSWORD_CHARS_MAX, `must be at most ${PASSWORD_CHARS_MAX} characters`)
  .describe("Any characters. Never stored, logged or answered: only its scrypt hash is kept.");

/** A password that is shown to prove who one is: no rule of today may lock out one that was chosen under another rule. */
export const passwordField = z
  .string()
  .min(1, "must not be empty")
  .max(PASSWORD_CHARS_MAX, `must be at most ${PASSWORD_CHARS_MAX} characters`);

/** A name of a person or an organisation, on one line. */
export const nameField = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(NAME_CHARS_MAX, `must be at most ${NAME_CHARS_MAX} characters`)
  // Not as a pattern: the reference would say it in a form that few tools read.
  .refine((value) => !/\p{Cc}/u.test(value), "must not contain control characters");

export const invitationTokenField = z.string().min(1).max(INVITATION_TOKEN_CHARS_MAX);
