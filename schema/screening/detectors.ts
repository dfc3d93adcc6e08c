/**
 * What must not be kept: personal data and secrets, each found by a pattern and, where there is one, by its check digits.
 * Wrong alarms cost a cached answer, misses keep what should not be kept, so patterns lean towards alarm. Names and
 * addresses have no pattern and are not found.
 */
export interface Detector {
  readonly kind: "email" | "card" | "iban" | "credential" | "private_key" | "social_security";
  /** Cheap: without this in the text the pattern is not tried. */
  readonly hint: RegExp;
  readonly pattern: RegExp;
  /** Whether what the pattern found is one. */
  readonly confirms?: (found: string) => boolean;
}

export const DETECTORS: readonly Detector[] = [
  {
    kind: "private_key",
    hint: /-----BEGIN/,
    pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g,
  },
  {
    // Keys as their vendors mark them: OpenAI, Anthropic, this platform, AWS, GitHub, Google, Slack, Stripe, JWTs.
    kind: "credential",
    hint: /(?:sk|ao|gh[oprsu]|github|xox|rk|pk|ya29|hf|glpat|npm|eyJ|AKIA|ASIA|AIza|SG\.)/,
    pattern:
      /\b(?:sk-[A-Za-z0-9_-]{20,}|ao_[A-Za-z0-9_-]{20,}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[oprsu]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,}|xox[abeoprs]-[0-9A-Za-z-]{10,}|(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})/g,
  },
  {
    // `api_key = …`, `password: …`, `Authorization: Bearer …`: whoever says so means it.
    kind: "credential",
    hint: /(?:key|token|secret|passw|bearer)/i,
    pattern:
      /\b(?:api[_-]?key|access[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret|secret[_-]?key|password|passwd|bearer)\b["']?\s*(?:[:=]|\bis\b|\s)\s*["']?(?=[^\s"']*\d)[^\s"',;]{8,}/gi,
  },
  {
    kind: "email",
    hint: /@/,
    pattern: /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g,
  },
  {
    kind: "card",
    hint: /\d/,
    pattern: /(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d-]|\.\d)/g,
    confirms: isCard,
  },
  {
    kind: "iban",
    hint: /\d/,
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    confirms: isIban,
  },
  {
    kind: "social_security",
    hint: /\d-\d/,
    pattern: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
  },
];

/** Luhn's check digit, and a first digit that networks have. Source: ISO/IEC 7812-1, annex B. */
function isCard(found: string): boolean {
  const digits = [...found].filter((char) => char >= "0" && char <= "9").map(Number);
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(found)) return false;
  const sum = digits.reverse().reduce((total, digit, at) => {
    const weighted = at % 2 === 0 ? digit : digit * 2;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}

/** The check digits of an IBAN. Source: ISO 13616-1, ISO 7064 MOD 97-10. */
function isIban(found: string): boolean {
  const text = found.replaceAll(" ", "");
  if (text.length < 15 || text.length > 34) return false;
  let rest = 0;
  for (const char of `${text.slice(4)}${text.slice(0, 4)}`) {
    const value = char >= "A" ? char.charCodeAt(0) - 55 : Number(char);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
