#include "calibrate/calibrate.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "calibrate/anonymise.hpp"
#include "calibrate/model_builder.hpp"
#include "calibrate/roles.hpp"
#include "calibrate/trace_forest.hpp"
#include "calibrate/visits.hpp"

namespace rehearse {

Calibration calibrate(SpanSet spans, const CalibrateOptions& options) {
  normalise(spans);
  if (options.anonymise) anonymise(spans);
  const TraceForest forest = plant(std::move(spans.spans));
  const std::vector<Role> roles = assign_roles(forest);
  const VisitTable visits = find_visits(forest, roles);
  Calibration result = ModelBuilder(forest, spans.names, roles, visits, options).build();
  result.account.read = spans.counts;
  return result;
}

Calibration calibrate(const std::vector<std::string>& files, const CalibrateOptions& options) {
  Calibration result = calibrate(read_spans(files, options.read), options);
  if (options.anonymise) {
    result.account.files.assign(files.size(), "(name left out)");
    return result;
  }
  std::vector<std::string> names;
  for (const std::string& file : files) {
    names.push_back(std::filesystem::path(file).filename().string());
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    std::string& sources = result.model.provenance.sources;
    sources += (sources.empty() ? "" : ", ") + name;
  }
  result.account.files = std::move(names);
  return result;
}

}  // namespace rehearse
