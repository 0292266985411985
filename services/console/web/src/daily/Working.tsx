import { useEffect, useState } from "react";
import { useWords } from "../i18n";

/** Work that may take long: says what is done and that it goes on. */
export function Working({ title }: { title: string }) {
  const words = useWords();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const tick = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(tick);
  }, []);
  return (
    <div className="working">
      <p role="status">{title}</p>
      <progress aria-label={title} />
      {seconds > 2 && <span className="dim small">{words.daily.elapsed(seconds)}</span>}
    </div>
  );
}
