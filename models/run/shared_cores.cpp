#include "models/run/shared_cores.hpp"

#include <algorithm>
#include <utility>

#include "sim/expects.hpp"

namespace rehearse {

void SharedCores::restart() {
  std::vector<Piece> memory = std::move(pieces);
  memory.clear();
  *this = SharedCores{};
  pieces = std::move(memory);
}

void SharedCores::settle(Time now) {
  expects(now >= settled, "cores are not settled for the past");
  const auto elapsed = static_cast<Integral>((now - settled).in_nanoseconds());
  settled = now;
  busy_millis += busy * elapsed;
}

void SharedCores::share(double cores, const CorePaces* paces) {
  if (running == 0) {
    busy = 0;
  } else if (paces == nullptr) {
    pace = std::min(1.0, cores / running);
    busy = std::min(running * std::uint64_t{1000}, thousandths(cores));
  } else {
    pace = paces->pace(running);
    busy = std::min(paces->busy_thousandths(running), thousandths(cores));
  }
}

Integral SharedCores::collect(Time now) {
  expects(running <= pieces.size(), "what runs on the cores is a piece of work");
  settle(now);
  return std::exchange(busy_millis, 0);
}

}  // namespace rehearse
