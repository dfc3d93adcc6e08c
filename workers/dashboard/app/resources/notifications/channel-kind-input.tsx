import { Mail, Webhook } from "lucide-react";
import { CHANNEL_KINDS } from "../../../../../schema/notifications/channel-kinds.ts";
import { ChoiceCards } from "../../ui/choice-cards.tsx";
import type { FieldInputProps } from "../extras.tsx";

const SAYS: Readonly<Record<string, string>> = {
  webhook: "A signed POST of JSON to an address of yours",
  ses: "E-mail by your account at Amazon",
  sendgrid: "E-mail by your account at SendGrid",
};

/** How messages are sent: every kind, side by side. */
export default function ChannelKindInput({ value, onChange, problemOf }: FieldInputProps) {
  return (
    <ChoiceCards
      legend="Kind"
      className="sm:grid-cols-3"
      value={value}
      onChange={onChange}
      problem={problemOf("kind")}
      choices={Object.entries(CHANNEL_KINDS).map(([kind, { title, addressed }]) => {
        const Icon = addressed ? Mail : Webhook;
        return {
          value: kind,
          label: title,
          content: (
            <>
              <Icon size={16} aria-hidden="true" className="mt-0.5 shrink-0 self-start text-ink-2" />
              <span className="min-w-0 self-start leading-tight">
                <span className="font-medium">{title}</span>
                <span className="mt-0.5 block text-xs text-ink-2">{SAYS[kind]}</span>
              </span>
            </>
          ),
        };
      })}
    />
  );
}
