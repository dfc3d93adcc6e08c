import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pairsOf } from "../../../../bench/semantic/pairs/pairs.ts";
import { similarity } from "../../../../schema/semantics/similarity.ts";
import { vetoed } from "../../../../schema/semantics/veto.ts";
import { languages, TABLES } from "../../../../schema/semantics/words/compile.ts";

/** What is stated in docs/semantic-cache.md of the half that was not looked at, for the words alone. */
const RECALL_HELD_OUT = 0.55;
const THRESHOLD = 0.92;

describe("a veto", () => {
  it.each([
    ["number", "Can I return it after 30 days?", "Can I return it after 31 days?"],
    ["number", "Is Python 3.1 supported?", "Is Python 3.10 supported?"],
    ["number", "Kann ich nach vierzehn Tagen zahlen?", "Kann ich nach 15 Tagen zahlen?"],
    ["number", "Puis-je payer en trois fois ?", "Puis-je payer en 4 fois ?"],
    ["number", "¿Cuánto cuestan dos entradas?", "¿Cuánto cuestan 3 entradas?"],
    ["number", "Raise it to 5 MB", "Raise it to 5 GB"],
    ["literal", "What does `git pull` do?", "What does `git push` do?"],
    ["literal", "Open https://a.test/x", "Open https://a.test/y"],
    ["literal", "What is user_id?", "What is userId?"],
    ["language", "How can I cancel my contract?", "Wie kann ich mein Contract cancel?"],
    ["language", "Привет, Anna", "Hello, Anna"],
    ["negation", "Is it open?", "Is it not open?"],
    ["negation", "Ist der Laden offen?", "Ist der Laden nicht offen?"],
    ["negation", "Est-ce que le magasin est ouvert ?", "Est-ce que le magasin n'est pas ouvert ?"],
    ["negation", "¿Puedo pagar con tarjeta?", "¿No puedo pagar con tarjeta?"],
    ["quantifier", "Do all plans have it?", "Do plans have it?"],
    ["quantifier", "Delete rows before Monday", "Delete rows after Monday"],
    ["antonym", "Should I buy shares?", "Should I sell shares?"],
    ["antonym", "Soll ich Aktien kaufen?", "Soll ich Aktien verkaufen?"],
    ["word", "What is the capital of France?", "What is the capital of Spain?"],
    ["word", "Who leads the US?", "Who leads us?"],
    ["question", "When do I pay my bill?", "Where do I pay my bill?"],
    ["question", "Kann ich kündigen?", "Muss ich kündigen?"],
    ["question", "Quand arrive ma commande ?", "Où arrive ma commande ?"],
    ["tense", "Who was the president of France?", "Who is the president of France?"],
    ["person", "What is my limit?", "What is your limit?"],
    ["person", "Was ist mein Limit?", "Was ist dein Limit?"],
    ["person", "Quelle est ma limite ?", "Quelle est sa limite ?"],
    ["order", "Did Apple sue Google?", "Did Google sue Apple?"],
    ["order", "A train from Rome to Pisa", "A train from Pisa to Rome"],
    ["order", "Ein Zug von Rom nach Pisa", "Ein Zug von Pisa nach Rom"],
    ["order", "Un train de Rome à Pise", "Un train de Pise à Rome"],
    ["empty", "Why?", "And then?"],
  ])("for a %s that differs keeps '%s' from '%s'", (reason, asked, stored) => {
    expect(vetoed(asked, stored)).toBe(reason);
    expect(vetoed(stored, asked)).toBe(reason);
  });

  it.each([
    ["How do I update my e-mail address?", "Please tell me how to change my email address"],
    ["Is it open for 2 kg?", "Is it open for two kilograms?"],
    ["What is France's capital?", "What is the capital of France?"],
    ["Wie kündige ich mein Abo?", "Wie kann ich mein Abonnement kündigen?"],
    ["Comment modifier mon adresse ?", "Comment puis-je changer mon adresse ?"],
    ["¿Cómo cancelo mi cuenta?", "¿Cómo puedo cancelar mi cuenta?"],
  ])("lets '%s' stand for '%s'", (asked, stored) => {
    expect(vetoed(asked, stored)).toBeNull();
    expect(similarity(asked, stored, 0)).toBeGreaterThan(0.8);
    expect(similarity(asked, stored, 0)).toBe(similarity(stored, asked, 0));
  });

  it("never keeps a text from itself, is the same both ways, and takes any string", () => {
    const words = fc.constantFrom(
      "not",
      "all",
      "from",
      "to",
      "by",
      "'s",
      "kündige",
      "puis-je",
      "5",
      "5GB",
      "`a`",
      "?",
      "Paris",
      "first",
      "I",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(words, { maxLength: 8 }).map((list) => list.join(" ")),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(vetoed(a, a)).toBeNull();
        expect(vetoed(a, b)).toBe(vetoed(b, a));
        const score = similarity(a, b, 0.5);
        expect(score).toBeGreaterThanOrEqual(0.5);
        expect(score).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the labelled pairs", () => {
  it.each(["tuning", "held-out"] as const)(
    "of the half %s: no near miss passes, however near its vector is",
    (half) => {
      const passed = pairsOf(half).filter((pair) => pair.label !== "same" && vetoed(pair.asked, pair.stored) === null);
      expect(passed.map(({ asked, stored }) => `${asked} | ${stored}`)).toEqual([]);
    },
  );

  it("that ask the same are found as often as is stated", () => {
    const same = pairsOf("held-out").filter(({ label }) => label === "same");
    const found = same.filter(
      ({ asked, stored }) => vetoed(asked, stored) === null && similarity(asked, stored, 0) >= THRESHOLD,
    );
    expect(found.length / same.length).toBeGreaterThanOrEqual(RECALL_HELD_OUT);
  });
});

describe("the tables of words", () => {
  it("call no opposites the same", () => {
    for (const table of TABLES) {
      const says = languages().find(({ name }) => name === table.language)?.says;
      for (const pair of table.antonyms) {
        const [one, other] = pair.split(" ").map((word) => says?.get(word));
        expect([pair, one !== undefined && one === other]).toEqual([pair, false]);
      }
    }
  });
});
