#pragma once

namespace rehearse {

/// While one exists, the first Ctrl-C (or SIGTERM) is only remembered, so that what is finished can
/// be saved; the second ends the process at once. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether it was asked for. Any thread.
  static bool requested();
};

}  // namespace rehearse
