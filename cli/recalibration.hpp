#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "calibrate/calibrate.hpp"
#include "scenarios/facts.hpp"

namespace rehearse {

/// What overwrites: only what a calibration wrote, or also what a person did and no evidence says.
enum class Overwrite { learned, all };

/// What stands beside a recording.
struct Beside {
  std::optional<std::string> model;  // where the model goes, and where one may be
  Overwrite overwrite = Overwrite::learned;
  Facts facts;
  std::size_t rows = 20;  // so many lines of long lists
};

/// A learned model with what a person knows, as it is to be written.
struct Recalibration {
  ModelSpec model;
  std::string account;  // empty: nothing stood beside the recording
};

/// Puts what a person gave in the model that was there, then facts, in place of what was learned:
/// of that model values whose evidence says given, and edits that evidence can tell. The account
/// says what was given and kept, what the recording speaks against, what has no place any more, and
/// what changed. What is no regular file, or empty, is nothing.
///
/// What no evidence speaks of (a queue's capacity, a service of a person's own), and whatever a
/// file says that no calibration wrote, or one that noted no values, is not overwritten unless
/// asked for: throws InvalidInput that names it. Throws, too, when what was given does not fit what
/// was learned.
Recalibration recalibrated(const Calibration& learned, Beside beside);

}  // namespace rehearse
