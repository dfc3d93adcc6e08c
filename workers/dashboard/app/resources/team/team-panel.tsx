import { textOrNull } from "../../lib/json.ts";
import { hrefTo } from "../../lib/paths.ts";
import { useAccess } from "../../session/access.tsx";
import type { Subject } from "../extras.tsx";
import { useNames } from "../names.ts";
import { SpendByDay } from "../wallet/spend-of-wallet.tsx";
import { WalletLines } from "../wallet/wallets-below.tsx";
import { TeamPlaces } from "./team-places.tsx";

/** A team: its money, its people, what it spent. */
export default function TeamPanel({ subject: { id } }: { readonly subject: Subject }) {
  const access = useAccess();
  const names = useNames(["wallet"]);
  const wallets = names.rows("wallet").filter((row) => row.team_id === id && textOrNull(row, "archived_at") === null);
  return (
    <div className="flex flex-col gap-4">
      <SpendByDay
        title="Spend by wallet"
        by="wallet"
        filter={{ team: id }}
        names={(wallet) => names.label("wallet", wallet)}
      />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {access.may("team_members:read") ? <TeamPlaces team_id={id} /> : null}
        {access.may("wallets:read") ? (
          <WalletLines
            title="Wallets"
            wallets={wallets}
            create={access.may("wallets:write") ? hrefTo(["wallets", "new"], { team_id: id }) : null}
            none="None. A wallet of the team is money that its members see and its lead looks after."
          />
        ) : null}
      </div>
    </div>
  );
}
