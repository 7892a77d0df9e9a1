#include "studies/mixed_readings.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

namespace rehearse {
namespace {

OpenValue limit(const std::string& service) {
  OpenValue value;
  value.service = service;
  return value;
}

const std::vector<OpenValue> open = {limit("ads"),
                                     limit("page"),
                                     {OpenValue::Kind::failure, "page", "ads"},
                                     {OpenValue::Kind::timeout, "page", "ads"}};

RecordedEnds ends() {
  RecordedEnds ends;
  ends.least_workers = {{"ads", {Limit::Of::workers, 3}}, {"page", {Limit::Of::workers, 2}}};
  ends.least_cores = {{"ads", {Limit::Of::cores, 1}}, {"page", {Limit::Of::cores, 1}}};
  ends.short_timeouts[{"page", "ads"}] = Duration::seconds(1);
  return ends;
}

constexpr std::size_t mixtures = 16;

}  // namespace

TEST_CASE("of both corners each value is tried at its other end", "[studies]") {
  const Reading model;
  Reading fearful;
  fearful.limits = ends().least_workers;
  const auto readings = mixed_readings(open, ends(), {model, fearful}, 1);
  REQUIRE(readings.size() == 2 * open.size() + mixtures);

  for (std::size_t i = 0; i < open.size(); ++i) {
    for (std::size_t k = 0; k < open.size(); ++k) {
      CHECK(readings[i].agrees(open[k], model) == (i != k));
      CHECK(readings[open.size() + i].agrees(open[k], fearful) == (i != k));
    }
  }
}

TEST_CASE("mixtures have each level of each value equally often", "[studies]") {
  const auto readings = mixed_readings(open, ends(), {}, 5);
  REQUIRE(readings.size() == mixtures);

  for (const char* service : {"ads", "page"}) {
    std::map<std::pair<bool, int>, int> times;  // of cores, count; none: 0 workers
    for (const Reading& reading : readings) {
      const auto found = reading.limits.find(service);
      const bool limited = found != reading.limits.end();
      const bool of_cores = limited && found->second.of == Limit::Of::cores;
      ++times[{of_cores, limited ? found->second.count : 0}];
    }
    const int least = ends().least_workers.at(service).count;
    CHECK(times ==
          std::map<std::pair<bool, int>, int>{
              {{false, 0}, 4}, {{false, least}, 4}, {{false, 2 * least}, 4}, {{true, 1}, 4}});
  }
  CHECK(std::count_if(readings.begin(), readings.end(),
                      [](const Reading& one) { return one.survived.empty(); }) == mixtures / 2);
  CHECK(std::count_if(readings.begin(), readings.end(),
                      [](const Reading& one) { return one.timeouts.empty(); }) == mixtures / 2);
}

TEST_CASE("mixtures are drawn from the seed, and each value from a stream of its own",
          "[studies]") {
  const std::vector<OpenValue> fewer(open.begin(), open.end() - 1);
  const auto all = mixed_readings(open, ends(), {}, 5);
  const auto some = mixed_readings(fewer, ends(), {}, 5);
  CHECK(all == mixed_readings(open, ends(), {}, 5));
  CHECK(all != mixed_readings(open, ends(), {}, 6));
  for (std::size_t i = 0; i < mixtures; ++i) CHECK(all[i].limits == some[i].limits);
}

TEST_CASE("both ends of a single value are corners", "[studies]") {
  CHECK(mixed_readings({open.front()}, ends(), {Reading()}, 1).empty());
}

TEST_CASE("neighbours are turned together where there are many values", "[studies]") {
  std::vector<OpenValue> many;
  RecordedEnds wide;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "service" + std::to_string(i);
    many.push_back(limit(name));
    wide.least_workers[name] = {Limit::Of::workers, 1};
    wide.least_cores[name] = {Limit::Of::cores, 1};
  }
  const auto readings = mixed_readings(many, wide, {Reading()}, 1);
  REQUIRE(readings.size() == 24 + mixtures);
  std::size_t turned = 0;
  for (std::size_t i = 0; i < 24; ++i) turned += readings[i].limits.size();
  CHECK(turned == many.size());  // each once
}

}  // namespace rehearse
