#pragma once

#include <cstddef>

#include "models/control/ledger.hpp"
#include "models/control/stage.hpp"

namespace rehearse {

/// The controller that ends intervals, windows and load windows, and keeps the ledger.
class Boundaries {
 public:
  explicit Boundaries(const Plan& plan) : ledger_(plan) {}
  /// As constructed anew; keeps the memory.
  void restart(const Plan& plan);
  void plan(Stage& stage);

  void close_interval(Stage& stage);
  /// The first one ends the warm-up.
  void close_window(Stage& stage);
  void close_load_window(Stage& stage);
  /// At the end of a run that broke off: what it did not reach is closed as it is.
  void close_all(Stage& stage);
  /// Writes what was recorded. Counts what is still without an answer.
  void write(Stage& stage);

 private:
  static void settle_recorders(Stage& stage);

  Ledger ledger_;
  std::size_t windows_closed_ = 0;
  bool windows_opened_ = false;
};

}  // namespace rehearse
