#include "models/control/watch.hpp"

#include <algorithm>

#include "models/outcomes/metric.hpp"
#include "sim/expects.hpp"

namespace rehearse {

void Watch::add(Scrape scrape) {
  expects(scrapes_.empty() || scrape.time > scrapes_.back().time,
          "scrapes come one after the other");
  // One more than the window holds stays behind: it is where the window starts.
  const Time oldest_useful =
      scrape.time - (plan_->window + plan_->scrape.delay + plan_->scrape.interval * 2);
  while (scrapes_.size() > 2 && scrapes_[1].time < oldest_useful) scrapes_.pop_front();
  scrapes_.push_back(std::move(scrape));
}

std::optional<double> Watch::value(Time now) const {
  std::size_t newest = scrapes_.size();
  while (newest > 0 && scrapes_[newest - 1].time + plan_->scrape.delay > now) --newest;
  if (newest < 2) return std::nullopt;
  const Scrape& end = scrapes_[newest - 1];
  std::size_t first = newest - 1;
  while (first > 0 && scrapes_[first].time + plan_->window > end.time) --first;
  const Scrape& begin = scrapes_[first];

  Scraped scraped;
  scraped.seen = end.counters - begin.counters;
  scraped.length = end.time - begin.time;
  scraped.split.limit = latency_limit(*condition_);
  const bool with_latencies = row_of(condition_->metric).needs == MetricRow::Needs::latencies;
  for (std::size_t i = first + 1; i < newest; ++i) {
    const Scrape& scrape = scrapes_[i];
    if (with_latencies) scraped.latencies.merge(scrape.latencies);
    scraped.split.at_or_below += scrape.split.at_or_below;
    scraped.mean_gauge += scrape.gauge;
    scraped.highest_gauge = std::max(scraped.highest_gauge, scrape.gauge);
  }
  scraped.mean_gauge /= static_cast<double>(newest - 1 - first);
  return row_of(condition_->metric).from_scrapes(*condition_, scraped);
}

std::optional<bool> Watch::holds_at(Time now) const {
  const std::optional<double> known = value(now);
  if (!known) return std::nullopt;
  return holds(*known, condition_->comparison, condition_->threshold);
}

}  // namespace rehearse
