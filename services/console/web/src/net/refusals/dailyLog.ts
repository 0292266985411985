import type { Refusals } from "./tell";

export const dailyLog: Refusals = {
  "day is sealed anew as version {0}: read it, then review that": "日報の新しい第 {0} 版ができています。読んでから、その版を点検してください。",
  "comments have been deleted: their retention is over": "コメントは、保存期間が過ぎたため廃棄されています。",
  "csv, xlsx, json or raw": "csv・xlsx・json・raw のどれかにしてください。",
  "csv, xlsx or json": "csv・xlsx・json のどれかにしてください。",
  "false: what days are counted from is not published": "集計のもとになる情報は公表できません。公表用を外してください。",
  "a date of our time": "暦にある年月日にしてください。",
  "one window's id: raw files are of one window": "もとの情報のファイルは窓口ごとです。窓口を一つ選んでください。",
  "at most 31 days for a raw file": "もとの情報のファイルは 31 日以内にしてください。",
  "at most 400 days after from": "開始日から 400 日以内にしてください。",
  "a date that is not before from": "開始日と同じ日か、それより後の日にしてください。",
  "a month such as 2026-11, a fiscal year (from April) such as 2026, or a quarter such as 2026-Q3": "2026-11 のような月、2026 のような年度（4 月から）、2026-Q3 のような四半期のどれかにしてください。",
  "period is a month such as 2026-11, a fiscal year such as 2026 or a quarter such as 2026-Q3": "期間は、2026-11 のような月、2026 のような年度、2026-Q3 のような四半期のどれかにしてください。",
  "1 to 2000 characters: what is to be put right": "直してほしいことを 1〜2000 文字で書いてください。",
  "day is open: it is reviewed when it is sealed": "この日はまだ確定していません。確定してから点検してください。",
  "day is open: nothing is sealed yet": "この日はまだ確定していません。確定した版がありません。",
  "1 to {}, as it was read": "版は 1〜{0} です。読んだ版を指定してください。",
};
