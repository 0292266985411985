import type { Refusals } from "./tell";

export const referral: Refusals = {
  "referral was changed by others at the same moment; try again": "ほかの人が同時に紹介を書き換えました。もう一度試してください。",
  "referral has been deleted: its retention is over": "この紹介は、保存期間が過ぎたため廃棄されています。",
  "record cannot be read: {}": "紹介のもとになる記録を読めません。{0!}",
  "at most {last}, which was given last": "最後に届いた知らせは {last} 番です。それ以下にしてください。",
  "the id of an escalation": "精神科医の呼出から選んでください。",
  "is no field of a referral": "紹介にない項目です。",
  "name at least one target: no hospital is on duty for this case, and the directory has no centre": "紹介先を一つ以上選んでください。この件に当たる当番病院がなく、センターも登録されていません。",
  "is empty unless the way is webhook": "伝え方が webhook でないときは、空にしてください。",
  "webhook needs a secret: add a [[referral_webhook]] for this target to the settings": "webhook には秘密鍵が要ります。管理者に、この紹介先の [[referral_webhook]] を設定に加えてもらってください。",
  "an http or https address": "http か https のアドレスにしてください。",
  "none, grpc or webhook": "none・grpc・webhook のどれかにしてください。",
  "no question is open": "回答を待っている照会はありません。",
  "told, accepted, declined or closed": "伝えた・受諾・辞退・終了のどれかにしてください。",
  "whom the referral was told to: nobody is being asked now": "いま打診している先がありません。伝えた紹介先を選んでください。",
  "record has no triage code yet: answer its questions, or give a code of your own": "記録にトリアージ区分がまだありません。質問に答えるか、自分で区分を付けてください。",
};

/** services/referral/src/target_list.rs */
export const targetList: Refusals = {
  "at most 1 MiB": "ファイルは 1 MiB 以内にしてください。",
  "its first line names the columns": "1 行目に列の名前を書いてください。",
  "line {line}: a quotation mark is not closed, or stands inside a cell": "{line} 行目：引用符が閉じられていないか、値の途中にあります。",
  "line {}: has more cells than the first line": "{0} 行目：値の数が、1 行目の列より多くなっています。",
  "line {}: target_id is there twice": "{0} 行目：target_id が前の行と同じです。",
  "line {}: {fault}": "{0} 行目：{fault!}",
  "and {} more": "ほかに {0} 件あります。",
  "line 1: column {} is none of {}": "1 行目：{0} 列目の名前が違います。使えるのは {1} です。",
  "line 1: {name} is there twice": "1 行目：{name} の列が二つあります。",
  "line 1: the column {name} is missing": "1 行目：{name} の列がありません。",
};

/** services/domain/src/referral: what may become of a referral, and when. */
export const story: Refusals = {
  "still needed to release the referral: {}": "紹介を送るのに足りない項目があります：{0@}。記録に書くか、紹介の下書きに書いてください。",
  "consent_basis is law, life_27_1_2 or public_body where consent is not given": "本人の同意がないときの「情報提供の根拠」は、法令・生命の保護（27 条 1 項 2 号）・公的機関のどれかにしてください。",
  "record is signed before a referral of code C to G is released": "区分 C〜G の紹介は、記録に署名してから送ってください。",
  "target {0} is in the list twice": "紹介先 {0} が二度選ばれています。一度だけにしてください。",
  "target {0} was asked already": "紹介先 {0} にはもう打診しました。別の紹介先を選んでください。",
  "referral was already accepted by {by}": "この紹介は {by} がすでに受諾しました。",
  "referral is not accepted by {0}": "{0} はこの紹介を受諾していません。",
  "referral is a draft: it can be released": "この紹介はまだ下書きです。先に送ってください。",
  "referral is released: it can be corrected or recalled": "この紹介はもう送られています。訂正か取消しをしてください。",
  "referral was recalled": "この紹介は取り消されています。",
  "referral is closed": "この紹介は終わっています。",
  "the person has arrived: report the outcome": "本人はもう到着しています。受診結果を知らせてください。",
  "question {0} is not open": "照会 {0} は、もう回答を待っていません。",
  "revision is later than {0}, which was told already": "記録の第 {0} 版がもう伝えられています。それより後の版にしてください。",
};
