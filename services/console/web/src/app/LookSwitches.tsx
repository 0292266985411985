import { useLanguage, useWords } from "../i18n";
import { Button } from "../ui/Button";
import { useLook } from "./look";

export function LookSwitches() {
  const words = useWords();
  const { language, speak } = useLanguage();
  const { theme, setTheme } = useLook();
  const other = language === "ja" ? "en" : "ja";
  return (
    <div className="row">
      <Button weight="quiet" size="small" onPress={() => setTheme(theme === "dark" ? "light" : "dark")}>
        {theme === "dark" ? words.app.light : words.app.dark}
      </Button>
      <Button weight="quiet" size="small" onPress={() => speak(other)}>
        <span lang={other}>{other === "en" ? "English" : "日本語"}</span>
      </Button>
    </div>
  );
}
