#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse::test {

/// Something that must take any bytes whatever: it may refuse them with an InvalidInput whose text
/// a terminal can show, and learn a model that is never refused; anything else that it throws is
/// a find.
struct FuzzTarget {
  std::string name;  // also of its folder in tests/fuzz/corpus
  std::function<void(std::string_view bytes)> run;
};

/// All of them, always in the same order.
const std::vector<FuzzTarget>& fuzz_targets();

/// Runs the target of that name. Throws whatever is a find, and std::logic_error when there is no
/// such target.
void run_fuzz_target(std::string_view name, std::string_view bytes);

}  // namespace rehearse::test
