#pragma once

#include <signal.h>

#include <array>

namespace rehearse {

/// While one exists, the first Ctrl-C (or SIGTERM, or a terminal that is closed) is only
/// remembered, so that what is finished can be saved; the second Ctrl-C or SIGTERM ends the process
/// at once. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether it was asked for. Any thread.
  static bool requested();

  /// Whether the terminal was closed: nobody is left to print for.
  static bool hung_up();

 private:
  std::array<struct sigaction, 3> before_{};
};

/// While one exists, a reader that goes away (`| head`) does not end the process: what is written
/// to it fails instead, and files can still be saved.
class PatienceWithPipes {
 public:
  PatienceWithPipes();
  ~PatienceWithPipes();
  PatienceWithPipes(const PatienceWithPipes&) = delete;
  PatienceWithPipes& operator=(const PatienceWithPipes&) = delete;

 private:
  struct sigaction before_ {};
};

}  // namespace rehearse
