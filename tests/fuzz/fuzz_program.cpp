#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/fuzz_targets.hpp"

/// What libFuzzer calls. What the target throws ends the program, and that is a find.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rehearse::test::run_fuzz_target(REHEARSE_FUZZ_TARGET, bytes);
  return 0;
}
