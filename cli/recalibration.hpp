#pragma once

#include <string>

#include "calibrate/calibrate.hpp"

namespace rehearse {

/// A learned model that takes the place of one that was there.
struct Recalibration {
  ModelSpec model;
  std::string account;  // empty: nothing was there
};

/// What overwrites: only what a calibration wrote, or also what a person did and no evidence says.
enum class Overwrite { learned, all };

/// Puts what a person gave in the model at `path` in place of what was learned: values whose
/// evidence says given, and edits that evidence can tell. The account says what was kept, what the
/// recording speaks against, what has no place any more, and what changed. What is no regular file,
/// or empty, is nothing.
///
/// What no evidence speaks of (a queue's capacity, a service of a person's own), and whatever a
/// file says that no calibration wrote, or one that noted no values, is not overwritten unless
/// asked for: throws InvalidInput that names it. Throws, too, when what was given does not fit what
/// was learned. `rows`: so many lines of long lists.
Recalibration recalibrated(const Calibration& learned, const std::string& path, Overwrite overwrite,
                           std::size_t rows);

}  // namespace rehearse
