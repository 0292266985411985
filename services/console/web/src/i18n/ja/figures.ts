/** Names of figures, lists and codes of the daily log. */
export const figures = {
  names: {
    offered: "入電", answered: "応答", abandoned_lt30: "放棄（30 秒未満）", abandoned_ge30: "放棄（30 秒以上）", blocked: "話中", silent: "無言", redials: "再入電", frequent_caller_calls: "頻回の方の電話", relay_or_text_calls: "リレー・文字による相談", test_calls: "試験の電話",
    in20s: "20 秒以内の応答", in60s: "60 秒以内の応答", asa_s: "応答までの平均", p95_answer_s: "応答までの 95 パーセンタイル", longest_wait_s: "最長の待ち", talk_s: "通話時間の平均", acw_s: "後処理時間の平均", aht_s: "処理時間の平均", occupancy_permille: "稼働率",
    suicidal: "希死念慮", self_harm: "自傷", harm_others: "他害",
    advised_to_medical: "受診の勧め", referred_to_centre: "情報センターへ", to_rota_outpatient: "当番の外来へ", to_rota_admission: "当番の入院へ", to_somatic: "身体科へ", to_119: "119 へ", to_110: "110 へ", referrals_accepted: "受け入れ", referrals_rejected: "受け入れなし", referrals_pending: "返事待ち", median_decision_min: "諾否までの中央値",
    pages: "呼出", ack_median_s: "確認までの中央値", ack_p90_s: "確認までの 90 パーセンタイル", unacked: "確認なし", escalated: "次の段への呼出",
    staff_on_duty: "従事者", uncovered_min: "欠員の時間",
    released: "送った紹介", refused: "断られた数", hours_without_acceptance: "受け入れのなかった時間", repeat_callers: "くり返しかけた方", repeat_calls: "くり返しの電話",
  } as Record<string, string>,
  lists: { by_caller: "相談者", by_sex: "性別", by_age: "年代", by_topic: "相談内容", by_triage: "区分", by_disposition: "転帰", staff_on_duty: "資格別の従事者", by_refusal: "断られた理由", refusals_by_reason: "断られた理由", refusals_by_area: "断られた地域", refusals_by_kind: "断った施設の種類" } as Record<string, string>,
  codes: {
    by_caller: { person: "本人", family: "家族", medical: "医療機関", police: "警察", fire: "消防", government: "行政", other: "その他", unknown: "不明" },
    by_sex: { male: "男", female: "女", other: "その他", unknown: "不明" },
    by_age: { under_10: "10 歳未満", "10s": "10 代",  "0-15": "15 歳以下", "le15": "15 歳以下", "16-19": "16〜19 歳", "20s": "20 代", "30s": "30 代", "40s": "40 代", "50s": "50 代", "60s": "60 代", "70s": "70 代", "80_and_over": "80 歳以上", "70+": "70 代以上", "70s+": "70 代以上", unknown: "不明" },
    by_topic: { relationships: "対人関係", psychological: "心理的な悩み", psychiatric: "精神医学的なこと", work_school: "職場・学校", home: "家庭", services: "制度の利用", health_trouble: "精神症状に伴う身体の不調", living: "生活環境", other: "その他" },
    by_disposition: {
      D01: "傾聴・助言で終了", D02: "情報提供", D03: "受診の勧め（かかりつけ・翌日以降）", D04: "精神科救急情報センターへ紹介", D05: "初期救急（当番・外来）", D06: "二次救急（当番・入院）", D07: "身体合併症への対応", D08: "身体科救急・119", D09: "警察・110", D10: "22条申請・通報の案内", D11: "保健所・市町村・相談支援", D12: "他の相談窓口", D13: "折返しの約束", D14: "中断", D15: "対象外", D99: "その他",
    },
    staff_on_duty: { nurse: "看護師", phn: "保健師", psw: "精神保健福祉士", psychologist: "公認心理師", other_expert: "その他の専門職", physician: "医師", designated_physician: "精神保健指定医", unknown: "資格不明" },
    by_refusal: { no_bed: "満床", out_of_area: "担当地域外", somatic_first: "身体の治療が先", not_indicated: "適応なし", other: "その他" },
  } as Record<string, Record<string, string>>,
};
