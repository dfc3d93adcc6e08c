import { useAccess } from "../../session/access.tsx";
import { Link } from "../../ui/link.tsx";
import { Notice } from "../../ui/problem.tsx";
import type { Verdict } from "./words.ts";

/** What became of it, who can mend it, and where; nothing where all went well. */
export function VerdictNotice({ verdict, code }: { readonly verdict: Verdict | null; readonly code: string | null }) {
  const access = useAccess();
  if (verdict === null) return null;
  const { tone, text, advice } = verdict;
  const links = verdict.links.filter(({ permission }) => access.may(permission));
  return (
    <Notice tone={tone}>
      <p className="font-medium">
        {text}
        {code === null ? null : <code className="ml-1.5 font-mono text-xs">{code}</code>}
      </p>
      {advice === null ? null : <p>{advice}</p>}
      {links.length === 0 ? null : (
        <p className="mt-1 flex flex-wrap gap-x-4">
          {links.map(({ text: words, to }) => (
            <Link key={to} to={to} className="font-medium underline underline-offset-2">
              {words}
            </Link>
          ))}
        </p>
      )}
    </Notice>
  );
}
