#include "calibrate/readers/input.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>

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

  std::streamsize read(char* buffer, std::streamsize size) {
    const std::size_t got = bytes->read(buffer, static_cast<std::size_t>(size));
    *consumed += got;
    if (got == 0) return -1;
    return static_cast<std::streamsize>(got);
  }
};

bool begins_as_gzip(RawBytes& bytes) {
  char head[2] = {0, 0};
  const std::size_t got = std::fread(head, 1, sizeof head, bytes.file.get());
  bytes.looked_at.assign(head, got);
  return bytes.looked_at == "\x1F\x8B";
}

}  // namespace

struct Input::State {
  std::string path;
  InputLimits limits;
  RawBytes bytes;
  std::string given_back;
  std::uint64_t consumed = 0;
  std::uint64_t delivered = 0;
  std::unique_ptr<boost::iostreams::filtering_istream> gzip;

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

std::size_t Input::State::read_compressed(char* buffer, std::size_t size) {
  try {
    gzip->read(buffer, static_cast<std::streamsize>(size));
  } catch (const std::ios_base::failure& failure) {
    throw InvalidInput(fmt::format("{}: damaged gzip file, at decompressed byte {}: {}", path,
                                   delivered, failure.what()));
  }
  const auto got = static_cast<std::size_t>(gzip->gcount());
  delivered += got;
  check_limits();
  return got;
}

Input::Input(const std::string& path, const InputLimits& limits)
    : state_(std::make_unique<State>()) {
  state_->path = shown_name(path);
  state_->limits = limits;
  state_->bytes.file = open_file(path);
  if (!begins_as_gzip(state_->bytes)) return;
  state_->gzip = std::make_unique<boost::iostreams::filtering_istream>();
  state_->gzip->push(boost::iostreams::gzip_decompressor());
  state_->gzip->push(CountingSource{&state_->bytes, &state_->consumed});
  // Without this the stream would swallow the decompressor's complaint and look merely ended.
  state_->gzip->exceptions(std::ios_base::badbit);
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
  return got + (state_->gzip ? state_->read_compressed(buffer + got, size - got)
                             : state_->read_plain(buffer + got, size - got));
}

void Input::give_back(const std::string& text) {
  state_->given_back.insert(0, text);
}

const std::string& Input::path() const {
  return state_->path;
}

}  // namespace rehearse
