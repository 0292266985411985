//! One A4 page for those who live on paper and fax. Japanese; everything that was said is escaped.

use std::fmt::Write as _;

use domain::referral::Content;
use domain::time::Instant;
use jiff::tz::TimeZone;
use on_call_rota::Language;
use proto::referral::v1 as pb;
use shell::grpc::instant;

use crate::fhir::{journey, label, shown};

pub(crate) struct Sheet<'a> {
    pub(crate) referral: &'a pb::Referral,
    pub(crate) content: &'a Content,
    pub(crate) from: &'a str,
    pub(crate) window: &'a str,
    pub(crate) zone: TimeZone,
    pub(crate) now: Instant,
}

const STYLE: &str = "@page{size:A4;margin:14mm}*{box-sizing:border-box}\
body{font:10.5pt/1.45 'Noto Sans JP','Hiragino Sans','Yu Gothic',sans-serif;color:#000;margin:0 auto;max-width:182mm}\
h1{font-size:16pt;margin:0 0 2mm;border-bottom:.6mm solid #000}p{margin:1mm 0}\
table{width:100%;border-collapse:collapse;margin:2mm 0}th,td{border:.2mm solid #000;padding:1mm 2mm;text-align:left;\
vertical-align:top;overflow-wrap:anywhere;white-space:pre-wrap}th{width:38mm;font-weight:600;background:#eee}\
.void{border:1mm solid #000;font-size:16pt;font-weight:700;text-align:center;padding:2mm}\
.reply td{height:11mm}@media screen{body{padding:8mm}}@media print{tr{break-inside:avoid}th{background:none}}";

pub(crate) fn html(sheet: &Sheet<'_>) -> String {
    let mut page = String::with_capacity(8 * 1024);
    page.push_str("<!DOCTYPE html><html lang=\"ja\"><head><meta charset=\"utf-8\">");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width\"><title>紹介票</title><style>");
    page.push_str(STYLE);
    page.push_str("</style></head><body><h1>紹介票</h1>");
    if sheet.referral.state == "recalled" {
        page.push_str("<p class=\"void\">この紹介は取り消されました</p>");
    }
    page.push_str("<table>");
    for (name, value) in head(sheet) {
        row(&mut page, name, &value);
    }
    page.push_str("</table><table>");
    for (name, values) in sheet.content.in_order() {
        let values: Vec<String> = values.iter().map(|value| shown(name, value)).collect();
        row(&mut page, &label(name), &values.join("、"));
    }
    for question in &sheet.referral.questions {
        row(&mut page, "照会", &question.question);
        row(&mut page, "回答", &question.answer);
    }
    page.push_str("</table>");
    page.push_str(REPLY);
    page.push_str("</body></html>");
    page
}

/// The receiver fills it in and faxes it back.
const REPLY: &str = "<table class=\"reply\"><tr><th scope=\"row\">諾否</th><td>□ 受諾　　□ 辞退（□ 満床　□ 担当地域外　□ 身体の治療が先　\
□ 適応なし　□ その他）</td></tr><tr><th scope=\"row\">到着予定・備考</th><td></td></tr>\
<tr><th scope=\"row\">回答者・日時</th><td></td></tr></table>";

fn head(sheet: &Sheet<'_>) -> Vec<(&'static str, String)> {
    let referral = sheet.referral;
    let moment = |at: &prost_types::Timestamp| local(instant(at), &sheet.zone);
    let purpose = sheet.content.purpose().label().read(Language::JAPANESE).to_owned();
    let mut rows = vec![
        ("紹介番号", referral.referral_id.clone()),
        ("紹介先", referral.target_name.clone()),
        ("紹介元", format!("{}　{}", sheet.from, sheet.window)),
        ("担当", referral.author_staff.clone()),
        ("紹介目的", purpose),
    ];
    rows.extend(referral.released_at.as_ref().map(|at| ("送信日時", moment(at))));
    if matches!(referral.deadline_kind.as_str(), "receive" | "decide") {
        rows.extend(referral.deadline.as_ref().map(|at| ("回答期限", moment(at))));
    }
    let lines = journey(sheet.content);
    if !lines.is_empty() {
        rows.push(("来院方法など", lines.join("\n")));
    }
    rows.push(("印刷日時", local(sheet.now, &sheet.zone)));
    rows
}

fn local(at: Instant, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime("%Y年%-m月%-d日 %H:%M").to_string()
}

fn row(page: &mut String, name: &str, value: &str) {
    // Writing to a String does not fail.
    let _ = write!(page, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escaped(name), escaped(value));
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(letter),
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_said_is_text_and_never_markup() {
        let safe = escaped("<script>alert('x')</script> & \"y\"\u{7}");

        assert_eq!(safe, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;");
    }
}
