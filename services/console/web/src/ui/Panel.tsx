import { type ReactNode, useId } from "react";

/** A named region of the page. */
export function Panel({ title, children, aside, tone = "plain", level = 2 }: { title: ReactNode; children: ReactNode; aside?: ReactNode; tone?: "plain" | "strong" | "bad"; level?: 2 | 3 }) {
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={`panel panel-${tone}`} aria-labelledby={id}>
      <div className="panel-head">
        <Heading id={id}>{title}</Heading>
        {aside}
      </div>
      {children}
    </section>
  );
}
