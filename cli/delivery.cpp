#include "cli/delivery.hpp"

#include <fmt/format.h>

#include <new>

#include "sim/error.hpp"

namespace rehearse {

bool Delivery::attempt(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const InputOutputError& refusal) {
    missing_.emplace_back(refusal.what());
  } catch (const std::bad_alloc&) {
    missing_.emplace_back("out of memory");
  }
  return false;
}

void Delivery::must_be_complete(const std::string& consolation) const {
  if (complete()) return;
  throw InputOutputError(fmt::format("{}\n{}", fmt::join(missing_, "\nrehearse: "), consolation));
}

}  // namespace rehearse
