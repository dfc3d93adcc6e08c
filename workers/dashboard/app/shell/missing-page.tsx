import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";

export const MissingPage = () => (
  <Page title="There is no such page">
    <p className="text-sm text-ink-2">The address may be mistyped, or what was here has been removed.</p>
    <div>
      <ButtonLink to="/">Go to the overview</ButtonLink>
    </div>
  </Page>
);
