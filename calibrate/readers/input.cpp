#include "calibrate/readers/input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <boost/crc.hpp>
#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>

#include "calibrate/readers/zip_members.hpp"
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

/// The bytes of a file, or of a member of an archive, compressed or not. Its beginning was looked
/// at; a pipe cannot go back.
struct RawBytes {
  File file;
  std::string looked_at;
  std::uint64_t left = std::numeric_limits<std::uint64_t>::max();  // to be read of the file
  std::string behind;
  std::optional<std::uint32_t> checksum;  // of the bytes of the file, where these come as they are
  boost::crc_32_type sum;

  bool is_damaged() const { return left == 0 && checksum && sum.checksum() != *checksum; }

  std::size_t read(char* buffer, std::size_t size) {
    std::size_t got = take_from(looked_at, buffer, size);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size - got, left));
    const std::size_t from_file = std::fread(buffer + got, 1, wanted, file.get());
    left -= from_file;
    if (checksum) sum.process_bytes(buffer + got, from_file);
    got += from_file;
    return left > 0 ? got : got + take_from(behind, buffer + got, size - got);
  }
};

std::string number_of_four_bytes(std::uint64_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

/// What deflate made is a gzip file but for its head and its end, which tells whether it is whole.
RawBytes bytes_of(File file, const ZipMember& member) {
  if (::fseeko(file.get(), static_cast<::off_t>(member.offset), SEEK_SET) != 0) {
    throw InputOutputError(std::strerror(errno));
  }
  RawBytes bytes;
  bytes.file = std::move(file);
  bytes.left = member.compressed_bytes;
  if (member.deflated) {
    bytes.looked_at = std::string("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10);
    bytes.behind = number_of_four_bytes(member.checksum) + number_of_four_bytes(member.bytes);
  } else {
    bytes.checksum = member.checksum;
  }
  return bytes;
}

/// Leaves out the lengths in four bytes, the highest first, that stand before each of the messages
/// that were compressed by themselves.
class LengthsLeftOut {
 public:
  /// False when the bytes end within a length, or a message that is shorter than it should be.
  bool is_whole() const { return left_ == 0 && bytes_of_length_ == 0; }

  std::size_t read(RawBytes& bytes, char* buffer, std::size_t size) {
    while (left_ == 0) {
      char next = 0;
      if (bytes.read(&next, 1) == 0) return 0;
      length_ = (length_ << 8) | static_cast<unsigned char>(next);
      if (++bytes_of_length_ < 4) continue;
      left_ = length_;
      length_ = 0;
      bytes_of_length_ = 0;
    }
    const std::size_t got = bytes.read(buffer, std::min<std::size_t>(size, left_));
    left_ -= static_cast<std::uint32_t>(got);
    return got;
  }

 private:
  std::uint32_t left_ = 0;  // of the message
  std::uint32_t length_ = 0;
  int bytes_of_length_ = 0;
};

/// Boost.Iostreams reads the compressed bytes through this, so that they can be counted.
struct CountingSource {
  using char_type = char;
  using category = boost::iostreams::source_tag;
  RawBytes* bytes = nullptr;
  std::uint64_t* consumed = nullptr;
  ZstdFrames* frames = nullptr;       // null: the file has none
  LengthsLeftOut* lengths = nullptr;  // null: likewise

  std::streamsize read(char* buffer, std::streamsize size) {
    const auto wanted = static_cast<std::size_t>(size);
    const std::size_t got =
        lengths ? lengths->read(*bytes, buffer, wanted) : bytes->read(buffer, wanted);
    *consumed += got;
    if (frames) frames->see(buffer, got);
    if (got == 0) return -1;
    return static_cast<std::streamsize>(got);
  }
};

bool is_zip_archive(const std::string& beginning) {
  return beginning.starts_with("PK\x03\x04") ||  // or one without members
         beginning.starts_with("PK\x05\x06");
}

enum class Compression { none, gzip, zstd, zstd_messages };

/// What is skipped in a zstd file may come first, and begins as one of sixteen. The file exporter
/// of the OpenTelemetry Collector compresses each message by itself, behind its length.
Compression compression_of(RawBytes& bytes) {
  constexpr std::string_view zstd = "\x28\xB5\x2F\xFD";
  char head[8] = {};
  const std::size_t got = bytes.read(head, sizeof head);
  const std::string eight(head, got);
  const std::string beginning = eight.substr(0, 4);
  bytes.looked_at.insert(0, eight);
  if (beginning.starts_with("\x1F\x8B")) return Compression::gzip;
  if (beginning == zstd) return Compression::zstd;
  if (got == sizeof head && eight.ends_with(zstd)) return Compression::zstd_messages;
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
  std::uint64_t delivered_before = 0;  // of the members of an archive before this one
  bool is_member = false;
  Compression compression = Compression::none;
  ZstdFrames frames;
  LengthsLeftOut lengths;
  std::unique_ptr<boost::iostreams::filtering_istream> decompressed;  // null: read as it is

  void begin();
  void decompress();
  [[noreturn]] void refuse_damaged(std::string_view why) const;
  std::size_t read_compressed(char* buffer, std::size_t size);
  std::size_t read_plain(char* buffer, std::size_t size);
  void check_limits() const;
};

void Input::State::check_limits() const {
  const std::uint64_t in_all = delivered_before + delivered;
  if (in_all > limits.decompressed_bytes) {
    throw InvalidInput(fmt::format("{}: holds more than {} bytes when decompressed", path,
                                   limits.decompressed_bytes));
  }
  if (in_all > bytes_before_ratio_counts &&
      static_cast<double>(in_all) > limits.ratio * static_cast<double>(consumed)) {
    throw InvalidInput(fmt::format(
        "{}: expands to more than {} times its size; no recording does that", path, limits.ratio));
  }
}

void Input::State::refuse_damaged(std::string_view why) const {
  const char* kind = is_member                          ? "member of a ZIP archive"
                     : compression == Compression::gzip ? "gzip file"
                                                        : "zstd file";
  throw InvalidInput(
      fmt::format("{}: damaged {}, at decompressed byte {}: {}", path, kind, delivered, why));
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
  const bool zstd = compression == Compression::zstd || compression == Compression::zstd_messages;
  if (got < size && zstd && !(frames.all_ended() && lengths.is_whole())) {
    refuse_damaged("it ends within a frame");
  }
  return got;
}

void Input::State::decompress() {
  decompressed = std::make_unique<boost::iostreams::filtering_istream>();
  if (compression == Compression::gzip) {
    decompressed->push(boost::iostreams::gzip_decompressor());
    decompressed->push(CountingSource{&bytes, &consumed, nullptr, nullptr});
  } else {
    decompressed->push(boost::iostreams::zstd_decompressor());
    decompressed->push(
        CountingSource{&bytes, &consumed, &frames,
                       compression == Compression::zstd_messages ? &lengths : nullptr});
  }
  // Without this the stream would swallow the decompressor's complaint and look merely ended.
  decompressed->exceptions(std::ios_base::badbit);
}

void Input::State::begin() {
  compression = compression_of(bytes);
  if (compression != Compression::none) decompress();
}

Input::Input(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->begin();
}

Input::Input(const std::string& path, const InputLimits& limits)
    : state_(std::make_unique<State>()) {
  state_->path = shown_name(path);
  state_->limits = limits;
  state_->bytes.file = open_file(path);
  state_->begin();
}

void for_each_input(const std::string& path, const InputLimits& limits,
                    const std::function<void(Input&)>& read) {
  Input whole(path, limits);
  if (!is_zip_archive(whole.state_->bytes.looked_at)) return read(whole);
  std::FILE* const file = whole.state_->bytes.file.get();
  if (path == standard_input || ::fseeko(file, 0, SEEK_END) != 0) {
    throw InvalidInput(fmt::format(
        "{}: a ZIP archive is read from its end, which a pipe does not have: give the file, or "
        "unzip -p FILE | rehearse calibrate -",
        whole.path()));
  }
  ZipMembers members(file, whole.path());
  std::uint64_t consumed = 0;
  std::uint64_t delivered = 0;
  while (const auto member = members.next()) {
    auto state = std::make_unique<Input::State>();
    state->path = whole.path() + "/" + visible_line(member->name);
    state->limits = limits;
    state->bytes = bytes_of(open_file(path), *member);
    state->is_member = true;
    state->consumed = consumed;
    state->delivered_before = delivered;
    Input input(std::move(state));
    read(input);
    consumed = input.state_->consumed;
    delivered += input.state_->delivered;
  }
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
  if (is_member) {
    consumed += got;
    delivered += got;
    check_limits();
  }
  return got;
}

std::size_t Input::read(char* buffer, std::size_t size) {
  const std::size_t got = take_from(state_->given_back, buffer, size);
  if (got == size) return got;
  const std::size_t more = state_->decompressed ? state_->read_compressed(buffer + got, size - got)
                                                : state_->read_plain(buffer + got, size - got);
  if (state_->bytes.is_damaged()) state_->refuse_damaged("its checksum is another");
  return got + more;
}

void Input::give_back(const std::string& text) {
  state_->given_back.insert(0, text);
}

const std::string& Input::path() const {
  return state_->path;
}

}  // namespace rehearse
