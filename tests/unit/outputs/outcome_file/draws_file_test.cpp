#include "outputs/outcome_file/draws_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "outputs/outcome_file/checksum.hpp"
#include "outputs/outcome_file/hdf5.hpp"
#include "sim/error.hpp"

using namespace rehearse;

namespace {

std::string path_of(const std::string& name) {
  return (std::filesystem::temp_directory_path() /
          ("rehearse-draws-" + std::to_string(::getpid()) + "-" + name))
      .string();
}

/// Reads a file of these bytes; the complaint where it is refused.
std::string complaint(const std::string& bytes) {
  const std::string path = path_of("a.h5");
  std::ofstream(path, std::ios::binary) << bytes;
  std::string said = "read";
  try {
    read_draws_file(path);
  } catch (const InvalidInput& refusal) {
    said = refusal.what();
  }
  std::filesystem::remove(path);
  return said;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const ParameterDraws two_draws{{"a.rate", "b.\"GET /\""}, {10, 0.25}, {9, 0.2F, 11, 0.3F}};

}  // namespace

TEST_CASE("draws stand beside their model", "[outputs]") {
  CHECK(draws_path("dir/shop.model.toml") == "dir/shop.model.draws.h5");
  CHECK(draws_path("shop") == "shop.draws.h5");
}

TEST_CASE("draws are read as they were written", "[outputs]") {
  const std::string path = path_of("b.h5");
  std::ofstream(path, std::ios::binary) << draws_file_image(two_draws);

  CHECK(read_draws_file(path) == two_draws);
  CHECK(draws_file_image(two_draws) == draws_file_image(two_draws));

  std::filesystem::remove(path);
}

TEST_CASE("draws that are damaged are refused", "[outputs]") {
  const std::string image = draws_file_image(two_draws);
  CHECK(has(complaint(image.substr(0, image.size() / 2)), "damaged"));
  std::string flipped = image;
  flipped[image.size() / 2] = static_cast<char>(flipped[image.size() / 2] ^ 1);
  CHECK(has(complaint(flipped), "damaged"));
  CHECK(has(complaint(""), "damaged"));
  CHECK(has(complaint("no file of draws"), "parameters = \"point\""));
}

TEST_CASE("draws that do not fit together are refused", "[outputs]") {
  Hdf5Image image;
  image.set_attribute("/", "rehearse_draws", std::uint64_t{1});
  image.add("/paths", {2}, two_draws.paths);
  image.add("/learned", {1}, std::vector<double>{1});
  image.add("/values", {1, 2}, std::vector<float>{1, 2});
  CHECK(has(complaint(with_checksum(image.bytes())), "do not fit together"));
}

TEST_CASE("draws of a later version are refused", "[outputs]") {
  Hdf5Image image;
  image.set_attribute("/", "rehearse_draws", std::uint64_t{2});
  image.add("/paths", {2}, two_draws.paths);
  CHECK(has(complaint(with_checksum(image.bytes())), "that this version of rehearse reads"));
}

TEST_CASE("draws below zero are refused", "[outputs]") {
  ParameterDraws below = two_draws;
  below.values.front() = -1;
  CHECK(has(complaint(draws_file_image(below)), "negative"));
}
