import { Brain, CornerDownRight, Image, Wrench } from "lucide-react";
import { useState } from "react";
import { capital, count, formatNumber } from "../../../lib/format.ts";
import { indentJson } from "../../../lib/json-text.ts";
import { Badge, type Tone } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { JsonView } from "../../../ui/json-view.tsx";
import { LongText } from "../../../ui/long-text.tsx";
import {
  answeredTurns,
  askedTurns,
  type Piece,
  type Texts,
  type Tool,
  type Turn,
  textOfTurn,
  toolsOf,
} from "./turns.ts";

/** Of a long conversation so many of the newest messages are shown at first. */
const NEWEST = 20;

/** What was asked and answered, turn by turn. */
export function Conversation({ texts }: { readonly texts: Texts }) {
  const [all, setAll] = useState(false);
  const asked = askedTurns(texts);
  const answered = answeredTurns(texts);
  const tools = toolsOf(texts);
  const hidden = all ? 0 : Math.max(0, asked.length - NEWEST);
  return (
    <div className="flex flex-col gap-4">
      {tools.length === 0 ? null : <Tools tools={tools} />}
      <Part title="What was asked">
        {hidden === 0 ? null : (
          <Button size="sm" className="self-start" onClick={() => setAll(true)}>
            Show {formatNumber(hidden)} earlier
          </Button>
        )}
        {asked.length === 0 ? <p className="text-sm text-ink-3">Nothing of it has words.</p> : null}
        <Turns label="What was asked" turns={asked.slice(hidden)} />
      </Part>
      <Part title="What was answered">
        {answered.length === 0 ? <p className="text-sm text-ink-3">{silenceOf(texts)}</p> : null}
        <Turns label="What was answered" turns={answered} />
      </Part>
    </div>
  );
}

const silenceOf = ({ request, outcome }: Texts): string =>
  request.kind === "chat"
    ? `Nothing was delivered: it ended as ${outcome.replaceAll("_", " ")}.`
    : "Vectors and scores are not stored.";

const Part = ({ title, children }: { readonly title: string; readonly children: React.ReactNode }) => (
  <section className="flex min-w-0 flex-col gap-2">
    <h3 className="text-xs font-semibold text-ink-3">{title}</h3>
    {children}
  </section>
);

const Turns = ({ label, turns }: { readonly label: string; readonly turns: readonly Turn[] }) =>
  turns.length === 0 ? null : (
    <ol aria-label={label} className="flex flex-col gap-2">
      {turns.map((turn, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was said does not change
        <TurnItem key={index} turn={turn} />
      ))}
    </ol>
  );

const TONES: Readonly<Record<string, Tone>> = { user: "info", assistant: "accent", tool: "neutral" };

function TurnItem({ turn }: { readonly turn: Turn }) {
  const { role, name, failed, pieces } = turn;
  return (
    <li className="min-w-0 rounded-md border border-line px-3 py-2">
      <div className="mb-1 flex items-center gap-2">
        <Badge tone={TONES[role.split(",")[0] ?? ""] ?? "neutral"}>{capital(role)}</Badge>
        {name === null ? null : <code className="min-w-0 truncate font-mono text-xs text-ink-3">{name}</code>}
        {failed ? <Badge tone="bad">Failed</Badge> : null}
        <span className="ml-auto">
          <CopyButton text={textOfTurn(turn)} label={`Copy what the ${role} said`} />
        </span>
      </div>
      <div className="flex flex-col gap-2">
        {pieces.length === 0 ? <p className="text-sm text-ink-3">Nothing.</p> : null}
        {pieces.map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <PieceView key={index} piece={piece} role={role} />
        ))}
      </div>
    </li>
  );
}

function PieceView({ piece, role }: { readonly piece: Piece; readonly role: string }) {
  switch (piece.kind) {
    case "text": {
      // A tool answers in JSON, mostly.
      const indented = role === "tool" || role === "function" ? indentJson(piece.text) : null;
      return <LongText text={indented ?? piece.text} code={indented !== null} />;
    }
    case "reasoning":
      return (
        <Aside icon={Brain} title="Reasoning">
          <LongText text={piece.text} />
        </Aside>
      );
    case "refusal":
      return (
        <div>
          <Badge tone="warn">Refused</Badge>
          <LongText text={piece.text} />
        </div>
      );
    case "call":
      return (
        <Aside
          icon={Wrench}
          title={
            <>
              Calls <code className="font-mono text-ink wrap-anywhere">{piece.name}</code>
              {piece.id === "" ? null : <code className="ml-2 font-mono wrap-anywhere">{piece.id}</code>}
            </>
          }
        >
          {piece.text === "" ? (
            <p className="text-xs text-ink-3">Without arguments.</p>
          ) : (
            <LongText text={indentJson(piece.text) ?? piece.text} code />
          )}
        </Aside>
      );
    case "media":
      return (
        <p className="flex items-start gap-1.5 text-xs text-ink-2">
          <Image size={14} aria-hidden="true" className="mt-0.5 shrink-0" />
          <span className="min-w-0 wrap-anywhere">{piece.text}</span>
        </p>
      );
  }
}

const Aside = ({
  icon: Icon,
  title,
  children,
}: {
  readonly icon: typeof Brain;
  readonly title: React.ReactNode;
  readonly children: React.ReactNode;
}) => (
  <div className="min-w-0 rounded-md bg-sunken px-3 py-2">
    <p className="mb-1 flex items-start gap-1.5 text-xs text-ink-2">
      <Icon size={14} aria-hidden="true" className="mt-px shrink-0" />
      <span className="min-w-0">{title}</span>
    </p>
    {children}
  </div>
);

/** What the model could call, folded: definitions are long and the same in each request. */
const Tools = ({ tools }: { readonly tools: readonly Tool[] }) => (
  <details className="rounded-md border border-line">
    <summary className="cursor-pointer rounded-md px-3 py-2 text-sm font-medium hover:bg-hover">
      {count(tools.length, "tool", "tools")} it could call
    </summary>
    <ul className="flex flex-col gap-3 border-t border-line px-3 py-2">
      {tools.map(({ name, description, parameters }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <li key={index} className="min-w-0">
          <p className="flex items-start gap-1.5 text-sm">
            <CornerDownRight size={14} aria-hidden="true" className="mt-1 shrink-0 text-ink-3" />
            <code className="min-w-0 font-mono text-xs leading-5 wrap-anywhere">{name}</code>
          </p>
          {description === null ? null : <LongText text={description} />}
          {parameters === null ? null : <JsonView value={parameters} open={1} />}
        </li>
      ))}
    </ul>
  </details>
);
