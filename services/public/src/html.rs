//! The page: no script, its style inside, small enough to be a part of another page.

use std::fmt::Write as _;

use on_call_rota::{PublicNumber, TimeRange};

use crate::language::Tongue;
use crate::notice::{Day, Names, Notice, Shown, Standing};
use crate::texts::Texts;
use crate::words;

/// Its digest is in the content policy.
pub(crate) const STYLE: &str = include_str!("style.css");

pub(crate) struct Page<'a> {
    pub(crate) notice: &'a Notice,
    pub(crate) texts: &'a Texts,
    pub(crate) tongue: Tongue,
    /// What the addresses of this page have in common: `operator=…&window=…`.
    pub(crate) asked: String,
}

impl Page<'_> {
    pub(crate) fn html(&self) -> String {
        let mut out = String::with_capacity(16 * 1024);
        self.head(&mut out);
        out.push_str("<main>");
        self.now(&mut out);
        self.danger(&mut out);
        self.days(&mut out);
        self.special(&mut out);
        out.push_str("</main>");
        self.foot(&mut out);
        out.push_str("</body></html>\n");
        out
    }

    fn say<T>(&self, ja: T, en: T) -> T {
        self.tongue.of(ja, en)
    }

    /// The name, with its language where that is not the page's.
    fn named(&self, names: &Names) -> String {
        let (text, tongue) = names.to(self.tongue);
        self.spoken(text, tongue)
    }

    fn spoken(&self, text: &str, tongue: Tongue) -> String {
        match tongue == self.tongue {
            true => escaped(text),
            false => format!("<span lang=\"{}\">{}</span>", tongue.code(), escaped(text)),
        }
    }

    fn address(&self, path: &str, tongue: Tongue) -> String {
        escaped(&format!("{path}?{}lang={}", self.asked, tongue.code()))
    }

    fn head(&self, out: &mut String) {
        let (name, _) = self.notice.name.to(self.tongue);
        let other = self.tongue.other();
        let title = self.say("こころの相談窓口", "Mental health consultation");
        let _ = write!(
            out,
            "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title} | {name}</title><meta name=\"description\" content=\"{lead}\">\
             <link rel=\"alternate\" type=\"application/ld+json\" href=\"{json}\">\
             <link rel=\"alternate\" type=\"text/calendar\" href=\"{ics}\">\
             <style>{STYLE}</style></head><body><header><h1>{named} {title}</h1>\
             <a href=\"{page}\" lang=\"{theirs}\" hreflang=\"{theirs}\">{language}</a></header>",
            lang = self.tongue.code(),
            name = escaped(name),
            named = self.named(&self.notice.name),
            lead = escaped(self.texts.lead.to(self.tongue)),
            json = self.address("/public/window.json", self.tongue),
            ics = self.address("/public/window.ics", self.tongue),
            page = self.address("/public/window", other),
            theirs = other.code(),
            language = other.of("日本語", "English"),
        );
    }

    fn now(&self, out: &mut String) {
        let title = self.say("今の受付", "Now");
        let today = words::whole_date(self.notice.today, self.tongue);
        let _ = write!(
            out,
            "<p>{}</p><section aria-labelledby=\"now\"><h2 id=\"now\">{title}</h2><p>{}</p>",
            escaped(self.texts.lead.to(self.tongue)),
            self.say(format!("{today}のご案内です。"), format!("As of {today}.")),
        );
        if self.notice.open().next().is_none() {
            let nobody =
                self.say("今は、受付時間内の窓口がありません。", "No window is within its hours now.");
            let _ = write!(out, "<p><strong>{nobody}</strong></p>");
        }
        // What can be rung now comes first.
        let (open, closed): (Vec<&Shown>, Vec<&Shown>) =
            self.notice.windows.iter().partition(|window| matches!(window.standing, Standing::Open { .. }));
        open.into_iter().chain(closed).for_each(|window| self.window(out, window));
        out.push_str("</section>");
    }

    fn window(&self, out: &mut String, window: &Shown) {
        let class = if matches!(window.standing, Standing::Open { .. }) { "window open" } else { "window" };
        let standing = words::standing(&window.standing, self.tongue);
        let _ = write!(
            out,
            "<div class=\"{class}\"><h3>{}</h3><p><span class=\"state\">{standing}</span>",
            self.named(&window.name)
        );
        let (zone, today) = (&self.notice.zone, self.notice.today);
        if let Some(time) = words::standing_time(&window.standing, zone, today, self.tongue) {
            let _ = write!(out, " {time}");
        }
        let _ = write!(out, "</p><p>{}</p>", telephone(&window.number));
        self.covered(out, &window.standing);
        self.details(out, window);
        out.push_str("</div>");
    }

    fn covered(&self, out: &mut String, standing: &Standing) {
        match standing {
            Standing::Covered { by: Some(other), .. } => {
                let name = self.named(&other.name);
                let number = telephone_in_line(&other.number);
                let _ = match self.tongue {
                    Tongue::Japanese => write!(out, "<p>今は「{name}」（{number}）が応答します。</p>"),
                    Tongue::English => write!(out, "<p>Now {name} ({number}) answers.</p>"),
                };
            }
            Standing::Covered { by: None, .. } => {
                let words = self
                    .say("今この番号にかけると、別の担当者が応答します。", "Now others answer this number.");
                let _ = write!(out, "<p>{words}</p>");
            }
            Standing::Open { .. } | Standing::Closed { .. } => {}
        }
    }

    fn details(&self, out: &mut String, window: &Shown) {
        let colon = self.say("：", ": ");
        let mut row = |label: &str, words: &Names| {
            let _ = write!(out, "<p>{label}{colon}{}</p>", self.named(words));
        };
        if let Some(hours) = &window.hours {
            row(self.say("受付時間", "Hours"), hours);
        }
        if let Some(place) = &window.place {
            row(self.say("場所", "Place"), place);
        }
        let codes: Vec<String> = window.languages.iter().map(ToString::to_string).collect();
        let languages: Vec<&str> = codes.iter().map(|code| self.language(code)).collect();
        let label = self.say("対応できる言語", "Languages");
        let _ = write!(out, "<p>{label}{colon}{}</p>", escaped(&languages.join(self.say("、", ", "))));
        if let Some(url) = &window.url {
            let words = self.say("この窓口のページ", "About this window");
            let url = escaped(url.as_str());
            let _ = write!(out, "<p><a href=\"{url}\" target=\"_blank\" rel=\"noopener\">{words}</a></p>");
        }
    }

    fn language<'l>(&self, code: &'l str) -> &'l str {
        match code {
            "ja" => self.say("日本語", "Japanese"),
            "en" => self.say("英語", "English"),
            "zh" => self.say("中国語", "Chinese"),
            "ko" => self.say("韓国・朝鮮語", "Korean"),
            "pt" => self.say("ポルトガル語", "Portuguese"),
            "es" => self.say("スペイン語", "Spanish"),
            "vi" => self.say("ベトナム語", "Vietnamese"),
            "tl" | "fil" => self.say("フィリピノ語", "Filipino"),
            "ne" => self.say("ネパール語", "Nepali"),
            other => other,
        }
    }

    fn danger(&self, out: &mut String) {
        let title = self.say("命や体に危険があるとき", "In danger");
        let lead = escaped(self.texts.danger_lead.to(self.tongue));
        let _ = write!(
            out,
            "<section class=\"danger\" aria-labelledby=\"danger\"><h2 id=\"danger\">{title}</h2><p>{lead}</p><ul>"
        );
        for whom in &self.texts.danger {
            let (name, text) = (escaped(whom.name.to(self.tongue)), escaped(whom.text.to(self.tongue)));
            let number = telephone(&whom.number);
            let _ = write!(out, "<li>{number}<span><strong>{name}</strong> {text}</span></li>");
        }
        let _ = write!(out, "</ul><p>{}</p></section>", escaped(self.texts.note.to(self.tongue)));
    }

    fn days(&self, out: &mut String) {
        let title = self.say("これから2週間の受付時間", "Hours of the next two weeks");
        self.table(out, "days", title, &self.notice.days, |window| &window.days);
    }

    fn special(&self, out: &mut String) {
        if self.notice.special.is_empty() {
            return;
        }
        let title = self.say(
            "祝日、年末年始などの受付時間（2か月先まで）",
            "Hours on public holidays and other special days (next two months)",
        );
        self.table(out, "special", title, &self.notice.special, |window| &window.special);
    }

    fn table(
        &self,
        out: &mut String,
        id: &str,
        title: &str,
        days: &[Day],
        hours: impl Fn(&Shown) -> &Vec<Vec<TimeRange>>,
    ) {
        let _ = write!(
            out,
            "<h2 id=\"{id}\">{title}</h2>\
             <div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">\
             <table><thead><tr><th scope=\"col\">{}</th>",
            self.say("日", "Day")
        );
        for window in &self.notice.windows {
            let _ = write!(out, "<th scope=\"col\">{}</th>", self.named(&window.name));
        }
        out.push_str("</tr></thead><tbody>");
        for (nth, day) in days.iter().enumerate() {
            self.day(out, day);
            for window in &self.notice.windows {
                let ranges = hours(window).get(nth).map(Vec::as_slice).unwrap_or_default();
                let _ = write!(out, "<td>{}</td>", words::hours(ranges, self.tongue));
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
    }

    fn day(&self, out: &mut String, day: &Day) {
        let class = if day.is_special() { " class=\"special\"" } else { "" };
        let date = words::date(day.date, self.tongue);
        let _ = write!(out, "<tr{class}><th scope=\"row\">{date}");
        if let Some((name, tongue)) = words::of_day(day, self.tongue) {
            let _ = write!(out, " <span class=\"day\">{}</span>", self.spoken(&name, tongue));
        }
        out.push_str("</th>");
    }

    fn foot(&self, out: &mut String) {
        let calendar = self
            .say("特別な日をカレンダーに取り込む（iCalendar）", "Special days for your calendar (iCalendar)");
        let _ = write!(
            out,
            "<footer><p class=\"none-on-paper\"><a href=\"{}\">{calendar}</a></p>",
            self.address("/public/window.ics", self.tongue)
        );
        if let Some(url) = &self.notice.url {
            let words = self.say("くわしくはこちら", "More about it");
            let url = escaped(url.as_str());
            let _ = write!(out, "<p><a href=\"{url}\" target=\"_blank\" rel=\"noopener\">{words}</a></p>");
        }
        let words = self.say(
            "この案内は勤務表から自動で作られます。受付時間は変わることがあります。",
            "Made from the duty rota. Hours may change.",
        );
        let _ = write!(out, "<p>{words}</p></footer>");
    }
}

fn telephone(number: &PublicNumber) -> String {
    format!("<a class=\"number\" href=\"{}\">{number}</a>", tel(number))
}

fn telephone_in_line(number: &PublicNumber) -> String {
    format!("<a href=\"{}\">{number}</a>", tel(number))
}

/// RFC 3966; a number sign is written as RFC 3986 wants it.
fn tel(number: &PublicNumber) -> String {
    format!("tel:{}", number.dialled().replace('#', "%23"))
}

/// For texts and for attributes in double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            plain => out.push(plain),
        }
    }
    out
}
