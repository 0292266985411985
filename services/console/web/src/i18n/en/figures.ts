/** Names of figures, lists and codes of the daily log. */
export const figures = {
  names: {
    offered: "Calls offered", answered: "Answered", abandoned_lt30: "Abandoned within 30 s", abandoned_ge30: "Abandoned after 30 s", blocked: "Blocked", silent: "Silent", redials: "Redials", frequent_caller_calls: "By frequent callers", relay_or_text_calls: "By relay or text", test_calls: "Test calls",
    in20s: "Answered within 20 s", in60s: "Answered within 60 s", asa_s: "Average speed of answer", p95_answer_s: "95th percentile of answer time", longest_wait_s: "Longest wait", talk_s: "Average talk time", acw_s: "Average time to write up", aht_s: "Average handling time", occupancy_permille: "Occupancy",
    suicidal: "Suicidal thoughts", self_harm: "Self-harm", harm_others: "Risk to others",
    advised_to_medical: "Advised to see a doctor", referred_to_centre: "To the information centre", to_rota_outpatient: "To on-duty out-patient care", to_rota_admission: "To on-duty admission", to_somatic: "To physical care", to_119: "To 119", to_110: "To 110", referrals_accepted: "Accepted", referrals_rejected: "Taken by nobody", referrals_pending: "No decision yet", median_decision_min: "Median time to decision",
    pages: "Pages", ack_median_s: "Median time to yes", ack_p90_s: "90th percentile of time to yes", unacked: "Without a yes", escalated: "To a later rung",
    staff_on_duty: "Staff on duty", uncovered_min: "Time without cover",
    released: "Referrals released", refused: "Refusals", hours_without_acceptance: "Hours without acceptance", repeat_callers: "Repeat callers", repeat_calls: "Repeat calls",
  },
  lists: { by_caller: "Caller", by_sex: "Sex", by_age: "Age", by_topic: "Topic", by_triage: "Code", by_disposition: "Disposition", staff_on_duty: "Staff by licence", by_refusal: "Refusals by reason", refusals_by_reason: "Refusals by reason", refusals_by_area: "Refusals by area", refusals_by_kind: "Refusals by kind of institution" },
  codes: {
    by_caller: { person: "the person themselves", family: "family", medical: "medical institution", police: "police", fire: "fire service", government: "public administration", other: "other", unknown: "not known" },
    by_sex: { male: "male", female: "female", other: "other", unknown: "not known" },
    by_age: { under_10: "under 10", "10s": "10–19",  "0-15": "15 and under", "le15": "15 and under", "16-19": "16–19", "20s": "20s", "30s": "30s", "40s": "40s", "50s": "50s", "60s": "60s", "70s": "70s", "80_and_over": "80 and over", "70+": "70 and over", "70s+": "70 and over", unknown: "not known" },
    by_topic: { relationships: "relationships", psychological: "psychological distress", psychiatric: "psychiatric condition", work_school: "work or school", home: "home", services: "services and benefits", health_trouble: "bodily trouble with symptoms", living: "living conditions", other: "other" },
    by_disposition: {
      D01: "listening and advice", D02: "information given", D03: "advised to see a doctor", D04: "referred to the emergency centre", D05: "on-duty out-patient care", D06: "on-duty hospital for admission", D07: "care for a physical illness besides", D08: "physical emergency, 119", D09: "police, 110", D10: "legal route explained", D11: "public support", D12: "another line", D13: "call-back promised", D14: "broken off", D15: "out of scope", D99: "other",
    },
    staff_on_duty: { nurse: "nurse", phn: "public health nurse", psw: "psychiatric social worker", psychologist: "certified psychologist", other_expert: "other expert", physician: "physician", designated_physician: "designated psychiatrist", unknown: "licence not known" },
    by_refusal: { no_bed: "no bed", out_of_area: "out of area", somatic_first: "physical treatment first", not_indicated: "not indicated", other: "other" },
  },
};
