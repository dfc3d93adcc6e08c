import { useState } from "react";
import { useApiQuery, useRefresh } from "../../api/hooks.ts";
import { send } from "../../api/send.ts";
import { type Row, rowOf, rowsIn, textIn, textOrNull } from "../../lib/json.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Field } from "../../ui/field.tsx";
import { Form, useForm } from "../../ui/form.tsx";
import { PasswordInput } from "../../ui/input.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.ts";
import { PASSWORD_RULE } from "../door/entering.ts";

/** One's own password, and where one is signed in. */
export default function AccountPage() {
  return (
    <Page title="Your account">
      <Sessions />
      <Card
        title="Change the password"
        description="You stay signed in here, and are signed out everywhere else."
        className="max-w-2xl"
      >
        <PasswordForm />
      </Card>
    </Page>
  );
}

function Sessions() {
  const sessions = useApiQuery("/v1/auth/sessions");
  const refresh = useRefresh();
  const [ending, end] = useState<Row | "others" | null>(null);
  if (sessions.isError) return <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />;
  if (sessions.isPending) return <TableSkeleton rows={2} />;
  const rows = rowsIn(rowOf(sessions.data), "data");
  const confirm = async (): Promise<void> => {
    await send(
      "DELETE",
      ending === "others" || ending === null ? "/v1/auth/sessions" : `/v1/auth/sessions/${textIn(ending, "id")}`,
    );
    await refresh(["/v1/auth/sessions"]);
    toast(ending === "others" ? "All other sessions were ended." : "The session was ended.");
  };
  const columns: readonly Column<Row>[] = [
    { id: "browser", header: "Browser", cell: (row) => browserName(textOrNull(row, "user_agent")) },
    { id: "ip", header: "Address", cell: (row) => textOrNull(row, "ip") ?? "–" },
    { id: "created_at", header: "Since", cell: (row) => <Time iso={textIn(row, "created_at")} /> },
    { id: "expires_at", header: "Ends", cell: (row) => <Time iso={textIn(row, "expires_at")} /> },
    {
      id: "end",
      header: "Session",
      align: "end",
      cell: (row) =>
        row.current === true ? (
          <Badge tone="accent">This one</Badge>
        ) : (
          <Button size="sm" onClick={() => end(row)}>
            End
          </Button>
        ),
    },
  ];
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">Where you are signed in</h2>
        {rows.length < 2 ? null : (
          <Button size="sm" onClick={() => end("others")}>
            End all others
          </Button>
        )}
      </div>
      <DataTable label="Sessions, newest first" columns={columns} rows={rows} rowId={(row) => textIn(row, "id")} />
      <ConfirmDialog
        open={ending !== null}
        onClose={() => end(null)}
        title={ending === "others" ? "End all other sessions?" : "End this session?"}
        verb="End"
        danger
        onConfirm={confirm}
      >
        Whoever uses it must sign in again.
      </ConfirmDialog>
    </section>
  );
}

function PasswordForm() {
  const [current_password, setCurrent] = useState("");
  const [new_password, setNew] = useState("");
  const state = useForm(["current_password", "new_password"]);
  const refresh = useRefresh();
  const submit = (): void => {
    const errors = {
      ...(current_password === "" ? { current_password: "Fill this in." } : {}),
      ...(new_password === "" ? { new_password: "Fill this in." } : {}),
    };
    if (!state.check(errors)) return;
    void state.submit(async () => {
      await send("POST", "/v1/auth/password", { body: { current_password, new_password } });
      setCurrent("");
      setNew("");
      await refresh(["/v1/auth/sessions"]);
      toast("The password was changed.");
    });
  };
  return (
    <Form state={state} onSubmit={submit} submit="Change the password">
      <Field label="Current password" error={state.errorOf("current_password")}>
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current_password}
          onChange={(event) => setCurrent(event.target.value)}
        />
      </Field>
      <Field label="New password" hint={PASSWORD_RULE} error={state.errorOf("new_password")}>
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          value={new_password}
          onChange={(event) => setNew(event.target.value)}
        />
      </Field>
    </Form>
  );
}

/** Enough to tell one's own browsers apart. */
function browserName(agent: string | null): string {
  if (agent === null || agent === "") return "Unknown";
  const known = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(agent);
  const system = /\b(Windows|Macintosh|Android|iPhone|iPad|Linux)\b/.exec(agent)?.[1];
  const browser = known === null ? agent.slice(0, 40) : `${known[1] === "Edg" ? "Edge" : known[1]} ${known[2]}`;
  return system === undefined ? browser : `${browser}, ${system === "Macintosh" ? "macOS" : system}`;
}
