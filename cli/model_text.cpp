#include "cli/model_text.hpp"

#include <fmt/format.h>

#include "language/text_file.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"

namespace rehearse {
std::string readable_model_text(const ModelSpec& model, const std::string& name) {
  std::string text = write_model(model);
  if (text.size() > largest_document) {
    throw InvalidInput(fmt::format(
        "rehearse calibrate: the model has {} MiB; at most {} MiB are read\nhint: calibrate fewer "
        "services at a time",
        text.size() >> 20, largest_document >> 20));
  }
  try {
    parse_model(text, name);
  } catch (const InvalidInput& mistakes) {
    throw InvalidInput(fmt::format(
        "rehearse calibrate: these traces make a model that rehearse itself would refuse, so it "
        "was not written:\n{}",
        mistakes.what()));
  }
  return text;
}

}  // namespace rehearse
