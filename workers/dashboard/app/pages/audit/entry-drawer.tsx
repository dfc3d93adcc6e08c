import { capital, formatDateTime, formatUtc, label } from "../../lib/format.ts";
import { hrefTo } from "../../lib/paths.ts";
import type { Names } from "../../resources/names.ts";
import { Reference } from "../../resources/value.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Drawer } from "../../ui/dialog.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Link } from "../../ui/link.tsx";
import { Changes } from "./changes.tsx";
import { changesOf, othersOf } from "./diff.ts";
import { actionWords, type Entry, targetOf } from "./entry.ts";
import { EntryValue } from "./value.tsx";

/** One entry: who did what to what, what was before and after, and what proves it. */
export function EntryDrawer({
  entry,
  names,
  onClose,
}: {
  readonly entry: Entry | undefined;
  readonly names: Names;
  readonly onClose: () => void;
}) {
  return (
    <Drawer
      open={entry !== undefined}
      onClose={onClose}
      title={entry === undefined ? "Entry" : actionWords(entry.action)}
      description={
        entry === undefined ? undefined : (
          <span className="flex flex-wrap items-center gap-2">
            Entry {entry.seq}
            {entry.outcome === "done" ? null : <Badge tone="bad">{capital(entry.outcome)}</Badge>}
          </span>
        )
      }
    >
      {entry === undefined ? null : <Content entry={entry} names={names} />}
    </Drawer>
  );
}

function Content({ entry, names }: { readonly entry: Entry; readonly names: Names }) {
  const { actor, request_id, ip } = entry;
  const target = targetOf(entry);
  const changes = changesOf(entry);
  const others = Object.entries(othersOf(entry));
  const at = Date.parse(entry.at);
  return (
    <div className="flex flex-col gap-6">
      {changes.length === 0 ? null : <Changes changes={changes} />}
      {others.length === 0 ? null : (
        <Facts
          facts={others.map(([name, value]) => [label(name), <EntryValue key={name} name={name} value={value} />])}
        />
      )}
      <Facts
        facts={[
          ["When", <span key="at">{`${formatDateTime(at)} (${formatUtc(at)})`}</span>],
          ["Who", <Copied key="who" text={actor.name || actor.id} copied={actor.id} what={`${actor.type}'s ID`} />],
          [
            "To what",
            target === null ? (
              "–"
            ) : (
              <span key="what">
                {target.type.replaceAll("_", " ")} <Reference resource={target.type} id={target.id} names={names} />
              </span>
            ),
          ],
          [
            "Request",
            request_id === null ? (
              "–"
            ) : (
              <span key="request" className="inline-flex items-center gap-1">
                <Link to={hrefTo(["audit"], { request_id })} className="link font-mono text-xs">
                  {request_id}
                </Link>
                <CopyButton text={request_id} label="Copy the request's ID" />
              </span>
            ),
          ],
          ["Address", ip ?? "–"],
        ]}
      />
      <details className="rounded-lg border border-line">
        <summary className="cursor-pointer rounded-lg px-4 py-2.5 text-sm font-medium hover:bg-hover">
          Hash and signature
        </summary>
        <div className="border-t border-line px-4 py-1">
          <Facts
            facts={(["hash", "prev_hash", "signature", "key_id"] as const).map((name) => [
              PROOF[name],
              <Copied key={name} mono text={entry[name]} copied={entry[name]} what={PROOF[name].toLowerCase()} />,
            ])}
          />
        </div>
      </details>
    </div>
  );
}

const PROOF = {
  hash: "Hash",
  prev_hash: "Hash of the entry before",
  signature: "Signature",
  key_id: "Signing key",
} as const;

const Copied = ({
  text,
  copied,
  what,
  mono = false,
}: {
  readonly text: string;
  readonly copied: string;
  readonly what: string;
  readonly mono?: boolean;
}) => (
  <span className="flex items-start gap-1">
    <span className={mono ? "min-w-0 font-mono text-xs leading-6 wrap-anywhere" : "min-w-0 leading-7 wrap-anywhere"}>
      {text}
    </span>
    <CopyButton text={copied} label={`Copy the ${what}`} />
  </span>
);
