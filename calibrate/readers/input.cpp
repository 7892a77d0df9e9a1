#include "calibrate/readers/input.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>

#include "calibrate/readers/zstd_frames.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t bytes_before_ratio_counts = std::uint64_t{64} << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Standard input stays open for whoever opened it.
File open_standard_input() {
  const int copy = ::dup(STDIN_FILENO);
  return File(copy < 0 ? nullptr : ::fdopen(copy, "rb"));
}

File open_file(const std::string& path) {
  if (path == standard_input) {
    File file = open_standard_input();
    if (!file) throw InvalidInput(fmt::format("standard input: {}", std::strerror(errno)));
    return file;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw InvalidInput(
        fmt::format("{}: is a directory; name the trace files in it", shown_name(path)));
  }
  File file(std::fopen(path.c_str(), "rb"));
  if (!file) throw InvalidInput(fmt::format("{}: {}", shown_name(path), std::strerror(errno)));
  return file;
}

/// Moves the beginning of `text` into the buffer.
std::size_t take_from(std::string& text, char* buffer, std::size_t size) {
  const std::size_t got = text.copy(buffer, size);
  text.erase(0, got);
  return got;
}

/// The bytes of a file, compressed or not. Its beginning was looked at; a pipe cannot go back.
struct RawBytes {
  File file;
  std::string looked_at;

  std::size_t read(char* buffer, std::size_t size) {
    const std::size_t got = take_from(looked_at, buffer, size);
    return got + std::fread(buffer + got, 1, size - got, file.get());
  }
};

/// Boost.Iostreams reads the compressed bytes through this, so that they can be counted.
struct CountingSource {
  using char_type = char;
  using category = boost::iostreams::source_tag;
  RawBytes* bytes = nullptr;
  std::uint64_t* consumed = nullptr;
  ZstdFrames* frames = nullptr;  // null: the file has none

  std::streamsize read(char* buffer, std::streamsize size) {
    const std::size_t got = bytes->read(buffer, static_cast<std::size_t>(size));
    *consumed += got;
    if (frames) frames->see(buffer, got);
    if (got == 0) return -1;
    return static_cast<std::streamsize>(got);
  }
};

enum class Compression { none, gzip, zstd };

/// What is skipped in a zstd file may come first, and begins as one of sixteen.
Compression compression_of(RawBytes& bytes) {
  char head[4] = {0, 0, 0, 0};
  const std::size_t got = std::fread(head, 1, sizeof head, bytes.file.get());
  bytes.looked_at.assign(head, got);
  const std::string& beginning = bytes.looked_at;
  if (beginning.starts_with("\x1F\x8B")) return Compression::gzip;
  if (beginning == "\x28\xB5\x2F\xFD") return Compression::zstd;
  const bool skippable = beginning.ends_with("\x2A\x4D\x18") && (head[0] & 0xF0) == 0x50;
  return skippable ? Compression::zstd : Compression::none;
}

}  // namespace

struct Input::State {
  std::string path;
  InputLimits limits;
  RawBytes bytes;
  std::string given_back;
  std::uint64_t consumed = 0;
  std::uint64_t delivered = 0;
  Compression compression = Compression::none;
  ZstdFrames frames;
  std::unique_ptr<boost::iostreams::filtering_istream> decompressed;  // null: read as it is

  void decompress();
  [[noreturn]] void refuse_damaged(std::string_view why) const;
  std::size_t read_compressed(char* buffer, std::size_t size);
  std::size_t read_plain(char* buffer, std::size_t size);
  void check_limits() const;
};

void Input::State::check_limits() const {
  if (delivered > limits.decompressed_bytes) {
    throw InvalidInput(fmt::format("{}: holds more than {} bytes when decompressed", path,
                                   limits.decompressed_bytes));
  }
  if (delivered > bytes_before_ratio_counts &&
      static_cast<double>(delivered) > limits.ratio * static_cast<double>(consumed)) {
    throw InvalidInput(fmt::format(
        "{}: expands to more than {} times its size; no recording does that", path, limits.ratio));
  }
}

void Input::State::refuse_damaged(std::string_view why) const {
  throw InvalidInput(fmt::format("{}: damaged {} file, at decompressed byte {}: {}", path,
                                 compression == Compression::gzip ? "gzip" : "zstd", delivered,
                                 why));
}

std::size_t Input::State::read_compressed(char* buffer, std::size_t size) {
  try {
    decompressed->read(buffer, static_cast<std::streamsize>(size));
  } catch (const std::ios_base::failure& failure) {
    refuse_damaged(failure.what());
  }
  const auto got = static_cast<std::size_t>(decompressed->gcount());
  delivered += got;
  check_limits();
  if (got < size && compression == Compression::zstd && !frames.all_ended()) {
    refuse_damaged("it ends within a frame");
  }
  return got;
}

void Input::State::decompress() {
  decompressed = std::make_unique<boost::iostreams::filtering_istream>();
  if (compression == Compression::gzip) {
    decompressed->push(boost::iostreams::gzip_decompressor());
    decompressed->push(CountingSource{&bytes, &consumed, nullptr});
  } else {
    decompressed->push(boost::iostreams::zstd_decompressor());
    decompressed->push(CountingSource{&bytes, &consumed, &frames});
  }
  // Without this the stream would swallow the decompressor's complaint and look merely ended.
  decompressed->exceptions(std::ios_base::badbit);
}

Input::Input(const std::string& path, const InputLimits& limits)
    : state_(std::make_unique<State>()) {
  state_->path = shown_name(path);
  state_->limits = limits;
  state_->bytes.file = open_file(path);
  state_->compression = compression_of(state_->bytes);
  if (state_->compression != Compression::none) state_->decompress();
}

std::string shown_name(const std::string& path) {
  return path == standard_input ? "standard input" : visible_line(path);
}

Input::~Input() = default;
Input::Input(Input&&) noexcept = default;

std::size_t Input::State::read_plain(char* buffer, std::size_t size) {
  const std::size_t got = bytes.read(buffer, size);
  if (got == 0 && size > 0 && std::ferror(bytes.file.get())) {
    throw InputOutputError(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return got;
}

std::size_t Input::read(char* buffer, std::size_t size) {
  const std::size_t got = take_from(state_->given_back, buffer, size);
  if (got == size) return got;
  return got + (state_->decompressed ? state_->read_compressed(buffer + got, size - got)
                                     : state_->read_plain(buffer + got, size - got));
}

void Input::give_back(const std::string& text) {
  state_->given_back.insert(0, text);
}

const std::string& Input::path() const {
  return state_->path;
}

}  // namespace rehearse
