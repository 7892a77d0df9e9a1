#include <cstdlib>
#include <iostream>
#include "tests/unit/calibrate/trace_support.hpp"
namespace rehearse {
TEST_CASE("print", "[.print]") {
  const char* f = std::getenv("F");
  const auto c = calibrate({f}, {});
  std::cout << text(c.account);
  for (auto& [p, e] : c.model.evidence) if (p.find("correl") != std::string::npos) std::cout << p << " " << c.model.services.size() << " " << e.note << "\n";
}
}
