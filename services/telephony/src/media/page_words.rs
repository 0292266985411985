//! What a person hears who is paged by telephone. Only codes are spoken: it is
//! not known who has lifted. Texts and recordings are kept as those of `prompts`.

mod word;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};

use super::clip::{Clip, ClipError, RATE};
use super::prompts::{Language, PromptFault, PromptFaults, strangers};

pub use word::Word;

/// Before each recording of a sentence: 200 ms.
const PAUSE: usize = RATE as usize / 5;
/// Nearer to nothing than this (-60 dBFS) is the silence around a recording.
const FAINT: u16 = 32;

/// Every word in every language. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PageWords {
    /// In the order of `Word::ALL` and `Language::ALL`.
    clips: Arc<[[Clip; Language::ALL.len()]]>,
}

impl PageWords {
    /// The recordings in the binary.
    ///
    /// # Errors
    /// None in a binary that has passed its tests.
    pub fn embedded() -> Result<Self, PromptFaults> {
        Self::gather(Vec::new(), embedded)
    }

    /// The recordings of `folder` (`ja/page_p1.wav`, …), which is also that of
    /// the prompts, and the embedded ones for those it lacks.
    ///
    /// # Errors
    /// All faults of the folder, as `PromptSet::from_dir`.
    pub fn from_dir(folder: &Path) -> Result<Self, PromptFaults> {
        Self::gather(strangers(folder), |word, language| {
            let path = folder.join(language.code()).join(word.name()).with_extension("wav");
            match path.exists() {
                true => Clip::from_wav(word.name(), &path),
                false => embedded(word, language),
            }
        })
    }

    fn gather(
        mut faults: Vec<PromptFault>,
        load: impl Fn(Word, Language) -> Result<Clip, ClipError>,
    ) -> Result<Self, PromptFaults> {
        let mut loaded = |word: Word, language| {
            load(word, language).unwrap_or_else(|fault| {
                faults.push(fault.into());
                Clip::new(word.name(), [])
            })
        };
        let both = |&word: &Word| Language::ALL.map(|language| loaded(word, language));
        let clips = Word::ALL.iter().map(both).collect();
        if faults.is_empty() { Ok(Self { clips }) } else { Err(PromptFaults(faults)) }
    }

    /// How urgent it is, then what the keys do. A drill is said with `Word::Drill` instead.
    pub fn intro(&self, priority: Priority, language: Language) -> Clip {
        self.sentence("page_intro", &[priority.into(), Word::Menu], language)
    }

    /// Whom and what it is about, as far as it is known, then what the keys do.
    pub fn reasons(
        &self,
        reasons: &[Reason],
        triage: Option<TriageCode>,
        age: Option<AgeBand>,
        language: Language,
    ) -> Clip {
        let about = age.map(Word::from).into_iter().chain(triage.map(Word::from));
        let because = reasons.iter().copied().filter_map(Word::because);
        let words: Vec<Word> = about.chain(because).chain([Word::Menu]).collect();
        self.sentence("page_reasons", &words, language)
    }

    pub fn say(&self, word: Word, language: Language) -> Clip {
        self.clips[word as usize][language as usize].clone()
    }

    fn sentence(&self, name: &'static str, words: &[Word], language: Language) -> Clip {
        let mut samples = Vec::new();
        for &word in words {
            samples.resize(samples.len() + PAUSE, 0);
            samples.extend_from_slice(spoken(self.say(word, language).samples()));
        }
        samples.resize(samples.len() + PAUSE, 0);
        Clip::new(name, samples)
    }
}

/// Without the silence around it, of which an operator's own recording may have any length.
fn spoken(samples: &[i16]) -> &[i16] {
    let heard = |sample: &i16| sample.unsigned_abs() > FAINT;
    match (samples.iter().position(heard), samples.iter().rposition(heard)) {
        (Some(first), Some(last)) => &samples[first..=last],
        (_, _) => &[],
    }
}

