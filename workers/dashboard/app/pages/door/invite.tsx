import { useLocation } from "@tanstack/react-router";
import { useSession } from "../../session/session.ts";
import { DoorPage } from "./door-page.tsx";
import { invitationOf } from "./entering.ts";
import { JoinForm } from "./join-form.tsx";
import { SignUpForm } from "./sign-up-form.tsx";

/** Somebody came with an invitation: they sign up with it, or join as who they are. */
export default function InvitePage() {
  const { hash } = useLocation();
  const session = useSession();
  const token = invitationOf(hash);
  if (session.status === "loading") return <p className="sr-only">Loading…</p>;
  if (session.status === "in" || session.status === "no_org") {
    const { name } = session.status === "in" ? session.access.account : session.account;
    return (
      <DoorPage
        title="Accept the invitation"
        lead={`You are signed in as ${name}. The invitation must be for this address.`}
      >
        <JoinForm token={token} />
      </DoorPage>
    );
  }
  return <SignUpForm token={token} />;
}
