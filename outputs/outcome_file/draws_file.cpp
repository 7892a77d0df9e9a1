#include "outputs/outcome_file/draws_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "outputs/outcome_file/checksum.hpp"
#include "outputs/outcome_file/hdf5.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t draws_format_version = 1;
constexpr const char* no_draws = "no file of draws that this version of rehearse reads";
constexpr const char* advice = "\nhint: calibrate the model again, or set parameters = \"point\"";

[[noreturn]] void refuse(const std::string& path, const char* why) {
  throw InvalidInput(fmt::format("{}: {}{}", visible_line(path), why, advice));
}

template <class Value>
std::vector<Value> values_of(const Hdf5File& file, const std::string& name,
                             const std::string& path) {
  if (!file.holds(name)) refuse(path, "a file of draws holds paths, learned and values");
  Hdf5File::Dataset data = file.dataset(name);
  auto* const values = std::get_if<std::vector<Value>>(&data.values);
  if (values == nullptr) refuse(path, "a dataset is of another type than draws have");
  return std::move(*values);
}

ParameterDraws checked(ParameterDraws draws, const std::string& path) {
  const std::size_t width = draws.paths.size();
  if (width == 0 || draws.learned.size() != width || draws.values.empty() ||
      draws.values.size() % width != 0) {
    refuse(path, "its datasets do not fit together");
  }
  for (const float value : draws.values) {
    if (!std::isfinite(value) || value < 0) refuse(path, "a number is negative, or is none");
  }
  return draws;
}

}  // namespace

std::string draws_path(const std::string& model_path) {
  constexpr std::string_view ending = ".toml";
  const bool ends_so = model_path.ends_with(ending);
  return model_path.substr(0, model_path.size() - (ends_so ? ending.size() : 0)) + ".draws.h5";
}

std::string draws_file_image(const ParameterDraws& draws) {
  Hdf5Image image;
  image.set_attribute("/", "rehearse_draws", draws_format_version);
  image.set_attribute("/", "description",
                      "Joint draws of the numbers of a model, by a Bayesian bootstrap over the "
                      "recorded traces.");
  const std::uint64_t numbers = draws.paths.size();
  image.add("/paths", {numbers}, draws.paths);
  image.set_attribute("/paths", "description", "Where the number stands in the model.");
  image.add("/learned", {numbers}, draws.learned);
  image.set_attribute("/learned", "description", "What the model says; durations in seconds.");
  image.add("/values", {draws.draws(), numbers}, draws.values);
  image.set_attribute("/values", "description", "The same, as each draw has it.");
  image.set_attribute("/values", "axes", "draw, number");
  return with_checksum(image.bytes());
}

ParameterDraws read_draws_file(const std::string& path) {
  if (checksum_of(path) != Checksum::right) {
    refuse(path, "no file of draws, or it is damaged: its checksum is missing or another one");
  }
  try {
    const Hdf5File file(path);
    const auto version = file.attribute("/", "rehearse_draws");
    const auto* const number = version ? std::get_if<std::uint64_t>(&*version) : nullptr;
    if (number == nullptr || *number != draws_format_version) refuse(path, no_draws);
    return checked(
        {values_of<std::string>(file, "/paths", path), values_of<double>(file, "/learned", path),
         values_of<float>(file, "/values", path)},
        path);
  } catch (const InputOutputError&) {
    refuse(path, no_draws);
  }
}

}  // namespace rehearse
