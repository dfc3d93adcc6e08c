import { Check } from "lucide-react";
import { Fragment } from "react";
import { useApiQuery } from "../../api/hooks.ts";
import { cx } from "../../lib/class-names.ts";
import { label } from "../../lib/format.ts";
import { useAccess } from "../../session/access.tsx";
import { Badge } from "../../ui/badge.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { ScrollTable } from "../../ui/scroll-table.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { ErrorState } from "../../ui/states.tsx";

interface Role {
  readonly name: string;
  readonly permissions: readonly string[];
}

/** Who may do what. */
export default function RolesPage() {
  const access = useAccess();
  const roles = useApiQuery("/v1/roles", {}, { staleTime: 600_000 });
  const mine = access.role;
  return (
    <Page
      title="Roles"
      description={`What each role may do. ${mine === null ? "Yours is that of your key." : `Yours is ${mine}.`}`}
      busy={roles.isPending}
      actions={access.may("members:read") ? <ButtonLink to="/members">Who has which</ButtonLink> : null}
    >
      {roles.isError ? (
        <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />
      ) : roles.isPending ? (
        <TableSkeleton columns={5} rows={20} />
      ) : (
        <>
          <Card flush title="In the whole organisation">
            <Matrix
              caption="Permissions by role"
              permissions={roles.data.permissions}
              roles={roles.data.roles}
              mine={mine}
            />
          </Card>
          <Card
            flush
            title="On top of that, in a team"
            description="With what belongs to the team alone: its wallets, their keys, its money."
          >
            <Matrix
              caption="Permissions by role in a team"
              permissions={roles.data.permissions.filter((permission) =>
                roles.data.team_roles.some((role) => role.permissions.includes(permission)),
              )}
              roles={roles.data.team_roles}
              mine={null}
            />
          </Card>
        </>
      )}
    </Page>
  );
}

const groupOf = (permission: string): string => permission.split(":")[0] ?? permission;

function Matrix({
  caption,
  permissions,
  roles,
  mine,
}: {
  readonly caption: string;
  readonly permissions: readonly string[];
  readonly roles: readonly Role[];
  readonly mine: string | null;
}) {
  const groups = [...new Set(permissions.map(groupOf))];
  return (
    <ScrollTable label={caption} className="border-t border-line">
      <thead className="border-b border-line bg-sunken/50">
        <tr>
          <th scope="col" className="h-9 px-4 text-left text-xs font-medium text-ink-3">
            Permission
          </th>
          {roles.map(({ name }) => (
            <th
              key={name}
              scope="col"
              className={cx(
                "h-9 w-28 px-2 text-center text-xs font-medium text-ink-3 max-sm:w-12 max-sm:px-0.5 max-sm:text-[0.6875rem]",
                name === mine && "bg-accent-soft",
              )}
            >
              {label(name)}{" "}
              {name === mine ? (
                <span className="max-sm:sr-only">
                  <Badge tone="accent">Yours</Badge>
                </span>
              ) : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <Fragment key={group}>
            <tr className="border-b border-line">
              <th
                scope="colgroup"
                colSpan={roles.length + 1}
                className="px-4 pt-3 pb-1 text-left text-xs font-semibold text-ink-2"
              >
                {label(group)}
              </th>
            </tr>
            {permissions
              .filter((permission) => groupOf(permission) === group)
              .map((permission) => (
                <tr key={permission} className="border-b border-line last:border-b-0 hover:bg-hover">
                  <th scope="row" className="px-4 py-1.5 text-left font-normal max-sm:pr-1">
                    <code className="font-mono text-xs wrap-anywhere">{permission}</code>
                  </th>
                  {roles.map(({ name, permissions: held }) => (
                    <td key={name} className={cx("px-2 text-center", name === mine && "bg-accent-soft")}>
                      {held.includes(permission) ? (
                        <>
                          <Check size={15} aria-hidden="true" className="mx-auto text-good-ink" />
                          <span className="sr-only">yes</span>
                        </>
                      ) : (
                        <>
                          <span aria-hidden="true" className="text-ink-3">
                            ·
                          </span>
                          <span className="sr-only">no</span>
                        </>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
          </Fragment>
        ))}
      </tbody>
    </ScrollTable>
  );
}
