import { Link } from "../ui/link.tsx";

export const Mark = ({ size = 24 }: { readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
    <rect width="32" height="32" rx="8" className="fill-accent" />
    <g fill="none" stroke="#fff" strokeWidth="2.5" strokeLinecap="round">
      <path d="M9 21.5 16 9l7 12.5" />
      <path d="M11.8 17h8.4" />
    </g>
    <circle cx="16" cy="23.5" r="2" fill="#fff" />
  </svg>
);

export const Brand = ({ compact = false }: { readonly compact?: boolean }) => (
  <Link to="/" aria-label="AI Orchestrator" className="flex items-center gap-2 rounded-md font-semibold tracking-tight">
    <Mark />
    {compact ? null : <span className="whitespace-nowrap">AI Orchestrator</span>}
  </Link>
);
