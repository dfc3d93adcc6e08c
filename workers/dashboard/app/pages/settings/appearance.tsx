import { setTheme, useTheme } from "../../shell/theme.ts";
import { Card } from "../../ui/card.tsx";
import { Segmented } from "../../ui/segmented.tsx";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** How the pages look in this browser. */
export function Appearance() {
  const theme = useTheme();
  return (
    <section id="appearance" aria-label="Appearance" className="scroll-mt-20">
      <Card title="Appearance" description="In this browser, for you alone">
        <div className="flex">
          <Segmented
            label="Theme"
            options={THEMES}
            value={theme}
            onChange={(value) => setTheme(value === "light" || value === "dark" ? value : "system")}
          />
        </div>
      </Card>
    </section>
  );
}
