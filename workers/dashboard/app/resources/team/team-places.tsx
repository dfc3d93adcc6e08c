import { UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { apiErrorOf } from "../../api/api-error.ts";
import { useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { type Row, textIn, textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Combobox } from "../../ui/combobox.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { Link } from "../../ui/link.tsx";
import { Select } from "../../ui/select.tsx";
import { LinesSkeleton } from "../../ui/skeleton.tsx";
import { toast } from "../../ui/toast.ts";
import { optionOf, rowLabel, useNames } from "../names.ts";

const ROLES = [
  { value: "lead", label: "Lead" },
  { value: "member", label: "Member" },
];
const PATH = "/v1/team-members";

/** Who is in a team, and as what. */
export function TeamPlaces({ team_id }: { readonly team_id: string }) {
  const access = useAccess();
  const refresh = useRefresh();
  const names = useNames(["team_member", "member"]);
  const [adding, add] = useState(false);
  const [leaving, leave] = useState<Row | null>(null);
  const may = access.may("team_members:write");
  const members = names.rows("member");
  const places = names
    .rows("team_member")
    .filter((place) => place.team_id === team_id)
    .map((place) => ({ place, member: members.find(({ id }) => id === place.member_id) }))
    .sort((a, b) => textIn(a.place, "role").localeCompare(textIn(b.place, "role")));
  const nameOf = (place: Row): string => names.label("member", textIn(place, "member_id"));
  const again = () => refresh([PATH, "names"]);
  const change = async (place: Row, role: string): Promise<void> => {
    try {
      await send("PATCH", `${PATH}/${encodeURIComponent(textIn(place, "id"))}`, { body: { role } });
      toast(`${nameOf(place)} is ${role === "lead" ? "a lead" : "a member"} now.`);
    } catch (error) {
      toast(apiErrorOf(error).message, "bad");
    }
    await again();
  };
  return (
    <Card
      title="Members"
      description="A lead looks after its wallets and keys."
      actions={
        may ? (
          <Button size="sm" icon={UserPlus} onClick={() => add(true)}>
            Add
          </Button>
        ) : null
      }
    >
      {names.loading ? (
        <LinesSkeleton lines={3} />
      ) : places.length === 0 ? (
        <p className="text-sm text-ink-3">Nobody yet.</p>
      ) : (
        <ul className="flex flex-col">
          {places.map(({ place, member }) => (
            <li
              key={textIn(place, "id")}
              className="flex items-center justify-between gap-3 border-b border-line py-1.5 text-sm last:border-b-0"
            >
              <span className="flex min-w-0 flex-col">
                <Link
                  to={hrefTo(["members", textIn(place, "member_id")])}
                  className="truncate rounded-sm font-medium hover:underline"
                >
                  {member === undefined ? textIn(place, "member_id") : (textOrNull(member, "name") ?? rowLabel(member))}
                </Link>
                <span className="truncate text-xs text-ink-3">
                  {member === undefined ? "" : textIn(member, "email")}
                </span>
              </span>
              <span className="flex shrink-0 items-center gap-2">
                {may ? (
                  <>
                    <div className="w-28">
                      <Select
                        size="sm"
                        label={`Role of ${nameOf(place)}`}
                        value={textIn(place, "role")}
                        onChange={(role) => void change(place, role)}
                        options={ROLES}
                      />
                    </div>
                    <IconButton
                      size="sm"
                      icon={UserMinus}
                      label={`Remove ${nameOf(place)} from the team`}
                      onClick={() => leave(place)}
                    />
                  </>
                ) : (
                  <span className="text-ink-2">{place.role === "lead" ? "Lead" : "Member"}</span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {adding ? (
        <AddDialog
          team_id={team_id}
          people={members.filter(({ id }) => !places.some(({ place }) => place.member_id === id))}
          onClose={() => add(false)}
          onAdded={again}
        />
      ) : null}
      <ConfirmDialog
        open={leaving !== null}
        onClose={() => leave(null)}
        title={`Remove ${leaving === null ? "" : nameOf(leaving)} from the team?`}
        verb="Remove"
        danger
        onConfirm={async () => {
          if (leaving === null) return;
          await send("DELETE", `${PATH}/${encodeURIComponent(textIn(leaving, "id"))}`);
          await again();
        }}
      >
        They see and manage what belongs to the team no more. Keys that they made for it go on working.
      </ConfirmDialog>
    </Card>
  );
}

function AddDialog({
  team_id,
  people,
  onClose,
  onAdded,
}: {
  readonly team_id: string;
  readonly people: readonly Row[];
  readonly onClose: () => void;
  readonly onAdded: () => Promise<void>;
}) {
  const [member, setMember] = useState("");
  const [role, setRole] = useState("member");
  const state = useForm(["member_id", "role"]);
  const submit = (): void => {
    if (!state.check(member === "" ? { member_id: "Choose somebody." } : {})) return;
    void state.submit(async () => {
      await send("POST", PATH, { body: { team_id, member_id: member, role } });
      onClose();
      await onAdded();
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add to the team"
      description="Somebody who is in the organisation. Whoever is not yet is invited first, and can be invited into the team."
    >
      <Form
        state={state}
        submit="Add"
        onSubmit={submit}
        beside={
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
        }
      >
        <Field label="Who" error={state.errorOf("member_id")}>
          <Combobox value={member} onChange={setMember} options={people.map(optionOf)} />
        </Field>
        <Field label="As" error={state.errorOf("role")}>
          <Select value={role} onChange={setRole} options={ROLES} />
        </Field>
      </Form>
    </Dialog>
  );
}
