/** Documents by the share of words that they have in common with the query, the best first. */
export const rankByWords = (query: string, documents: readonly string[]) =>
  documents
    .map((document, index) => ({ index, relevance_score: relevance(query, document) }))
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index);

/** From 0, no word in common, to 1, the same words; six digits. */
function relevance(query: string, document: string): number {
  const [asked, found] = [words(query), words(document)];
  const shared = [...asked].filter((word) => found.has(word)).length;
  const all = asked.size + found.size - shared;
  return all === 0 ? 0 : Math.round((shared / all) * 1e6) / 1e6;
}

const words = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
