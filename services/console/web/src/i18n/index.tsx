// Two languages, one typed dictionary each: a key that is missing in English does not compile.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { en } from "./en";
import { ja } from "./ja";

export type Words = typeof ja;
export type Language = "ja" | "en";

const WORDS: Record<Language, Words> = { ja, en };
const KEPT_AS = "tomoshibi.language";

interface Spoken {
  language: Language;
  words: Words;
  speak: (language: Language) => void;
}

const Here = createContext<Spoken>({ language: "ja", words: ja, speak: () => undefined });

function keptLanguage(): Language {
  return localStorage.getItem(KEPT_AS) === "en" ? "en" : "ja";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(keptLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(KEPT_AS, language);
  }, [language]);
  const spoken = useMemo(() => ({ language, words: WORDS[language], speak: setLanguage }), [language]);
  return (
    <Here.Provider value={spoken}>
      <I18nProvider locale={language === "ja" ? "ja-JP" : "en-GB"}>{children}</I18nProvider>
    </Here.Provider>
  );
}

export function useWords(): Words {
  return useContext(Here).words;
}

export function useLanguage(): Spoken {
  return useContext(Here);
}

/** Chooses from words that the server sends in both languages. */
export function useLabel(): (label: { ja: string; en: string } | undefined, otherwise?: string) => string {
  const { language } = useContext(Here);
  return (label, otherwise = "") => label?.[language] || label?.ja || label?.en || otherwise;
}

/** A word of a closed list with its label; a word that this page does not know yet is shown as it is. */
export function worded(list: Record<string, string>, word: string): string {
  return list[word] ?? word;
}
