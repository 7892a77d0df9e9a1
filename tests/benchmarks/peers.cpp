#include "tests/benchmarks/bench.hpp"

namespace rehearse::bench {

std::vector<Benchmark> peer_benchmarks() {
  return {};
}

}  // namespace rehearse::bench
