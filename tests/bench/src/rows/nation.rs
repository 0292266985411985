//! A nation: 47 regions with a window each, a thousand counsellors on duty, sixteen languages.

use std::fmt::Write;

use rand::RngExt;

pub(crate) const OPERATOR: &str = "japan";
pub(crate) const REGIONS: usize = 47;
pub(crate) const DESKS: usize = 1000;
pub(crate) const LANGUAGES: [&str; 16] =
    ["en", "zh", "ko", "pt", "es", "vi", "tl", "ne", "id", "th", "my", "si", "fr", "de", "ru", "uk"];

/// What a caller needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Need {
    pub(crate) region: usize,
    pub(crate) language: usize,
}

impl Need {
    pub(crate) fn any() -> Self {
        let mut random = rand::rng();
        Self { region: random.random_range(0..REGIONS), language: random.random_range(0..LANGUAGES.len()) }
    }

    pub(crate) fn window_id(self) -> String {
        window(self.region)
    }

    pub(crate) fn language(self) -> &'static str {
        LANGUAGES.get(self.language).copied().unwrap_or("ja")
    }

    pub(crate) fn region_id(self) -> String {
        region(self.region)
    }

    /// How many desks could answer.
    pub(crate) fn qualified(self) -> usize {
        (0..DESKS).filter(|desk| need_met_by(*desk) == self).count()
    }
}

/// Each region's counsellors go through the languages.
fn need_met_by(desk: usize) -> Need {
    Need { region: desk % REGIONS, language: desk / REGIONS % LANGUAGES.len() }
}

/// Also the staff id of who sits there, and their telephone account.
pub(crate) fn desk_id(desk: usize) -> String {
    format!("s{desk:04}")
}

/// Also its name: what a ringing telephone shows.
pub(crate) fn window(region: usize) -> String {
    format!("w{region:02}")
}

fn region(region: usize) -> String {
    format!("r{region:02}")
}

/// The called number of a region's window.
pub(crate) fn number(region: usize) -> String {
    format!("{}", 100 + region)
}

pub(crate) fn rota() -> String {
    let mut text = format!("[[operator]]\nid = \"{OPERATOR}\"\nname = \"日本\"\n");
    for region in 0..REGIONS {
        window_of(&mut text, region);
    }
    for desk in 0..DESKS {
        let (id, need) = (desk_id(desk), need_met_by(desk));
        let _ = write!(
            text,
            "[[staff]]\nid = \"{id}\"\nname = \"x\"\nqualifications = [\"nurse\"]\npsychiatric_experience = true\n\
             languages = [\"ja\", \"{}\"]\nregion = \"{}\"\ncontacts = [\"sip:{id}\"]\n",
            need.language(),
            need.region_id()
        );
    }
    text
}

fn window_of(text: &mut String, region: usize) {
    let id = window(region);
    let staff: Vec<String> = (0..DESKS)
        .filter(|desk| desk % REGIONS == region)
        .map(|desk| format!("\"{}\"", desk_id(desk)))
        .collect();
    let _ = write!(
        text,
        "[[window]]\nid = \"{id}\"\nname = \"{id}\"\nnumbers = [\"{}\"]\nlanguages = [\"ja\"]\n\
         hours = {{ weekday = \"00:00-24:00\", holiday = \"00:00-24:00\" }}\nfallback = \"+81300000190\"\n\
         [[pattern]]\nid = \"p-{id}\"\nwindows = [\"{id}\"]\nrole = \"counsellor\"\n\
         [[pattern.shift]]\ndays = [\"daily\"]\ntime = \"00:00-24:00\"\nstaff = [{}]\n",
        number(region),
        staff.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rota_of_the_nation_can_be_read() {
        let rota = on_call_rota::Rota::read(&rota()).unwrap();

        assert_eq!((rota.windows().len(), rota.staff().len()), (REGIONS, DESKS));
    }

    #[test]
    fn every_caller_has_a_desk_that_speaks_their_language_in_their_region() {
        for region in 0..REGIONS {
            assert!((0..LANGUAGES.len()).all(|language| Need { region, language }.qualified() >= 1));
        }
    }
}
