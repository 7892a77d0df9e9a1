#include "studies/identifiability.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

const std::string path_of_work = "services.station.endpoints.serve.behaviours[0].steps[0].work";

/// A law of three points, of so many visits.
ModelSpec learned_model(std::uint64_t visits) {
  LawSpec law;
  law.form = EmpiricalSpec{{{0, Duration::milliseconds(10)},
                            {0.5, Duration::milliseconds(20)},
                            {1, Duration::milliseconds(120)}}};
  ModelSpec model = testing::station(law, 4);
  testing::add_poisson(model, 20);
  model.evidence["services.station.endpoints.serve.behaviours"] = {Basis::observed, visits, ""};
  return model;
}

const Identified& found(const std::vector<Identified>& known, double level) {
  const auto place = std::find_if(known.begin(), known.end(), [&](const Identified& one) {
    return one.path == path_of_work && one.level == level;
  });
  REQUIRE(place != known.end());
  return *place;
}

}  // namespace

TEST_CASE("a p99 of 200 visits is a guess, and their p50 is none", "[studies]") {
  const std::vector<Identified> known = identified_values(learned_model(200), nullptr);

  CHECK(found(known, 0.99).is_guess);
  CHECK(found(known, 0.99).learned == Approx(0.118));
  CHECK_FALSE(found(known, 0.5).is_guess);
  CHECK(found(known, 0.5).learned == Approx(0.020));
  CHECK(found(known, 0.99).relative_width > found(known, 0.5).relative_width);
  CHECK_FALSE(found(identified_values(learned_model(2000), nullptr), 0.99).is_guess);
}

TEST_CASE("of draws the middle 90 % are the range of a number, the widest first", "[studies]") {
  const ModelSpec model = learned_model(5000);
  ParameterDraws draws = without_draws(model);
  for (int i = 0; i < 100; ++i) {
    for (std::size_t j = 0; j < draws.paths.size(); ++j) {
      const bool is_median = draws.paths[j] == path_of_work + "[1]";
      const double times = is_median ? 0.9 + 0.002 * i : 1;
      draws.values.push_back(static_cast<float>(draws.learned[j] * times));
    }
  }
  const DrawnModel drawn(model, draws);

  const std::vector<Identified> known = identified_values(model, &drawn);

  // The p99 leans on the point in the middle with a fiftieth of its move.
  REQUIRE(known.size() == 2);
  CHECK(known[0].level == 0.5);
  CHECK(known[0].range->lower == Approx(0.020 * (0.9 + 0.002 * 5)).epsilon(1e-4));
  CHECK(known[0].range->upper == Approx(0.020 * (0.9 + 0.002 * 94)).epsilon(1e-4));
  CHECK(known[0].relative_width == Approx(0.178).epsilon(0.01));
  CHECK(known[1].level == 0.99);
}

TEST_CASE("what a person gave is not among what the recording fixes", "[studies]") {
  ModelSpec model = learned_model(200);
  model.evidence["services.station.endpoints.serve.behaviours"].basis = Basis::given;

  const std::vector<Identified> known = identified_values(model, nullptr);

  CHECK(known.empty());
}

}  // namespace rehearse
