import { NO_DRAFT, ReplayPanel } from "./replay-panel.tsx";

/** What the rules of now would have done with requests of the log. A draft is tried from its own form. */
export const ReplayTab = () => <ReplayPanel eager button="Ask again" rule={NO_DRAFT} version="saved" />;
