//! What callers are told. The texts are in `prompts/texts.toml`; every
//! recording may be replaced by the operator's own.

use std::path::{Path, PathBuf};

use domain::ledger::Prompt;

use super::clip::{Clip, ClipError};
use super::page_words::Word;

/// In the order of `Prompt::ALL`; each in Japanese and English.
macro_rules! recordings {
    ($($name:literal),+ $(,)?) => {
        [$([
            include_bytes!(concat!("../../prompts/ja/", $name, ".wav")),
            include_bytes!(concat!("../../prompts/en/", $name, ".wav")),
        ]),+]
    };
}

static EMBEDDED: [[&[u8]; Language::ALL.len()]; Prompt::ALL.len()] = recordings![
    "greeting",
    "hold",
    "nobody_free",
    "fallback",
    "callback_promised",
    "callback_withheld",
    "callback_counsellor",
    "consulting",
    "on_hold",
    "closed",
    "technical",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    Ja,
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// English for callers of other languages than Japanese: more of them know some.
    pub fn of(tag: &str) -> Self {
        match tag {
            "" | "ja" => Self::Ja,
            _ => Self::En,
        }
    }

    /// Also the name of its folder.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PromptFault {
    #[error(transparent)]
    Clip(#[from] ClipError),
    #[error("{0} is no prompt; the names are ja/NAME.wav and en/NAME.wav with NAME one of {names}", names = names())]
    Unknown(PathBuf),
    #[error("cannot list the prompt folder {path}")]
    Folder { path: PathBuf, source: std::io::Error },
}

/// All faults of a set, at once.
#[derive(Debug, thiserror::Error)]
#[error("prompt recordings cannot be used: {}", list(.0))]
pub struct PromptFaults(pub Vec<PromptFault>);

fn list(faults: &[PromptFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn names() -> String {
    stems().collect::<Vec<_>>().join(", ")
}

/// Of every recording that the folder of an operator may hold.
fn stems() -> impl Iterator<Item = &'static str> {
    Prompt::ALL.into_iter().map(Prompt::name).chain(Word::ALL.iter().map(|word| word.name()))
}

/// Every prompt in every language.
#[derive(Clone, Debug)]
pub struct PromptSet {
    /// In the order of `Prompt::ALL` and `Language::ALL`.
    clips: [[Clip; Language::ALL.len()]; Prompt::ALL.len()],
}

impl PromptSet {
    /// The recordings in the binary.
    ///
    /// # Errors
    /// None in a binary that has passed its tests.
    pub fn embedded() -> Result<Self, PromptFaults> {
        Self::gather(Vec::new(), embedded)
    }

    /// The recordings of `folder` (`ja/greeting.wav`, …), and the embedded ones for those it lacks.
    ///
    /// # Errors
    /// All faults of the folder: recordings that cannot be played, and files whose names are no
    /// prompt's, which would never be heard.
    pub fn from_dir(folder: &Path) -> Result<Self, PromptFaults> {
        Self::gather(strangers(folder), |prompt, language| {
            let path = folder.join(language.code()).join(prompt.name()).with_extension("wav");
            match path.exists() {
                true => Clip::from_wav(prompt.name(), &path),
                false => embedded(prompt, language),
            }
        })
    }

    fn gather(
        mut faults: Vec<PromptFault>,
        load: impl Fn(Prompt, Language) -> Result<Clip, ClipError>,
    ) -> Result<Self, PromptFaults> {
        let clips = Prompt::ALL.map(|prompt| {
            Language::ALL.map(|language| {
                load(prompt, language).unwrap_or_else(|fault| {
                    faults.push(fault.into());
                    Clip::new(prompt.name(), [])
                })
            })
        });
        if faults.is_empty() { Ok(Self { clips }) } else { Err(PromptFaults(faults)) }
    }

    pub fn clip(&self, prompt: Prompt, language: Language) -> Clip {
        self.clips[prompt as usize][language as usize].clone()
    }
}

fn embedded(prompt: Prompt, language: Language) -> Result<Clip, ClipError> {
    let path = PathBuf::from(format!("(embedded)/{}/{}.wav", language.code(), prompt.name()));
    Clip::from_wav_bytes(prompt.name(), &path, EMBEDDED[prompt as usize][language as usize])
}

/// WAV files in the folder that no prompt and no page will ever ask for: most likely a slip of the pen.
pub(super) fn strangers(folder: &Path) -> Vec<PromptFault> {
    let mut faults = Vec::new();
    let mut expected = Vec::new();
    for language in Language::ALL {
        let files = stems().map(|stem| folder.join(language.code()).join(stem).with_extension("wav"));
        expected.extend(files);
    }
    let languages = Language::ALL.map(|language| folder.join(language.code()));
    for place in
        std::iter::once(folder.to_owned()).chain(languages.into_iter().filter(|place| place.exists()))
    {
        match recordings(&place) {
            Ok(files) => {
                faults.extend(files.into_iter().filter(|f| !expected.contains(f)).map(PromptFault::Unknown))
            }
            Err(source) => faults.push(PromptFault::Folder { path: place, source }),
        }
    }
    faults
}

fn recordings(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    let mut files: Vec<PathBuf> = paths.into_iter().filter(|path| is_wav(path)).collect();
    files.sort();
    Ok(files)
}

fn is_wav(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder that holds one of our own recordings under each of the names given.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, EMBEDDED[Prompt::Closed as usize][0]).unwrap();
        }
        folder
    }

    #[test]
    fn every_embedded_prompt_is_speech_of_a_few_seconds() {
        let set = PromptSet::embedded().unwrap();
        for (prompt, language) in Prompt::ALL.iter().flat_map(|p| Language::ALL.map(|l| (*p, l))) {
            let clip = set.clip(prompt, language);

            assert_eq!(clip.name(), prompt.name());
            assert!((3_000..15_000).contains(&clip.milliseconds()), "{clip:?} in {language:?}");
            assert!(clip.samples().iter().any(|sample| sample.abs() > 3_000), "{clip:?} is faint");
        }
    }

    #[test]
    fn the_embedded_recordings_are_those_of_their_names() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
        let (set, files) = (PromptSet::embedded().unwrap(), PromptSet::from_dir(&folder).unwrap());
        for (prompt, language) in Prompt::ALL.iter().flat_map(|p| Language::ALL.map(|l| (*p, l))) {
            assert_eq!(prompt, Prompt::ALL[prompt as usize]);
            assert!(set.clip(prompt, language) == files.clip(prompt, language), "{prompt:?} in {language:?}");
        }
    }

    #[test]
    fn a_caller_of_a_third_language_hears_english() {
        assert_eq!(["ja", "en", "pt"].map(Language::of), [Language::Ja, Language::En, Language::En]);
    }

    #[test]
    fn an_operators_own_recording_replaces_one_prompt_and_the_rest_stay() {
        let folder = folder(&["ja/hold.wav", "en/page_p1.wav"]);

        let (own, embedded) = (PromptSet::from_dir(folder.path()).unwrap(), PromptSet::embedded().unwrap());

        let samples = |set: &PromptSet, prompt| set.clip(prompt, Language::Ja).samples().to_vec();
        assert_eq!(samples(&own, Prompt::Hold), samples(&embedded, Prompt::Closed));
        assert_eq!(samples(&own, Prompt::Greeting), samples(&embedded, Prompt::Greeting));
        assert_eq!(own.clip(Prompt::Hold, Language::Ja).name(), "hold");
    }

    #[test]
    fn all_faults_of_a_folder_are_told_at_once() {
        let folder = folder(&["ja/greting.wav", "en/hold.wav", "fallback.wav"]);
        fs::write(folder.path().join("en/closed.wav"), b"not sound").unwrap();

        let PromptFaults(faults) = PromptSet::from_dir(folder.path()).unwrap_err();

        let told = list(&faults);
        assert_eq!(faults.len(), 3, "{told}");
        ["ja/greting.wav", "fallback.wav", "en/closed.wav"].iter().for_each(|file| {
            assert!(told.contains(file), "{told}");
        });
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_fault() {
        let PromptFaults(faults) = PromptSet::from_dir(Path::new("/nowhere")).unwrap_err();

        assert!(matches!(faults[..], [PromptFault::Folder { .. }]));
    }
}
