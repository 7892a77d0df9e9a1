#include "outputs/outcome_file/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "sim/digest.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::string_view mark = "\nrehearse-sum ";
constexpr std::size_t trailer_size = 32;
constexpr std::size_t word = sizeof(std::uint64_t);

/// Takes the content in pieces, each a multiple of a word, save the last one.
class Sum {
 public:
  void add(std::string_view piece) {
    for (std::size_t at = 0; at < piece.size(); at += word) {
      std::uint64_t value = 0;
      std::memcpy(&value, piece.data() + at, std::min(word, piece.size() - at));
      digest_.add(value);
    }
    size_ += piece.size();
  }
  std::string trailer() {
    digest_.add(size_);
    return std::string(mark) + to_hex(digest_.value()) + "\n\n";
  }

 private:
  Digest digest_;
  std::uint64_t size_ = 0;
};

}  // namespace

std::string with_checksum(std::string content) {
  Sum sum;
  sum.add(content);
  const std::string trailer = sum.trailer();
  expects(trailer.size() == trailer_size, "a trailer has its length");
  return std::move(content) + trailer;
}

Checksum checksum_of(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return Checksum::absent;
  const std::uintmax_t size = std::filesystem::file_size(path, none);
  if (none || size < trailer_size) return Checksum::absent;
  std::ifstream file(path, std::ios::binary);
  Sum sum;
  std::array<char, 1 << 16> piece{};
  for (std::uintmax_t left = size - trailer_size; file && left > 0;) {
    file.read(piece.data(),
              static_cast<std::streamsize>(std::min<std::uintmax_t>(left, piece.size())));
    sum.add({piece.data(), static_cast<std::size_t>(file.gcount())});
    left -= static_cast<std::uintmax_t>(file.gcount());
  }
  std::string trailer(trailer_size, '\0');
  file.read(trailer.data(), trailer_size);
  if (!file || trailer.compare(0, mark.size(), mark) != 0) return Checksum::absent;
  return trailer == sum.trailer() ? Checksum::right : Checksum::wrong;
}

}  // namespace rehearse
