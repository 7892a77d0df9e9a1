#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rehearse {

/// Hands over results of long work one by one. One that the machine refuses (a full disk, a closed
/// pipe) does not keep the others back.
class Delivery {
 public:
  /// Runs `write`; what it throws because the machine refused is kept for later. Returns whether it
  /// was delivered.
  bool attempt(const std::function<void()>& write);

  bool complete() const { return missing_.empty(); }

  /// Throws InputOutputError with all that is missing, followed by `consolation`, if anything is.
  void must_be_complete(const std::string& consolation) const;

 private:
  std::vector<std::string> missing_;
};

}  // namespace rehearse