fn embedded(word: Word, language: Language) -> Result<Clip, ClipError> {
    let path = PathBuf::from(format!("(embedded)/{}/{}.wav", language.code(), word.name()));
    Clip::from_wav_bytes(word.name(), &path, word.wav(language))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn everything() -> impl Iterator<Item = (Word, Language)> {
        Word::ALL.iter().flat_map(|word| Language::ALL.map(|language| (*word, language)))
    }

    /// Where in `clip` the words are heard, in the order given; panics when one is missing.
    fn places(words: &PageWords, clip: &Clip, said: &[Word], language: Language) -> Vec<usize> {
        let mut from = 0;
        let find = |&word: &Word| {
            let clips = words.say(word, language);
            let sound = spoken(clips.samples());
            let at = clip.samples()[from..].windows(sound.len()).position(|part| part == sound);
            let at = from + at.unwrap_or_else(|| panic!("{word:?} is not in {clip:?}"));
            from = at + sound.len();
            at
        };
        said.iter().map(find).collect()
    }

    #[test]
    fn every_embedded_word_is_short_speech() {
        let words = PageWords::embedded().unwrap();
        for (word, language) in everything() {
            let clip = words.say(word, language);

            assert_eq!(clip.name(), word.name());
            assert!((600..9_000).contains(&clip.milliseconds()), "{clip:?} in {language:?}");
            assert!(clip.samples().iter().any(|sample| sample.abs() > 3_000), "{clip:?} is faint");
        }
    }

    #[test]
    fn the_embedded_recordings_are_those_of_their_names() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
        let (words, files) = (PageWords::embedded().unwrap(), PageWords::from_dir(&folder).unwrap());
        for (word, language) in everything() {
            assert!(words.say(word, language) == files.say(word, language), "{word:?} in {language:?}");
        }
    }

    #[test]
    fn every_code_is_said_by_the_recording_of_its_name() {
        for priority in Priority::ALL {
            assert_eq!(Word::from(*priority).name(), format!("page_{}", priority.code().to_lowercase()));
        }
        for band in AgeBand::ALL {
            assert_eq!(Word::from(*band).name(), format!("age_{band}"));
        }
        for code in TriageCode::ALL {
            assert_eq!(Word::from(*code).name(), format!("triage_{}", code.code().to_lowercase()));
        }
        for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::Drill) {
            assert_eq!(Word::because(*reason).unwrap().name(), format!("reason_{reason}"));
        }
        assert_eq!(Word::because(Reason::Drill), None);
    }

    #[test]
    fn a_page_begins_with_how_urgent_it_is_and_what_the_keys_do() {
        let words = PageWords::embedded().unwrap();

        let clip = words.intro(Priority::P1, Language::Ja);

        assert_eq!(clip.name(), "page_intro");
        assert_eq!(places(&words, &clip, &[Word::P1, Word::Menu], Language::Ja)[0], PAUSE);
        assert!(clip.milliseconds() < 15_000, "{clip:?}");
    }

    #[test]
    fn the_reasons_are_age_triage_code_and_each_reason_with_a_pause_between() {
        let words = PageWords::embedded().unwrap();
        let reasons = [Reason::Medication, Reason::RiskImminent];

        let clip = words.reasons(&reasons, Some(TriageCode::B), Some(AgeBand::Thirties), Language::En);

        let said = [
            Word::AgeThirties,
            Word::TriageB,
            Word::BecauseMedication,
            Word::BecauseRiskImminent,
            Word::Menu,
        ];
        let places = places(&words, &clip, &said, Language::En);
        let sound = |word| spoken(words.say(word, Language::En).samples()).len();
        for (pair, word) in places.windows(2).zip(said) {
            assert_eq!(pair[1] - pair[0], sound(word) + PAUSE, "{word:?}");
        }
        assert_eq!(clip.samples().len(), places[4] + sound(Word::Menu) + PAUSE);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let words = PageWords::embedded().unwrap();

        let clip = words.reasons(&[Reason::Legal], None, None, Language::Ja);

        assert_eq!(places(&words, &clip, &[Word::BecauseLegal, Word::Menu], Language::Ja)[0], PAUSE);
    }

    #[test]
    fn an_operators_own_recording_replaces_one_word_and_the_rest_stay() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("ja")).unwrap();
        fs::write(folder.path().join("ja/page_menu.wav"), Word::Connecting.wav(Language::Ja)).unwrap();

        let (own, embedded) = (PageWords::from_dir(folder.path()).unwrap(), PageWords::embedded().unwrap());

        let samples = |words: &PageWords, word| words.say(word, Language::Ja).samples().to_vec();
        assert_eq!(samples(&own, Word::Menu), samples(&embedded, Word::Connecting));
        assert_eq!(samples(&own, Word::P2), samples(&embedded, Word::P2));
        assert_eq!(own.say(Word::Menu, Language::Ja).name(), "page_menu");
    }

    #[test]
    fn all_faults_of_a_folder_are_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("en")).unwrap();
        fs::write(folder.path().join("en/page_menue.wav"), Word::Menu.wav(Language::En)).unwrap();
        fs::write(folder.path().join("en/triage_a.wav"), b"not sound").unwrap();

        let faults = PageWords::from_dir(folder.path()).unwrap_err();

        let told = faults.to_string();
        assert_eq!(faults.0.len(), 2, "{told}");
        assert!(told.contains("en/page_menue.wav") && told.contains("en/triage_a.wav"), "{told}");
    }
}
