//! One picture: each promise with its ratio, from the least round to the most, against its goal.

use std::fmt::Write;

use crate::report::Report;
use crate::statistics::Spread;
use crate::verdict::{Goal, Kept, Verdict};

const WIDTH: f64 = 1100.0;
/// Where the scale begins; names are left of it.
const LEFT: f64 = 560.0;
const LINE: f64 = 26.0;
const TOP: f64 = 70.0;
/// The scale is of the ratio over its goal, by powers of two: an eighth to eight times.
const EIGHTH: f64 = -3.0;
const EIGHTFOLD: f64 = 3.0;

pub(crate) fn ratios(report: &Report) -> String {
    let lines: Vec<(String, &Kept)> = report
        .rows
        .iter()
        .flat_map(|row| row.promises.iter().map(move |kept| (format!("{} · {}", row.name, row.engine), kept)))
        .collect();
    let height = lines.iter().fold(TOP, |height, _| height + LINE) + 40.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    let title = format!("Ratio to the floor, over its goal: left of 1 is met. {}", report.begun);
    text(&mut svg, 12.0, 22.0, "start", "15", &title);
    text(
        &mut svg,
        12.0,
        40.0,
        "start",
        "11",
        "dot: median of the rounds, line: least to most, hollow: no result",
    );
    scale(&mut svg, height);
    let mut y = TOP;
    for (row, kept) in &lines {
        promise(&mut svg, y, row, kept);
        y += LINE;
    }
    svg.push_str("</svg>\n");
    svg
}

fn scale(svg: &mut String, height: f64) {
    for (times, name) in
        [(0.125, "⅛"), (0.25, "¼"), (0.5, "½"), (1.0, "1"), (2.0, "2"), (4.0, "4"), (8.0, "8")]
    {
        let x = place(times);
        let colour = if name == "1" { "#333" } else { "#ddd" };
        line(svg, (x, TOP - 12.0), (x, height - 24.0), colour, 1.0);
        text(svg, x, height - 10.0, "middle", "11", name);
    }
}

fn promise(svg: &mut String, y: f64, row: &str, kept: &Kept) {
    let name = format!("{row}: {} {}", kept.what, kept.goal);
    text(svg, LEFT - 10.0, y + 4.0, "end", "11", &name);
    let Some(ratio) = kept.ratio else { return };
    let Spread { median, least, most } = over_goal(kept.goal, ratio);
    let colour = match kept.verdict {
        Verdict::Met => "#1a7f37",
        Verdict::Missed => "#c62828",
        Verdict::NoResult => "#777",
    };
    line(svg, (place(least), y), (place(most), y), colour, 3.0);
    let fill = if kept.verdict == Verdict::NoResult { "white" } else { colour };
    let _ = writeln!(
        svg,
        "<circle cx=\"{:.1}\" cy=\"{y}\" r=\"5\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"2\"><title>{ratio}</title></circle>",
        place(median)
    );
}

/// So that one is the goal and less is better.
fn over_goal(goal: Goal, ratio: Spread) -> Spread {
    match goal {
        Goal::AtMost(most) => {
            Spread { median: ratio.median / most, least: ratio.least / most, most: ratio.most / most }
        }
        Goal::AtLeast(least) => {
            Spread { median: least / ratio.median, least: least / ratio.most, most: least / ratio.least }
        }
    }
}

fn place(times: f64) -> f64 {
    let powers = times.log2().clamp(EIGHTH, EIGHTFOLD);
    LEFT + (powers - EIGHTH) / (EIGHTFOLD - EIGHTH) * (WIDTH - LEFT - 40.0)
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-width=\"{width}\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, size: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{words}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_is_at_one_and_better_is_left_of_it_for_times_and_rates_alike() {
        let half = Spread { median: 0.7, least: 0.7, most: 0.7 };

        assert!(place(over_goal(Goal::AtMost(1.4), half).median) < place(1.0));
        assert!(place(over_goal(Goal::AtLeast(0.35), half).median) < place(1.0));
        assert!(place(over_goal(Goal::AtLeast(0.9), half).median) > place(1.0));
    }

    #[test]
    fn what_is_beyond_the_scale_stays_in_the_picture() {
        assert!(place(1e9) <= WIDTH && place(1e-9) >= LEFT);
    }
}
