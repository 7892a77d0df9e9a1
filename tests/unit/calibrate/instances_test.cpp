#include "calibrate/learn/instances.hpp"

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;

constexpr std::int64_t ms = 1'000'000;

/// A visit a second, each of three spans, at the instance that `instance_at` names.
template <class InstanceAt>
InstanceFacts facts_of_visits(std::uint64_t visits, const InstanceAt& instance_at) {
  SpanBuilder builder;
  for (std::uint64_t i = 0; i < visits; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 1000 * ms;
    for (std::uint64_t span = 1; span <= 3; ++span) {
      Span& added = builder.add(i + 1, span, span - 1, "front", "GET /", start, start + 20 * ms);
      const std::string instance = instance_at(i);
      added.instance = builder.set.names.intern(instance);
      added.zone = builder.set.names.intern("zone of " + instance);
    }
  }
  normalise(builder.set);
  return study_instances(plant(builder.set.spans), builder.set.names).begin()->second;
}

}  // namespace

TEST_CASE("instances that a deployment replaced were once counted beside their successors",
          "[calibrate]") {
  const std::uint64_t generations = GENERATE(2, 3);
  const std::uint64_t visits = 20 * generations;

  const InstanceFacts facts = facts_of_visits(visits, [](std::uint64_t i) {
    return std::string(1, static_cast<char>('a' + i / 20)) + std::to_string(i % 2);
  });

  CHECK(facts.instances == 2);
  CHECK(facts.ids == 2 * generations);
  CHECK(facts.named);
  CHECK(facts.placement.zones == std::vector<std::string>{"zone of a0", "zone of a1"});
}

TEST_CASE("instances replaced one by one, with a hand-over, are no more than there were at a time",
          "[calibrate]") {
  const InstanceFacts facts = facts_of_visits(400, [](std::uint64_t i) {
    const bool even = i % 2 == 0;
    // The old ones still answer some requests when the new ones already do.
    if (even) return std::string(i < 104 && i % 4 == 0 ? "a" : i < 98 ? "a" : "c");
    return std::string(i < 300 ? "b" : "d");
  });

  CHECK(facts.instances == 2);
  CHECK(facts.ids == 4);
}

TEST_CASE("instances that were seen once or twice are all taken to be there", "[calibrate]") {
  const std::uint64_t visits_of_each = GENERATE(1, 2);

  const InstanceFacts facts = facts_of_visits(
      5 * visits_of_each, [=](std::uint64_t i) { return std::to_string(i / visits_of_each); });

  CHECK(facts.instances == 5);
}

TEST_CASE("many instances that are visited at random all the time are not taken for successors",
          "[calibrate]") {
  std::uint64_t state = 12345;

  const InstanceFacts facts = facts_of_visits(2000, [&](std::uint64_t) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return std::to_string((state >> 33) % 50);
  });

  CHECK(facts.instances == 50);
}

TEST_CASE("an instance more that came for the second half is one more at a time", "[calibrate]") {
  const InstanceFacts facts =
      facts_of_visits(200, [](std::uint64_t i) { return std::to_string(i < 100 ? i % 2 : i % 3); });

  CHECK(facts.instances == 3);
}

TEST_CASE("instances that an autoscaler added for a while were once taken to be there all the time",
          "[calibrate]") {
  const bool up = GENERATE(true, false);  // 2, then 4 for the last third; or 4, then 2
  const InstanceFacts facts = facts_of_visits(300, [up](std::uint64_t i) {
    const bool more = up ? i >= 200 : i < 100;
    return std::to_string(i % (more ? 4 : 2));
  });

  CHECK(facts.instances == 2);
  CHECK(facts.most == 4);
  CHECK(facts.ids == 4);
  CHECK(facts.share_of_more == Approx(1.0 / 3).margin(0.02));
  CHECK(static_cast<double>(facts.more_from) / 1e9 == Approx(up ? 200 : 0).margin(4));
  CHECK(static_cast<double>(facts.more_until) / 1e9 == Approx(up ? 299 : 99).margin(4));
  CHECK(facts.placement.zones == std::vector<std::string>{"zone of 0", "zone of 1"});
}

TEST_CASE("what was added for most of the visits counts", "[calibrate]") {
  const InstanceFacts facts =
      facts_of_visits(300, [](std::uint64_t i) { return std::to_string(i < 100 ? i % 2 : i % 4); });

  CHECK(facts.instances == 4);
  CHECK(facts.most == 4);
}

TEST_CASE("the account warns of a number of instances that changed, and names both",
          "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 100 * ms;
    builder.add(i + 1, 1, 0, "front", "GET /", start, start + 20 * ms).instance =
        builder.set.names.intern(std::to_string(i % (i < 200 ? 2 : 4)));
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(calibration.model.services.at("front").instances == 2);
  CHECK(calibration.account.replaced.empty());
  CHECK_THAT(text(calibration.account),
             Catch::Contains("4  instances of front at a time, and not always: warning, their "
                             "number changed, 2 are taken: up to 4 for 33 % of the visits, from "));
}

TEST_CASE("the account says how many instances there were at a time, and how many ids",
          "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 100 * ms;
    builder.add(i + 1, 1, 0, "front", "GET /", start, start + 20 * ms).instance =
        builder.set.names.intern(std::to_string(i / 20) + "-" + std::to_string(i % 2));
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(calibration.model.services.at("front").instances == 2);
  CHECK(calibration.model.evidence.at("services.front.instances").note == "2 at a time, 4 ids");
  CHECK_THAT(text(calibration.account),
             Catch::Contains("4  ids of instances of front, 2 at a time"));
}

}  // namespace rehearse
